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
    from collections.abc import Sequence
    from pathlib import Path

    from imagescope_tui.evaluation.runs.record import QueryRecord

JSON_NAME = "report.json"
MARKDOWN_NAME = "report.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedRun:
    """A run with its report."""

    name: str
    """The name of its folder, or as much of its path as tells it from others."""
    records: tuple[QueryRecord, ...]
    report: Report


def read_run(folder: Path, *, name: str | None = None) -> ReportedRun:
    """A run and its report, computed from its queries; its folder's name unless it is given one.

    Raises:
        RunUnusable: the folder holds no run, or one that cannot be read.
    """
    card = read_card(folder)
    records = read_records(folder)
    return ReportedRun(
        name=name or folder.resolve().name, records=records, report=build_report(card, records)
    )


def read_runs(folders: Sequence[Path]) -> tuple[ReportedRun, ...]:
    """Runs under names that tell them apart.

    Raises:
        RunUnusable: a folder holds no run, or one that cannot be read.
    """
    names = run_names(folders)
    return tuple(read_run(folder, name=name) for folder, name in zip(folders, names, strict=True))


def distinct_folders(folders: Sequence[Path]) -> tuple[Path, ...]:
    """Each folder once, in the order given, however it is spelt."""
    found: dict[Path, Path] = {}
    for folder in folders:
        found.setdefault(folder.resolve(), folder)
    return tuple(found.values())


def run_names(folders: Sequence[Path]) -> tuple[str, ...]:
    """The last name of each, where others end so the shortest end of the path that is its own."""
    paths = [folder.resolve() for folder in folders]
    return tuple(_name_among(path, {other for other in paths if other != path}) for path in paths)


def _name_among(path: Path, others: set[Path]) -> str:
    namesakes = [other.parts for other in others if other.name == path.name]
    length = 1
    while any(parts[-length:] == path.parts[-length:] for parts in namesakes):
        length += 1
    return "/".join(path.parts[-length:]).replace("//", "/")


def write_report(folder: Path) -> Report:
    """Write `report.json` and `report.md` from the folder's `run.json` and `queries.jsonl`.

    Raises:
        RunUnusable: the folder holds no run, or cannot be read or written.
    """
    report = read_run(folder).report
    put_report(folder, report)
    return report


def put_report(folder: Path, report: Report) -> None:
    """Write a report as `report.json` and `report.md`.

    Raises:
        RunUnusable: the folder cannot be written.
    """
    write_text(folder / JSON_NAME, json.dumps(report_to_json(report), indent=2) + "\n")
    write_text(folder / MARKDOWN_NAME, report_to_markdown(report))


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
