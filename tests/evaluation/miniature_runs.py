"""Whole runs of data sets in miniature, in this process: the product's own evaluation over the
tests' encoder, which sees what is drawn, and the scripted model server, which tells the truth."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from unittest import mock

from imagescope_tui.config import load_settings
from imagescope_tui.evaluation import evaluate
from imagescope_tui.evaluation.datasets.catalog import load_benchmark
from imagescope_tui.evaluation.evaluate import Evaluation
from imagescope_tui.evaluation.galleries import library_index
from imagescope_tui.evaluation.runs.folder import read_card, read_records
from imagescope_tui.evaluation.runs.plan import RunPlan
from imagescope_tui.search.strategies import options_for
from indexer import encoder_slot
from indexer.control import Control
from indexer.encoder_slot import EncoderSlot
from indexer.options import IndexerOptions
from indexer.run import IndexRun
from indexer.workshop import LocalWorkshop
from storage.library import THUMBNAILS_NAME, Library
from storage.thumbnails import ThumbnailCache
from tests.decoding_here import decoding_here
from tests.world.benchmarks import write_miniature
from tests.world.gallery import BagEncoder
from tests.world.language import caption_of
from tests.world.model_server import ModelServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from imagescope_tui.config import Settings
    from imagescope_tui.evaluation.evaluate import Evaluated
    from imagescope_tui.evaluation.runs.card import RunCard
    from imagescope_tui.evaluation.runs.record import QueryRecord
    from imagescope_tui.evaluation.runs.runner import StepProgress
    from imagescope_tui.evaluation.task import Benchmark, DatasetName
    from imagescope_tui.search.types import StrategyName
    from indexer.events import IndexEvent
    from tests.world.miniature import Miniature


TOP_K = 6
"""Every look at a picture takes the scripted server time."""


@dataclass(slots=True)
class Hearer:
    """Writes down what a run tells."""

    events: list[IndexEvent] = field(default_factory=list)
    steps: list[StepProgress] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    on_step: Callable[[StepProgress], None] = lambda progress: None

    def indexing(self, event: IndexEvent) -> None:
        self.events.append(event)

    def step(self, progress: StepProgress) -> None:
        self.steps.append(progress)
        self.on_step(progress)

    def note(self, text: str) -> None:
        self.notes.append(text)


@dataclass(slots=True, kw_only=True)
class Bench:
    """One data set on disk, its gallery, and a model server."""

    base: Path
    truth: Miniature
    benchmark: Benchmark
    server: ModelServer
    url: str
    hearer: Hearer = field(default_factory=Hearer)

    def plan(self, strategy: StrategyName, run: str = "", **changes: object) -> RunPlan:
        """A plan of all the strategy's stages, with few candidates to look at."""
        options = options_for(strategy, top_k=None if strategy == "retrieval" else TOP_K)
        plan = RunPlan(
            benchmark=self.benchmark,
            options=replace(options, rank_by="picture"),
            stages=tuple(range(1, options.stages + 1)),
            out=self.base / "runs" / (run or strategy),
            gallery=self.base / "gallery",
            caption_weight=0.15,
            excludes_reference=self.benchmark.excludes_reference,
            at_once=4,
        )
        return replace(plan, **changes)  # type: ignore[arg-type]

    def settings(self) -> Settings:
        """The server for all roles."""
        environ = {"IMAGESCOPE_LMM_URL": self.url} if self.url else {}
        return load_settings({"encoder": "pocket", "lmm.autostart": "off"}, environ=environ)

    async def run(self, plan: RunPlan) -> Evaluated:
        """Run a plan to its end."""
        indexer = IndexerOptions(library=plan.gallery, workers=1, threads=1)
        evaluation = Evaluation(plan, self.settings(), indexer, self.hearer)
        with tests_encoder():
            return await evaluation.run()

    async def records(
        self, strategy: StrategyName, run: str = "", **changes: object
    ) -> tuple[QueryRecord, ...]:
        """What a run leaves of each query."""
        done = await self.run(self.plan(strategy, run, **changes))
        return read_records(done.folder)

    def card(self, run: str) -> RunCard:
        """What a run was."""
        return read_card(self.base / "runs" / run)


@contextmanager
def bench(
    name: DatasetName, base: Path, split: str | None = None, *, is_captioned: bool = False
) -> Iterator[Bench]:
    """A data set drawn below `base`, and a server that answers while the block lasts.

    `is_captioned`: captions are stored, so that the server need not write them.
    """
    truth = write_miniature(name, base / "data", split=split)
    benchmark = load_benchmark(name, truth.folder, truth.split)
    if is_captioned and not benchmark.captions:
        captions = {photo: caption_of(scene) for photo, scene in truth.scenes.items()}
        benchmark = replace(benchmark, captions=captions, captions_source="the world")
    server = ModelServer()
    with server.served() as url:
        yield Bench(
            base=base,
            truth=truth,
            benchmark=benchmark,
            server=server,
            url=url,
        )


@contextmanager
def tests_encoder() -> Iterator[None]:
    """The encoder of the world in place of a learned one, and no processes but this."""

    def load(*_: object, **__: object) -> BagEncoder:
        return BagEncoder()

    with (
        mock.patch.object(encoder_slot, "load_trusted_encoder", load),
        mock.patch.object(evaluate, "load_trusted_encoder", load),
        mock.patch.object(library_index, "run_child", index_here),
        decoding_here(),
    ):
        yield


async def index_here(options: IndexerOptions, emit: Callable[[IndexEvent], None]) -> None:
    """The indexer's work, in a thread."""
    await asyncio.to_thread(_index, options, emit)


def _index(options: IndexerOptions, emit: Callable[[IndexEvent], None]) -> None:
    encoders = EncoderSlot(options, emit)
    encoders.start()
    encoders.wait()
    thumbnails = ThumbnailCache(options.library / THUMBNAILS_NAME, options.thumbnail_cache_bytes)
    with Library.open_writer(options.library) as library:
        IndexRun(
            library,
            options,
            encoders,
            thumbnails,
            Control(),
            emit,
            workshop=LocalWorkshop(workers=1),
        ).run()
