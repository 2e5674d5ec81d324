"""How long the screen does not answer, while photos are indexed at full speed beside it."""

from __future__ import annotations

import json
import shutil
import signal
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tests.benchmarks.library_seed import make_library
from tests.benchmarks.photo_files import make_small_photos
from tests.benchmarks.processes import memory_of
from tests.benchmarks.table import Table, mebibytes, milliseconds, verdict
from tests.benchmarks.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

PACKAGES = ("textual", "textual-image")
TARGET_SECONDS = 0.1
TARGET_BYTES = 150 * 2**20
_PHOTOS, _QUICK_PHOTOS = 100_000, 1_000
_FRESH, _QUICK_FRESH = 20_000, 1_500
_ROUNDS, _QUICK_ROUNDS = 8, 2
_DOWN, _PAGE_DOWN, _PAGE_UP, _TAB = "\x1b[B", "\x1b[6~", "\x1b[5~", "\t"
_KEYS = (
    *([_DOWN] * 6),
    *([_PAGE_DOWN] * 4),
    _TAB,
    _PAGE_UP,
    "G",
    "g",
    *"/red dog",
    "\x1b",
    _DOWN,
    "s",
    "\x1b",
    "\x1b",
)
_SECONDS_BETWEEN_KEYS = 0.12
_INDEXING = "indexing"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    lateness: list[float]
    busy: list[float]
    places: list[tuple[str, int]]
    proportional: int


def run(folder: Path, *, quick: bool) -> tuple[Table, ...]:
    """A person pages and types while the child indexes thousands of small photos."""
    photos, fresh = (_QUICK_PHOTOS, _QUICK_FRESH) if quick else (_PHOTOS, _FRESH)
    library = folder / "lag-library"
    shutil.rmtree(library, ignore_errors=True)
    shutil.copytree(make_library(folder, photos), library)
    seen = _measure(folder, library, make_small_photos(folder, fresh), quick=quick)
    for place, times in seen.places:
        print(f"{times} × {place}", file=sys.stderr)
    return (_table(seen, photos), _memory_table(seen, photos))


def _measure(folder: Path, library: Path, fresh: Path, *, quick: bool) -> _Seen:
    report = folder / "lag.json"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "tests.benchmarks.lag_probe", str(report)]
    options = ["--library", str(library), "--encoder", "pocket", "--images", "blocks"]
    with Terminal([*command, *options, str(fresh)]) as terminal:
        terminal.seconds_until(_INDEXING)
        terminal.type("\x1b")
        terminal.watch(_SECONDS_BETWEEN_KEYS)
        terminal.process.send_signal(signal.SIGUSR1)
        for key in _KEYS * (_QUICK_ROUNDS if quick else _ROUNDS):
            terminal.type(key)
            terminal.watch(_SECONDS_BETWEEN_KEYS)
            # To look through all that was ever drawn takes time, in which nothing is taken in.
            terminal.forget()
        terminal.process.send_signal(signal.SIGUSR1)
        memory = memory_of(terminal.process.pid)
    told = json.loads(report.read_text())
    return _Seen(**told, proportional=memory.proportional)


def _table(seen: _Seen, photos: int) -> Table:
    longest = max(seen.lateness)
    met = verdict(longest, TARGET_SECONDS)
    return Table(
        title=f"The screen's event loop over {photos:,} photos while others are indexed",
        head=("of each turn", "median", "99 %", "99.9 %", "longest"),
        rows=(
            ("until the next heartbeat", *_quantiles(seen.lateness)),
            ("processor time in it", *_quantiles(seen.busy)),
        ),
        notes=(
            f"Target: no turn over {milliseconds(TARGET_SECONDS)}: {milliseconds(longest)}, {met}."
            f" {len(seen.lateness):,} turns; a person pages, opens the panel, searches while typing"
            " and asks for similar photos. What a turn takes beyond its processor time it waits for"
            " a core.",
        ),
    )


def _quantiles(seconds: list[float]) -> tuple[str, ...]:
    found = np.percentile(seconds, [50, 99, 99.9, 100])
    return tuple(milliseconds(max(0.0, float(value))) for value in found)


def _memory_table(seen: _Seen, photos: int) -> Table:
    met = verdict(seen.proportional, TARGET_BYTES)
    return Table(
        title=f"Memory of the screen over {photos:,} photos, after that",
        head=("", "PSS"),
        rows=(("screen", mebibytes(seen.proportional)),),
        notes=(f"Target: at most {mebibytes(TARGET_BYTES)}: {met}.",),
    )
