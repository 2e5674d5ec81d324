"""How long the screen does not answer, while photos are indexed at full speed beside it."""

from __future__ import annotations

import json
import shutil
import signal
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from storage.library import THUMBNAILS_NAME
from tests.benchmarks.index_command import PROJECT
from tests.benchmarks.library_seed import make_library
from tests.benchmarks.photo_files import make_small_photos, patterned_jpeg
from tests.benchmarks.processes import memory_of
from tests.benchmarks.search_builds import Build
from tests.benchmarks.table import Table, mebibytes, milliseconds, verdict
from tests.benchmarks.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PACKAGES = ("textual", "textual-image")
TARGET_SECONDS = 0.1
TARGET_BYTES = 150 * 2**20
_SIZES = ((120, 40), (200, 60))
_PHOTOS, _QUICK_PHOTOS = 100_000, 1_000
_FRESH, _QUICK_FRESH = 20_000, 1_500
_ROUNDS, _QUICK_ROUNDS = 4, 1
_PROBE = PROJECT / "tests" / "benchmarks" / "lag_probe.py"
_DOWN, _RIGHT, _PAGE_DOWN, _PAGE_UP, _TAB = "\x1b[B", "\x1b[C", "\x1b[6~", "\x1b[5~", "\t"
_SMALLER, _BACK = "smaller", "back"
_STEPS = (
    *([_RIGHT] * 4),
    *([_DOWN] * 6),
    *([_PAGE_DOWN] * 4),
    _TAB,
    _PAGE_UP,
    _SMALLER,
    _BACK,
    "G",
    "g",
    *"/red dog",
    "\x1b",
    _DOWN,
    "s",
    "\x1b",
    "\x1b",
)
_SECONDS_BETWEEN_STEPS = 0.12
_INDEXING, _PATIENCE_SECONDS = "indexing", 300


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    lateness: list[float]
    busy: list[float]
    collections: list[float]
    places: list[tuple[str, int]]
    proportional: int


def run(folder: Path, *, quick: bool) -> tuple[Table, ...]:
    """A person pages and types while the child indexes thousands of small photos."""
    builds = (Build.here("now"),)
    seen = {size: _measure(folder, builds, size, quick=quick) for size in _SIZES}
    now = {size: of_builds["now"] for size, of_builds in seen.items()}
    photos = _photos(quick=quick)
    return (_turns_table(seen, photos), _memory_table(now, photos))


def compare(folder: Path, older: Path, *, quick: bool) -> tuple[Table, ...]:
    """The same by an older checkout and by this one, in turns."""
    builds = (Build.of_checkout("before", older), Build.here("now"))
    seen = {size: _measure(folder, builds, size, quick=quick) for size in _SIZES}
    return (_turns_table(seen, _photos(quick=quick)),)


def _photos(*, quick: bool) -> int:
    return _QUICK_PHOTOS if quick else _PHOTOS


def _measure(
    folder: Path, builds: Sequence[Build], size: tuple[int, int], *, quick: bool
) -> dict[str, _Seen]:
    """What each build showed, the builds taking turns."""
    rounds = 1 if quick else 2
    found: dict[str, list[_Seen]] = {build.name: [] for build in builds}
    for _ in range(rounds):
        for build in builds:
            found[build.name].append(_watch(folder, build, size, quick=quick))
    return {name: _together(several) for name, several in found.items()}


def _together(several: Sequence[_Seen]) -> _Seen:
    whole = several[0]
    for more in several[1:]:
        whole = replace(
            whole,
            lateness=[*whole.lateness, *more.lateness],
            busy=[*whole.busy, *more.busy],
            collections=[*whole.collections, *more.collections],
            proportional=max(whole.proportional, more.proportional),
        )
    return whole


def _watch(folder: Path, build: Build, size: tuple[int, int], *, quick: bool) -> _Seen:
    library = _fresh_library(folder, _photos(quick=quick))
    fresh = make_small_photos(folder, _QUICK_FRESH if quick else _FRESH)
    report = folder / "lag.json"
    report.unlink(missing_ok=True)
    options = ["--library", str(library), "--encoder", "pocket", "--images", "blocks"]
    command = [build.python, "-P", str(_PROBE), str(report), *options, str(fresh)]
    with Terminal(command, size=size, folder=build.project) as terminal:
        terminal.seconds_until(_INDEXING, patience=_PATIENCE_SECONDS)
        terminal.type("\x1b")
        terminal.watch(_SECONDS_BETWEEN_STEPS)
        terminal.process.send_signal(signal.SIGUSR1)
        for step in _STEPS * (_QUICK_ROUNDS if quick else _ROUNDS):
            _take(terminal, step, size)
            terminal.watch(_SECONDS_BETWEEN_STEPS)
            # To look through all that was ever drawn takes time, in which nothing is taken in.
            terminal.forget()
        terminal.process.send_signal(signal.SIGUSR1)
        memory = memory_of(terminal.process.pid)
    told = json.loads(report.read_text())
    for place, times in told["places"]:
        print(f"{build.name} {size}: {times} × {place}", file=sys.stderr)
    return _Seen(**told, proportional=memory.proportional)


def _fresh_library(folder: Path, photos: int) -> Path:
    """A copy that nobody has searched, whose newest photos look like photos: no two cells alike."""
    library = folder / "lag-library"
    shutil.rmtree(library, ignore_errors=True)
    shutil.copytree(make_library(folder, photos), library)
    for number, file in enumerate(sorted((library / THUMBNAILS_NAME).rglob("*.jpg"))):
        file.write_bytes(patterned_jpeg(number))
    return library


def _take(terminal: Terminal, step: str, size: tuple[int, int]) -> None:
    columns, rows = size
    if step == _SMALLER:
        terminal.resize((columns - 30, rows - 8))
    elif step == _BACK:
        terminal.resize(size)
    else:
        terminal.type(step)


def _turns_table(seen: dict[tuple[int, int], dict[str, _Seen]], photos: int) -> Table:
    now = [of_builds["now"] for of_builds in seen.values()]
    longest = max(max(each.lateness) for each in now)
    longest_busy = max(max(each.busy) for each in now)
    met, busy_met = (verdict(value, TARGET_SECONDS) for value in (longest, longest_busy))
    return Table(
        title=f"Turns of the screen's event loop over {photos:,} photos while others are indexed",
        head=(
            *("cells", "build", "turns", "over 100 ms", "median", "99 %", "longest"),
            *("processor time: 99 %", "longest", "longest search for garbage"),
        ),
        rows=tuple(
            _row(size, name, each)
            for size, of_builds in seen.items()
            for name, each in of_builds.items()
        ),
        notes=(
            f"Target: no turn over {milliseconds(TARGET_SECONDS)}: {milliseconds(longest)}, {met};"
            f" by processor time {milliseconds(longest_busy)}, {busy_met}."
            " A person moves, pages, opens the panel, resizes the window, searches while typing and"
            " asks for similar photos. What a turn takes beyond its processor time it waits for a"
            " core.",
        ),
    )


def _row(size: tuple[int, int], name: str, seen: _Seen) -> tuple[str, ...]:
    late = sum(1 for value in seen.lateness if value > TARGET_SECONDS)
    median, most, longest = np.percentile(seen.lateness, [50, 99, 100])
    busy_most, busy_longest = np.percentile(seen.busy, [99, 100])
    values = (median, most, longest, busy_most, busy_longest, max(seen.collections, default=0.0))
    columns, rows = size
    return (
        f"{columns} × {rows}",
        name,
        f"{len(seen.lateness):,}",
        f"{late:,}",
        *(milliseconds(max(0.0, float(value))) for value in values),
    )


def _memory_table(seen: dict[tuple[int, int], _Seen], photos: int) -> Table:
    most = max(each.proportional for each in seen.values())
    return Table(
        title=f"Memory of the screen over {photos:,} photos, after that",
        head=("cells", "PSS"),
        rows=tuple(
            (f"{size[0]} × {size[1]}", mebibytes(each.proportional)) for size, each in seen.items()
        ),
        notes=(f"Target: at most {mebibytes(TARGET_BYTES)}: {verdict(most, TARGET_BYTES)}.",),
    )
