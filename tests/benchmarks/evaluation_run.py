"""Runs a benchmark in a process of its own, so that its memory is that of the run alone.

`python -m tests.benchmarks.evaluation_run` reads a job as JSON from standard input, and prints
what it took as JSON. The models answer at once, and see photos without decoding them: what is
measured is all that the product does around them.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from imagescope_tui.evaluation.galleries.embedding_gallery import (
    EmbeddingGallery,
    open_embedding_gallery,
)
from imagescope_tui.evaluation.galleries.library_gallery import LibraryGallery
from imagescope_tui.evaluation.runs.card import RunCard
from imagescope_tui.evaluation.runs.folder import RunFolder, read_records
from imagescope_tui.evaluation.runs.runner import RANKED_AT_ONCE, Hooks, Runner
from imagescope_tui.evaluation.task import BenchmarkQuery
from imagescope_tui.search.engine import SearchEngine
from imagescope_tui.search.models import RoleModels
from imagescope_tui.search.strategies import STRATEGIES
from imagescope_tui.search.types import SearchOptions
from indexer.models.chat_types import Usage, YesNo
from storage.fused_vectors import CAPTION_WEIGHT
from tests.benchmarks.benchmark_galleries import random_encoder, read_benchmark
from tests.benchmarks.index_command import PROJECT
from tests.benchmarks.processes import peak_resident
from tests.search.stand_ins import ScriptedModel, ScriptedSight, questions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imagescope_tui.evaluation.task import DatasetName
    from imagescope_tui.search.types import StrategyName
    from indexer.models.chat_types import ChatRequest
    from indexer.models.protocols import ImageTextEncoder
    from indexer.models.roles import Role

    Gallery = LibraryGallery | EmbeddingGallery


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What to run."""

    dataset: DatasetName
    folder: str
    """Of the data sets."""
    gallery: str
    """The library, or the data set's folder that holds vectors."""
    strategy: StrategyName
    at_once: int
    texts: tuple[str, ...] = ()
    """Of INQUIRE, whose annotations are not beside the project."""
    targets: tuple[str, ...] = ()
    """Names that INQUIRE's queries ask for, shared out among them."""
    limit: int | None = None
    """Only the first so many queries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What it took."""

    queries: int
    failed: int
    photos: int
    passes: int
    """Over pre-computed vectors."""
    model_calls: int
    opened_seconds: float
    """Until the gallery was open; not in the seconds of the run."""
    seconds: float
    cpu_seconds: float
    """Of all threads."""
    peak_bytes: int
    """The most the process ever held."""


def run_in_child(job: Job) -> Outcome:
    """Run the job in a process that has seen nothing else."""
    done = subprocess.run(
        [sys.executable, "-m", __name__],
        input=json.dumps(asdict(job)),
        stdout=subprocess.PIPE,
        check=True,
        text=True,
        cwd=PROJECT,
    )
    return Outcome(**json.loads(done.stdout))


@dataclass
class InstantModel(ScriptedModel):
    """Answers at once and keeps no request; its yes and no are random, but always the same."""

    async def _note(self, name: str, request: ChatRequest) -> None:
        self.usage = Usage(calls=self.usage.calls + 1, tokens=self.usage.tokens + 10)


def _yes_or_no(question: str, shown: tuple[int, ...]) -> YesNo:
    chance = zlib.crc32(f"{question} {shown}".encode()) / 2**32
    return YesNo(said=chance >= 0.5, p_yes=chance)


async def _run(job: Job) -> Outcome:
    started = time.perf_counter()
    gallery, queries = await _opened(job)
    opened = time.perf_counter() - started
    model = InstantModel(
        propositions=questions("Is it red?", "Is there a dog?", "Is it at night?"),
        yes_no=_yes_or_no,
    )
    roles = RoleModels(captioner=model, reasoner=model, verifier=model, evaluator=model)
    engine = SearchEngine(
        gallery.pictures, gallery.words, models=lambda: roles, sight=ScriptedSight()
    )
    out = Path(job.gallery) / f"run-{job.strategy}-{os.getpid()}"
    run = RunFolder.begin(out, _card(job, gallery, queries))
    options = _options(job.strategy)
    stages = range(1, options.stages + 1)
    hooks = Hooks(prepare=_ready, are_there=_always)
    runner = Runner(
        queries,
        gallery,
        engine,
        run,
        hooks,
        options=options,
        stages=stages,
        at_once=job.at_once,
        ranked_at_once=RANKED_AT_ONCE if isinstance(gallery, EmbeddingGallery) else 1,
    )
    started, cpu = time.perf_counter(), time.process_time()
    await runner.run()
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu
    peak = peak_resident(os.getpid())
    run.close()
    records = read_records(out)
    outcome = Outcome(
        queries=len(records),
        failed=sum(bool(record.failure or record.degradations) for record in records),
        photos=len(gallery),
        passes=gallery.passes if isinstance(gallery, EmbeddingGallery) else 0,
        model_calls=sum(
            sum(stage.model_calls.values())
            for record in records
            for stage in record.stages.values()
        ),
        opened_seconds=opened,
        seconds=seconds,
        cpu_seconds=cpu_seconds,
        # Not resource.getrusage: there counts what the parent held when it forked.
        peak_bytes=peak,
    )
    gallery.close()
    return outcome


async def _opened(job: Job) -> tuple[Gallery, Sequence[BenchmarkQuery]]:
    if job.texts:
        queries = [
            BenchmarkQuery(id=str(place), text=text, targets=job.targets[place :: len(job.texts)])
            for place, text in enumerate(job.texts)
        ]
        known = {name for query in queries for name in query.targets}
        vectors = open_embedding_gallery(Path(job.gallery), encoder=random_encoder(), known=known)
        return vectors, queries[: job.limit]
    benchmark = read_benchmark(job.dataset, Path(job.folder))
    gallery = await LibraryGallery.open(
        benchmark,
        Path(job.gallery),
        _encoders,
        caption_weight=CAPTION_WEIGHT,
        excludes_reference=benchmark.excludes_reference,
    )
    return gallery, benchmark.queries[: job.limit]


def _encoders() -> tuple[ImageTextEncoder, None]:
    return random_encoder(), None


def _options(strategy: StrategyName) -> SearchOptions:
    known = STRATEGIES[strategy]
    return SearchOptions(
        strategy=strategy, stages=known.stages, top_k=known.top_k, max_judged=known.max_judged
    )


def _card(job: Job, gallery: Gallery, queries: Sequence[BenchmarkQuery]) -> RunCard:
    return RunCard(
        dataset=job.dataset,
        split="test",
        fingerprint="",
        folder=job.folder,
        queries=len(queries),
        strategy=job.strategy,
        encoder_id=gallery.encoder_id,
        gallery_size=len(gallery),
    )


async def _ready(roles: Sequence[Role]) -> None:
    return None


async def _always(roles: Sequence[Role]) -> bool:
    return True


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    for field in ("texts", "targets"):
        asked[field] = tuple(asked[field])
    print(json.dumps(asdict(asyncio.run(_run(Job(**asked))))))
