"""No byte of a name, a tag or an answer makes a terminal do anything: the raw output is looked at.

Whatever these texts try begins with ESC, or with the control character that stands for ESC [, and
is followed by a number that no library of ours ever writes.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests.benchmarks.terminal import Terminal
from tests.cli.conftest import Imagescope
from tests.cli.terminal_run import run_on_terminal
from tests.conftest import live_in
from tests.world.model_server import ModelServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.world.model_server import Recorded

_EVIL = (
    "\x1b[7731m\x1b]52;c;cm0=\x07\x1b]8;;http://evil.test\x1b\\\x1b]0;owned\x07\x1bP7731q\x1b\\"
    "\x9b7731m\x9d52;c;cm0=\x9c\u202egnp\u2066\u200b\x07\x08\x0d\x0a\x0b\x85\x7f\x00end"
)
_TYPED = _EVIL.replace("\0", "")
_NAME = os.fsencode(_TYPED.replace("/", "|"))[:200]
_PLAIN = ("search", "boat", "--strategy", "retrieval")
_NEWEST = 1_700_000_000
_RAW_NAME = b"\x9b7731m\xff\x1b[7731mraw.png"  # 8-bit controls, as no UTF-8 has them

# What our own libraries send: colours, cursor movements, clearing, hiding the cursor.
_OURS = re.compile(r"\x1b\[(?:\?\d+[hl]|(?!7731)[0-9;]*[A-HJKm])")
_FORBIDDEN = re.compile(
    "[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f]"
)


@dataclass(slots=True, kw_only=True)
class EvilServer(ModelServer):
    """Answers to everything with what no terminal may get."""

    def _say(self, request: Recorded) -> tuple[str, bool]:
        if request.kind == "caption":
            return f"A boat {_EVIL} at sea.", True
        return ModelServer._say(self, request)


@pytest.fixture(scope="module")
def server() -> Iterator[EvilServer]:
    made = EvilServer(model=f"vlm {_EVIL}")
    with made.served():
        yield made


def paint_evil(folder: Path) -> Path:
    """Photos and a broken file whose names, folders and metadata are hostile."""
    place = folder / os.fsdecode(_NAME[:90])
    place.mkdir(parents=True)
    exif = Image.Exif()
    exif[0x010E] = exif[0x010F] = exif[0x0110] = _EVIL
    xmp = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF'
        ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>boat \x9b7731m \u202e</dc:title>'
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    for number, name in enumerate((_NAME + b".jpg", b"-rf.jpg")):
        picture = Image.new("RGB", (60 + number, 40), "red")
        picture.save(place / os.fsdecode(name), "JPEG", exif=exif, xmp=xmp.encode())
    Image.new("RGB", (50, 40), "blue").save(place / os.fsdecode(_RAW_NAME))
    (place / os.fsdecode(_NAME + b"x.jpg")).write_bytes(b"no photo")
    for path in place.iterdir():
        # The newest is the first on the screen: one that can be shown, with all its facts.
        moment = _NEWEST if path.name == "-rf.jpg" else _NEWEST - 60
        os.utime(path, (moment, moment))
    return folder


@dataclass(frozen=True, slots=True)
class Shown:
    """A hostile library, and what indexing it sent to the terminal."""

    imagescope: Imagescope
    indexing: bytes

    def draw(self, *words: object) -> str:
        raw = on_terminal(self.imagescope, *words)
        return expect_harmless(raw)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory, server: EvilServer) -> Iterator[Shown]:
    base = tmp_path_factory.mktemp("evil")
    with pytest.MonkeyPatch.context() as patch:
        live_in(base / "home", patch)
        imagescope = Imagescope(base)
        imagescope.environment["IMAGESCOPE_LMM_URL"] = server.url
        raw = on_terminal(imagescope, "index", paint_evil(base / "photos"))
        yield Shown(imagescope, raw)


def on_terminal(imagescope: Imagescope, *words: object) -> bytes:
    command = [*imagescope.command, "--library", str(imagescope.library), *map(str, words)]
    environment = dict(imagescope.environment)
    environment.pop("NO_COLOR")
    return run_on_terminal(command, imagescope.base, environment).raw


def expect_harmless(raw: bytes) -> str:
    """The text that was drawn, of which nothing but our own escapes is obeyed.

    A NUL, as `-0` sends it, does nothing in a terminal.
    """
    text = raw.decode("utf-8")
    plain = _OURS.sub("", text).replace("\0", "")
    assert not _FORBIDDEN.search(plain), repr(_FORBIDDEN.search(plain)) + repr(plain)
    return plain


def test_indexing_draws_no_foreign_escape(shown: Shown) -> None:
    text = expect_harmless(shown.indexing)
    assert "captions: vlm" in text
    assert "3 photos" in text or "4 photos" in text


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("status", "--failures"), "end"),
        (("search", f"boat {_TYPED}", "--verbose"), "end"),
        ((*_PLAIN, "-0"), "raw.png"),
        (("index", f"/no/{_TYPED}"), "there is no folder"),
        (("backup", f"/no/{_TYPED}"), "there is no folder"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_no_command_draws_a_foreign_escape(
    shown: Shown, words: tuple[str, ...], expected: str
) -> None:
    assert expected in shown.draw(*words)


def test_a_pipe_gets_the_bytes_of_names_as_they_are(shown: Shown) -> None:
    out = shown.imagescope(*_PLAIN, "-0").out
    names = {os.fsencode(path).rpartition(b"/")[2] for path in out.split("\0") if path}
    assert {_RAW_NAME, _NAME + b".jpg"} <= names


def test_json_is_ascii(shown: Shown) -> None:
    assert shown.imagescope("status", "--failures", "--json").out.isascii()


_SCREEN = "from imagescope_tui.cli.tui_app import main; main()"
_OBEYED = re.compile(
    rb"\x1b\[7731|\xc2[\x80-\x9f]|\x1b\]52|\x1b\]8;;|\x1b\]0;|\x1bP7731"
    rb"|\xe2\x80[\x8b-\x8f\xaa-\xae]|\xe2\x81[\xa0-\xaf]"
)


def test_the_screen_draws_no_foreign_escape(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("IMAGESCOPE_ENCODER", "IMAGESCOPE_LMM_URL", "IMAGESCOPE_WORKERS"):
        monkeypatch.setenv(name, shown.imagescope.environment[name])
    library = str(shown.imagescope.library)
    command = (sys.executable, "-P", "-c", _SCREEN, "--library", library, "--images", "blocks")
    with Terminal(command) as terminal:
        terminal.seconds_until("4 photos", "ndx.jpg")
        seen = terminal.seen
        # Down to the photos. Only when they have the keys is the first opened, with its facts.
        terminal.forget()
        terminal.type("\x1b[B")
        terminal.seconds_until("similar")
        terminal.type("\r")
        terminal.seconds_until("A boat", "gnp")
        seen += terminal.seen
    assert not _OBEYED.search(seen), _OBEYED.search(seen)
    # Bytes that are no UTF-8 would be 8-bit controls to some terminals.
    seen.rpartition(b"\x1b")[0].decode("utf-8")
