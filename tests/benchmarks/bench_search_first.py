"""How long a search by words takes while photos are indexed as fast as they can be."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from imagescope_tui.setting_table import SETTINGS
from indexer.options import IndexerOptions
from tests.benchmarks.checkpoint import ARCHITECTURE, make_checkpoint, setting_for
from tests.benchmarks.photo_files import make_large_photos, make_small_photos
from tests.benchmarks.processes import cpu_seconds
from tests.benchmarks.served_indexer import (
    PATIENCE_SECONDS,
    Heard,
    seconds_of_search,
    serving,
)
from tests.benchmarks.table import Table, milliseconds, verdict

if TYPE_CHECKING:
    from pathlib import Path

    from imagescope_tui.indexer_client import IndexerClient

PACKAGES = ("torch", "open_clip_torch", "numpy")
TARGET_FACTOR = 3.0
_FOUND, _PHOTOS, _QUICK_PHOTOS = 64, 400, 120
_ROUNDS, _QUICK_ROUNDS = 4, 1
_SEARCHES = 12
_SECONDS_BETWEEN_SEARCHES = 0.35
_QUIET_SECONDS, _QUIET_SHARE = 0.5, 0.05
_WORDS = ("red", "a dog in the snow", "two children on a beach at sunset", "old car", "harbour")


@dataclass(slots=True)
class _Latencies:
    idle: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)


def run(folder: Path, *, quick: bool) -> tuple[Table, ...]:
    """Rounds of searches, the indexer paused and at full speed in turn, for both priorities."""
    photos = _QUICK_PHOTOS if quick else _PHOTOS
    make_large_photos(folder / f"large-{photos}", photos)
    usual = next(int(str(info.default)) for info in SETTINGS if info.key == "nice")
    measured = {
        nice: asyncio.run(
            _measure(folder, photos, nice=nice, rounds=_QUICK_ROUNDS if quick else _ROUNDS)
        )
        for nice in (usual, 0)
    }
    factor = _factor(measured[usual])
    return (
        Table(
            title=f"A search by words, {ARCHITECTURE}, median / 90 % / slowest",
            head=("priority of indexing", "indexer paused", "indexing", "factor of the medians"),
            rows=tuple(
                (f"`nice = {nice}`", _cell(each.idle), _cell(each.busy), f"{_factor(each):.1f}")
                for nice, each in measured.items()
            ),
            notes=(
                f"Target: at most {TARGET_FACTOR:g} times as long while indexing: {factor:.1f},"
                f" {verdict(factor, TARGET_FACTOR)}. Encoding the words and comparing them with the"
                " few photos there are, asked of the indexer's child as the screen asks; pauses and"
                " 12-megapixel photos take turns.",
            ),
        ),
    )


def _factor(each: _Latencies) -> float:
    return statistics.median(each.busy) / statistics.median(each.idle)


def _cell(seconds: list[float]) -> str:
    return " / ".join(milliseconds(float(q)) for q in np.percentile(seconds, [50, 90, 100]))


async def _measure(folder: Path, photos: int, *, nice: int, rounds: int) -> _Latencies:
    library = folder / "search-first"
    shutil.rmtree(library, ignore_errors=True)
    options = IndexerOptions(
        library=library,
        encoder=setting_for(make_checkpoint(folder)),
        folders=(make_small_photos(folder, _FOUND),),
        nice=nice,
        serve=True,
    )
    latencies = _Latencies()
    texts = (f"{words} {number}" for number in itertools.count() for words in _WORDS)
    heard = Heard()
    async with serving(options, heard) as client:
        await client.add_folder(folder / f"large-{photos}")
        for _ in range(rounds):
            await client.pause()
            await _until_quiet()
            latencies.idle += [await _search(client, next(texts)) for _ in range(_SEARCHES)]
            heard.has_committed.clear()
            await client.resume()
            await heard.has_committed.wait()
            latencies.busy += [await _search(client, next(texts)) for _ in range(_SEARCHES)]
    return latencies


async def _until_quiet() -> None:
    """Until what was in hand when the pause came is done."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            before = cpu_seconds(os.getpid())
            await asyncio.sleep(_QUIET_SECONDS)
            if cpu_seconds(os.getpid()) - before < _QUIET_SHARE * _QUIET_SECONDS:
                return


async def _search(client: IndexerClient, text: str) -> float:
    await asyncio.sleep(_SECONDS_BETWEEN_SEARCHES)
    return await seconds_of_search(client, text)
