"""A stack is one candidate, and nothing else changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from imagescope_tui.search.stacking import fold_stacks
from imagescope_tui.search.types import Candidate
from storage.records import ContentId, Photo, PhotoId, RootId


def candidate(number: int, *, score: float | None = None) -> Candidate:
    """Photo n has content 100 + n."""
    return Candidate(
        photo_id=PhotoId(number),
        content_id=ContentId(100 + number),
        score=1 - number / 100 if score is None else score,
        chance=1 - number / 100,
    )


def photo(number: int, *, side: int = 100, taken_at: str | None = None, mtime_ns: int = 0) -> Photo:
    return Photo(
        id=PhotoId(number),
        root_id=RootId(1),
        root=Path("/photos"),
        path=f"{number}.jpg",
        size_bytes=1,
        mtime_ns=mtime_ns,
        content_id=ContentId(100 + number),
        width=side,
        height=side,
        taken_at=taken_at,
    )


def contents(*numbers: int) -> tuple[ContentId, ...]:
    return tuple(ContentId(100 + number) for number in numbers)


def ids(ranking: tuple[Candidate, ...]) -> list[int]:
    return [candidate.photo_id for candidate in ranking]


def test_a_stack_stands_at_the_place_of_its_best() -> None:
    photos = {PhotoId(n): photo(n, side=300 if n == 3 else 100) for n in range(5)}
    folded = fold_stacks([candidate(n) for n in range(5)], [contents(1, 3)], photos)
    assert ids(folded) == [0, 3, 2, 4]
    assert folded[1].stack == (1,)
    assert folded[1].score == candidate(1).score
    assert folded[1].chance == candidate(1).chance


def test_of_near_copies_the_one_with_most_pixels_stands_and_among_equals_the_oldest() -> None:
    photos = {
        PhotoId(0): photo(0, side=50, mtime_ns=1),
        PhotoId(1): photo(1, mtime_ns=9),
        PhotoId(2): photo(2, mtime_ns=5),
    }
    (folded,) = fold_stacks([candidate(n) for n in range(3)], [contents(0, 1, 2)], photos)
    assert folded.photo_id == 2
    assert folded.stack == (0, 1)


def test_the_original_that_says_when_it_was_taken_stands_for_a_copy_that_does_not() -> None:
    photos = {
        PhotoId(0): photo(0, mtime_ns=1),
        PhotoId(1): photo(1, taken_at="2020-07-18T16:02:00", mtime_ns=9),
    }
    (folded,) = fold_stacks([candidate(0), candidate(1)], [contents(0, 1)], photos)
    assert folded.photo_id == 1


def test_who_was_asked_for_by_name_stands_however_small() -> None:
    photos = {PhotoId(0): photo(0, side=300), PhotoId(1): photo(1, side=10)}
    named = replace(candidate(1), words_share=0.5, words_held=("copy",))
    (folded,) = fold_stacks([candidate(0), named], [contents(0, 1)], photos)
    assert folded.photo_id == 1
    assert folded.words_held == ("copy",)
    assert folded.score == candidate(0).score


def test_of_a_burst_the_best_match_stands() -> None:
    photos = {PhotoId(n): photo(n, taken_at=f"2020-07-18T16:02:0{9 - n}") for n in range(3)}
    (folded,) = fold_stacks([candidate(n) for n in range(3)], [contents(0, 1, 2)], photos)
    assert folded.photo_id == 0
    assert folded.stack == (1, 2)


def test_a_photo_that_was_never_read_is_in_no_stack() -> None:
    unread = Candidate(photo_id=PhotoId(7), content_id=None, score=0.5)
    folded = fold_stacks([candidate(0), unread, candidate(1)], [contents(0, 1)], {})
    assert ids(folded) == [0, 7]


@given(st.data())
def test_nothing_is_lost_and_the_order_of_the_others_is_kept(data: st.DataObject) -> None:
    numbers = data.draw(st.permutations(range(12)))
    ranking = [candidate(n, score=1 - place / 20) for place, n in enumerate(numbers)]
    dealt = data.draw(st.lists(st.integers(0, 5), min_size=12, max_size=12))
    stacks = [contents(*(n for n in range(12) if dealt[n] == number)) for number in range(3)]
    sides = data.draw(st.lists(st.integers(1, 3), min_size=12, max_size=12))
    photos = {PhotoId(n): photo(n, side=sides[n], mtime_ns=sides[-1 - n]) for n in range(11)}

    folded = fold_stacks(ranking, stacks, photos)

    shown = [photo_id for each in folded for photo_id in (each.photo_id, *each.stack)]
    assert sorted(shown) == list(range(12))
    alone = [n for n in numbers if dealt[n] > 2]
    assert [n for n in ids(folded) if dealt[n] > 2] == alone
    assert [each.score for each in folded] == sorted((e.score for e in folded), reverse=True)
    assert len(folded) == len(alone) + len({n for n in dealt if n < 3})
    assert fold_stacks(folded, stacks, photos) == folded
