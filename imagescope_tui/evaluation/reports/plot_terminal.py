"""Draws plots as lines of text for a terminal, by plotext."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from imagescope_tui.errors import EvaluationError
from imagescope_tui.evaluation.reports.markdown_table import percent_with_interval
from imagescope_tui.evaluation.reports.plots import EXTRA_HINT

if TYPE_CHECKING:
    from imagescope_tui.evaluation.reports.plots import Line, Plot

_MARKERS: Final = "ox+*#%@&"
"""Tell lines apart where there is no colour."""
_COLOURS: Final = (32, 166, 36, 175, 75, 214, 244, 250)
"""Of 256: Okabe and Ito's, readable on light and dark."""
_WIDTH_MIN: Final = 40
_HEIGHT: Final = 20


def plot_terminal(plot: Plot, *, width: int, is_coloured: bool = True) -> str:
    """The plot in so many columns, with a legend below it; the means alone, without intervals.

    Raises:
        EvaluationError: plotext is not installed.
    """
    try:
        import plotext  # an extra
    except ImportError as error:
        raise EvaluationError("plots in the terminal need plotext", EXTRA_HINT) from error
    # The library has one figure for the whole process.
    figure = plotext.figure
    figure.clear()
    figure.plot_size(max(width, _WIDTH_MIN), _HEIGHT)
    figure.theme("colorless")
    figure.title(plot.title)
    figure.label(plot.x_label, "x")
    figure.label(plot.y_label, "y")
    for number, line in enumerate(plot.lines):
        _draw(plotext, line, number)
    _rule(figure, plot)
    lines = figure.build().string(not is_coloured).splitlines()
    figure.clear()
    legend = _legend(plotext, plot, is_coloured=is_coloured)
    return "\n".join([*(line.rstrip() for line in lines), *legend]) + "\n"


def _draw(plotext: Any, line: Line, number: int) -> None:  # noqa: ANN401 - the module
    """A dotted way with a mark at each place; a later line covers an earlier one."""
    means = [100 * item.mean for item in line.estimates]
    places = list(line.places)
    for sign, is_joined in (("·", True), (_MARKERS[number % len(_MARKERS)], False)):
        marker = plotext.colorize(sign, _COLOURS[number % len(_COLOURS)])
        signal = plotext.figure.signal(places, means, marker=marker)
        signal.lines(is_joined)
        plotext.figure.draw(signal)


def _rule(figure: Any, plot: Plot) -> None:  # noqa: ANN401 - a plotext figure
    places = sorted({place for line in plot.lines for place in line.places})
    names = plot.ticks or tuple(f"{place:g}" for place in places)
    figure.ruler("x", 0).ticks(list(range(len(names))) if plot.ticks else places, list(names))
    shares = (item.mean for line in plot.lines for item in line.estimates)
    highest = min(100.0, 100 * max(shares, default=0.0))
    step = next(size for size in (1, 2, 5, 10, 20) if highest <= 5 * size)
    top = next(number * step for number in range(1, 6) if highest <= number * step)
    marks = list(range(0, top + 1, step))
    figure.ruler("y", 0).lim(0, top)
    figure.ruler("y", 0).ticks(marks, [str(mark) for mark in marks])


def _legend(plotext: Any, plot: Plot, *, is_coloured: bool) -> list[str]:  # noqa: ANN401 - module
    found = []
    for number, line in enumerate(plot.lines):
        sign = _MARKERS[number % len(_MARKERS)]
        if is_coloured:
            sign = plotext.colorize(sign, _COLOURS[number % len(_COLOURS)]).string()
        last = percent_with_interval(line.estimates[-1])
        where = " at the right end" if len(line.estimates) > 1 else ""
        found.append(f"  {sign}  {line.name}  {last}{where}")
    return found
