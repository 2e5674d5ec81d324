"""Copies of one file have one date: the oldest, where the photo does not say its own."""

from __future__ import annotations

from datetime import datetime

import pytest

from storage.records import Facts, PhotoFilter
from tests.storage.conftest import Shelf, file_state

YEAR_NS = 365 * 86_400 * 10**9


def read_copies(shelf: Shelf, mtimes: list[int], facts: Facts | None = None) -> None:
    for number, mtime_ns in enumerate(mtimes):
        shelf.add("", file_state(f"{number}.jpg", inode=number + 1, mtime_ns=mtime_ns))
        shelf.read("abcd", facts)


def moments(shelf: Shelf) -> dict[str, str]:
    photos = shelf.library.photos.page(PhotoFilter(), offset=0, limit=99)
    return {photo.path: photo.moment for photo in photos}


def local(mtime_ns: int) -> str:
    return datetime.fromtimestamp(mtime_ns / 1e9).isoformat()  # noqa: DTZ006


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_copies_take_the_oldest_date_in_whatever_order_they_come(
    shelf: Shelf, order: tuple[int, ...]
) -> None:
    times = [(30 + year) * YEAR_NS for year in order]
    read_copies(shelf, times)
    assert set(moments(shelf).values()) == {local(min(times))}


def test_a_photo_that_says_when_it_was_taken_keeps_its_word(shelf: Shelf) -> None:
    read_copies(shelf, [30 * YEAR_NS, 40 * YEAR_NS], Facts(taken_at="2020-07-18T16:02:00"))
    assert set(moments(shelf).values()) == {"2020-07-18T16:02:00"}


def test_a_copy_that_lost_its_date_takes_that_of_the_others(shelf: Shelf) -> None:
    read_copies(shelf, [0, 40 * YEAR_NS])
    assert moments(shelf)["1.jpg"] == local(40 * YEAR_NS)


def test_another_file_keeps_its_own_date(shelf: Shelf) -> None:
    read_copies(shelf, [30 * YEAR_NS])
    shelf.add("", file_state("other.jpg", inode=9, mtime_ns=40 * YEAR_NS))
    shelf.read("other")
    assert moments(shelf) == {"0.jpg": local(30 * YEAR_NS), "other.jpg": local(40 * YEAR_NS)}


def test_the_oldest_file_of_a_content_is_told_first(shelf: Shelf) -> None:
    read_copies(shelf, [40 * YEAR_NS, 30 * YEAR_NS])
    photos = shelf.library.photos.page(PhotoFilter(), offset=0, limit=9)
    content_id = photos[0].content_id
    assert content_id is not None
    found = shelf.library.photos.of_contents([content_id], PhotoFilter())[content_id]
    by_id = {photo.id: photo.path for photo in photos}
    assert [by_id[photo_id] for photo_id in found] == ["1.jpg", "0.jpg"]
