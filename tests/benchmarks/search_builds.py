"""The whole command `imagescope search` of several checkouts of the program, in turns."""

from __future__ import annotations

import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.benchmarks.clocks import Span, Stopwatch
from tests.benchmarks.index_command import PROJECT

if TYPE_CHECKING:
    from collections.abc import Sequence

_QUERY = "a dog"
# The name that every build understands: it is an old one of `pocket`.
_ENCODER = "builtin"
_FOUND_OR_NOT = (0, 1)
_PACKAGES = ("imagescope_tui", "indexer", "storage")
_MAKE_LIBRARY = """
import sys
from pathlib import Path
from tests.benchmarks.library_seed import make_library
print(make_library(Path(sys.argv[1]), int(sys.argv[2])))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """A checkout of the program, and the Python that has what it needs."""

    name: str
    project: Path
    python: str

    @classmethod
    def here(cls, name: str) -> Self:
        """The one that measures."""
        return cls(name=name, project=PROJECT, python=sys.executable)

    @classmethod
    def of_checkout(cls, name: str, project: Path) -> Self:
        """Another, with an environment of its own in `.venv`."""
        return cls(name=name, project=project, python=str(project / ".venv" / "bin" / "python"))

    def make_library(self, folder: Path, photos: int) -> Path:
        """A library as this build makes it, of its own tiny photos."""
        folder.mkdir(parents=True, exist_ok=True)
        told = self._run("-c", _MAKE_LIBRARY, str(folder), str(photos))
        return Path(told.stdout.splitlines()[-1])

    def compile(self) -> None:
        """As pip does."""
        self._run("-m", "compileall", "-qq", *_PACKAGES)

    def search(self, library: Path) -> Span:
        """The command from start to end, with the encoder that comes with the build."""
        options = ("--library", str(library), "--encoder", _ENCODER)
        with Stopwatch() as watch:
            self._run("-m", "imagescope_tui.cli", "search", _QUERY, *options, good=_FOUND_OR_NOT)
        return watch.span

    def _run(
        self, *arguments: str, good: tuple[int, ...] = (0,)
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [self.python, *arguments],
            cwd=self.project,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if done.returncode not in good:
            raise RuntimeError(f"{self.name} ended with {done.returncode}: {done.stderr[-400:]}")
        return done


@dataclass(frozen=True, slots=True, kw_only=True)
class Searches:
    """Medians of the rounds of one build, in seconds."""

    name: str
    cpu: float
    wall: float
    best_wall: float


def measure_searches(
    builds: Sequence[Build], folder: Path, *, photos: int, rounds: int
) -> list[Searches]:
    """Each build searches a library of its own, one after the other in each round."""
    libraries = [build.make_library(folder / build.name, photos) for build in builds]
    for build in builds:
        build.compile()
    # What the first round costs more, for files that no cache holds, is nobody's.
    _, *done = (
        [build.search(place) for build, place in zip(builds, libraries, strict=True)]
        for _ in range(rounds + 1)
    )
    return [
        Searches(
            name=build.name,
            cpu=statistics.median(each.cpu for each in spans),
            wall=statistics.median(each.wall for each in spans),
            best_wall=min(each.wall for each in spans),
        )
        for build, spans in zip(builds, zip(*done, strict=True), strict=True)
    ]
