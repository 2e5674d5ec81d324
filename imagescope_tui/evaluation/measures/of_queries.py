"""Which figures a run has, and their values query by query, from its records alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from imagescope_tui.evaluation.measures.hits import conversations, hits_by_round
from imagescope_tui.evaluation.measures.of_ranks import (
    average_precision_at,
    main_success_at,
    reciprocal_rank,
    success_at,
)
from imagescope_tui.evaluation.measures.tied import tied_average_precision_at, tied_ndcg_at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imagescope_tui.evaluation.measures.aggregate import Values
    from imagescope_tui.evaluation.runs.record import QueryRecord, StageRecord
    from imagescope_tui.evaluation.task import MeasureSet

MeasureKind: TypeAlias = Literal["R", "main R", "mAP", "AP", "nDCG", "MRR"]

PARTS = ("picture", "captions", "words", "captions+words")
"""Parts of stage 1 that are ranked alone, in the order they are told."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a query, named as publications name it."""

    kind: MeasureKind
    k: int = 0
    """0 for the whole ranking."""

    @property
    def name(self) -> str:
        """Such as `R@10`."""
        return f"{self.kind}@{self.k}" if self.k else self.kind

    def value(self, record: QueryRecord, stage: str) -> float:
        """The query's figure after a stage; zero where it failed or the stage is not there.

        Raises:
            ValueError: no right answer of the query is known.
        """
        if not record.targets:
            raise ValueError(f"no right answer of {record.id} is known")
        found = record.stages.get(stage)
        if record.failure or found is None:
            return 0.0
        return self._value(found, record.targets)

    def _value(self, stage: StageRecord, targets: int) -> float:
        ranks = stage.target_ranks
        match self.kind:
            case "R":
                return success_at(ranks, self.k)
            case "main R":
                return main_success_at(ranks, self.k)
            case "mAP":
                return average_precision_at(ranks, self.k)
            case "MRR":
                return reciprocal_rank(ranks)
            case "AP":
                labels, scores = _places(stage, self.k)
                return tied_average_precision_at(labels, scores, k=self.k, targets=targets)
            case "nDCG":
                labels, scores = _places(stage, self.k)
                return tied_ndcg_at(labels, scores, k=self.k, targets=targets)


def _places(stage: StageRecord, k: int) -> tuple[list[bool], tuple[float, ...]]:
    """Which of the first k places are right, and their scores."""
    right = set(stage.target_ranks)
    scores = stage.scores[:k]
    return [place in right for place in range(1, len(scores) + 1)], scores


def measures_in(measures: MeasureSet) -> tuple[Measure, ...]:
    """The figures of single queries, in the order they are told; Hits@k are of conversations."""
    cuts: tuple[tuple[MeasureKind, tuple[int, ...]], ...] = (
        ("R", measures.recall),
        ("mAP", measures.mean_ap),
        ("main R", measures.main_recall),
        ("AP", measures.inquire_ap),
        ("nDCG", measures.ndcg),
    )
    found = tuple(Measure(kind, k) for kind, ks in cuts for k in ks)
    return (*found, Measure("MRR")) if measures.has_mrr else found


def group_measures_in(measures: MeasureSet) -> tuple[Measure, ...]:
    """The figures that are also told group by group."""
    of_groups = () if measures.group_ap is None else (Measure("mAP", measures.group_ap),)
    return (*of_groups, *(Measure("AP", k) for k in measures.inquire_ap))


def stage_names(records: Sequence[QueryRecord], stages: Sequence[int]) -> tuple[str, ...]:
    """The stages that have figures, parts of stage 1 first, then the numbered ones.

    `stages` are those that were to run: all of a run's queries may have failed before the first.
    """
    seen = {name for record in records for name in record.stages}
    seen.update(str(stage) for stage in stages)
    parts = sorted(
        (name for name in seen if not name.isdigit()),
        key=lambda name: (PARTS.index(name) if name in PARTS else len(PARTS), name),
    )
    return (*parts, *sorted((name for name in seen if name.isdigit()), key=int))


def values_of(records: Sequence[QueryRecord], measures: Sequence[Measure], stage: str) -> Values:
    """One row per query, one column per measure; all queries have right answers.

    Raises:
        ValueError: no right answer of a query is known.
    """
    rows = [[measure.value(record, stage) for measure in measures] for record in records]
    return np.array(rows, dtype=np.float64).reshape(len(records), len(measures))


def hits_of(
    records: Sequence[QueryRecord], stage: str, *, k: int, rounds: Sequence[int]
) -> Mapping[str, tuple[float, ...]]:
    """By conversation: whether its photo was found by each of `rounds`."""
    ranks = [
        (record.id, record.stages[stage].target_ranks if _has(record, stage) else ())
        for record in records
    ]
    return {
        dialogue: hits_by_round(found, k=k, rounds=rounds)
        for dialogue, found in conversations(ranks).items()
    }


def rounds_in(records: Sequence[QueryRecord]) -> tuple[int, ...]:
    """All rounds of the records' conversations, ascending."""
    found = conversations((record.id, ()) for record in records)
    return tuple(sorted({number for rounds in found.values() for number in rounds}))


def _has(record: QueryRecord, stage: str) -> bool:
    return not record.failure and stage in record.stages
