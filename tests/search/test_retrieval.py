"""Stage 1 of what a line can ask: several texts, what must not be seen, words found far off."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescope_tui.search.grouping import group_of
from imagescope_tui.search.ordering import order_for, ordered
from imagescope_tui.search.retrieval import Retrieval
from imagescope_tui.search.types import Candidate, Query, SearchOptions
from imagescope_tui.search.unwanted import less_unwanted, question_for
from storage.records import ContentId, PhotoFilter, PhotoId
from tests.search.stand_ins import ScriptedPictures, ScriptedWords

DOG, CAT = ("dog",), ("cat",)
PEOPLE = (question_for("people"),)


async def found(
    pictures: ScriptedPictures,
    words: ScriptedWords,
    query: Query,
    options: SearchOptions | None = None,
) -> tuple[Candidate, ...]:
    options = options or SearchOptions()
    retrieval = Retrieval(pictures, words)
    if query.is_timeline:
        return (await retrieval.timeline(query, options)).ranking
    return (await retrieval.plain(query, options)).ranking


def ids(ranking: tuple[Candidate, ...]) -> list[int]:
    return [item.photo_id for item in ranking]


def asked(text: str = "", **fields: object) -> Query:
    return Query(text=text, filter=PhotoFilter(), **fields)  # type: ignore[arg-type]


# -- or ------------------------------------------------------------------------------------------


async def test_of_two_texts_a_photo_counts_by_the_one_it_fits_best() -> None:
    pictures = ScriptedPictures(
        scores={DOG: {1: 0.9, 2: 0.1, 3: 0.2}, CAT: {1: 0.1, 2: 0.8, 3: 0.2}}
    )
    query = asked("dog or cat", alternatives=("dog", "cat"))
    assert ids(await found(pictures, ScriptedWords(), query)) == [1, 2, 3]


async def test_of_two_texts_each_is_looked_for_among_the_words_too() -> None:
    pictures = ScriptedPictures(scores={DOG: {1: 0.1, 2: 0.1}, CAT: {1: 0.1, 2: 0.1}})
    words = ScriptedWords(orders={DOG: (), CAT: (2,)})
    ranking = await found(pictures, words, asked("dog or cat", alternatives=("dog", "cat")))
    assert ids(ranking) == [2, 1]
    assert ranking[0].words_held == CAT


# -- without -------------------------------------------------------------------------------------


async def test_what_shows_the_unwanted_is_behind_what_does_not_and_told_so() -> None:
    pictures = ScriptedPictures(scores={DOG: {1: 0.9, 2: 0.7}, PEOPLE: {1: 0.9, 2: 0.0}})
    ranking = await found(pictures, ScriptedWords(), asked("dog", unwanted=("people",)))
    assert ids(ranking) == [2, 1]
    shown = [item.shows_unwanted for item in ranking]
    assert shown[0] is not None and shown[1] is not None and shown[0] < 0.5 < shown[1]
    assert group_of(ranking[1]) == "rest"


async def test_of_several_unwanted_each_counts() -> None:
    night = (question_for("at night"),)
    pictures = ScriptedPictures(
        scores={
            DOG: {1: 0.9, 2: 0.8, 3: 0.7},
            PEOPLE: {1: 0.9, 2: 0.0, 3: 0.0},
            night: {1: 0.0, 2: 0.9, 3: 0.0},
        }
    )
    query = asked("dog", unwanted=("people", "at night"))
    assert ids(await found(pictures, ScriptedWords(), query))[0] == 3


@pytest.mark.parametrize(
    ("named", "known", "first"),
    [
        ((), None, 2),
        ((), ("a", "photo", "of", "people"), 2),
        (("people",), None, 1),
        ((), ("a", "photo", "of"), 1),
    ],
)
async def test_what_pictures_cannot_tell_moves_none_of_them(
    named: tuple[str, ...], known: tuple[str, ...] | None, first: int
) -> None:
    pictures = ScriptedPictures(scores={DOG: {1: 0.9, 2: 0.7}, PEOPLE: {1: 0.9, 2: 0.0}})
    pictures.told[PEOPLE] = {"words_named": named, "words_known": known}
    ranking = await found(pictures, ScriptedWords(), asked("dog", unwanted=("people",)))
    assert ids(ranking)[0] == first


async def test_the_unwanted_alone_leaves_the_timeline_but_for_what_shows_it() -> None:
    pictures = ScriptedPictures(scores={PEOPLE: {1: 0.1, 2: 0.9, 3: 0.0}})
    ranking = await found(pictures, ScriptedWords(ids=(3, 2, 1)), asked(unwanted=("people",)))
    assert ids(ranking) == [3, 1, 2]


async def test_without_an_encoder_the_unwanted_is_told_to_have_been_left_out() -> None:
    pictures = ScriptedPictures(unavailable="no encoder")
    retrieval = Retrieval(pictures, ScriptedWords(ids=(1,)))
    told = await retrieval.timeline(asked(unwanted=("people",)), SearchOptions())
    assert ids(told.ranking) == [1]
    assert told.degradation is not None
    assert told.degradation.reason == "no encoder"


standings = st.dictionaries(st.integers(1, 9), st.floats(-3, 3), max_size=9)


@given(st.lists(st.integers(1, 9), unique=True, min_size=1), st.floats(-1, 1), standings)
def test_weighing_the_unwanted_loses_no_photo(
    photos: list[int], score: float, shown: dict[int, float]
) -> None:
    ranking = [
        Candidate(photo_id=PhotoId(photo), content_id=None, score=score / photo) for photo in photos
    ]
    told = less_unwanted(ranking, {PhotoId(key): value for key, value in shown.items()})
    assert sorted(ids(told)) == sorted(photos)
    groups = [(item.shows_unwanted or 0.0) >= 0.5 for item in told]
    assert groups == sorted(groups)


# -- words that are found far from the nearest pictures ------------------------------------------


@pytest.mark.parametrize("limit", [1, 2, 6])
async def test_a_photo_that_the_words_found_is_ranked_by_its_picture_too_however_few_are_asked_for(
    limit: int,
) -> None:
    scores: dict[tuple[str, ...], dict[int, float]] = {
        DOG: {1: 0.9, 2: 0.8, 3: 0.7, 4: 0.1, 5: 0.6}
    }
    words = ScriptedWords(ids=(4, 5), shares={4: 0.3, 5: 0.3})
    whole = await found(ScriptedPictures(scores=scores), words, asked("dog"))
    few = await found(
        ScriptedPictures(scores=scores), words, asked("dog"), SearchOptions(limit=limit)
    )
    assert all(item.picture_score is not None for item in few)
    assert {item.photo_id: item.picture_score for item in few}.items() <= {
        item.photo_id: item.picture_score for item in whole
    }.items()


async def test_who_holds_a_part_of_the_words_gets_a_part_of_their_weight() -> None:
    pictures = ScriptedPictures(scores={("yellow flower",): {1: 0.9, 2: 0.1}})
    part = ScriptedWords(ids=(2,), shares={2: 0.2})
    assert ids(await found(pictures, part, asked("yellow flower"))) == [1, 2]
    assert ids(await found(pictures, ScriptedWords(ids=(2,)), asked("yellow flower"))) == [2, 1]


# -- stacks ----------------------------------------------------------------------------------------


async def test_a_burst_is_one_candidate_and_says_whom_it_stands_for() -> None:
    alike = ((ContentId(1), ContentId(3)),)
    pictures = ScriptedPictures(ids=(1, 2, 3), alike=alike)
    ranking = await found(pictures, ScriptedWords(), asked("dog"))
    assert [(item.photo_id, item.stack) for item in ranking] == [(1, (3,)), (2, ())]
    every = await found(pictures, ScriptedWords(), asked("dog"), SearchOptions(stacks=False))
    assert ids(every) == [1, 2, 3]


async def test_a_timeline_is_stacked_too() -> None:
    pictures = ScriptedPictures(alike=((ContentId(2), ContentId(1)),))
    query = Query(filter=PhotoFilter(taken_from="2019"))
    assert ids(await found(pictures, ScriptedWords(ids=(3, 2, 1)), query)) == [3, 2]


# -- the timeline and orders -----------------------------------------------------------------------


async def test_files_that_could_not_be_read_are_the_last_of_what_passes_a_filter() -> None:
    words = ScriptedWords(ids=(5, 4, 3), unread=(5,))
    query = Query(filter=PhotoFilter(taken_from="2019"))
    assert ids(await found(ScriptedPictures(), words, query)) == [4, 3, 5]


GROUPS = ("match", "maybe", "rest")
places = st.lists(st.tuples(st.sampled_from(GROUPS), st.none() | st.integers(1990, 2030)))


@given(places, st.sampled_from(["newest", "oldest"]))
def test_an_order_by_date_stays_within_the_groups_and_leaves_the_rest_by_match(
    rows: list[tuple[str, int | None]], order: str
) -> None:
    ranking = [
        Candidate(photo_id=PhotoId(place), content_id=None, score=-place)
        for place in range(len(rows))
    ]
    moments = {PhotoId(n): str(year) for n, (_, year) in enumerate(rows) if year is not None}
    told = ordered(ranking, [group for group, _ in rows], moments, order)  # type: ignore[misc,arg-type]
    groups = [GROUPS.index(rows[item.photo_id][0]) for item in told]
    assert groups == sorted(groups)
    assert sorted(ids(told)) == list(range(len(rows)))
    for wanted in (0, 1):
        years = [
            year
            for item, group in zip(told, groups, strict=True)
            if group == wanted and (year := rows[item.photo_id][1]) is not None
        ]
        assert years == sorted(years, reverse=order == "newest")
    rest = [item.photo_id for item, group in zip(told, groups, strict=True) if group == 2]
    assert rest == sorted(rest)


def test_likeness_has_no_order_but_its_own() -> None:
    like = asked("at night", reference=Path("a.jpg"))
    assert order_for(like, "newest") == "match"
    assert order_for(asked(unlike=(Path("a.jpg"),)), "oldest") == "match"
    assert order_for(asked("dog"), "newest") == "newest"
