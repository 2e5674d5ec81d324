"""What the three stages find on drawn pictures, what they cost beside the models, and when."""

from __future__ import annotations

import asyncio
import statistics
import time
from typing import TYPE_CHECKING

from imagescope_tui.search.engine import SearchEngine
from imagescope_tui.search.events import CandidatesRetrieved
from imagescope_tui.search.models import RoleModels
from imagescope_tui.search.types import Query, SearchOptions
from indexer.answers import NearestAnswer, NearPhoto
from storage.records import ContentId, PhotoFilter, PhotoId
from tests.benchmarks.table import Table, verdict
from tests.search.stand_ins import (
    ScriptedModel,
    ScriptedSight,
    ScriptedWords,
    questions,
)
from tests.world.gallery import build_gallery
from tests.world.gallery_search import GallerySearch
from tests.world.model_server import ModelServer

if TYPE_CHECKING:
    from pathlib import Path

    from imagescope_tui.search.events import SearchEvent
    from imagescope_tui.search.types import SearchResult, StrategyName
    from indexer.questions import PictureQuestion
    from tests.world.gallery import Gallery, GalleryQuery

PACKAGES = ("openai", "numpy")
_STRATEGIES: tuple[StrategyName, ...] = ("imagescope", "ours")
_OVERHEAD_MS = 15.0
_ROUNDS, _QUICK_ROUNDS = 40, 5
_PHOTOS = 500


def run(folder: Path, *, quick: bool) -> tuple[Table, ...]:
    """All three."""
    per_kind = 1 if quick else 4
    gallery = build_gallery(folder / "gallery", per_kind=per_kind, misses=4, others=40)
    rounds = _QUICK_ROUNDS if quick else _ROUNDS
    return (
        asyncio.run(_found(gallery)),
        asyncio.run(_overhead(rounds)),
        asyncio.run(_first_results(rounds)),
    )


async def _found(gallery: Gallery) -> Table:
    rows = []
    for strategy in _STRATEGIES:
        search = GallerySearch(gallery, ModelServer())
        results = [(query, await search.run(query, strategy)) for query in gallery.queries]
        await search.close()
        recalls = [f"{gallery.recall_at_1(results, stage):.2f}" for stage in (1, 2, 3)]
        rows.append((f"`{strategy}`", *recalls, _calls(results)))
    return Table(
        title=f"Recall@1 of {len(gallery.queries)} edit queries among"
        f" {len(gallery.scenes)} drawn pictures",
        head=("strategy", "stage 1", "stage 2", "stage 3", "model calls per query"),
        rows=tuple(rows),
        notes=(
            "The encoder knows which colours, shapes and grounds a picture has, but not which"
            " belong together, how many, how large or where; the model server looks at the"
            " pictures and tells the truth. What this shows is that the stages do their work, not"
            " how good a real model is.",
        ),
    )


def _calls(results: list[tuple[GalleryQuery, SearchResult]]) -> str:
    return f"{statistics.mean(sum(item.model_calls.values()) for _, item in results):.1f}"


class _Ready:
    """Pictures whose answer is there: only what the engine makes of it counts."""

    def __init__(self) -> None:
        self.answer = NearestAnswer(
            encoder_id="ready",
            photos=tuple(
                NearPhoto(photo_id=PhotoId(n), content_id=ContentId(n), score=1 / n, picture=1 / n)
                for n in range(1, _PHOTOS + 1)
            ),
            deviation=0.1,
        )

    async def stacks(self, *_: object) -> tuple[tuple[ContentId, ...], ...]:
        return ()

    async def nearest(self, question: PictureQuestion) -> NearestAnswer:
        return self.answer


_PICTURES = _Ready()


def _engine(model: ScriptedModel) -> SearchEngine:
    roles = RoleModels(reasoner=model, verifier=model, evaluator=model)
    return SearchEngine(_PICTURES, ScriptedWords(), models=lambda: roles, sight=ScriptedSight())


async def _overhead(rounds: int) -> Table:
    rows = []
    for strategy in _STRATEGIES:
        took, worked, calls = [], [], 0
        for _ in range(rounds):
            model = ScriptedModel(propositions=questions("One?", "Two?", "Three?"))
            options = SearchOptions(stages=3, rank_by="picture", strategy=strategy)
            engine = _engine(model)
            started, busy = time.perf_counter(), time.process_time()
            result = await engine.search(_QUERY, emit=_nowhere, options=options)
            worked.append((time.process_time() - busy) * 1000)
            took.append((time.perf_counter() - started) * 1000)
            calls = sum(result.model_calls.values())
        cpu = statistics.median(worked)
        rows.append(
            (
                f"`{strategy}`",
                str(calls),
                f"{min(took):.1f} ms",
                f"{statistics.median(took):.1f} ms",
                f"{cpu:.1f} ms",
                verdict(cpu, _OVERHEAD_MS),
            )
        )
    return Table(
        title=f"The engine's own time per query, {_PHOTOS} candidates, all three stages,"
        " models that answer at once",
        head=("strategy", "model calls", "best", "median", "CPU", f"CPU ≤ {_OVERHEAD_MS:.0f} ms"),
        rows=tuple(rows),
    )


async def _first_results(rounds: int) -> Table:
    without = [await _until_first(None) for _ in range(rounds)]
    slow = [await _until_first(asyncio.Event()) for _ in range(rounds)]
    return Table(
        title="Time until the ranking of stage 1 is told",
        head=("model server", "best", "median"),
        rows=(
            ("answers at once", f"{min(without):.2f} ms", f"{statistics.median(without):.2f} ms"),
            ("does not answer", f"{min(slow):.2f} ms", f"{statistics.median(slow):.2f} ms"),
        ),
    )


async def _until_first(gate: asyncio.Event | None) -> float:
    told = asyncio.Event()

    def hear(event: SearchEvent) -> None:
        if isinstance(event, CandidatesRetrieved):
            told.set()

    started = time.perf_counter()
    engine = _engine(ScriptedModel(gate=gate))
    options = SearchOptions(stages=3, rank_by="picture")
    search = asyncio.create_task(engine.search(_QUERY, emit=hear, options=options))
    await told.wait()
    took = (time.perf_counter() - started) * 1000
    search.cancel()
    await asyncio.wait([search])
    return took


def _nowhere(event: SearchEvent) -> None:
    return None


_QUERY = Query(text="a red barn", filter=PhotoFilter())
