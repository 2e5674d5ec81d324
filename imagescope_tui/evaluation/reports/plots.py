"""What is drawn of runs: figures by stage, hits by round, and any figure against a quantity.

A `Plot` is data; `plot_files` draws it as SVG or PNG, `plot_terminal` in a terminal.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imagescope_tui.evaluation.measures.aggregate import Estimate
    from imagescope_tui.evaluation.reports.contents import Report
    from imagescope_tui.evaluation.reports.report import ReportedRun

EXTRA_HINT = "pip install 'imagescope-tui[eval]'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Estimates in the order of the places on the x axis."""

    name: str
    places: tuple[float, ...]
    estimates: tuple[Estimate, ...]
    """Shares of one; drawn as percents, with their intervals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """Lines over one x axis."""

    name: str
    """For a file: letters, digits, hyphens."""
    title: str
    x_label: str
    y_label: str
    lines: tuple[Line, ...]
    ticks: tuple[str, ...] = ()
    """Names of the places 0, 1, 2 … where x is no quantity; empty where it is one."""


def plots_of(runs: Sequence[ReportedRun]) -> tuple[Plot, ...]:
    """All that can be drawn of some runs: each run's figures by stage, and their hits by round."""
    is_alone = len(runs) == 1
    by_stage = (stage_plot(run.name, run.report, is_alone=is_alone) for run in runs)
    return _apart([*(plot for plot in by_stage if plot is not None), *hits_plots(runs)])


def _apart(plots: Sequence[Plot]) -> tuple[Plot, ...]:
    """Names that no two share, not even where capitals and small letters are the same file."""
    found: list[Plot] = []
    taken: set[str] = set()
    for plot in plots:
        name, number = plot.name, 1
        while name.casefold() in taken:
            number += 1
            name = f"{plot.name}-{number}"
        taken.add(name.casefold())
        found.append(dataclasses.replace(plot, name=name))
    return tuple(found)


def stage_plot(name: str, report: Report, *, is_alone: bool = True) -> Plot | None:
    """Recall@k (or what the run has in its place) after each numbered stage.

    None where there are not two stages to compare; the title names a run that is not alone.
    """
    stages = [stage for stage in report.stages if stage.stage.isdigit() and stage.figures]
    if len(stages) < 2:
        return None
    kinds = [figure.measure.partition("@")[0] for figure in stages[0].figures]
    kind = "R" if "R" in kinds else kinds[0]
    lines = tuple(
        Line(
            name=figure.measure,
            places=tuple(float(place) for place in range(len(stages))),
            estimates=tuple(stage.figures[row].estimate for stage in stages),
        )
        for row, figure in enumerate(stages[0].figures)
        if kinds[row] == kind
    )
    card = report.card
    told = f"{card.dataset} {card.split}, {card.strategy}" if is_alone else name
    label = "Recall@k" if kind == "R" else f"{kind}@k"
    return Plot(
        name=f"{file_name(name)}-stages",
        title=f"{told}: {label} by stage",
        x_label="",
        y_label=f"{label}, %",
        lines=lines,
        ticks=tuple(f"stage {stage.stage}" for stage in stages),
    )


def hits_plots(runs: Sequence[ReportedRun], *, k: int = 10) -> tuple[Plot, ...]:
    """Hits@k by round after each run's last stage; a plot with round 0 and one without it."""
    found = []
    for has_round_0 in (True, False):
        lines = [line for run in runs if (line := _hits_line(run, k, has_round_0)) is not None]
        if lines:
            counted = "counting round 0" if has_round_0 else "without round 0"
            found.append(
                Plot(
                    name=f"hits-at-{k}-{'with' if has_round_0 else 'without'}-round-0",
                    title=f"Hits@{k} by round, {counted}",
                    x_label="round",
                    y_label=f"Hits@{k}, %",
                    lines=tuple(lines),
                )
            )
    return tuple(found)


def _hits_line(run: ReportedRun, k: int, has_round_0: bool) -> Line | None:
    stages = [stage for stage in run.report.stages if stage.stage.isdigit()]
    curves = stages[-1].hits if stages else ()
    for curve in curves:
        if curve.k == k and curve.has_round_0 == has_round_0:
            places = tuple(float(number) for number in curve.rounds)
            return Line(name=run.name, places=places, estimates=curve.estimates)
    return None


def file_name(name: str) -> str:
    """A name in letters, digits and hyphens."""
    kept = "".join(sign if sign.isalnum() and sign.isascii() else "-" for sign in name)
    return "-".join(part for part in kept.split("-") if part) or "run"
