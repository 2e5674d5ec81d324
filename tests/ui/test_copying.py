"""`y` copies the path, `y` again the picture: the bytes that leave, as who gets them reads them."""

from __future__ import annotations

import base64
import io
import re
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from imagescope_tui.ui import opening, photo_actions
from imagescope_tui.ui.messages import TerminalSaid
from imagescope_tui.ui.opening import Failed
from imagescope_tui.ui.picture_clipboard import (
    CopiedPicture,
    as_png,
    kitty_answer,
    kitty_packets,
    own_bytes,
)
from tests.ui.waiting import settled, until

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from imagescope_tui.ui.app import ImagescopeApp
    from tests.ui.conftest import Opener

_PACKET = re.compile(r"\x1b\]5522;(type=[a-z]+)((?::[a-z]+=[^:;\x1b]*)*)(?:;([^\x1b]*))?\x1b\\")


def received(packets: Iterable[str]) -> CopiedPicture:
    """What a terminal that speaks Kitty's protocol puts in its clipboard."""
    read = [found for packet in packets if (found := _PACKET.fullmatch(packet))]
    assert read[0][0] == "\x1b]5522;type=write\x1b\\"
    assert read[-1][0] == "\x1b]5522;type=wdata\x1b\\"
    mimes = {found[2].removeprefix(":mime=") for found in read[1:-1]}
    (mime,) = mimes
    pieces = [base64.b64decode(found[3], validate=True) for found in read[1:-1]]
    assert max(map(len, pieces)) <= 4096
    return CopiedPicture(base64.b64decode(mime).decode(), b"".join(pieces))


@pytest.mark.parametrize("size", [1, 4096, 4097, 20_000])
def test_kittys_clipboard_gets_every_byte(size: int) -> None:
    picture = CopiedPicture("image/jpeg", bytes(number % 251 for number in range(size)))
    assert received(kitty_packets(picture)) == picture


def test_a_jpeg_or_png_is_copied_as_it_is_and_nothing_else(tmp_path: Path) -> None:
    for kind in ("jpeg", "png", "webp"):
        Image.new("RGB", (4, 4), "red").save(tmp_path / kind, kind)
    jpeg, png = own_bytes(tmp_path / "jpeg"), own_bytes(tmp_path / "png")
    assert jpeg == CopiedPicture("image/jpeg", (tmp_path / "jpeg").read_bytes())
    assert png == CopiedPicture("image/png", (tmp_path / "png").read_bytes())
    assert own_bytes(tmp_path / "webp") is None
    assert own_bytes(tmp_path / "gone") is None


def test_a_huge_file_is_not_copied_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imagescope_tui.ui.picture_clipboard.MOST_BYTES", 1000)
    (tmp_path / "huge").write_bytes(b"\xff\xd8\xff" + bytes(1000))
    assert own_bytes(tmp_path / "huge") is None


def test_the_desktop_gets_a_png() -> None:
    jpeg = io.BytesIO()
    Image.new("RGB", (8, 6), "blue").save(jpeg, "JPEG")
    png = as_png(CopiedPicture("image/jpeg", jpeg.getvalue()))
    assert png.mime == "image/png"
    with Image.open(io.BytesIO(png.data)) as image:
        assert (image.format, image.size) == ("PNG", (8, 6))


def test_the_terminal_says_what_became_of_it() -> None:
    assert kitty_answer("\x1b]5522;type=write:status=DONE\x1b\\") is True
    denied = kitty_answer("\x1b]5522;type=write:status=EPERM\x1b\\")
    assert isinstance(denied, Failed)
    assert "does not let" in denied.reason
    assert isinstance(kitty_answer("\x1b]5522;type=write:id=1:status=EIO\x1b\\"), Failed)
    assert kitty_answer("\x1b]11;rgb:00/00/00\x1b\\") is False


def notes(app: ImagescopeApp) -> str:
    return " ".join(note.message for note in app._notifications)


def speaks_kitty(app: ImagescopeApp, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every packet for the clipboard that the terminal gets from now on."""
    written: list[str] = []
    app.answers = replace(app.answers, takes_pictures=True)
    assert app._driver is not None
    monkeypatch.setattr(
        app._driver, "write", lambda data: written.append(data) if "]5522" in data else None
    )
    return written


async def test_y_twice_copies_the_picture_itself(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = CopiedPicture("image/jpeg", b"\xff\xd8\xff" + bytes(9000))
    monkeypatch.setattr("imagescope_tui.ui.photo_copying.own_bytes", lambda path: own)
    async with opened() as (app, pilot):
        written = speaks_kitty(app, monkeypatch)
        await pilot.press("escape", "y")
        await settled(pilot)
        assert not written
        assert "y again copies the picture" in notes(app)
        await pilot.press("y")
        await until(pilot, lambda: "\x1b]5522;type=wdata\x1b\\" in written)
        assert received(written) == own
        app.post_message(TerminalSaid("\x1b]5522;type=write:status=DONE\x1b\\"))
        await until(pilot, lambda: "The picture is copied." in notes(app))


async def test_y_on_another_photo_or_later_copies_its_path(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened() as (app, pilot):
        written = speaks_kitty(app, monkeypatch)
        await pilot.press("escape", "y", "right", "y")
        await settled(pilot)
        monkeypatch.setattr(photo_actions, "_AGAIN_SECONDS", 0.0)
        await pilot.press("y")
        await settled(pilot)
        assert not written


async def test_a_photo_that_is_no_jpeg_is_copied_as_its_preview(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened() as (app, pilot):
        written = speaks_kitty(app, monkeypatch)
        monkeypatch.setattr("imagescope_tui.ui.photo_copying.own_bytes", lambda path: None)
        await pilot.press("escape", "y", "y")
        await until(pilot, lambda: "\x1b]5522;type=wdata\x1b\\" in written)
        with Image.open(io.BytesIO(received(written).data)) as image:
            assert image.format == "JPEG"


async def test_over_ssh_a_terminal_without_the_protocol_is_told_of(opened: Opener) -> None:
    async with opened(over_ssh=True) as (app, pilot):
        await pilot.press("escape", "y", "y")
        await until(pilot, lambda: "clipboard takes text alone" in notes(app))


async def test_on_the_desktop_a_helper_gets_the_picture(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[Sequence[str], bytes]] = []
    monkeypatch.setattr(shutil, "which", lambda name: name if name == "xclip" else None)

    def call(command: Sequence[str], data: bytes = b"") -> bool:
        given.append((command, data))
        return True

    monkeypatch.setattr(opening, "_call", call)
    async with opened() as (app, pilot):
        await pilot.press("escape", "y", "y")
        await until(pilot, lambda: "The picture is copied." in notes(app))
    command, data = next(call for call in given if "image/png" in call[0])
    assert command == ("xclip", "-selection", "clipboard", "-t", "image/png")
    with Image.open(io.BytesIO(data)) as image:
        assert image.format == "PNG"


async def test_where_nothing_takes_pictures_it_says_so(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    async with opened() as (app, pilot):
        await pilot.press("escape", "y", "y")
        await until(pilot, lambda: "neither wl-copy nor xclip" in notes(app))
