"""What is drawn of runs, as files and in a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from imagescope_tui.errors import EvaluationError
from imagescope_tui.evaluation.measures.aggregate import Estimate
from imagescope_tui.evaluation.reports.contents import build_report
from imagescope_tui.evaluation.reports.plot_files import write_plots
from imagescope_tui.evaluation.reports.plot_terminal import plot_terminal
from imagescope_tui.evaluation.reports.plots import Line, Plot, file_name, plots_of, stage_plot
from imagescope_tui.evaluation.reports.report import ReportedRun
from imagescope_tui.evaluation.task import MeasureSet
from tests.evaluation.finished_runs import a_card, a_record, a_stage

if TYPE_CHECKING:
    from pathlib import Path


def about(mean: float) -> Estimate:
    return Estimate(mean=mean, low=max(0, mean - 0.05), high=min(1, mean + 0.05), count=100)


def a_plot(**lines: float) -> Plot:
    """Against the share of wrong answers, as the noise study draws it."""
    return Plot(
        name="noise",
        title="Recall@1 against the verifier's noise",
        x_label="share of wrong answers",
        y_label="R@1, %",
        lines=tuple(
            Line(
                name=name,
                places=(0.0, 0.1, 0.2, 0.4),
                estimates=tuple(about(start - fall) for fall in (0, 0.1, 0.2, 0.3)),
            )
            for name, start in lines.items()
        ),
    )


def a_talk(name: str, found_in: int) -> ReportedRun:
    records = [
        a_record(f"x/{number}", stages={"1": a_stage(1 if number >= found_in else 60)})
        for number in range(4)
    ]
    measures = MeasureSet(hits=(1, 10))
    card = a_card(dataset="visdial", queries=4, stages=(1,), measures=measures)
    return ReportedRun(name=name, records=(), report=build_report(card, records))


def test_recall_is_drawn_by_stage_with_intervals() -> None:
    plot = stage_plot("cirr val/1", build_report(a_card(), [a_record("a"), a_record("b")]))
    assert plot is not None
    assert plot.name == "cirr-val-1-stages"
    assert plot.ticks == ("stage 1", "stage 2")
    assert [line.name for line in plot.lines] == ["R@1", "R@5", "R@10"]
    assert [item.mean for item in plot.lines[0].estimates] == [0, 1]


def test_circo_draws_its_map_where_it_has_no_recall() -> None:
    card = a_card(measures=MeasureSet(mean_ap=(5, 10), main_recall=(5,)))
    plot = stage_plot("x", build_report(card, [a_record("a")]))
    assert plot is not None
    assert [line.name for line in plot.lines] == ["mAP@5", "mAP@10"]


def test_parts_of_stage_1_are_no_stages() -> None:
    record = a_record("a", stages={"words": a_stage(1), "1": a_stage(1), "2": a_stage(1)})
    plot = stage_plot("x", build_report(a_card(), [record]))
    assert plot is not None
    assert plot.ticks == ("stage 1", "stage 2")


def test_a_single_stage_is_not_drawn_by_stage() -> None:
    record = a_record("a", stages={"words": a_stage(1), "1": a_stage(1)})
    assert stage_plot("x", build_report(a_card(stages=(1,)), [record])) is None


def test_titles_name_the_run_where_there_are_several() -> None:
    report = build_report(a_card(), [a_record("a")])
    runs = [ReportedRun(name=name, records=(), report=report) for name in ("one", "two")]
    assert [plot.title for plot in plots_of(runs)] == [
        "one: Recall@k by stage",
        "two: Recall@k by stage",
    ]
    (alone,) = plots_of(runs[:1])
    assert alone.title == "cirr val, imagescope: Recall@k by stage"


def test_no_two_plots_share_a_file_on_any_disk() -> None:
    report = build_report(a_card(), [a_record("a")])
    names = ("a/b", "a-b", "A b")
    runs = [ReportedRun(name=name, records=(), report=report) for name in names]
    assert [plot.name for plot in plots_of(runs)] == [
        "a-b-stages",
        "a-b-stages-2",
        "A-b-stages-3",
    ]


def test_a_run_without_figures_draws_nothing() -> None:
    card = a_card(measures=MeasureSet())
    assert stage_plot("x", build_report(card, [a_record("a")])) is None


def test_hits_of_several_runs_are_drawn_over_each_other_with_and_without_round_0() -> None:
    plots = plots_of([a_talk("one", 0), a_talk("two", 2)])
    assert [plot.name for plot in plots] == [
        "hits-at-10-with-round-0",
        "hits-at-10-without-round-0",
    ]
    assert [line.name for line in plots[0].lines] == ["one", "two"]
    assert [item.mean for item in plots[0].lines[1].estimates] == [0, 0, 1, 1]
    assert plots[1].lines[0].places == (1, 2, 3)


def test_file_names_are_plain() -> None:
    assert file_name("Räume / 2.1 (neu)") == "R-ume-2-1-neu"
    assert file_name("///") == "run"


def test_equal_plots_make_equal_svg_files_without_a_date(tmp_path: Path) -> None:
    plot = a_plot(ours=0.9, imagescope=0.8)
    (one,) = write_plots([plot], tmp_path / "one", ["svg"])
    (other,) = write_plots([plot], tmp_path / "other", ["svg"])
    assert one.read_bytes() == other.read_bytes()
    assert b"<dc:date>" not in one.read_bytes()
    assert ET.parse(one).getroot().tag.endswith("svg")


def test_a_png_is_drawn_large_enough_to_read(tmp_path: Path) -> None:
    paths = write_plots([a_plot(ours=0.9)], tmp_path / "new" / "folder")
    assert [path.name for path in paths] == ["noise.svg", "noise.png"]
    with Image.open(paths[1]) as picture:
        assert picture.size == (1200, 750)
        colours = picture.convert("RGB").getcolors(1 << 20)
    assert colours is not None
    assert (0, 114, 178) in [colour for _, colour in colours]


def test_one_place_and_long_names_are_drawn_too(tmp_path: Path) -> None:
    names = [f"a-run-with-quite-a-long-name-{number}" for number in range(9)]
    lines = tuple(
        Line(name=name, places=(0.0,), estimates=(about(0.1 * number),))
        for number, name in enumerate(names)
    )
    plot = Plot(
        name="single", title="One stage", x_label="", y_label="%", lines=lines, ticks=("stage 1",)
    )
    assert write_plots([plot], tmp_path, ["png"])
    drawn = plot_terminal(plot, width=60, is_coloured=False)
    assert names[8] in drawn
    assert "at the right end" not in drawn


def test_a_folder_that_cannot_be_written_is_named_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EvaluationError, match="cannot be written"):
        write_plots([a_plot(ours=0.9)], tmp_path / "file")


def test_a_terminal_plot_keeps_to_its_width_and_names_its_lines() -> None:
    drawn = plot_terminal(a_plot(ours=0.9, imagescope=0.8), width=64, is_coloured=False)
    lines = drawn.splitlines()
    assert max(map(len, lines)) <= 64
    assert "\x1b" not in drawn
    assert "Recall@1 against the verifier's noise" in lines[0]
    assert lines[-2].strip() == "o  ours  60.00 [55.0, 65.0] at the right end"
    assert lines[-1].strip().startswith("x  imagescope")
    assert any("0.1" in line and "0.4" in line for line in lines)


def test_a_terminal_plot_is_coloured_when_told() -> None:
    assert "\x1b[38;5;32m" in plot_terminal(a_plot(ours=0.9), width=80)


def test_drawing_twice_leaves_nothing_of_the_first() -> None:
    alone = plot_terminal(a_plot(ours=0.9), width=70, is_coloured=False)
    plot_terminal(a_plot(imagescope=0.5, xr=0.7), width=50, is_coloured=False)
    assert plot_terminal(a_plot(ours=0.9), width=70, is_coloured=False) == alone


@pytest.mark.parametrize("library", ["matplotlib", "plotext"])
def test_a_missing_plotting_library_is_told_in_a_line_with_the_remedy(
    library: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(EvaluationError, match=library) as caught:
        if library == "plotext":
            plot_terminal(a_plot(ours=0.9), width=80)
        else:
            write_plots([a_plot(ours=0.9)], tmp_path)
    assert caught.value.hint == "pip install 'imagescope-tui[eval]'"
