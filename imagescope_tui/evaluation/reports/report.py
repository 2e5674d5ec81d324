"""Reads a run's folder and writes its report there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagescope_tui.errors import RunUnusable
from imagescope_tui.evaluation.reports.as_json import report_to_json
from imagescope_tui.evaluation.reports.as_markdown import report_to_markdown
from imagescope_tui.evaluation.reports.contents import Report, build_report
from imagescope_tui.evaluation.runs.folder import read_card, read_records

if TYPE_CHECKING:
    from pathlib import Path

    from imagescope_tui.evaluation.runs.record import QueryRecord

JSON_NAME = "report.json"
MARKDOWN_NAME = "report.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedRun:
    """A run with its report."""

    name: str
    """The name of its folder."""
    records: tuple[QueryRecord, ...]
    report: Report


def read_run(folder: Path) -> ReportedRun:
    """A run and its report, computed from its queries.

    Raises:
        RunUnusable: the folder holds no run, or one that cannot be read.
    """
    card = read_card(folder)
    records = read_records(folder)
    name = folder.resolve().name
    return ReportedRun(name=name, records=records, report=build_report(card, records))


def write_report(folder: Path) -> Report:
    """Write `report.json` and `report.md` from the folder's `run.json` and `queries.jsonl`.

    Raises:
        RunUnusable: the folder holds no run, or cannot be read or written.
    """
    report = read_run(folder).report
    write_text(folder / JSON_NAME, json.dumps(report_to_json(report), indent=2) + "\n")
    write_text(folder / MARKDOWN_NAME, report_to_markdown(report))
    return report


def write_text(path: Path, text: str) -> None:
    """Replace a file as a whole.

    Raises:
        RunUnusable: it cannot be written.
    """
    fresh = path.with_name(f"{path.name}.new")
    try:
        fresh.write_text(text, "utf-8")
        fresh.replace(path)
    except OSError as error:
        raise RunUnusable(
            f"{path} cannot be written: {error.strerror}", "is there room on the disk?"
        ) from error
