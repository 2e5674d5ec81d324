from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imagescope_tui.search.half_known import only_in_words
from imagescope_tui.search.retrieval import Retrieval
from imagescope_tui.search.types import Candidate, Query, SearchOptions
from storage.records import PhotoFilter, PhotoId
from tests.search.stand_ins import ScriptedPictures, ScriptedWords


def candidate(number: int, *, chance: float | None, held: tuple[str, ...] = ()) -> Candidate:
    return Candidate(
        photo_id=PhotoId(number),
        content_id=None,
        score=0.0,
        picture_score=None if chance is None else 0.1,
        chance=chance,
        words_held=held,
        words_rank=1 if held else None,
    )


def test_a_word_is_only_in_names_where_no_picture_fits_even_maybe() -> None:
    named = candidate(1, chance=0.01, held=("boat",))
    assert only_in_words((named, candidate(2, chance=0.05)), ()) == ("boat",)
    assert only_in_words((named, candidate(2, chance=0.6)), ()) == ()


def test_of_a_query_that_pictures_fit_the_words_that_the_encoder_does_not_know_are_told() -> None:
    fits = candidate(1, chance=0.9, held=("dog", "Fido"))
    assert only_in_words((fits,), ("Fido",)) == ("Fido",)


def test_without_pictures_and_of_numbers_nothing_is_said() -> None:
    assert only_in_words((candidate(1, chance=None, held=("boat",)),), ()) == ()
    assert only_in_words((candidate(1, chance=0.01, held=("0127",)),), ()) == ()


@given(
    st.lists(st.tuples(st.floats(0, 1) | st.none(), st.lists(st.sampled_from(("a", "b", "c"))))),
    st.lists(st.sampled_from(("a", "b", "c", "d"))),
)
def test_what_is_told_is_held_by_a_photo_and_told_once(
    photos: list[tuple[float | None, list[str]]], unseen: list[str]
) -> None:
    ranking = [
        candidate(number, chance=chance, held=tuple(held))
        for number, (chance, held) in enumerate(photos)
    ]
    told = only_in_words(ranking, unseen)
    assert len(set(told)) == len(told)
    assert set(told) <= {word for _, held in photos for word in held}


async def test_a_search_tells_which_words_are_held_that_the_encoder_does_not_know() -> None:
    retrieval = Retrieval(
        ScriptedPictures(ids=(1, 2), has_meaning=False),
        ScriptedWords(ids=(1,), unknown=("xyzzy",)),
    )
    query = Query(text="Fido xyzzy", filter=PhotoFilter())
    found = await retrieval.plain(query, SearchOptions())
    assert found.words_unseen == ("Fido",)
    assert found.words_unknown == ("xyzzy",)
