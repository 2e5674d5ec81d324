"""Two runs of one data set, query by query: what changed, how sure that is, and why."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from imagescope_tui.errors import RunUnusable
from imagescope_tui.evaluation.comparisons.reasons import last_rank, ranks_by_stage, reasons
from imagescope_tui.evaluation.comparisons.settings import settings_in_words
from imagescope_tui.evaluation.measures.aggregate import paired_difference
from imagescope_tui.evaluation.measures.of_queries import (
    hits_of,
    measures_in,
    rounds_in,
    stage_names,
)
from imagescope_tui.evaluation.runs.card import differences

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from imagescope_tui.evaluation.measures.aggregate import PairedDifference
    from imagescope_tui.evaluation.reports.report import ReportedRun
    from imagescope_tui.evaluation.runs.record import QueryRecord

    Records: TypeAlias = Mapping[str, QueryRecord]

LAST = "last"
"""Stands for each run's last stage, which need not be the same one."""
_OF_ANOTHER_TASK = ("dataset", "split", "fingerprint")


@dataclass(frozen=True, slots=True, kw_only=True)
class StageDifference:
    """How much better the second run is in one figure after one stage."""

    stage: str
    """`last`, or a stage that both runs have."""
    measure: str
    first: float
    second: float
    """Both means are over the common queries."""
    difference: PairedDifference


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryChange:
    """A query whose best right answer stands elsewhere at the end."""

    query: str
    text: str
    reference: str | None
    first_ranks: Mapping[str, int | None]
    second_ranks: Mapping[str, int | None]
    """By stage; None where it was not found."""
    first_rank: int | None
    second_rank: int | None
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A second run against a first."""

    first: str
    second: str
    """The names of the runs' folders."""
    dataset: str
    split: str
    settings: tuple[str, ...]
    """What tells the runs apart, `name: second, not first`, by the names in `run.json`."""
    settings_told: tuple[str, ...]
    """The same for people."""
    last_stages: tuple[str, str]
    """Each run's last stage, the first run's first."""
    common: int
    """Queries that both have, of which the right answers are known."""
    alone: tuple[int, int]
    """How many such queries only the first has, and only the second."""
    differences: tuple[StageDifference, ...]
    gained: tuple[QueryChange, ...]
    """Found further ahead in the second run, the largest step first."""
    lost: tuple[QueryChange, ...]


def compare(first: ReportedRun, second: ReportedRun, *, changes: int = 10) -> Comparison:
    """What the second run does otherwise; at most so many `changes` in each direction.

    Raises:
        RunUnusable: the runs are of different data sets, splits or annotations, or have no query
            in common whose right answers are known.
    """
    card, other = first.report.card, second.report.card
    for name in _OF_ANOTHER_TASK:
        mine, theirs = getattr(card, name), getattr(other, name)
        if mine != theirs:
            raise RunUnusable(
                f"{first.name} and {second.name} cannot be compared: {name} {mine}, and {theirs}",
                "name two runs of one split of one data set",
            )
    one, two = _measured(first), _measured(second)
    common = sorted(one.keys() & two.keys())
    if not common:
        raise RunUnusable(
            f"{first.name} and {second.name} have no query in common whose answers are known"
        )
    pairs = [(one[query], two[query]) for query in common]
    moved = sorted(
        ((step, pair) for pair in pairs if (step := _step(*pair, card.gallery_size))),
        key=lambda item: (-abs(item[0]), item[1][0].id),
    )
    return Comparison(
        first=first.name,
        second=second.name,
        dataset=card.dataset,
        split=card.split,
        settings=differences(other, card),
        settings_told=settings_in_words(other, card),
        last_stages=_last_stages(first, second, pairs),
        common=len(common),
        alone=(len(one) - len(common), len(two) - len(common)),
        differences=tuple(_differences(first, second, pairs)),
        gained=_changes([pair for step, pair in moved if step > 0][:changes]),
        lost=_changes([pair for step, pair in moved if step < 0][:changes]),
    )


def _measured(run: ReportedRun) -> dict[str, QueryRecord]:
    return {record.id: record for record in run.records if record.targets}


def _step(first: QueryRecord, second: QueryRecord, gallery_size: int) -> float:
    """How often the rank was halved: from 40 to 1 says more than from 900 to 800."""
    ranks = [last_rank(record) or gallery_size + 1 for record in (first, second)]
    return math.log2(ranks[0]) - math.log2(ranks[1])


def _changes(pairs: Sequence[tuple[QueryRecord, QueryRecord]]) -> tuple[QueryChange, ...]:
    return tuple(_change(first, second) for first, second in pairs)


def _change(first: QueryRecord, second: QueryRecord) -> QueryChange:
    told = second if second.details.get("text") else first
    reference = told.details.get("reference")
    return QueryChange(
        query=first.id,
        text=str(told.details.get("text", "")),
        reference=str(reference) if reference else None,
        first_ranks=ranks_by_stage(first),
        second_ranks=ranks_by_stage(second),
        first_rank=last_rank(first),
        second_rank=last_rank(second),
        why=reasons(first, second),
    )


def _differences(
    first: ReportedRun, second: ReportedRun, pairs: Sequence[tuple[QueryRecord, QueryRecord]]
) -> Iterator[StageDifference]:
    one, two = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    names = stage_names(one, first.report.card.stages)
    others = stage_names(two, second.report.card.stages)
    stages = [
        (LAST, _last(names), _last(others)),
        *((name, name, name) for name in names if name in others),
    ]
    for told, stage, other in stages:
        for measure, before, after in _values(first, (one, stage), (two, other)):
            found = paired_difference(before, after)
            if found is not None:
                yield StageDifference(
                    stage=told,
                    measure=measure,
                    first=sum(before.values()) / len(before),
                    second=sum(after.values()) / len(after),
                    difference=found,
                )


def _last_stages(
    first: ReportedRun, second: ReportedRun, pairs: Sequence[tuple[QueryRecord, QueryRecord]]
) -> tuple[str, str]:
    one, two = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return (
        _last(stage_names(one, first.report.card.stages)),
        _last(stage_names(two, second.report.card.stages)),
    )


def _last(stages: Sequence[str]) -> str:
    """Parts of stage 1 come first, so that the last one is numbered where any is."""
    return stages[-1] if stages else "1"


def _values(
    run: ReportedRun,
    first: tuple[Sequence[QueryRecord], str],
    second: tuple[Sequence[QueryRecord], str],
) -> Iterator[tuple[str, Mapping[str, float], Mapping[str, float]]]:
    """Every measure with its values by query, of conversations for Hits@k after all rounds."""
    wanted = run.report.card.measures
    for measure in measures_in(wanted):
        before, after = (
            {record.id: measure.value(record, stage) for record in records}
            for records, stage in (first, second)
        )
        yield measure.name, before, after
    rounds = rounds_in(first[0])
    for k in wanted.hits:
        before, after = (
            {talk: hits[-1] for talk, hits in hits_of(records, stage, k=k, rounds=rounds).items()}
            for records, stage in (first, second)
        )
        yield f"Hits@{k} round {rounds[-1]}", before, after
