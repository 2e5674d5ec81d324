"""Two runs, paired: what changed, how sure that is, and why."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from imagescope_tui.errors import RunUnusable
from imagescope_tui.evaluation.comparisons.compare import LAST, compare
from imagescope_tui.evaluation.comparisons.reasons import reasons
from imagescope_tui.evaluation.comparisons.settings import settings_in_words
from imagescope_tui.evaluation.comparisons.text import comparison_to_json, comparison_to_markdown
from imagescope_tui.evaluation.reports.contents import build_report
from imagescope_tui.evaluation.reports.report import ReportedRun
from imagescope_tui.evaluation.task import MeasureSet
from tests.evaluation.finished_runs import a_card, a_record, a_stage, failed_record

if TYPE_CHECKING:
    from imagescope_tui.evaluation.comparisons.compare import StageDifference
    from imagescope_tui.evaluation.runs.card import RunCard
    from imagescope_tui.evaluation.runs.record import QueryRecord


def a_run(name: str, records: list[QueryRecord], card: RunCard | None = None) -> ReportedRun:
    found = card or a_card(queries=len(records))
    return ReportedRun(name=name, records=tuple(records), report=build_report(found, records))


def moved(query: str, *ranks: int | None, **details: Any) -> QueryRecord:  # noqa: ANN401
    """A query whose right photo has these ranks after the stages."""
    stages = {str(stage): a_stage(rank) for stage, rank in enumerate(ranks, start=1)}
    return a_record(query, stages=stages, details={"text": f"text of {query}", **details})


def asked(yes: bool | None, *, photo: str = "p001", question: str = "Is it red?") -> dict[str, Any]:
    return {
        "propositions": [{"question": question, "expected": True}],
        "verifications": [{"photo_id": photo, "answers": [{"said": yes}], "score": 1.0}],
    }


def row(found: tuple[StageDifference, ...], stage: str, measure: str) -> StageDifference:
    (one,) = (item for item in found if (item.stage, item.measure) == (stage, measure))
    return one


def test_differences_are_paired_per_stage_and_measure() -> None:
    first = a_run("one", [moved("a", 3, 3), moved("b", 3, 1), moved("c", 7, 7), moved("alone", 1)])
    second = a_run("two", [moved("a", 3, 1), moved("b", 3, 2), moved("c", 7, 1)])
    found = compare(first, second)
    assert (found.common, found.alone) == (3, (1, 0))
    last = row(found.differences, LAST, "R@1")
    assert last.first == pytest.approx(1 / 3)
    assert last.second == pytest.approx(2 / 3)
    assert last.difference.mean == pytest.approx(1 / 3)
    assert (last.difference.better, last.difference.worse, last.difference.count) == (2, 1, 3)
    assert row(found.differences, "1", "R@5").difference.mean == 0


def test_runs_of_other_stages_are_compared_at_their_ends() -> None:
    first = a_run("short", [moved("a", 4)], a_card(queries=1, stages=(1,), strategy="retrieval"))
    second = a_run("long", [moved("a", 4, 1)])
    found = compare(first, second)
    assert {item.stage for item in found.differences} == {LAST, "1"}
    assert row(found.differences, LAST, "R@1").difference.mean == 1
    assert any(setting.startswith("strategy: imagescope") for setting in found.settings)


def test_conversations_are_compared_after_all_rounds() -> None:
    card = a_card(dataset="visdial", stages=(1,), measures=MeasureSet(hits=(10,)))
    first = a_run("one", [moved("x/0", 40), moved("x/1", 40)], card)
    second = a_run("two", [moved("x/0", 40), moved("x/1", 4)], card)
    found = row(compare(first, second).differences, LAST, "Hits@10 round 1")
    assert (found.first, found.second, found.difference.count) == (0, 1, 1)


@pytest.mark.parametrize("change", [{"dataset": "circo"}, {"split": "test1"}, {"fingerprint": "x"}])
def test_runs_of_other_data_are_refused(change: dict[str, str]) -> None:
    other = a_run("two", [moved("a", 1)], a_card(queries=1, **change))
    with pytest.raises(RunUnusable, match="cannot be compared"):
        compare(a_run("one", [moved("a", 1)]), other)


def test_runs_without_a_common_query_are_refused() -> None:
    with pytest.raises(RunUnusable, match="no query in common"):
        compare(a_run("one", [moved("a", 1)]), a_run("two", [moved("b", 1)]))


def test_the_queries_that_moved_most_come_first_in_both_directions() -> None:
    first = [moved("little", 100), moved("much", 90), moved("lost", 1), moved("gone", 2)]
    second = [moved("little", 80), moved("much", 2), moved("lost", 8), moved("gone", None)]
    card = a_card(stages=(1,))
    found = compare(a_run("one", first, card), a_run("two", second, card))
    assert [change.query for change in found.gained] == ["much", "little"]
    assert [change.query for change in found.lost] == ["gone", "lost"]
    assert (found.lost[0].first_rank, found.lost[0].second_rank) == (2, None)
    fewer = compare(a_run("one", first, card), a_run("two", second, card), changes=1)
    assert [change.query for change in fewer.gained] == ["much"]


def test_a_query_of_another_reading_says_both() -> None:
    then = moved("a", 9, 9, intent={"descriptions": ["a red car"]}, reference_caption="a car")
    read = {"descriptions": ["a red car at night"]}
    now = moved("a", 2, 2, intent=read, reference_caption="a van")
    assert reasons(then, now) == (
        "Stage 1 made the difference.",
        "Another reading: “a red car” then, “a red car at night” now.",
        "The reference is described otherwise: “a car” then, “a van” now.",
    )


def test_another_answer_about_the_right_photo_is_told_with_the_question() -> None:
    assert reasons(moved("a", 5, 1, **asked(True)), moved("a", 5, 3, **asked(False))) == (
        "Stage 2 made the difference.",
        "Another answer about the right photo to “Is it red?”: yes then, no now; yes was expected.",
    )


def test_other_photos_can_have_moved_past_the_right_one() -> None:
    same, other = asked(True), asked(True)
    same["verifications"].append({"photo_id": "p009", "answers": [{"said": False}]})
    other["verifications"].append({"photo_id": "p009", "answers": [{"said": True}]})
    (_, why) = reasons(moved("a", 5, 1, **same), moved("a", 5, 3, **other))
    assert why == "The right photo's answers are the same; those of 1 other photo changed."


def test_other_questions_are_told_not_their_answers() -> None:
    now = asked(True, question="Is it blue?")
    (_, why) = reasons(moved("a", 5, 1, **asked(True)), moved("a", 5, 3, **now))
    assert why == "Other questions: “Is it red?” then, “Is it blue?” now."


def test_questions_of_one_run_alone_are_told() -> None:
    (_, why) = reasons(moved("a", 5, 1, **asked(True)), moved("a", 5))
    assert why == "Only the first run asked questions."
    unasked = {**asked(True), "verifications": []}
    (_, why) = reasons(moved("a", 5, 1, **asked(True)), moved("a", 5, 5, **unasked))
    assert why == "Only the first run asked about the right photo."


def test_another_verdict_is_told() -> None:
    then = moved("a", 5, 2, 1, verdicts=[{"photo_id": "p001", "accepted": True}])
    now = moved(
        "a",
        5,
        2,
        2,
        verdicts=[{"photo_id": "p001", "accepted": False}, {"photo_id": "p007", "accepted": True}],
    )
    assert reasons(then, now) == (
        "Stage 3 made the difference.",
        "Another verdict on the right photo: accepted then, rejected now.",
        "p007 was accepted in its place in the second run only.",
    )


def test_failures_and_fallbacks_are_told() -> None:
    assert reasons(moved("a", 1), failed_record("a")) == (
        "It failed in the second run: its picture cannot be read.",
    )
    cut = {"stage": 2, "reason": "no questions came", "fallback": "stage 1"}
    then = a_record("a", stages={"1": a_stage(4), "2": a_stage(4)}, degradations=(cut,))
    assert "Stage 2 fell back in the first run: no questions came." in reasons(
        then, moved("a", 4, 1)
    )


def test_equal_ranks_need_no_reason_and_odd_details_break_nothing() -> None:
    assert reasons(moved("a", 4), moved("a", 4)) == ()
    odd = moved("a", 1, 1, propositions="?", verifications=[3], verdicts={}, intent=[1])
    assert reasons(odd, moved("a", 2, 2)) == ("Stage 1 made the difference.",)


def test_the_stage_that_did_most_of_it_is_told_not_the_first_that_differed() -> None:
    (stage, *_) = reasons(moved("a", 16, 14, 14), moved("a", 18, 1, 2))
    assert stage == "Stage 2 made the difference."
    (stage, *_) = reasons(moved("a", None, None), moved("a", 3, 2))
    assert stage == "Stage 1 made the difference."


def test_the_only_stage_is_not_said_to_have_made_the_difference() -> None:
    then = moved("a", 9, intent={"descriptions": ["a car"]})
    now = moved("a", 2, intent={"descriptions": ["a car"]})
    assert reasons(then, now) == ("The reading is the same.",)
    card = a_card(stages=(1,), queries=1)
    text = comparison_to_markdown(compare(a_run("one", [then], card), a_run("two", [now], card)))
    assert "- rank 9 → 2\n" in text
    assert "over the 1 query that both have" in text


@pytest.mark.parametrize(
    ("first", "second", "is_told"), [((5,), (5, 1), True), ((5, 2), (5, 1), False)]
)
def test_the_last_stages_have_rows_of_their_own_where_they_are_not_the_same(
    first: tuple[int, ...], second: tuple[int, ...], is_told: bool
) -> None:
    found = compare(
        a_run("one", [moved("a", *first)], a_card(stages=tuple(range(1, len(first) + 1)))),
        a_run("two", [moved("a", *second)]),
    )
    assert found.last_stages == (str(len(first)), "2")
    assert ("| last stage |" in comparison_to_markdown(found)) is is_told
    assert any(item.stage == LAST for item in found.differences)


def test_settings_are_told_as_people_say_them() -> None:
    first = a_card(
        queries=1, options={"rank_by": "picture", "as_coded": False}, prompts={"verify": "h1"}
    )
    second = replace(
        first,
        caption_encoder_id="a-text-encoder",
        limit=10,
        photos_captioned=1200,
        options={"rank_by": "words", "as_coded": True, "questions": 3, "stages": 2},
        models={"verifier": "a-model"},
        prompts={"verify": "h2", "judge": "h3", "tell_more": "h4"},
        captions_fingerprint="c1",
    )
    assert settings_in_words(second, first) == (
        "limit of queries: 10, where the first has none",
        "ranked by: words, where the first has picture",
        "as the publication's code does: yes, where the first has no",
        "questions at most: 3, where the first has none",
        "caption encoder: a-text-encoder, where the first has none",
        "verifier: a-model, where the first has none",
        "photos with a caption: 1,200, where the first has 0",
        "stored captions: only in the second run",
        "prompts only in the second run: judge and tell more",
        "prompts not the same: verify",
    )
    assert "limit of queries: none, where the first has 10" in settings_in_words(first, second)
    found = compare(a_run("one", [moved("a", 1)], first), a_run("two", [moved("a", 1)], second))
    text = comparison_to_markdown(found)
    assert "- caption encoder: a-text-encoder, where the first has none\n" in text
    assert "None" not in text
    assert "caption_encoder_id: a-text-encoder, not None" in comparison_to_json(found)["settings"]


def test_a_narrow_terminal_loses_columns_and_breaks_lines_between_words() -> None:
    first = a_run("cirr-val-imagescope", [moved("a", 8, 8, verdicts=[])])
    second = a_run("cirr-val-ours", [moved("a", 8, 1, **asked(True, question="Is it red? " * 20))])
    found = compare(first, second)
    for width, gone in ((80, ("better", "worse")), (68, ("better", "worse", "first"))):
        text = comparison_to_markdown(found, width=width)
        assert max(map(len, text.splitlines())) <= width
        assert f"no room for the columns {', '.join(gone[:-1])} and {gone[-1]}." in text
    assert comparison_to_markdown(found, width=200) == comparison_to_markdown(found)
    assert "| better | worse |" in comparison_to_markdown(found)


def test_the_text_of_a_comparison_reads_well() -> None:
    first = a_run("cirr-val-imagescope", [moved(str(n), 8, 8) for n in range(30)])
    second = a_run("cirr-val-ours", [moved(str(n), 8, 1 if n else 20) for n in range(30)])
    text = comparison_to_markdown(compare(first, second, changes=2))
    assert text.startswith("# cirr val: cirr-val-ours against cirr-val-imagescope\n")
    assert "over the 30 queries that both have" in text
    assert "+96.67 [+90.00, +100.00]" in text
    assert "- rank 8 → 1 (first run stage 1: 8, stage 2: 8; second stage 1: 8, stage 2: 1)" in text
    assert "found further back" in text
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert len({len(line) for line in lines}) == 1


def test_the_json_of_a_comparison_holds_everything() -> None:
    found = compare(a_run("one", [moved("a", 8, 8)]), a_run("two", [moved("a", 8, 1)]))
    whole = json.loads(json.dumps(comparison_to_json(found)))
    assert whole["gained"][0]["first_ranks"] == {"1": 8, "2": 8}
    assert whole["gained"][0]["why"] == ["Stage 2 made the difference."]
    assert whole["differences"][0]["stage"] == LAST
    assert whole["queries"] == {"common": 1, "only_first": 0, "only_second": 0}
