"""A comparison of two runs as Markdown, which also reads well in a terminal, and as JSON."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from imagescope_tui.evaluation.comparisons.compare import LAST
from imagescope_tui.evaluation.reports.as_markdown import stage_title
from imagescope_tui.evaluation.reports.markdown_table import markdown_table, percent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imagescope_tui.evaluation.comparisons.compare import (
        Comparison,
        QueryChange,
        StageDifference,
    )
    from imagescope_tui.evaluation.measures.aggregate import PairedDifference

SCHEMA = 1


def comparison_to_markdown(comparison: Comparison) -> str:
    """Settings, differences, and the queries that moved most, with why."""
    sections = [_head(comparison)]
    if comparison.settings:
        told = "\n".join(f"- {setting}" for setting in comparison.settings)
        sections.append(f"## Settings of the second run\n\n{told}")
    sections.append(f"## Differences\n\n{_differences(comparison.differences)}")
    sections += _changes("Queries the second run found further ahead", comparison.gained)
    sections += _changes("Queries the second run found further back", comparison.lost)
    return "\n\n".join(sections) + "\n"


def _head(comparison: Comparison) -> str:
    alone = ""
    if any(comparison.alone):
        first, second = comparison.alone
        alone = f" {first:,} more are in the first run alone, {second:,} in the second."
    return (
        f"# {comparison.dataset} {comparison.split}: {comparison.second} against"
        f" {comparison.first}\n\n"
        f"Paired over the {comparison.common:,} queries that both have.{alone}"
    )


def _differences(found: Sequence[StageDifference]) -> str:
    rows = [
        [
            "last stage" if item.stage == LAST else stage_title(item.stage),
            item.measure,
            percent(item.first),
            percent(item.second),
            _signed(item.difference),
            str(item.difference.better),
            str(item.difference.worse),
            _plainly(item.difference),
        ]
        for item in found
    ]
    header = ["%", "measure", "first", "second", "difference", "better", "worse", "sure"]
    return markdown_table(header, rows, words=2)


def _signed(found: PairedDifference) -> str:
    mean, low, high = (
        share if share.startswith("-") else f"+{share}"
        for share in map(percent, (found.mean, found.low, found.high))
    )
    return f"{mean} [{low}, {high}]"


def _plainly(found: PairedDifference) -> str:
    if not found.is_told_apart:
        return "no"
    return "better" if found.mean > 0 else "worse"


def _changes(title: str, changes: Sequence[QueryChange]) -> list[str]:
    if not changes:
        return []
    return [f"## {title}\n\n" + "\n\n".join(map(_change, changes))]


def _change(change: QueryChange) -> str:
    edited = f", an edit of {change.reference}" if change.reference else ""
    head = f"**{change.query}** “{' '.join(change.text.split())}”{edited}"
    lines = [
        f"- rank {_rank(change.first_rank)} → {_rank(change.second_rank)}"
        f" (first run {_way(change.first_ranks)}; second {_way(change.second_ranks)})",
        *(f"- {reason}" for reason in change.why),
    ]
    return "\n".join([head, "", *lines])


def _way(ranks: Mapping[str, int | None]) -> str:
    told = (f"stage {stage}: {_rank(rank)}" for stage, rank in ranks.items())
    return ", ".join(told) or "failed"


def _rank(rank: int | None) -> str:
    return "none" if rank is None else f"{rank:,}"


def comparison_to_json(comparison: Comparison) -> dict[str, Any]:
    """The whole comparison; shares of one; a promise to other programs."""
    return {
        "schema": SCHEMA,
        "first": comparison.first,
        "second": comparison.second,
        "dataset": comparison.dataset,
        "split": comparison.split,
        "settings": list(comparison.settings),
        "queries": {
            "common": comparison.common,
            "only_first": comparison.alone[0],
            "only_second": comparison.alone[1],
        },
        "differences": [_difference_to_json(item) for item in comparison.differences],
        "gained": [_change_to_json(item) for item in comparison.gained],
        "lost": [_change_to_json(item) for item in comparison.lost],
    }


def _difference_to_json(item: StageDifference) -> dict[str, Any]:
    found = item.difference
    return {
        "stage": item.stage,
        "measure": item.measure,
        "first": round(item.first, 6),
        "second": round(item.second, 6),
        "difference": round(found.mean, 6),
        "low": round(found.low, 6),
        "high": round(found.high, 6),
        "better": found.better,
        "worse": found.worse,
        "count": found.count,
    }


def _change_to_json(change: QueryChange) -> dict[str, Any]:
    return {**dataclasses.asdict(change), "why": list(change.why)}
