"""Scanning a folder the first time, and again when nothing in it has changed."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.library import Library
from tests.benchmarks.clocks import Span, span
from tests.benchmarks.index_command import IndexCommand
from tests.benchmarks.library_seed import mark_as_read
from tests.benchmarks.photo_files import make_small_photos
from tests.benchmarks.processes import PeakWatch
from tests.benchmarks.table import Table, mebibytes, verdict

if TYPE_CHECKING:
    from pathlib import Path

PACKAGES = ("sqlite-utils",)
TARGET_SECONDS = 10.0
TARGET_BYTES = 200 * 2**20
_SIZES = (1_000, 10_000, 100_000)
_QUICK_SIZES = (200, 1_000)
_RESCANS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scan:
    """What one scan by the real command took."""

    scan: float
    """Seconds from the scan's first event to its last."""
    whole: Span
    """From the start of the command to the end of the scan."""
    peak: int
    """Largest resident size of the indexer's process, in bytes."""


def run(folder: Path, *, quick: bool) -> tuple[Table, ...]:
    """One row per number of files."""
    sizes = _QUICK_SIZES if quick else _SIZES
    results = {size: _measure(folder, size) for size in sizes}
    unchanged = results[sizes[-1]][1]
    seconds, peak = unchanged.scan, unchanged.peak
    return (
        Table(
            title="Scanning small files, about 200 in a folder",
            head=("files", "", "scan", "µs per file", "with start-up", "CPU", "peak memory"),
            rows=tuple(
                _row(size, name, scan)
                for size, (first, again) in results.items()
                for name, scan in (("first", first), ("unchanged", again))
            ),
            notes=(
                f"Target: {sizes[-1]:,} unchanged files in at most {TARGET_SECONDS:g} s: "
                f"{seconds:.2f} s, {verdict(seconds, TARGET_SECONDS)}; in at most"
                f" {mebibytes(TARGET_BYTES)}: {verdict(peak, TARGET_BYTES)}.",
            ),
        ),
    )


def _row(size: int, name: str, scan: _Scan) -> tuple[str, ...]:
    return (
        f"{size:,}",
        name,
        f"{scan.scan:.2f} s",
        f"{scan.scan / size * 1e6:.0f}",
        f"{scan.whole.wall:.2f} s",
        f"{scan.whole.cpu:.2f} s",
        mebibytes(scan.peak),
    )


def _measure(folder: Path, size: int) -> tuple[_Scan, _Scan]:
    """The first scan, and of the scans after it the best times and the highest peak."""
    root, place = make_small_photos(folder, size), folder / "rescanned"
    shutil.rmtree(place, ignore_errors=True)
    first = _scan(place, root, expect_added=size)
    with Library.open_writer(place) as library:
        mark_as_read(library)
    again = [_scan(place, root, expect_added=0) for _ in range(_RESCANS)]
    best = _Scan(
        scan=min(scan.scan for scan in again),
        whole=min((scan.whole for scan in again), key=lambda whole: whole.wall),
        peak=max(scan.peak for scan in again),
    )
    return first, best


def _scan(library: Path, root: Path, *, expect_added: int) -> _Scan:
    with (
        IndexCommand(library, str(root)) as command,
        PeakWatch(command.process.pid) as watch,
    ):
        begun = command.hear_until("scan_started")
        ended = command.hear_until("scan_finished")
        changes = [ended.fields[name] for name in ("added", "modified", "moved", "deleted")]
        assert changes == [expect_added, 0, 0, 0], changes
    return _Scan(
        scan=ended.at.wall - begun.at.wall,
        whole=span(command.began, ended.at),
        peak=watch.largest("-m indexer"),
    )
