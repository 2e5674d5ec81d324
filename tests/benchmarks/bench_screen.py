"""How soon the screen is there, and how much memory it and the indexer's child take."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.benchmarks.library_seed import make_library
from tests.benchmarks.page_cache import forget_program
from tests.benchmarks.processes import Memory, command_of, cpu_seconds, memory_of, tree_of
from tests.benchmarks.search_builds import Build
from tests.benchmarks.table import Table, mebibytes, verdict
from tests.benchmarks.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PACKAGES = ("textual", "textual-image", "numpy")
TARGET_SECONDS, TARGET_PHOTOS_SECONDS = 0.5, 0.9
_SIZES, _QUICK_SIZES = (10_000, 100_000), (300,)
_WARM_ROUNDS, _COLD_ROUNDS = 7, 3
_HERE = Build.here("now")
_FRAME = ("what are you looking for", "to the photos")
_PHOTOS = "IMG_"
_FOUND = "search ✓"
_QUIET_SECONDS, _QUIET_CPU_SECONDS = 2.0, 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """Seconds from the start of the process."""

    frame: float
    cpu: float
    """CPU-seconds of the first frame."""
    photos: float


def run(folder: Path, *, quick: bool) -> tuple[Table, ...]:
    """Starts, warm and cold, and memory after a search, for each size of library."""
    starts: list[tuple[str, ...]] = []
    memories: list[tuple[str, ...]] = []
    warm_frames: list[float] = []
    warm_photos: list[float] = []
    for size in _QUICK_SIZES if quick else _SIZES:
        library = make_library(folder, size)
        for images in ("auto", "blocks"):
            warm = [_start(library, images) for _ in range(1 + _WARM_ROUNDS)][1:]
            warm_frames.append(statistics.median(start.frame for start in warm))
            warm_photos.append(statistics.median(start.photos for start in warm))
            starts.append((f"{size:,}", images, "warm", *_cells(warm)))
        cold = [_cold_start(library) for _ in range(_COLD_ROUNDS)]
        starts.append((f"{size:,}", "auto", "cold", *_cells(cold)))
        memories.extend((f"{size:,}", *row) for row in _memory_rows(library))
    slowest = max(warm_frames), max(warm_photos)
    return _start_table(starts, *slowest), _memory_table(memories)


def compare(folder: Path, older: Path, *, quick: bool) -> tuple[Table, ...]:
    """Warm starts of an older checkout and of this one, in turns."""
    size = (_QUICK_SIZES if quick else _SIZES)[-1]
    library = make_library(folder, size)
    builds = (Build.of_checkout("before", older), Build.here("now"))
    for build in builds:
        build.compile()
    rounds = [
        {build.name: _start(library, "blocks", build) for build in builds}
        for _ in range(1 + _WARM_ROUNDS)
    ][1:]
    return (_ratio_table(rounds, size),)


def _ratio_table(rounds: list[dict[str, _Start]], size: int) -> Table:
    before, now = ([each[name] for each in rounds] for name in ("before", "now"))
    ratios = [
        statistics.median(
            getattr(new, part) / getattr(old, part) for new, old in zip(now, before, strict=True)
        )
        for part in ("frame", "cpu", "photos")
    ]
    return Table(
        title=f"The same of two builds over {size:,} photos, warm, in turns, best / median",
        head=("build", "first frame", "its CPU", "photos"),
        rows=(
            ("before", *_cells(before)),
            ("now", *_cells(now)),
            ("median of the ratios", *(f"{ratio:.2f}" for ratio in ratios)),
        ),
    )


def _command(build: Build, library: Path, images: str) -> list[str]:
    program = "from imagescope_tui.cli.tui_app import main; main()"
    options = ("--library", str(library), "--encoder", "pocket", "--images", images)
    return [build.python, "-c", program, *options]


def _start(library: Path, images: str, build: Build = _HERE) -> _Start:
    with Terminal(_command(build, library, images), folder=build.project) as terminal:
        frame = terminal.seconds_until(*_FRAME)
        cpu = cpu_seconds(terminal.process.pid)
        return _Start(frame=frame, cpu=cpu, photos=terminal.seconds_until(_PHOTOS))


def _cold_start(library: Path) -> _Start:
    forget_program()
    return _start(library, "auto")


def _cells(starts: Sequence[_Start]) -> tuple[str, ...]:
    kinds = (
        [start.frame for start in starts],
        [start.cpu for start in starts],
        [start.photos for start in starts],
    )
    return tuple(f"{min(times):.2f} s / {statistics.median(times):.2f} s" for times in kinds)


def _start_table(rows: list[tuple[str, ...]], frame: float, photos: float) -> Table:
    return Table(
        title="From the start of the process to the first frame and to photos, best / median",
        head=("photos", "`--images`", "", "first frame", "its CPU", "photos"),
        rows=tuple(rows),
        notes=(
            f"Targets, warm: the first frame in at most {TARGET_SECONDS} s, photos in"
            f" {TARGET_PHOTOS_SECONDS} s: the slowest medians are {frame:.2f} s,"
            f" {verdict(frame, TARGET_SECONDS)}, and {photos:.2f} s,"
            f" {verdict(photos, TARGET_PHOTOS_SECONDS)}.",
        ),
    )


def _memory_rows(library: Path) -> list[tuple[str, ...]]:
    with Terminal(_command(_HERE, library, "blocks")) as terminal:
        terminal.seconds_until(_PHOTOS)
        _wait_until_quiet(terminal)
        terminal.forget()
        terminal.type("red")
        terminal.seconds_until(_FOUND)
        _wait_until_quiet(terminal)
        processes = tree_of(terminal.process.pid)
        kinds = {number: _kind(command_of(number)) for number in processes}
        kinds[terminal.process.pid] = "screen"
        return [_memory_row(kind, memory_of(number)) for number, kind in kinds.items()]


def _kind(command: str) -> str:
    return "indexer's child" if "-m indexer" in command else "decoding worker"


def _memory_row(kind: str, memory: Memory) -> tuple[str, ...]:
    sizes = (memory.resident, memory.proportional, memory.private)
    return (kind, *map(mebibytes, sizes))


def _wait_until_quiet(terminal: Terminal) -> None:
    """Until nothing of it works any more: the library is scanned, and all is drawn."""
    while True:
        before = cpu_seconds(terminal.process.pid)
        terminal.watch(_QUIET_SECONDS)
        if cpu_seconds(terminal.process.pid) - before < _QUIET_CPU_SECONDS:
            return


def _memory_table(rows: list[tuple[str, ...]]) -> Table:
    return Table(
        title="Memory after a search, the indexer idle, encoder `pocket`",
        head=("photos", "process", "RSS", "PSS", "private"),
        rows=tuple(rows),
        notes=("PSS counts a page that n processes share for an n-th in each.",),
    )
