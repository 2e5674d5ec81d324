"""Draws plots as SVG and PNG by matplotlib: equal plots give equal bytes of SVG."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from imagescope_tui.errors import EvaluationError
from imagescope_tui.evaluation.reports.plots import EXTRA_HINT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from imagescope_tui.evaluation.reports.plots import Line, Plot

COLOURS: Final = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#555555", "#000000",
)  # fmt: skip
"""Okabe and Ito's, told apart by colour-blind readers."""
_MARKERS: Final = "osD^vP*X"
_DASHES: Final = ("-", "--", "-.", ":")
_STYLE: Final = {
    "svg.hashsalt": "imagescope",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 12,
    "axes.titlesize": 14,
    "axes.titleweight": "bold",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#555555",
    "legend.frameon": False,
    "legend.fontsize": 11.5,
}
_INCHES: Final = (8.0, 5.0)
_DOTS_PER_INCH: Final = 150
_SHORT_NAME: Final = 16
"""Longest name that fits beside the lines, in signs."""


def write_plots(
    plots: Sequence[Plot], folder: Path, suffixes: Sequence[str] = ("svg", "png")
) -> tuple[Path, ...]:
    """Write `NAME.SUFFIX` for each plot and suffix into the folder, which is made.

    Raises:
        EvaluationError: matplotlib is not installed, or a file cannot be written.
    """
    found = []
    for plot in plots:
        figure = _figure(plot)
        for suffix in suffixes:
            path = folder / f"{plot.name}.{suffix}"
            try:
                folder.mkdir(parents=True, exist_ok=True)
                _save(figure, path, suffix)
            except OSError as error:
                raise EvaluationError(f"{path} cannot be written: {error.strerror}") from error
            found.append(path)
    return tuple(found)


def _save(figure: Any, path: Path, suffix: str) -> None:  # noqa: ANN401 - a matplotlib Figure
    import matplotlib as mpl  # heavy

    # A date would tell apart files that show the same; PNG knows no such field.
    metadata = {"Date": None} if suffix == "svg" else {}
    with mpl.rc_context(_STYLE):
        figure.savefig(path, dpi=_DOTS_PER_INCH, metadata=metadata)


def _figure(plot: Plot) -> Any:  # noqa: ANN401 - a matplotlib Figure
    try:
        import matplotlib as mpl  # heavy, and an extra
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
        from matplotlib.layout_engine import ConstrainedLayoutEngine
    except ImportError as error:
        raise EvaluationError("plots need matplotlib", EXTRA_HINT) from error
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=_INCHES, layout=ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.1))
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        for number, line in enumerate(plot.lines):
            _draw(axes, line, number)
        _label(axes, plot)
        _legend(figure, axes, plot)
    return figure


def _draw(axes: Any, line: Line, number: int) -> None:  # noqa: ANN401 - matplotlib Axes
    colour = COLOURS[number % len(COLOURS)]
    means = [100 * item.mean for item in line.estimates]
    lows = [100 * item.low for item in line.estimates]
    highs = [100 * item.high for item in line.estimates]
    if len(means) > 1:
        axes.fill_between(line.places, lows, highs, color=colour, alpha=0.13, linewidth=0)
    else:
        spread = [[means[0] - lows[0]], [highs[0] - means[0]]]
        axes.errorbar(line.places, means, yerr=spread, color=colour, capsize=4)
    axes.plot(
        line.places,
        means,
        color=colour,
        marker=_MARKERS[number % len(_MARKERS)],
        linestyle=_DASHES[number % len(_DASHES)],
        linewidth=2,
        markersize=6.5,
        label=line.name,
    )


def _label(axes: Any, plot: Plot) -> None:  # noqa: ANN401 - matplotlib Axes
    axes.set_title(plot.title, loc="left", pad=12)
    axes.set_xlabel(plot.x_label)
    axes.set_ylabel(plot.y_label)
    axes.grid(axis="y", color="#DDDDDD", linewidth=0.8)
    axes.set_axisbelow(True)
    if plot.ticks:
        axes.set_xticks(range(len(plot.ticks)), plot.ticks)
        axes.set_xlim(-0.25, len(plot.ticks) - 0.75)
    elif _are_whole(plot):
        axes.set_xticks(sorted({place for line in plot.lines for place in line.places}))
    highest = max((item.high for line in plot.lines for item in line.estimates), default=0)
    axes.set_ylim(0, min(102, max(5, 110 * highest)))


def _legend(figure: Any, axes: Any, plot: Plot) -> None:  # noqa: ANN401 - matplotlib Figure, Axes
    """Beside the lines in their order at the right end, or below where names are long."""
    handles, names = axes.get_legend_handles_labels()
    order = sorted(range(len(names)), key=lambda n: -plot.lines[n].estimates[-1].mean)
    is_short = max(map(len, names), default=0) <= _SHORT_NAME
    legend = figure.legend(
        [handles[n] for n in order],
        [names[n] for n in order],
        loc="outside right center" if is_short else "outside lower left",
        ncols=1 if is_short or len(names) < 4 else 2,
        handlelength=3,
        title="with 95 % intervals",
        title_fontsize=10,
        alignment="left",
    )
    legend.get_title().set_color("#555555")


def _are_whole(plot: Plot) -> bool:
    """Few whole numbers, such as rounds, are all named."""
    places = {place for line in plot.lines for place in line.places}
    return len(places) <= 15 and all(place.is_integer() for place in places)
