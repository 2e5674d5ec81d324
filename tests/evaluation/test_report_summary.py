"""Several runs beside the published figures."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from imagescope_tui.evaluation.reports.report import read_run
from imagescope_tui.evaluation.reports.summary import GARMENTS, summarise
from imagescope_tui.evaluation.reports.summary_text import summary_to_json, summary_to_markdown
from imagescope_tui.evaluation.task import MeasureSet
from tests.evaluation.finished_runs import a_card, a_record, a_run, a_stage, failed_record

if TYPE_CHECKING:
    from pathlib import Path

    from imagescope_tui.evaluation.reports.report import ReportedRun


def a_reported_run(folder: Path, ranks: list[int | None], **card: Any) -> ReportedRun:  # noqa: ANN401 - any field
    records = [
        a_record(str(number), stages={"1": a_stage(rank)}) for number, rank in enumerate(ranks)
    ]
    return read_run(a_run(folder, a_card(queries=len(ranks), stages=(1,), **card), records))


def garment_runs(folder: Path, **card: Any) -> list[ReportedRun]:  # noqa: ANN401 - any field
    measures = MeasureSet(recall=(10, 50))
    ranks: list[list[int | None]] = [[1, 60], [1] * 10, [60] * 5]
    return [
        a_reported_run(folder / name, found, dataset=name, measures=measures, **card)
        for name, found in zip(GARMENTS, ranks, strict=True)
    ]


def test_runs_stand_beside_the_published_figures_with_their_source(tmp_path: Path) -> None:
    runs = [
        a_reported_run(tmp_path / "one", [1, 3]),
        a_reported_run(tmp_path / "two", [1, 1], strategy="ours"),
    ]
    (table,) = summarise(runs)
    assert [row.run for row in table.rows] == ["one", "two"]
    assert table.measures == ("R@1", "R@5", "R@10")
    text = summary_to_markdown([table])
    (xr,) = (line for line in text.splitlines() if "| XR" in line and "ViT-B/32" in line)
    assert "43.06" in xr
    assert "XR [2]" in xr
    assert "- [2] XR paper" in text
    (mine,) = (line for line in text.splitlines() if line.startswith("| two, stage 1 "))
    assert "100.00 [100.0, 100.0]" in mine


def test_a_summary_warns_of_what_cannot_be_compared(tmp_path: Path) -> None:
    card = a_card(queries=3, stages=(1,), limit=3, photos_missing=7)
    records = [a_record("a"), failed_record("b")]
    (table,) = summarise([read_run(a_run(tmp_path / "odd", card, records))])
    text = " ".join(table.cautions)
    for part in (
        "are of test1, the runs of val",
        "lacks 1 of 3 queries",
        "first 3 queries only",
        "lacks 7 photos",
        "1 query failed and counts as zero",
    ):
        assert part in text, part


def test_each_run_of_a_table_tells_what_it_was_measured_with(tmp_path: Path) -> None:
    runs = [
        a_reported_run(tmp_path / "plain", [1], options={"rank_by": "picture"}),
        a_reported_run(
            tmp_path / "captioned",
            [1],
            options={"rank_by": "fused"},
            caption_encoder_id="a-text-encoder",
            caption_weight=0.15,
            photos_captioned=40,
        ),
    ]
    tables = summarise(runs)
    text = summary_to_markdown(tables)
    encoder = "open_clip:ViT-B-32/laion2b"
    assert f"- plain: imagescope, ranked by picture, pictures by {encoder}\n" in text
    assert (
        f"- captioned: imagescope, ranked by fused, pictures by {encoder},"
        " captions by a-text-encoder, caption weight 0.15\n"
    ) in text
    told = json.loads(json.dumps(summary_to_json(tables)))["tables"][0]["settings"]
    assert [item["rank_by"] for item in told] == ["picture", "fused"]
    assert [item["caption_encoder"] for item in told] == [None, "a-text-encoder"]
    assert [item["caption_weight"] for item in told] == [None, 0.15]


def test_options_and_models_are_told_where_runs_of_one_strategy_differ_in_them(
    tmp_path: Path,
) -> None:
    ways = [("imagescope", 20, "a"), ("imagescope", 50, "b"), ("xr", 5, "a")]
    runs = [
        a_reported_run(
            tmp_path / str(number),
            [1],
            strategy=strategy,
            options={"top_k": top_k, "max_judged": 3},
            models={"verifier": model},
        )
        for number, (strategy, top_k, model) in enumerate(ways)
    ]
    (table,) = summarise(runs)
    assert [dict(item.others) for item in table.settings] == [
        {"photos verified at most": "20", "verifier": "a"},
        {"photos verified at most": "50", "verifier": "b"},
        {},
    ]


def test_runs_of_other_annotations_in_one_table_are_warned_of(tmp_path: Path) -> None:
    fingerprints = ("f1", "f2", "f1", "f3")
    runs = [
        a_reported_run(tmp_path / str(number), [1], dataset="captions", fingerprint=fingerprint)
        for number, fingerprint in enumerate(fingerprints)
    ]
    (table,) = summarise(runs)
    assert (
        "The annotation files of 0 and 2 are not those of 1, nor of 3:"
        " their figures are not comparable."
    ) in table.cautions
    (table,) = summarise(runs[:1])
    assert not any("annotation" in caution for caution in table.cautions)


def test_a_category_of_its_own_annotations_is_no_reason_to_warn(tmp_path: Path) -> None:
    runs = garment_runs(tmp_path)
    cards = [replace(run.report.card, fingerprint=run.name) for run in runs]
    told = [
        replace(run, report=replace(run.report, card=card))
        for run, card in zip(runs, cards, strict=True)
    ]
    assert not any(
        "annotation files" in text for table in summarise(told) for text in table.cautions
    )


def test_a_table_leaves_out_what_a_terminal_has_no_room_for(tmp_path: Path) -> None:
    tables = summarise([a_reported_run(tmp_path / "one", [1, 3])])
    whole = summary_to_markdown(tables)
    assert summary_to_markdown(tables, width=200).splitlines()[2] == whole.splitlines()[2]
    for width, has_encoders in ((90, True), (70, False)):
        lines = summary_to_markdown(tables, width=width).splitlines()
        assert max(map(len, lines)) <= width
        assert ("encoder" in lines[2]) is has_encoders
        (mine,) = (line for line in lines if line.startswith("| one, stage 1 "))
        assert "50.00 |" in mine
        assert "[" not in mine
        assert any(line.startswith("- Means alone: with their intervals") for line in lines)
    assert any(line.startswith("| XR, ViT-B/32 [2] ") for line in lines)


def test_measures_without_room_are_named_below_their_table(tmp_path: Path) -> None:
    tables = summarise([a_reported_run(tmp_path / "one", [1, 3])])
    lines = summary_to_markdown(tables, width=40).splitlines()
    assert "R@1 |" in lines[2]
    assert "R@10" not in lines[2]
    assert max(len(line) for line in lines if line.startswith("|")) <= 40
    assert any(line.startswith("- There is no room for R@") for line in lines)


def test_fashioniqs_average_weighs_its_categories_alike(tmp_path: Path) -> None:
    tables = summarise(garment_runs(tmp_path))
    assert [table.dataset for table in tables] == [*GARMENTS, "fashioniq-average"]
    (row,) = tables[-1].rows
    assert row.figures["R@10"].mean == pytest.approx((0.5 + 1 + 0) / 3)
    assert row.figures["R@10"].count == 17
    assert "31.42" in summary_to_markdown(tables)


def test_runs_of_other_settings_are_not_averaged(tmp_path: Path) -> None:
    runs = garment_runs(tmp_path / "a")[:2] + garment_runs(tmp_path / "b", strategy="xr")[2:]
    assert "fashioniq-average" not in [table.dataset for table in summarise(runs)]


def test_hits_by_round_stand_beside_those_of_chatir(tmp_path: Path) -> None:
    records = [
        a_record(f"x/{number}", stages={"1": a_stage(40 - 7 * number)}) for number in range(6)
    ]
    card = a_card(dataset="visdial", queries=6, stages=(1,), measures=MeasureSet(hits=(5, 10)))
    (table,) = summarise([read_run(a_run(tmp_path / "talk", card, records))])
    assert table.measures == ("Hits@10 round 0", "Hits@10 round 5")
    assert table.rows[0].figures["Hits@10 round 5"].mean == 1
    assert len(table.published) == 2


def test_inquires_categories_stand_beside_the_leader_boards(tmp_path: Path) -> None:
    measures = MeasureSet(inquire_ap=(50,), has_mrr=True)
    card = a_card(dataset="inquire-rerank", queries=1, stages=(1,), measures=measures)
    record = a_record("q", stages={"1": a_stage(1)}, groups=("Species",))
    (table,) = summarise([read_run(a_run(tmp_path / "birds", card, [record]))])
    assert table.measures == ("AP@50", "AP@50 Species")
    assert any(item.figures.get("AP@50 Species") == 42.4 for item in table.published)


def test_ones_own_photos_show_all_measures_and_nothing_published(tmp_path: Path) -> None:
    run = a_reported_run(tmp_path / "mine", [1], dataset="captions")
    (table,) = summarise([run])
    assert table.measures == ("R@1", "R@5", "R@10")
    assert table.published == ()


def test_the_json_of_a_summary_holds_shares_of_one(tmp_path: Path) -> None:
    found = summary_to_json(summarise([a_reported_run(tmp_path / "one", [1, 3])]))
    table = json.loads(json.dumps(found))["tables"][0]
    assert table["runs"][0]["figures"]["R@1"]["mean"] == 0.5
    shares = [value for item in table["published"] for value in item["figures"].values()]
    assert all(0 < value < 1 for value in shares)
