"""What a photo costs in a small library and in a large one, and whether the indexer grows."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.benchmarks.clocks import Reading, span
from tests.benchmarks.index_command import IndexCommand
from tests.benchmarks.photo_files import make_small_photos
from tests.benchmarks.processes import command_of, memory_of, tree_of
from tests.benchmarks.table import Table, mebibytes, milliseconds, verdict

if TYPE_CHECKING:
    from pathlib import Path

    from tests.benchmarks.clocks import Span

PACKAGES = ("pillow", "sqlite-utils", "numpy")
_SIZES, _QUICK_SIZES = (1_000, 10_000, 100_000), (200, 1_000)
_LINEAR_FACTOR, _FLAT_FACTOR = 1.25, 1.1
_SHARES = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    span: Span
    """From the end of the scan to the last photo."""
    memory: tuple[int, ...]
    """PSS of the indexer's process when these shares of the photos were done, in bytes."""
    made_ready: float
    """Seconds from the last photo to the end: what makes searches quick is written."""


def run(folder: Path, *, quick: bool) -> tuple[Table, ...]:
    """Index so many tiny photos into an empty library, each size once."""
    done = {size: _index(folder, size) for size in (_QUICK_SIZES if quick else _SIZES)}
    return (_table(done),)


def _index(folder: Path, size: int) -> _Run:
    photos, library = make_small_photos(folder, size), folder / "grown"
    shutil.rmtree(library, ignore_errors=True)
    memory: list[int] = []
    with IndexCommand(library, str(photos)) as command:
        scanned = command.hear_until("scan_finished")
        last = scanned
        for heard in command.events():
            if heard.name == "index_progress":
                last = heard
                if len(memory) < len(_SHARES) and heard.fields["done"] >= (
                    _SHARES[len(memory)] * size
                ):
                    memory.append(_indexer_memory(command.process.pid))
            elif heard.name == "index_up_to_date":
                assert (heard.fields["photos"], heard.fields["failed"]) == (size, 0)
        command.process.wait()
        ended = Reading.now()
    return _Run(
        span=span(scanned.at, last.at),
        memory=tuple(memory),
        made_ready=ended.wall - last.at.wall,
    )


def _indexer_memory(process_id: int) -> int:
    return max(
        memory_of(number).proportional
        for number in tree_of(process_id)
        if "-m indexer" in command_of(number)
    )


def _table(done: dict[int, _Run]) -> Table:
    costs = {size: each.span.cpu / size for size, each in done.items()}
    smallest, largest = min(done), max(done)
    growth = costs[largest] / costs[smallest]
    swelling = done[largest].memory[-1] / done[largest].memory[0]
    return Table(
        title="Indexing tiny photos with `pocket` into an empty library",
        head=(
            "photos",
            "photos/s",
            "CPU each",
            *(f"PSS at {share:.0%}" for share in _SHARES),
            "afterwards",
        ),
        rows=tuple(_row(size, each) for size, each in done.items()),
        notes=(
            f"Target: a photo costs the same in a library of {largest:,} as in one of"
            f" {smallest:,} ({_LINEAR_FACTOR:g} times at most): {growth:.2f},"
            f" {verdict(growth, _LINEAR_FACTOR)}. Target: the indexer's process stays as it is"
            f" from {_SHARES[0]:.0%} to {_SHARES[-1]:.0%} of {largest:,} photos"
            f" ({_FLAT_FACTOR:g} times at most): {swelling:.2f},"
            f" {verdict(swelling, _FLAT_FACTOR)}. Afterwards, from 20,000 photos on, all vectors"
            " are put into one file, and are in memory once while that is done.",
        ),
    )


def _row(size: int, each: _Run) -> tuple[str, ...]:
    return (
        f"{size:,}",
        f"{size / each.span.wall:,.0f}",
        milliseconds(each.span.cpu / size),
        *(mebibytes(memory) for memory in each.memory),
        f"{each.made_ready:.1f} s",
    )
