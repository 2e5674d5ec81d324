"""Runs as they lie on the disk when they are done, made by hand."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from imagescope_tui.evaluation.runs.card import RunCard
from imagescope_tui.evaluation.runs.folder import RunFolder
from imagescope_tui.evaluation.runs.record import QueryRecord, StageRecord
from imagescope_tui.evaluation.task import MeasureSet

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def a_card(**changes: Any) -> RunCard:  # noqa: ANN401 - any field
    """A run of CIRR's validation split with a small gallery, `changes` apart."""
    card = RunCard(
        dataset="cirr",
        split="val",
        fingerprint="f1",
        folder="data",
        queries=4,
        strategy="imagescope",
        stages=(1, 2),
        encoder_id="open_clip:ViT-B-32/laion2b",
        gallery_size=120,
        excludes_reference=True,
        measures=MeasureSet(recall=(1, 5, 10)),
    )
    return dataclasses.replace(card, **changes)


def a_stage(*target_ranks: int | None, depth: int = 100, **changes: Any) -> StageRecord:  # noqa: ANN401 - any field
    """A ranking of photos `p001` …, whose scores fall, with right answers at some places."""
    stage = StageRecord(
        ranking=tuple(f"p{place:03}" for place in range(1, depth + 1)),
        scores=tuple(float(-place) for place in range(1, depth + 1)),
        target_ranks=target_ranks,
    )
    return dataclasses.replace(stage, **changes)


def a_record(query: str, **changes: Any) -> QueryRecord:  # noqa: ANN401 - any field
    """A query with one right answer, at place 3 after stage 1 and at place 1 after stage 2."""
    record = QueryRecord(id=query, stages={"1": a_stage(3), "2": a_stage(1)}, targets=1)
    return dataclasses.replace(record, **changes)


def failed_record(query: str, *, targets: int = 1) -> QueryRecord:
    """A query that could not be run."""
    return QueryRecord(id=query, targets=targets, failure="its picture cannot be read")


def a_run(folder: Path, card: RunCard, records: Sequence[QueryRecord]) -> Path:
    """The folder of a run that was written as the runner writes it."""
    run = RunFolder.begin(folder, card)
    for number, record in enumerate(records):
        run.put(number, record)
    run.close()
    return folder
