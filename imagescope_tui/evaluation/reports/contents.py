"""What a run found and cost, from its folder alone: no models, no data set."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from imagescope_tui.evaluation.measures.aggregate import Estimate, estimates
from imagescope_tui.evaluation.measures.of_queries import (
    group_measures_in,
    hits_of,
    measures_in,
    rounds_in,
    stage_names,
    values_of,
)
from imagescope_tui.evaluation.reports.costs import StageCosts, costs_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imagescope_tui.evaluation.measures.aggregate import Values
    from imagescope_tui.evaluation.measures.of_queries import Measure
    from imagescope_tui.evaluation.runs.card import RunCard
    from imagescope_tui.evaluation.runs.record import QueryRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measure's mean over queries."""

    measure: str
    """Such as `R@10`."""
    estimate: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFigures:
    """The figures of those queries that share a group."""

    group: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HitsCurve:
    """Cumulative Hits@k over the rounds of conversations."""

    k: int
    rounds: tuple[int, ...]
    """Those that count, ascending; a hit in round 0 counts only where it begins with 0."""
    estimates: tuple[Estimate, ...]
    """One per round, over conversations."""

    @property
    def has_round_0(self) -> bool:
        """Whether a hit by the caption alone counts."""
        return self.rounds[:1] == (0,)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageReport:
    """One stage over all queries."""

    stage: str
    """`1` to `3`, or the name of a part of stage 1."""
    figures: tuple[Figure, ...]
    groups: tuple[GroupFigures, ...]
    hits: tuple[HitsCurve, ...]
    costs: StageCosts

    def mean_of(self, measure: str) -> Estimate | None:
        """A figure by its measure's name."""
        return next((item.estimate for item in self.figures if item.measure == measure), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing that went wrong, and in how many queries."""

    reason: str
    queries: int
    stage: int | None = None
    """The stage that fell back; None where the whole query failed."""
    fallback: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A run as it is told."""

    card: RunCard
    done: int
    """Queries with a record, failed ones among them."""
    measured: int
    """Queries whose right answers are known: the ones figures are of."""
    failed: int
    degraded: int
    """Queries of which any stage fell back."""
    failures: tuple[Trouble, ...]
    """By reason, the most frequent first."""
    degradations: tuple[Trouble, ...]
    """By stage, reason and fallback, the most frequent first."""
    stages: tuple[StageReport, ...]

    @property
    def unfinished(self) -> int:
        """Queries that the run still lacks."""
        return max(0, self.card.queries - self.done)

    def stage(self, name: str) -> StageReport | None:
        """A stage by its name."""
        return next((item for item in self.stages if item.stage == name), None)


def build_report(card: RunCard, records: Sequence[QueryRecord]) -> Report:
    """All figures of a run, recomputed from the ranks in its records.

    The order of the records does not matter, so that a resumed run reports what an unbroken one
    does.
    """
    ordered = sorted(records, key=lambda record: record.id)
    measured = [record for record in ordered if record.targets]
    failed = [record for record in ordered if record.failure]
    return Report(
        card=card,
        done=len(ordered),
        measured=len(measured),
        failed=len(failed),
        degraded=sum(bool(record.degradations) for record in ordered),
        failures=_failures(failed),
        degradations=_degradations(ordered),
        stages=_stages(card, measured, ordered),
    )


def _stages(
    card: RunCard, measured: Sequence[QueryRecord], records: Sequence[QueryRecord]
) -> tuple[StageReport, ...]:
    names = stage_names(records, card.stages)
    figures = _figures(measured, measures_in(card.measures), names)
    groups = _groups(measured, group_measures_in(card.measures), names)
    hits = _hits(measured, card.measures.hits, names)
    return tuple(
        StageReport(
            stage=name,
            figures=figures[name],
            groups=groups[name],
            hits=hits[name],
            costs=costs_of(records, name),
        )
        for name in names
    )


def _figures(
    records: Sequence[QueryRecord], measures: Sequence[Measure], stages: Sequence[str]
) -> dict[str, tuple[Figure, ...]]:
    """The measures' means by stage; none where there are no queries."""
    if not records or not measures:
        return dict.fromkeys(stages, ())
    # Drawing queries is most of the work, and is the same for all stages.
    found = iter(estimates(np.hstack([values_of(records, measures, stage) for stage in stages])))
    return {
        stage: tuple(Figure(measure=measure.name, estimate=next(found)) for measure in measures)
        for stage in stages
    }


def _groups(
    records: Sequence[QueryRecord], measures: Sequence[Measure], stages: Sequence[str]
) -> dict[str, tuple[GroupFigures, ...]]:
    names = sorted({group for record in records for group in record.groups}) if measures else []
    found = {
        name: _figures([item for item in records if name in item.groups], measures, stages)
        for name in names
    }
    return {
        stage: tuple(GroupFigures(group=name, figures=found[name][stage]) for name in names)
        for stage in stages
    }


def _hits(
    records: Sequence[QueryRecord], cuts: Sequence[int], stages: Sequence[str]
) -> dict[str, tuple[HitsCurve, ...]]:
    """With round 0 and without it, where conversations have both it and later ones."""
    rounds = rounds_in(records)
    spans = [rounds, rounds[1:]] if rounds[:1] == (0,) else [rounds]
    asked = [(span, k) for span in spans if span for k in cuts]
    if not asked:
        return dict.fromkeys(stages, ())
    columns = [_hits_values(records, stage, k, span) for stage in stages for span, k in asked]
    found = iter(estimates(np.hstack(columns)))
    return {
        stage: tuple(
            HitsCurve(k=k, rounds=span, estimates=tuple(next(found) for _ in span))
            for span, k in asked
        )
        for stage in stages
    }


def _hits_values(
    records: Sequence[QueryRecord], stage: str, k: int, rounds: tuple[int, ...]
) -> Values:
    """One row per conversation, one column per round."""
    found = hits_of(records, stage, k=k, rounds=rounds)
    return np.array([found[dialogue] for dialogue in sorted(found)])


def _failures(failed: Sequence[QueryRecord]) -> tuple[Trouble, ...]:
    counts = Counter(record.failure for record in failed)
    return tuple(
        Trouble(reason=reason, queries=count)
        for reason, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )


def _degradations(records: Sequence[QueryRecord]) -> tuple[Trouble, ...]:
    counts: Counter[tuple[int, str, str]] = Counter()
    for record in records:
        # A stage may fall back several times in one query, and the query counts once.
        counts.update(
            {
                (int(item["stage"]), str(item["reason"]), str(item.get("fallback", "")))
                for item in record.degradations
            }
        )
    return tuple(
        Trouble(stage=stage, reason=reason, fallback=fallback, queries=count)
        for (stage, reason, fallback), count in sorted(
            counts.items(), key=lambda item: (-item[1], item[0])
        )
    )
