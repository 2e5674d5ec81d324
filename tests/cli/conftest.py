"""The installed commands, run as a person runs them: as processes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import live_in
from tests.pictures import paint
from tests.tampered_program import program_of_colours

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "sk-secret"
_TIMEOUT_SECONDS = 100


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401
        return json.loads(self.out)


class Imagescope:
    """Runs `imagescope` with a library of its own."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.library = base / "library"
        self.environment = {
            **os.environ,
            **program_of_colours().environment,
            "IMAGESCOPE_ENCODER": "pocket",
            # So few photos need one decoding process.
            "IMAGESCOPE_WORKERS": "1",
            "NO_COLOR": "1",
        }

    def __call__(self, *words: object, **environment: str) -> Outcome:
        done = subprocess.run(
            [*self.command, "--library", str(self.library), *map(str, words)],
            check=False,
            capture_output=True,
            timeout=_TIMEOUT_SECONDS,
            stdin=subprocess.DEVNULL,
            env={**self.environment, **environment},
            cwd=self.base,
        )
        return Outcome(
            done.returncode, done.stdout.decode("utf-8", "surrogateescape"), done.stderr.decode()
        )

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-P", "-m", "imagescope_tui.cli"]


@pytest.fixture
def imagescope(tmp_path: Path) -> Imagescope:
    return Imagescope(tmp_path)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A few photos of plain colours in folders with names."""
    return paint_photos(tmp_path / "photos")


@dataclass(frozen=True, slots=True)
class Shelf:
    """Photos that no test may change, and a library of them, made once."""

    photos: Path
    library: Path

    def lend(self, imagescope: Imagescope) -> Imagescope:
        """Gives a command a copy of the library for its own."""
        shutil.copytree(self.library, imagescope.library)
        return imagescope


def index_once(base: Path, photos: Path) -> Shelf:
    """Index photos apart from any test."""
    with pytest.MonkeyPatch.context() as patch:
        live_in(base / "home", patch)
        imagescope = Imagescope(base)
        done = imagescope("index", photos)
    assert done.status == 0, done.err
    return Shelf(photos, imagescope.library)


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """The same few photos, indexed."""
    base = tmp_path_factory.mktemp("shelf")
    return index_once(base, paint_photos(base / "photos"))


@pytest.fixture
def indexed(imagescope: Imagescope, shelf: Shelf) -> Imagescope:
    """A library of photos that are not to be changed."""
    return shelf.lend(imagescope)


@pytest.fixture(scope="session")
def doctor(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """What `doctor --json` says where a key is set; it looks at much, so it is asked once."""
    base = tmp_path_factory.mktemp("doctor")
    with pytest.MonkeyPatch.context() as patch:
        live_in(base / "home", patch)
        return shelf.lend(Imagescope(base))("doctor", "--json", IMAGESCOPE_LMM_API_KEY=SECRET)


def paint_photos(folder: Path) -> Path:
    """A few photos of plain colours in folders with names."""
    for place, colour in (
        ("Lisbon 2019/IMG_0001.png", "yellow"),
        ("Lisbon 2019/IMG_0002.png", "red"),
        ("garden/rose.png", "red"),
        ("garden/sky.png", "deepskyblue"),
    ):
        paint(folder / place, colour, (90 + len(place), 60))
    return folder
