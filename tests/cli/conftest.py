"""The installed commands, run as a person runs them: as processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.pictures import paint

if TYPE_CHECKING:
    from pathlib import Path

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
        self.environment = {**os.environ, "IMAGESCOPE_ENCODER": "builtin", "NO_COLOR": "1"}

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
    folder = tmp_path / "photos"
    for place, colour in (
        ("Lisbon 2019/IMG_0001.png", "yellow"),
        ("Lisbon 2019/IMG_0002.png", "red"),
        ("garden/rose.png", "red"),
        ("garden/sky.png", "deepskyblue"),
    ):
        paint(folder / place, colour, (90 + len(place), 60))
    return folder
