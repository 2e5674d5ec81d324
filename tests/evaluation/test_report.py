"""Reports of runs, from their records alone."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import pytest

from imagescope_tui.errors import RunUnusable
from imagescope_tui.evaluation.reports.as_json import report_to_json
from imagescope_tui.evaluation.reports.as_markdown import report_to_markdown
from imagescope_tui.evaluation.reports.contents import build_report
from imagescope_tui.evaluation.reports.report import (
    distinct_folders,
    read_run,
    read_runs,
    run_names,
    write_report,
)
from imagescope_tui.evaluation.task import MeasureSet
from tests.evaluation.finished_runs import a_card, a_record, a_run, a_stage, failed_record

if TYPE_CHECKING:
    from pathlib import Path

    from imagescope_tui.evaluation.reports.contents import Report
    from imagescope_tui.evaluation.runs.record import QueryRecord


def mean(report: Report, stage: str, measure: str) -> float:
    found = report.stage(stage)
    assert found is not None
    estimate = found.mean_of(measure)
    assert estimate is not None
    return estimate.mean


def test_figures_are_means_over_queries_stage_by_stage() -> None:
    records = [
        a_record("a"),
        a_record("b"),
        a_record("c", stages={"1": a_stage(7), "2": a_stage(7)}),
        a_record("d", stages={"1": a_stage(None), "2": a_stage(None)}),
    ]
    report = build_report(a_card(), records)
    assert [mean(report, "1", f"R@{k}") for k in (1, 5, 10)] == [0, 0.5, 0.75]
    assert [mean(report, "2", f"R@{k}") for k in (1, 5, 10)] == [0.5, 0.5, 0.75]


def test_a_failed_query_scores_zero_and_is_counted() -> None:
    report = build_report(a_card(), [a_record("a"), failed_record("b")])
    assert mean(report, "2", "R@1") == 0.5
    assert (report.done, report.measured, report.failed, report.unfinished) == (2, 2, 1, 2)
    assert [(item.reason, item.queries) for item in report.failures] == [
        ("its picture cannot be read", 1)
    ]


def test_a_run_whose_queries_all_failed_has_zeros_not_gaps() -> None:
    report = build_report(a_card(), [failed_record("a"), failed_record("b")])
    assert mean(report, "1", "R@10") == 0
    assert mean(report, "2", "R@10") == 0
    assert report_to_markdown(report)


def test_queries_without_known_right_answers_have_no_part_in_figures() -> None:
    hidden = a_record("hidden", stages={"1": a_stage()}, targets=0)
    report = build_report(a_card(), [a_record("a"), hidden])
    assert (report.done, report.measured) == (2, 1)
    assert mean(report, "2", "R@1") == 1


def test_a_run_for_a_test_server_has_costs_and_no_figures() -> None:
    hidden = a_record("hidden", stages={"1": a_stage(seconds=2.0)}, targets=0)
    report = build_report(a_card(has_targets=False, stages=(1,)), [hidden])
    found = report.stage("1")
    assert found is not None
    assert found.figures == ()
    assert found.costs.seconds_mean == 2
    assert "hand in the submission files" in report_to_markdown(report)


def test_the_order_in_which_queries_finished_does_not_matter() -> None:
    chance = random.Random(5)
    records = [a_record(str(n), stages={"1": a_stage(chance.randint(1, 20))}) for n in range(50)]
    card = a_card(stages=(1,), queries=50)
    one = report_to_json(build_report(card, records))
    chance.shuffle(records)
    assert report_to_json(build_report(card, records)) == one


def test_circos_aspects_and_inquires_categories_are_told_by_group() -> None:
    card = a_card(measures=MeasureSet(mean_ap=(5,), group_ap=10, inquire_ap=(50,)), stages=(1,))
    records = [
        a_record("a", stages={"1": a_stage(1)}, groups=("negation", "cardinality")),
        a_record("b", stages={"1": a_stage(2)}, groups=("negation",)),
    ]
    found = build_report(card, records).stage("1")
    assert found is not None
    groups = {
        group.group: {item.measure: item.estimate for item in group.figures}
        for group in found.groups
    }
    assert groups["negation"]["mAP@10"].mean == 0.75
    assert groups["negation"]["AP@50"].count == 2
    assert groups["cardinality"]["mAP@10"].mean == 1


def test_inquires_figures_take_equal_scores_as_one_threshold() -> None:
    card = a_card(measures=MeasureSet(inquire_ap=(5,), ndcg=(5,), has_mrr=True), stages=(1,))
    tied = a_stage(1, 2, depth=5, scores=(1.0,) * 5)
    report = build_report(card, [a_record("a", stages={"1": tied}, targets=2)])
    assert mean(report, "1", "AP@5") == pytest.approx(0.4)
    assert mean(report, "1", "nDCG@5") < 1
    assert mean(report, "1", "MRR") == 1


def test_parts_of_stage_1_come_before_the_stages() -> None:
    stages = {name: a_stage(1) for name in ("1", "captions+words", "picture", "words", "captions")}
    report = build_report(a_card(stages=(1,)), [a_record("a", stages=stages)])
    assert [item.stage for item in report.stages] == [
        "picture", "captions", "words", "captions+words", "1",
    ]  # fmt: skip


def visdial_records() -> list[QueryRecord]:
    ranks = {"x": (3, 40, 40), "y": (40, 7, 40), "z": (40, 40, None)}
    return [
        a_record(f"{dialogue}/{number}", stages={"1": a_stage(rank)})
        for dialogue, found in ranks.items()
        for number, rank in enumerate(found)
    ]


def test_hits_are_cumulative_over_conversations_with_and_without_round_0() -> None:
    card = a_card(dataset="visdial", measures=MeasureSet(hits=(10,)), stages=(1,), queries=9)
    found = build_report(card, visdial_records()).stage("1")
    assert found is not None
    with_0, without_0 = found.hits
    assert with_0.has_round_0
    assert with_0.rounds == (0, 1, 2)
    assert [item.mean for item in with_0.estimates] == pytest.approx([1 / 3, 2 / 3, 2 / 3])
    assert not without_0.has_round_0
    assert without_0.rounds == (1, 2)
    assert [item.mean for item in without_0.estimates] == pytest.approx([1 / 3, 1 / 3])
    assert with_0.estimates[0].count == 3


def test_a_round_that_failed_finds_nothing_and_takes_nothing_away() -> None:
    card = a_card(measures=MeasureSet(hits=(10,)), stages=(1,))
    records = [a_record("x/0", stages={"1": a_stage(1)}), failed_record("x/1")]
    found = build_report(card, records).stage("1")
    assert found is not None
    assert [item.mean for item in found.hits[0].estimates] == [1, 1]
    assert [item.mean for item in found.hits[1].estimates] == [0]


def test_degradations_are_counted_once_per_query_and_reason() -> None:
    cut = {"stage": 2, "reason": "no questions", "fallback": "the order of stage 1"}
    gone = {"stage": 3, "reason": "no answer", "fallback": "the order of stage 2"}
    records = [
        a_record("a", degradations=(cut, cut)),
        a_record("b", degradations=(cut, gone)),
        a_record("c"),
    ]
    report = build_report(a_card(), records)
    assert report.degraded == 2
    assert [(item.stage, item.reason, item.queries) for item in report.degradations] == [
        (2, "no questions", 2),
        (3, "no answer", 1),
    ]


def test_costs_are_per_query_stage_and_role() -> None:
    records = [
        a_record(
            str(n),
            stages={"1": a_stage(1, seconds=n, tokens=10 * n, model_calls={"reasoner": n % 2})},
        )
        for n in range(1, 101)
    ]
    found = build_report(a_card(stages=(1,), queries=100), records).stage("1")
    assert found is not None
    costs = found.costs
    assert (costs.seconds_mean, costs.seconds_median) == (50.5, 50.5)
    assert costs.seconds_p95 == pytest.approx(95.05)
    assert costs.tokens_mean == 505
    assert costs.calls_mean == {"reasoner": 0.5}


def test_a_report_is_written_from_the_run_folder_alone(tmp_path: Path) -> None:
    folder = a_run(tmp_path / "run", a_card(), [a_record(name) for name in "abcd"])
    report = write_report(folder)
    written = json.loads((folder / "report.json").read_text("utf-8"))
    assert written == json.loads(json.dumps(report_to_json(report)))
    assert written["queries"] == {
        "asked": 4, "done": 4, "unfinished": 0, "measured": 4, "failed": 0, "degraded": 0,
    }  # fmt: skip
    assert written["stages"]["2"]["figures"]["R@1"] == {
        "mean": 1.0, "low": 1.0, "high": 1.0, "count": 4,
    }  # fmt: skip
    assert "100.00 [100.0, 100.0]" in (folder / "report.md").read_text("utf-8")
    assert read_run(folder).name == "run"


def test_a_report_that_cannot_be_written_says_so_in_a_line(tmp_path: Path) -> None:
    folder = a_run(tmp_path / "run", a_card(), [a_record("a")])
    (folder / "report.json").mkdir()
    with pytest.raises(RunUnusable, match="cannot be written"):
        write_report(folder)
    with pytest.raises(RunUnusable, match="holds no run"):
        write_report(tmp_path / "nothing")


def test_the_report_says_what_was_measured_how() -> None:
    card = a_card(
        limit=2,
        photos_missing=3,
        options={"as_coded": True, "top_k": 20},
        models={"reasoner": "a-model"},
        notes=("One caption is empty.",),
    )
    text = report_to_markdown(build_report(card, [a_record("a"), failed_record("b")]))
    for part in (
        "# cirr val, imagescope",
        "2 of 4 queries, 1 failed, 0 degraded; 120 photos ranked.",
        "2 of 4 queries have no record",
        "Only the first 2 queries",
        "3 photos of the data set are missing",
        "taken out of its ranking",
        "success@k",
        "did as the code does",
        "One caption is empty.",
        "- reasoner: a-model",
    ):
        assert part in text, part


def test_one_thing_is_told_in_the_singular() -> None:
    card = a_card(queries=1, limit=1, photos_missing=1, photos_captioned=1, gallery_size=1)
    text = report_to_markdown(build_report(card, []))
    for part in (
        "0 of 1 query, 0 failed, 0 degraded; 1 photo ranked.",
        "1 of 1 query has no record",
        "Only the first query of the split was asked.",
        "1 photo of the data set is missing or unreadable;",
        "1 of 1 photo has a caption.",
    ):
        assert part in text, part


def test_runs_go_by_their_last_name_where_it_is_theirs_alone(tmp_path: Path) -> None:
    folders = [tmp_path / path for path in ("runs/m", "other/m", "old/runs/m", "runs/n")]
    assert run_names(folders) == (
        f"{tmp_path.name}/runs/m", "other/m", "old/runs/m", "n",
    )  # fmt: skip


def test_a_run_given_twice_counts_once(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "m")
    given = [tmp_path / "m", tmp_path / "n", tmp_path / "n" / ".." / "m", tmp_path / "link"]
    assert distinct_folders(given) == (tmp_path / "m", tmp_path / "n")


def test_runs_are_read_under_names_that_tell_them_apart(tmp_path: Path) -> None:
    folders = [a_run(tmp_path / name / "m", a_card(), [a_record("a")]) for name in ("one", "two")]
    assert [run.name for run in read_runs(folders)] == ["one/m", "two/m"]


def test_markdown_tables_are_aligned_and_keep_bars_apart() -> None:
    odd = {"stage": 2, "reason": "a|b\nc", "fallback": "none"}
    text = report_to_markdown(build_report(a_card(), [a_record("a", degradations=(odd,))]))
    assert "a\\|b c" in text
    blocks = [block for block in text.split("\n\n") if block.startswith("|")]
    assert blocks
    for block in blocks:
        assert len({len(line) for line in block.splitlines()}) == 1, block
