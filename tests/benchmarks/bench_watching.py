"""Seconds from saving a photo in a watched folder until a search finds it."""

from __future__ import annotations

import asyncio
import shutil
import statistics
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagescope_tui.indexer_client import IndexerClient
from imagescope_tui.search.types import Query, SearchOptions
from imagescope_tui.wiring import engine_beside_indexer
from indexer.events import IndexUpToDate
from indexer.options import IndexerOptions
from indexer.questions import PictureQuestion
from storage.records import PhotoFilter
from tests.benchmarks.checkpoint import ARCHITECTURE, make_checkpoint, setting_for
from tests.benchmarks.photo_files import make_large_photos, make_small_photos
from tests.benchmarks.table import Table, verdict

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
    from pathlib import Path

    from imagescope_tui.search.engine import SearchEngine
    from indexer.events import IndexEvent

PACKAGES = ("watchdog", "pillow", "torch")
TARGET_SECONDS = 3.0
_TIMES, _QUICK_TIMES = 10, 3
_OTHERS = 400
_PATIENCE_SECONDS = 60.0
_SECONDS_BETWEEN_NAMES, _SECONDS_BETWEEN_PICTURES = 0.05, 0.2
_SECONDS_BETWEEN_SAVES = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Delay:
    """Seconds from the moment when the file is closed."""

    by_name: float
    by_picture: float


def run(folder: Path, *, quick: bool) -> tuple[Table, ...]:
    """The same for the encoder that comes along and for a real size of model."""
    times = _QUICK_TIMES if quick else _TIMES
    saved = make_large_photos(folder / "large", times)
    settings = {"pocket": "pocket", ARCHITECTURE: setting_for(make_checkpoint(folder))}
    delays = {
        name: asyncio.run(_measure(folder, setting, saved)) for name, setting in settings.items()
    }
    slowest = max(delay.by_picture for each in delays.values() for delay in each)
    return (
        Table(
            title=f"A 12-megapixel photo is saved, {times} times; median / slowest",
            head=("encoder", "found by its name", "found by its picture"),
            rows=tuple(_row(name, each) for name, each in delays.items()),
            notes=(
                f"Target: at most {TARGET_SECONDS:g} s: the slowest took {slowest:.2f} s,"
                f" {verdict(slowest, TARGET_SECONDS)}. Searches go on meanwhile: every"
                f" {_SECONDS_BETWEEN_NAMES} s by name, then every {_SECONDS_BETWEEN_PICTURES} s"
                " by picture.",
            ),
        ),
    )


def _row(name: str, delays: Sequence[_Delay]) -> tuple[str, ...]:
    by_name = [delay.by_name for delay in delays]
    by_picture = [delay.by_picture for delay in delays]
    return (
        name,
        *(f"{statistics.median(each):.2f} s / {max(each):.2f} s" for each in (by_name, by_picture)),
    )


async def _measure(folder: Path, encoder: str, photos: Sequence[Path]) -> list[_Delay]:
    library, root = folder / "watching", folder / "watched"
    for place in (library, root):
        shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(make_small_photos(folder, _OTHERS), root)
    options = IndexerOptions(
        library=library, encoder=encoder, folders=(root,), watch=True, serve=True
    )
    delays: list[_Delay] = []
    async with _indexing(options) as client:
        engine = engine_beside_indexer(client, library)
        for number, photo in enumerate(photos):
            await asyncio.sleep(_SECONDS_BETWEEN_SAVES)
            delays.append(await _save(client, engine, photo, root / f"holiday{number}.jpg"))
        engine.close()
    return delays


@asynccontextmanager
async def _indexing(options: IndexerOptions) -> AsyncIterator[IndexerClient]:
    """The child as the screen runs it, once everything that is there already is indexed."""
    is_up_to_date = asyncio.Event()

    def hear(event: IndexEvent) -> None:
        if isinstance(event, IndexUpToDate):
            is_up_to_date.set()

    client = IndexerClient(options, on_event=hear)
    await client.start()
    try:
        async with asyncio.timeout(10 * _PATIENCE_SECONDS):
            await is_up_to_date.wait()
        yield client
    finally:
        await client.stop()


async def _save(client: IndexerClient, engine: SearchEngine, photo: Path, place: Path) -> _Delay:
    before = await _photos_found(client)
    shutil.copyfile(photo, place)
    started = time.perf_counter()
    query = Query(text=place.stem, filter=PhotoFilter())
    by_words = SearchOptions(rank_by="words")

    async def has_name() -> bool:
        return bool((await engine.search(query, options=by_words, emit=lambda _: None)).ranking)

    async def has_picture() -> bool:
        return await _photos_found(client) > before

    return _Delay(
        by_name=await _seconds_until(has_name, started, _SECONDS_BETWEEN_NAMES),
        by_picture=await _seconds_until(has_picture, started, _SECONDS_BETWEEN_PICTURES),
    )


async def _photos_found(client: IndexerClient) -> int:
    """Asks for so many that every photo with a vector is among them."""
    answer = await client.nearest(PictureQuestion(texts=("red",), limit=2 * _OTHERS))
    return len(answer.photos)


async def _seconds_until(
    is_found: Callable[[], Awaitable[bool]], started: float, pause: float
) -> float:
    async with asyncio.timeout(_PATIENCE_SECONDS):
        # What is waited for happens in another process.
        while not await is_found():  # noqa: ASYNC110
            await asyncio.sleep(pause)
    return time.perf_counter() - started
