"""A summary of runs as Markdown, which also reads well in a terminal, and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imagescope_tui.evaluation.markdown_table import markdown_table, percent_with_interval
from imagescope_tui.evaluation.report_json import estimate_to_json
from imagescope_tui.evaluation.report_markdown import stage_title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imagescope_tui.evaluation.report_summary import SummaryTable

SCHEMA = 1


def summary_to_markdown(tables: Sequence[SummaryTable]) -> str:
    """A section per table, runs first, then what is published with its source."""
    return "\n\n".join(_section(table) for table in tables) + "\n"


def _section(table: SummaryTable) -> str:
    parts = [f"## {table.dataset} {table.split}"]
    if table.measures:
        parts.append(_figures(table))
    if table.cautions:
        parts.append("\n".join(f"- {caution}" for caution in table.cautions))
    return "\n\n".join(parts)


def _figures(table: SummaryTable) -> str:
    header = ["system", "stage", "encoder", "source", *table.measures]
    rows = [
        [
            row.run,
            stage_title(row.stage),
            row.encoder,
            "this run",
            *(
                percent_with_interval(row.figures[name]) if name in row.figures else ""
                for name in table.measures
            ),
        ]
        for row in table.rows
    ]
    rows += [
        [
            item.system,
            "",
            item.encoder,
            item.source,
            *(
                f"{item.figures[name]:.2f}" if name in item.figures else ""
                for name in table.measures
            ),
        ]
        for item in table.published
    ]
    return markdown_table(header, rows, words=4)


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
