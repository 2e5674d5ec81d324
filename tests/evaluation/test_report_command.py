"""`eval report` and `compare` as a user gives them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from imagescope_tui.cli import eval_report
from imagescope_tui.cli.eval import app
from tests.evaluation.finished_runs import a_card, a_record, a_run, a_stage

if TYPE_CHECKING:
    from pathlib import Path


def told(*arguments: str | Path) -> str:
    found = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert found.exit_code == 0, found.output
    return found.output


@pytest.fixture
def namesakes(tmp_path: Path) -> list[Path]:
    """Two runs of two stages whose folders have the same last name."""
    return [
        a_run(tmp_path / name / "m", a_card(queries=1), [a_record("a")])
        for name in ("runs", "other")
    ]


def test_runs_of_one_name_are_told_apart_and_a_run_given_twice_counts_once(
    namesakes: list[Path],
) -> None:
    (table,) = json.loads(told("report", *namesakes, namesakes[0], "--json"))["tables"]
    assert [row["run"] for row in table["runs"]] == ["runs/m", "runs/m", "other/m", "other/m"]
    assert [item["run"] for item in table["settings"]] == ["runs/m", "other/m"]
    assert "cirr val: other/m against runs/m" in told("compare", *namesakes)


def test_runs_of_one_name_are_drawn_into_files_of_their_own(
    namesakes: list[Path], tmp_path: Path
) -> None:
    pytest.importorskip("matplotlib")
    told("report", *namesakes, "--plots", tmp_path / "plots")
    assert sorted(path.name for path in (tmp_path / "plots").iterdir()) == [
        "other-m-stages.png",
        "other-m-stages.svg",
        "runs-m-stages.png",
        "runs-m-stages.svg",
    ]


def test_a_run_of_one_stage_says_that_there_is_nothing_to_draw(tmp_path: Path) -> None:
    record = a_record("a", stages={"1": a_stage(1)})
    run = a_run(tmp_path / "m", a_card(queries=1, stages=(1,)), [record])
    assert "no plots: there is nothing to draw" in told("report", run, "--plots", tmp_path / "p")
    assert "no plots" not in told("report", run, "--plots", tmp_path / "p", "--quiet")
    assert not (tmp_path / "p").exists()


def test_only_a_terminal_loses_what_it_has_no_room_for(
    namesakes: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Means alone" not in told("report", *namesakes)
    monkeypatch.setattr(eval_report, "_terminal_width", lambda: 80)
    drawn = told("report", *namesakes, "--quiet")
    assert "- Means alone: with their intervals" in drawn
    assert max(map(len, drawn.splitlines())) <= 80


def test_help_tells_the_first_run_from_the_second() -> None:
    text = " ".join(told("compare", "--help").split())
    assert "{FIRST} {SECOND}" in text
    assert "Folder of the first run." in text
    assert "Folder of the second run" in text
