"""A comparison of two runs as Markdown, which also reads well in a terminal, and as JSON."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from imagescope_tui.counting import counted, listed
from imagescope_tui.evaluation.comparisons.compare import LAST
from imagescope_tui.evaluation.reports.as_markdown import stage_title
from imagescope_tui.evaluation.reports.markdown_table import (
    markdown_table,
    percent,
    table_width,
    wrapped,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imagescope_tui.evaluation.comparisons.compare import (
        Comparison,
        QueryChange,
        StageDifference,
    )
    from imagescope_tui.evaluation.measures.aggregate import PairedDifference

SCHEMA = 1
_LEFT_OUT = (("better", "worse"), ("better", "worse", "first"))
"""Columns that a narrow terminal has to do without."""


def comparison_to_markdown(comparison: Comparison, *, width: int | None = None) -> str:
    """Settings, differences, and the queries that moved most, with why.

    A table that is wider than `width` leaves columns out, and says which.
    """
    sections = [_head(comparison)]
    if comparison.settings_told:
        told = "\n".join(f"- {setting}" for setting in comparison.settings_told)
        sections.append(f"## Settings of the second run\n\n{told}")
    sections.append(f"## Differences\n\n{_fitting(comparison, width)}")
    sections += _changes("Queries the second run found further ahead", comparison.gained)
    sections += _changes("Queries the second run found further back", comparison.lost)
    lines = "\n\n".join(sections).splitlines()
    # Tables cannot be broken, and headings are none over two lines.
    return (
        "\n".join(
            line if line.startswith(("|", "#")) or not line else wrapped(line, width)
            for line in lines
        )
        + "\n"
    )


def _head(comparison: Comparison) -> str:
    alone = ""
    if any(comparison.alone):
        first, second = comparison.alone
        are = "is" if first == 1 else "are"
        alone = f" {first:,} more {are} in the first run alone, {second:,} in the second."
    return (
        f"# {comparison.dataset} {comparison.split}: {comparison.second} against"
        f" {comparison.first}\n\n"
        f"Paired over the {counted(comparison.common, 'query', 'queries')} that both have.{alone}"
    )


def _fitting(comparison: Comparison, width: int | None) -> str:
    """The table of differences; the last stages have rows only where they are not the same."""
    is_same_end = len(set(comparison.last_stages)) == 1
    found = [item for item in comparison.differences if not (is_same_end and item.stage == LAST)]
    table = _differences(found)
    for left_out in _LEFT_OUT:
        if width is None or table_width(table) <= width:
            break
        table = f"{_differences(found, left_out)}\n\n{_without(left_out)}"
    return table


def _without(left_out: Sequence[str]) -> str:
    return f"There is no room for the columns {listed(list(left_out))}."


def _differences(found: Sequence[StageDifference], left_out: Sequence[str] = ()) -> str:
    header = ["%", "measure", "first", "second", "difference", "better", "worse", "sure"]
    kept = [place for place, name in enumerate(header) if name not in left_out]
    rows = [[_row(item)[place] for place in kept] for item in found]
    return markdown_table([header[place] for place in kept], rows, words=2)


def _row(item: StageDifference) -> list[str]:
    return [
        "last stage" if item.stage == LAST else stage_title(item.stage),
        item.measure,
        percent(item.first),
        percent(item.second),
        _signed(item.difference),
        f"{item.difference.better:,}",
        f"{item.difference.worse:,}",
        _plainly(item.difference),
    ]


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
    way = f" (first run {_way(change.first_ranks)}; second {_way(change.second_ranks)})"
    is_only = (
        len(change.first_ranks) == 1 and change.first_ranks.keys() == change.second_ranks.keys()
    )
    lines = [
        f"- rank {_rank(change.first_rank)} → {_rank(change.second_rank)}{'' if is_only else way}",
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
        "last_stages": list(comparison.last_stages),
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
