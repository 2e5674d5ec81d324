"""The order of what was found: laws, and how it is called."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from imagescope_tui.search.sections import groups_of
from imagescope_tui.search.types import (
    Answer,
    Candidate,
    Order,
    Proposition,
    Query,
    SearchOptions,
    Verification,
)
from imagescope_tui.ui.arranging import (
    arranged,
    following,
    named_order,
    order_after,
    order_shown,
    sections_shown,
)
from imagescope_tui.ui.chat_words import outcome as chat_outcome
from imagescope_tui.ui.state import SearchView
from imagescope_tui.ui.status_words import outcome_words
from storage.records import ContentId, PhotoFilter, PhotoId

NOTHING = PhotoFilter()
DOG = Query(text="dog", filter=NOTHING)
ALL = Query(filter=NOTHING)
OF_A_FOLDER = Query(filter=PhotoFilter(folder_names=("Italy",)))
LIKE = Query(reference=Path("/a.jpg"), filter=NOTHING)
ORDERS: tuple[Order, ...] = ("match", "newest", "oldest")


def found(number: int, chance: float) -> Candidate:
    return Candidate(
        photo_id=PhotoId(number),
        content_id=ContentId(number),
        score=chance,
        picture_score=chance,
        picture_rank=number,
        chance=chance,
    )


def outcome(view: SearchView, wanted: Order, passed: int = 0, *, is_brief: bool = False) -> str:
    return outcome_words(view, 500, named_order(view, wanted), passed, is_brief=is_brief)


rankings = st.lists(st.floats(0, 1), max_size=12).map(
    lambda chances: tuple(found(n, chance) for n, chance in enumerate(chances, start=1))
)
days = st.lists(st.integers(10, 28), min_size=12, max_size=12)


@given(rankings, days, st.sampled_from(["newest", "oldest"]))
def test_by_date_nothing_is_lost_and_a_match_stands_before_a_maybe(
    ranking: tuple[Candidate, ...], taken: list[int], order: Order
) -> None:
    view = SearchView(phase="done", query=DOG, ranking=ranking)
    moments = {item.photo_id: f"2020-07-{taken[n]}" for n, item in enumerate(ranking)}
    shown = arranged(view, moments, order)
    assert sorted(item.photo_id for item in shown.candidates) == [item.photo_id for item in ranking]
    assert list(shown.sections) == sorted(shown.sections, key=["match", "maybe", "rest"].index)
    # By date a photo is not counted to the matches for standing above one.
    assert shown.sections == groups_of(shown.candidates, (), {}, {})
    for section in ("match", "maybe"):
        among = [
            moments[item.photo_id]
            for item, part in zip(shown.candidates, shown.sections, strict=True)
            if part == section
        ]
        assert among == sorted(among, reverse=order == "newest")


def test_by_date_what_models_rejected_or_never_saw_stays_behind_what_they_accepted() -> None:
    accepted, failed, unseen = (found(n, 0.9) for n in (1, 2, 3))
    asked = Proposition(statement="a dog", question="A dog?", expected=True)
    view = SearchView(
        phase="done",
        query=DOG,
        ranking=(failed, accepted, unseen),
        propositions=(asked,),
        verifications={
            item.photo_id: Verification(photo_id=item.photo_id, answers=(Answer(said=said),))
            for item, said in ((accepted, True), (failed, False))
        },
    )
    moments = {PhotoId(1): "2019", PhotoId(2): "2020", PhotoId(3): "2021"}
    shown = arranged(view, moments, "newest")
    assert shown.candidates == (accepted, failed, unseen)
    assert shown.sections == ("match", "rest", "unchecked")


def test_what_was_asked_by_date_alone_stays_as_the_search_left_it() -> None:
    ranking = tuple(Candidate(photo_id=PhotoId(n), content_id=None, score=0.0) for n in (3, 1, 2))
    view = SearchView(query=Query(unwanted=("people",), filter=NOTHING), ranking=ranking)
    moments = {PhotoId(n): f"2020-07-1{n}" for n in (1, 2, 3)}
    assert arranged(view, moments, "oldest").candidates == ranking


def test_the_order_is_called_what_it_is() -> None:
    for query, names in (
        (DOG, ["by match", "newest first", "oldest first"]),
        (ALL, ["newest first", "newest first", "oldest first"]),
        (LIKE, ["by likeness"] * 3),
    ):
        view = SearchView(phase="done", query=query, ranking=(found(1, 0.9),))
        assert [named_order(view, order).name for order in ORDERS] == names


def test_where_nothing_fits_nothing_is_said_to_be_by_date() -> None:
    far = replace(found(1, 0.01), chance=None, standing=0.2)
    assert named_order(SearchView(query=DOG, ranking=(far,)), "newest").name == "by match"
    view = SearchView(phase="done", query=DOG, ranking=(found(1, 0.01),))
    assert order_shown(view, "newest") == "match"
    assert named_order(view, "newest").name == "by match"


def test_the_outcome_names_the_number_and_the_order() -> None:
    view = SearchView(phase="done", query=DOG, ranking=(found(1, 0.9),))
    assert outcome(view, "newest") == "1 ranked · newest first ▾"
    assert outcome(SearchView(), "match") == "newest first ▾"
    assert outcome(SearchView(), "oldest", 12) == "12 found · oldest first ▾"
    alike = SearchView(phase="done", query=LIKE, ranking=(found(1, 0.9),))
    assert outcome(alike, "newest") == "1 ranked · by likeness"


def test_the_outcome_names_how_many_of_the_ranking_match() -> None:
    ranking = tuple(found(n, chance) for n, chance in enumerate((0.9, 0.8, 0.2, 0.01), start=1))
    view = SearchView(phase="done", query=DOG, ranking=ranking)
    told: tuple[tuple[Order, str], ...] = (("match", "by match"), ("newest", "newest first"))
    for order, name in told:
        assert outcome(view, order) == f"2 matches · 4 ranked · {name} ▾"
        assert outcome(view, order, is_brief=True) == f"2 matches · {name} ▾"
    assert outcome(replace(view, ranking=ranking[2:]), "match").startswith("1 maybe · 2 ranked")
    unfit = replace(view, ranking=ranking[3:])
    assert chat_outcome(view, 500) == "4 ranked · 2 matches"
    assert chat_outcome(replace(view, ranking=ranking[2:]), 500) == "2 ranked · 1 maybe"
    assert chat_outcome(unfit, 500) == "1 ranked · nothing fits well"
    assert outcome(unfit, "match", is_brief=True) == "1 ranked · by match ▾"
    assert outcome(replace(view, phase="searching"), "match") == "by match ▾"


@given(rankings, st.sampled_from(ORDERS))
def test_as_many_match_as_stand_under_that_heading(
    ranking: tuple[Candidate, ...], order: Order
) -> None:
    view = SearchView(phase="done", query=DOG, ranking=ranking)
    moments = {item.photo_id: "2020-07-01" for item in ranking}
    shown = arranged(view, moments, order_shown(view, order)).sections
    assert sorted(sections_shown(view, order)) == sorted(shown)


def test_each_press_gives_the_next_order_and_all_come_round() -> None:
    for query, round_trip in ((DOG, ["newest", "oldest", "match"]), (ALL, ["oldest", "newest"])):
        order: Order = "match"
        for wanted in round_trip:
            order = following(query, order)
            assert order == wanted


EDIT = Query(text="at night", reference=Path("/a.jpg"), filter=NOTHING)
WITH_A_FILTER = replace(DOG, filter=OF_A_FOLDER.filter)
SAME_QUESTION = [
    (DOG, replace(DOG, text="dog lake")),
    (DOG, WITH_A_FILTER),
    (WITH_A_FILTER, DOG),
    (ALL, OF_A_FOLDER),
    (OF_A_FOLDER, replace(OF_A_FOLDER, filter=PhotoFilter(folder_names=("Rome",)))),
]


def test_a_question_keeps_its_order_only_while_it_is_the_same() -> None:
    kinds = (ALL, OF_A_FOLDER, DOG, WITH_A_FILTER, LIKE, EDIT)
    others = [
        (before, now)
        for before in kinds
        for now in kinds
        if before != now and (before, now) not in SAME_QUESTION and {before, now} != {LIKE, EDIT}
    ]
    for order in ORDERS:
        assert [order_after(*pair, order) for pair in SAME_QUESTION] == [order] * 5
        assert {order_after(*pair, order) for pair in others} == {"match"}


def test_filters_alone_are_named_by_the_order_they_were_asked_in() -> None:
    without = Query(unwanted=("people",), filter=NOTHING)
    view = SearchView(query=without, options=SearchOptions(oldest_first=True))
    assert named_order(view, "newest").name == "oldest first"
