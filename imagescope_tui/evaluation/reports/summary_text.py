"""A summary of runs as Markdown, which also reads well in a terminal, and as JSON."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from imagescope_tui.counting import listed
from imagescope_tui.evaluation.reports.as_json import estimate_to_json
from imagescope_tui.evaluation.reports.as_markdown import stage_title
from imagescope_tui.evaluation.reports.markdown_table import (
    markdown_table,
    percent,
    percent_with_interval,
    table_width,
    wrapped,
)
from imagescope_tui.evaluation.reports.run_settings import settings_line, settings_to_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imagescope_tui.evaluation.measures.aggregate import Estimate
    from imagescope_tui.evaluation.reports.published import Published
    from imagescope_tui.evaluation.reports.summary import SummaryTable

SCHEMA = 1


def summary_to_markdown(tables: Sequence[SummaryTable], *, width: int | None = None) -> str:
    """A section per table, runs first, then what is published with its source.

    Tables that are wider than `width` leave out their intervals, and then their encoders.
    """
    return "\n\n".join(_section(table, width) for table in tables) + "\n"


def _section(table: SummaryTable, width: int | None) -> str:
    parts = [f"## {table.dataset} {table.split}"]
    notes: list[str] = []
    if table.measures:
        figures, notes = _fitting(table, width)
        parts.append(figures)
    notes += map(settings_line, table.settings)
    notes += [f"[{number}] {source}" for number, source in enumerate(_sources(table), start=1)]
    notes += table.cautions
    if notes:
        parts.append("\n".join(wrapped(f"- {note}", width) for note in notes))
    return "\n\n".join(parts)


def _fitting(table: SummaryTable, width: int | None) -> tuple[str, list[str]]:
    """As much of the table as fits, and what to say of the rest."""
    whole = _figures(table)
    if width is None or table_width(whole) <= width:
        return whole, []
    told = [f"Means alone: with their intervals the table takes {table_width(whole)} columns."]
    means = _figures(table, has_intervals=False)
    if table_width(means) <= width:
        return means, told
    for kept in range(len(table.measures), 0, -1):
        narrow = dataclasses.replace(table, measures=table.measures[:kept])
        means = _figures(narrow, has_intervals=False, has_encoders=False)
        if table_width(means) <= width:
            break
    if left_out := list(table.measures[kept:]):
        told.append(f"There is no room for {listed(left_out)}.")
    return means, told


def _sources(table: SummaryTable) -> list[str]:
    return list(dict.fromkeys(item.source for item in table.published))


def _figures(table: SummaryTable, *, has_intervals: bool = True, has_encoders: bool = True) -> str:
    sources = _sources(table)
    rows = [
        [
            f"{row.run}, {stage_title(row.stage)}",
            *((row.encoder,) if has_encoders else ()),
            *(_cell(row.figures.get(name), has_interval=has_intervals) for name in table.measures),
        ]
        for row in table.rows
    ]
    rows += [
        [
            f"{_system(item, has_encoder=not has_encoders)} [{sources.index(item.source) + 1}]",
            *((item.encoder,) if has_encoders else ()),
            *(
                f"{item.figures[name]:.2f}" if name in item.figures else ""
                for name in table.measures
            ),
        ]
        for item in table.published
    ]
    words = ["%", "encoder"] if has_encoders else ["%"]
    return markdown_table([*words, *table.measures], rows, words=len(words))


def _system(published: Published, *, has_encoder: bool) -> str:
    """Where encoders have no column, systems of several encoders are told apart by their names."""
    is_told = has_encoder and published.encoder != "-"
    return f"{published.system}, {published.encoder}" if is_told else published.system


def _cell(estimate: Estimate | None, *, has_interval: bool) -> str:
    if estimate is None:
        return ""
    return percent_with_interval(estimate) if has_interval else percent(estimate.mean)


def summary_to_json(tables: Sequence[SummaryTable]) -> dict[str, Any]:
    """All figures of all rows; a promise to other programs. Shares of one, published ones too."""
    return {"schema": SCHEMA, "tables": [_table_to_json(table) for table in tables]}


def _table_to_json(table: SummaryTable) -> dict[str, Any]:
    return {
        "dataset": table.dataset,
        "split": table.split,
        "measures": list(table.measures),
        "runs": [
            {
                "run": row.run,
                "stage": row.stage,
                "encoder": row.encoder,
                "figures": {
                    name: estimate_to_json(estimate) for name, estimate in row.figures.items()
                },
            }
            for row in table.rows
        ],
        "published": [
            {
                "system": item.system,
                "encoder": item.encoder,
                "split": item.split,
                "source": item.source,
                "figures": {name: round(value / 100, 6) for name, value in item.figures.items()},
            }
            for item in table.published
        ],
        "settings": [settings_to_json(item) for item in table.settings],
        "cautions": list(table.cautions),
    }
