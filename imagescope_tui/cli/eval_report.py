"""`imagescope eval report` and `compare`: finished runs, without models."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from imagescope_tui.cli.common import QuietOption
from imagescope_tui.cli.terminal import put_json, put_line, say
from imagescope_tui.errors import EvaluationError, RunUnusable

if TYPE_CHECKING:
    from imagescope_tui.evaluation.reports.report import ReportedRun

RunsArgument = Annotated[list[Path], typer.Argument(metavar="RUN...", help="Folders of runs.")]
FirstArgument = Annotated[Path, typer.Argument(metavar="FIRST", help="Folder of the first run.")]
SecondArgument = Annotated[
    Path, typer.Argument(metavar="SECOND", help="Folder of the second run, judged by the first.")
]


def report(
    runs: RunsArgument,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    plots: Annotated[
        Path | None, typer.Option("--plots", metavar="DIR", help="Draw SVG and PNG files.")
    ] = None,
    quiet: QuietOption = False,
) -> None:
    """Show runs beside the published figures; needs no models and no data set."""
    from imagescope_tui.evaluation.reports.report import distinct_folders, put_report, read_runs
    from imagescope_tui.evaluation.reports.summary import summarise
    from imagescope_tui.evaluation.reports.summary_text import summary_to_json, summary_to_markdown

    folders = distinct_folders(runs)
    found = read_runs(folders)
    for folder, run in zip(folders, found, strict=True):
        put_report(folder, run.report)
    tables = summarise(found)
    if as_json:
        put_json(summary_to_json(tables))
    else:
        put_line(summary_to_markdown(tables, width=_terminal_width()).rstrip())
        if not quiet:
            _draw(found)
    if plots is not None:
        _write_plots(found, plots, quiet=quiet)


def compare(
    first: FirstArgument,
    second: SecondArgument,
    changes: Annotated[
        int, typer.Option("--changes", metavar="N", min=0, help="Changed queries shown.")
    ] = 10,
    trace: Annotated[
        str | None,
        typer.Option("--trace", metavar="QUERY", help="Save both searches, for the screen."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    quiet: QuietOption = False,
) -> None:
    """What the second run does better and worse than the first, query by query."""
    from imagescope_tui.evaluation.comparisons.compare import compare as compare_runs
    from imagescope_tui.evaluation.comparisons.text import (
        comparison_to_json,
        comparison_to_markdown,
    )
    from imagescope_tui.evaluation.reports.report import read_runs

    if trace is not None:
        for folder in (first, second):
            _save_trace(folder, trace, quiet=quiet)
        return
    one, other = read_runs((first, second))
    comparison = compare_runs(one, other, changes=changes)
    if as_json:
        put_json(comparison_to_json(comparison))
    else:
        put_line(comparison_to_markdown(comparison, width=_terminal_width()).rstrip())


def _draw(runs: Sequence[ReportedRun]) -> None:
    """Plots on a terminal; where the library for them is missing, the tables say it all."""
    from imagescope_tui.evaluation.reports.plot_terminal import plot_terminal
    from imagescope_tui.evaluation.reports.plots import plots_of

    width = _terminal_width()
    if width is None:
        return
    try:
        for plot in plots_of(runs):
            put_line("")
            put_line(plot_terminal(plot, width=width, is_coloured=_has_colour()).rstrip())
    except EvaluationError as error:
        say(f"no plots: {error.message} — {error.hint}")


def _terminal_width() -> int | None:
    """How many columns stdout has; None where it is no terminal."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _has_colour() -> bool:
    from imagescope_tui.cli.terminal import console

    return not console().no_color


def _write_plots(runs: Sequence[ReportedRun], folder: Path, *, quiet: bool) -> None:
    from imagescope_tui.evaluation.reports.plot_files import write_plots
    from imagescope_tui.evaluation.reports.plots import plots_of

    plots = plots_of(runs)
    if not plots and not quiet:
        say("no plots: there is nothing to draw of runs with one stage and without rounds")
    for path in write_plots(plots, folder):
        if not quiet:
            say(f"plot: {path}")


def _save_trace(folder: Path, query: str, *, quiet: bool) -> None:
    """Write one query's search as the screen opens it, and print where.

    Raises:
        RunUnusable: the run has no such query, or its gallery is not there any more.
    """
    from imagescope_tui.evaluation.comparisons.trace import screen_command, write_trace
    from imagescope_tui.evaluation.galleries.photo_files import read_photo_files
    from imagescope_tui.evaluation.runs.folder import read_card, read_records
    from storage.library import Library

    card = read_card(folder)
    record = next((item for item in read_records(folder) if item.id == query), None)
    if record is None:
        raise RunUnusable(f"{folder} has no query {query}", "`eval compare` shows their names")
    if card.dataset == "inquire-fullrank":
        raise RunUnusable("a search among vectors on disk cannot be opened in the screen")
    files = read_photo_files(Path(card.gallery))
    path = folder / "traces" / f"{query.replace(os.sep, '-')}.jsonl"
    path.parent.mkdir(exist_ok=True)
    with Library.open_reader(Path(card.gallery)) as library:
        write_trace(path, card, record, library=library, path_of=files.__getitem__)
    put_line(str(path))
    if not quiet:
        say(screen_command(card, path))
