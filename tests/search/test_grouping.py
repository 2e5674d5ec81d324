from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescope_tui.search.grouping import MATCH_CHANCE, MAYBE_CHANCE, group_of, nothing_fits
from imagescope_tui.search.sections import best_by_likeness, groups_of, in_parts, sections_of
from imagescope_tui.search.types import (
    Answer,
    AtomicEdit,
    Candidate,
    Proposition,
    Query,
    SearchIntent,
    Verdict,
    Verification,
)
from storage.records import ContentId, PhotoFilter, PhotoId

EDIT = Query(text="without the dog", reference=Path("/dog.jpg"), filter=PhotoFilter())
ORDER = {"rest": 0, "maybe": 1, "match": 2}


def candidate(standing: float | None, *, words: float | None = None) -> Candidate:
    """`words` is the share of the query's words that the photo holds."""
    return Candidate(
        photo_id=PhotoId(1),
        content_id=ContentId(1),
        score=0.0,
        picture_score=None if standing is None else 0.3,
        standing=standing,
        words_rank=None if words is None else 1,
        words_share=words or 0.0,
    )


def likely(chance: float | None, *, words: float | None = None) -> Candidate:
    return replace(candidate(9.0, words=words), chance=chance)


shares = st.none() | st.floats(0.01, 1)


@given(st.floats(-5, 9), st.floats(-5, 9), shares)
def test_who_stands_out_further_is_never_grouped_lower(
    one: float, other: float, words: float | None
) -> None:
    low, high = sorted((one, other))
    groups = [group_of(candidate(standing, words=words)) for standing in (low, high)]
    assert ORDER[groups[0]] <= ORDER[groups[1]]


@given(st.floats(-5, 9), st.floats(0.01, 1), st.floats(0.01, 1))
def test_who_holds_more_of_the_words_is_never_grouped_lower(
    standing: float, one: float, other: float
) -> None:
    few, many = sorted((one, other))
    without = ORDER[group_of(candidate(standing))]
    some = ORDER[group_of(candidate(standing, words=few))]
    assert without <= some <= ORDER[group_of(candidate(standing, words=many))]


@pytest.mark.parametrize(
    ("standing", "words", "group"),
    [
        (None, None, "match"),
        (None, 1.0, "match"),
        (0.0, None, "rest"),
        (0.0, 1.0, "match"),
        (0.0, 0.6, "maybe"),
        (0.0, 0.4, "rest"),
        (2.0, 0.6, "match"),
        (2.0, 0.4, "maybe"),
    ],
)
def test_a_photo_that_holds_all_words_is_a_match_and_one_that_holds_half_a_maybe(
    standing: float | None, words: float | None, group: str
) -> None:
    assert group_of(candidate(standing, words=words)) == group


@given(st.floats(0, 1), st.floats(0, 1), shares)
def test_who_fits_more_likely_is_never_grouped_lower(
    one: float, other: float, words: float | None
) -> None:
    low, high = (likely(chance, words=words) for chance in sorted((one, other)))
    assert ORDER[group_of(low)] <= ORDER[group_of(high)]


@pytest.mark.parametrize(
    ("chance", "words", "group"),
    [
        (MATCH_CHANCE, None, "match"),
        (MAYBE_CHANCE, None, "maybe"),
        (MAYBE_CHANCE, 0.6, "match"),
        (MAYBE_CHANCE - 0.01, None, "rest"),
        (0.0, 0.6, "maybe"),
        (None, None, "match"),
    ],
)
def test_where_a_chance_is_told_it_counts_instead_of_the_standing(
    chance: float | None, words: float | None, group: str
) -> None:
    assert group_of(likely(chance, words=words)) == group


@given(st.floats(0, 1), shares)
def test_what_probably_shows_the_unwanted_is_of_the_rest(
    chance: float, words: float | None
) -> None:
    shown = replace(likely(chance, words=words), shows_unwanted=MATCH_CHANCE)
    assert group_of(shown) == "rest"


QUESTIONS = tuple(Proposition(statement="", question=f"{n}?", expected=True) for n in range(2))


@pytest.mark.parametrize(
    ("said", "group"),
    [
        ((True, True), "match"),
        ((True, False), "maybe"),
        ((False, False), "rest"),
        ((False, None), "rest"),
        ((True, None), "maybe"),
    ],
)
def test_who_answers_no_question_as_wanted_is_of_the_rest(
    said: tuple[bool | None, ...], group: str
) -> None:
    answers = tuple(None if one is None else Answer(said=one) for one in said)
    told = Verification(photo_id=PhotoId(1), answers=answers)
    assert group_of(likely(0.9, words=1.0), QUESTIONS, told) == group


@pytest.mark.parametrize(
    ("chance", "holds_names", "group"),
    [
        (0.0, True, "maybe"),
        (0.2, True, "match"),
        (0.9, True, "match"),
        (0.9, False, "maybe"),
        (0.0, False, "rest"),
    ],
)
def test_where_names_must_know_a_word_a_photo_without_it_is_no_match(
    chance: float, holds_names: bool, group: str
) -> None:
    words = 0.2 if holds_names else None
    assert group_of(replace(likely(chance, words=words), holds_names=holds_names)) == group


def test_a_file_that_nobody_could_read_is_no_match_of_a_filter() -> None:
    unread = replace(candidate(None), content_id=None)
    assert group_of(unread) == "rest"
    assert group_of(replace(unread, words_rank=1, words_share=1.0)) == "match", "its name holds it"


def test_who_was_rejected_is_of_the_rest() -> None:
    verdict = Verdict(photo_id=PhotoId(1), accepted=False)
    assert group_of(likely(0.9, words=1.0), verdict=verdict) == "rest"


ASKED = Proposition(statement="a dog", question="A dog?", expected=True)


def numbered(count: int) -> tuple[Candidate, ...]:
    return tuple(replace(likely(0.9), photo_id=PhotoId(n)) for n in range(1, count + 1))


def said(number: int, *answers: bool) -> Verification:
    given = tuple(Answer(said=answer) for answer in answers)
    return Verification(photo_id=PhotoId(number), answers=given)


def test_who_was_rejected_or_failed_all_questions_is_of_the_rest_though_above_a_match() -> None:
    ranking = numbered(4)
    checks = {PhotoId(1): said(1, True), PhotoId(2): said(2, False), PhotoId(3): said(3, True)}
    verdicts = {PhotoId(1): Verdict(photo_id=PhotoId(1), accepted=False)}
    parts = sections_of(ranking, (ASKED,), checks, verdicts)
    assert parts == ("rest", "rest", "match", "unchecked")
    shown, headings = in_parts(ranking, parts)
    assert [item.photo_id for item in shown] == [3, 1, 2, 4]
    assert headings == ("match", "rest", "rest", "unchecked")


def test_while_photos_are_checked_only_those_that_failed_leave_the_matches() -> None:
    checks = {PhotoId(2): said(2, False), PhotoId(3): said(3, True)}
    parts = sections_of(numbered(4), (ASKED,), checks, {}, is_checking=True)
    assert parts == ("match", "rest", "match", "match")


def test_nothing_fits_where_an_encoder_that_can_tell_says_so_of_all_photos() -> None:
    low, high = likely(0.01), likely(0.5)
    assert nothing_fits((low, low), ())
    assert not nothing_fits((low, high), ())
    assert not nothing_fits((low, likely(0.0, words=1.0)), ()), "a photo holds the word"
    assert not nothing_fits((candidate(0.0),), ()), "no encoder that can tell"
    assert not nothing_fits((), ())
    looked_at = Verification(photo_id=PhotoId(1), answers=())
    assert not nothing_fits((low,), (looked_at,)), "a model looked"


@pytest.mark.parametrize(
    ("query", "intent", "best"),
    [
        (EDIT, SearchIntent(), "maybe"),
        (EDIT, SearchIntent(descriptions=("without the dog",)), "maybe"),
        (EDIT, SearchIntent(descriptions=("an empty meadow",)), "match"),
        (EDIT, SearchIntent(edits=(AtomicEdit(kind="removal", text="the dog"),)), "match"),
        (replace(EDIT, text=""), SearchIntent(), "match"),
        (replace(EDIT, reference=None), SearchIntent(), "match"),
        (None, SearchIntent(), "match"),
    ],
)
def test_an_edit_that_no_model_read_promises_no_match(
    query: Query | None, intent: SearchIntent, best: str
) -> None:
    ranking = (likely(0.9), likely(0.2), likely(0.01))
    most = best_by_likeness(query, intent)
    for told in (groups_of, sections_of):
        assert told(ranking, (), {}, {}, best=most) == (best, "maybe", "rest")


def test_what_models_saw_of_an_edit_counts_though_none_read_it() -> None:
    verdict = Verdict(photo_id=PhotoId(1), accepted=True)
    assert group_of(likely(0.9), verdict=verdict, best="maybe") == "match"
