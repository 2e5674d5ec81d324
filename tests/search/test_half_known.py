"""Words that only names hold: said where pictures could have told, and did not."""

from __future__ import annotations

from imagescope_tui.search.half_known import only_in_words
from imagescope_tui.search.types import Candidate
from storage.records import PhotoId


def found(number: int, *, chance: float | None, held: tuple[str, ...] = ()) -> Candidate:
    return Candidate(
        photo_id=PhotoId(number),
        content_id=None,
        score=1.0,
        picture_score=chance,
        chance=chance,
        words_rank=1 if held else None,
        words_held=held,
    )


def test_words_of_names_are_told_where_no_picture_fits_even_maybe() -> None:
    ranking = (found(1, chance=0.02, held=("boat",)), found(2, chance=0.01))
    assert only_in_words(ranking) == ("boat",)


def test_nothing_is_said_where_a_picture_may_fit() -> None:
    ranking = (found(1, chance=0.02, held=("boat",)), found(2, chance=0.2))
    assert only_in_words(ranking) == ()


def test_nothing_is_said_where_pictures_were_not_compared() -> None:
    assert only_in_words((found(1, chance=None, held=("boat",)),)) == ()


def test_each_word_is_told_once() -> None:
    ranking = tuple(found(n, chance=0.01, held=("boat", "lake")) for n in (1, 2))
    assert only_in_words(ranking) == ("boat", "lake")
