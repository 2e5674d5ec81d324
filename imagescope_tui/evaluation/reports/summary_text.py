"""A summary of runs as Markdown, which also reads well in a terminal, and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imagescope_tui.evaluation.reports.as_json import estimate_to_json
from imagescope_tui.evaluation.reports.as_markdown import stage_title
from imagescope_tui.evaluation.reports.markdown_table import markdown_table, percent_with_interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imagescope_tui.evaluation.measures.aggregate import Estimate
    from imagescope_tui.evaluation.reports.summary import SummaryTable

SCHEMA = 1


def summary_to_markdown(tables: Sequence[SummaryTable]) -> str:
    """A section per table, runs first, then what is published with its source."""
    return "\n\n".join(_section(table) for table in tables) + "\n"


def _section(table: SummaryTable) -> str:
    parts = [f"## {table.dataset} {table.split}"]
    if table.measures:
        parts.append(_figures(table))
    notes = [f"- [{number}] {source}" for number, source in enumerate(_sources(table), start=1)]
    notes += [f"- {caution}" for caution in table.cautions]
    if notes:
        parts.append("\n".join(notes))
    return "\n\n".join(parts)


def _sources(table: SummaryTable) -> list[str]:
    return list(dict.fromkeys(item.source for item in table.published))


def _figures(table: SummaryTable) -> str:
    sources = _sources(table)
    rows = [
        [
            f"{row.run}, {stage_title(row.stage)}",
            row.encoder,
            *(_cell(row.figures.get(name)) for name in table.measures),
        ]
        for row in table.rows
    ]
    rows += [
        [
            f"{item.system} [{sources.index(item.source) + 1}]",
            item.encoder,
            *(
                f"{item.figures[name]:.2f}" if name in item.figures else ""
                for name in table.measures
            ),
        ]
        for item in table.published
    ]
    return markdown_table(["%", "encoder", *table.measures], rows, words=2)


def _cell(estimate: Estimate | None) -> str:
    return percent_with_interval(estimate) if estimate else ""


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
        "cautions": list(table.cautions),
    }
