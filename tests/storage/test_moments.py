"""Copies of one file have one date: the oldest, where the photo does not say its own."""

from __future__ import annotations

from datetime import datetime

import pytest

from storage.items import IS_ITEM
from storage.records import DaysOfYear, Facts, HoursOfDay, PhotoFilter, TimeSpan
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


def test_a_name_dates_a_photo_that_does_not_say_its_own(shelf: Shelf) -> None:
    shelf.add("", file_state("IMG_20190412_154114.jpg", mtime_ns=40 * YEAR_NS))
    assert moments(shelf) == {"IMG_20190412_154114.jpg": "2019-04-12T15:41:14"}
    shelf.read("abcd")
    photo = shelf.library.photos.page(PhotoFilter(), offset=0, limit=9)[0]
    assert (photo.taken_at, photo.dated_by) == (None, "file name")
    assert shelf.names(PhotoFilter(taken_from="2019", taken_before="2020")) == [photo.path]


def test_copies_of_different_names_have_each_its_own_date(shelf: Shelf) -> None:
    names = ("IMG_20190412_154114.jpg", "IMG-20180101-WA0001.jpg", "scan.jpg")
    for number, name in enumerate(names):
        shelf.add("", file_state(name, inode=number + 1, mtime_ns=50 * YEAR_NS))
        shelf.read("abcd")
    assert moments(shelf) == {
        "IMG_20190412_154114.jpg": "2019-04-12T15:41:14",
        "IMG-20180101-WA0001.jpg": "2018-01-01",
        "scan.jpg": "2018-01-01",
    }


def test_what_is_told_goes_before_the_name(shelf: Shelf) -> None:
    shelf.add("", file_state("IMG_20190412_154114.jpg"))
    shelf.read("abcd", Facts(taken_at="2020-07-18T16:02:00", taken_by="GPS"))
    photo = shelf.library.photos.page(PhotoFilter(), offset=0, limit=9)[0]
    assert (photo.moment, photo.dated_by) == ("2020-07-18T16:02:00", "GPS")


def test_the_files_own_time_goes_before_a_folder_that_says_less_of_the_same(shelf: Shelf) -> None:
    shelf.add("2009", file_state("scan.jpg", inode=1, mtime_ns=40 * YEAR_NS))
    shelf.add("2010", file_state("scan.jpg", inode=2, mtime_ns=40 * YEAR_NS))
    assert moments(shelf) == {"2009/scan.jpg": local(40 * YEAR_NS), "2010/scan.jpg": "2010"}


@pytest.mark.parametrize("oldest_first", [True, False])
def test_photos_of_one_second_go_by_its_fraction_and_then_by_name(
    shelf: Shelf, oldest_first: bool
) -> None:
    taken = {"b.jpg": "5", "a.jpg": "5", "z.jpg": "45", "c.jpg": None, "y.jpg": "451"}
    for number, (name, fraction) in enumerate(taken.items()):
        shelf.add("", file_state(name, inode=number + 1))
        facts = Facts(taken_at="2020-07-18T16:02:00", taken_by="original", taken_fraction=fraction)
        shelf.read(f"hash {number}", facts)
    photos = shelf.library.photos.page(PhotoFilter(), offset=0, limit=9, oldest_first=oldest_first)
    names = ["c.jpg", "z.jpg", "y.jpg", "a.jpg", "b.jpg"]
    assert [photo.path for photo in photos] == (names if oldest_first else names[::-1])
    keys = shelf.library.photos.moments([photo.id for photo in photos])
    assert [p.path for p in sorted(photos, key=lambda photo: keys[photo.id])] == names


def during(first: str, before: str) -> PhotoFilter:
    return PhotoFilter(spans=(TimeSpan(first=first, before=before),))


@pytest.mark.parametrize(
    ("wanted", "passing"),
    [
        (PhotoFilter(taken_from="1985", taken_before="1986"), ["1985", "1985-07", "1985-07-18"]),
        (PhotoFilter(taken_from="1985-07", taken_before="1985-08"), ["1985-07", "1985-07-18"]),
        (during("1985-01-01", "1986-01-01"), ["1985", "1985-07", "1985-07-18"]),
        (during("1985-07-01", "1985-08-01"), ["1985-07", "1985-07-18"]),
        (during("1985-07-18", "1985-07-19"), ["1985-07-18"]),
        (during("1985-07-01", "1985-07-20"), ["1985-07-18"]),
        (during("1985-07-01", "1985-07-18T12"), []),
        (during("1985-01-01", "1985-07-10"), []),
        (during("1984-01-01", "1985-01-01"), []),
        (during("1986-01-01", "1987-01-01"), []),
        (PhotoFilter(taken_before="1985-01-01"), []),
        (PhotoFilter(taken_before="1985-08-01"), ["1985-07", "1985-07-18"]),
        (PhotoFilter(taken_from="1985-07-01"), ["1985-07", "1985-07-18"]),
        (PhotoFilter(days=(DaysOfYear(first="12-24", last="12-26"),)), []),
        (PhotoFilter(days=(DaysOfYear(first="07-01", last="07-31"),)), ["1985-07", "1985-07-18"]),
        (PhotoFilter(days=(DaysOfYear(first="07-10", last="07-31"),)), ["1985-07-18"]),
        (PhotoFilter(days=(DaysOfYear(first="12-31", last="01-02"),)), []),
        (PhotoFilter(hours=(HoursOfDay(first=0, before=6),)), []),
        (PhotoFilter(hours=(HoursOfDay(first=22, before=6),)), []),
    ],
)
def test_a_date_that_says_little_passes_where_that_is_enough(
    shelf: Shelf, wanted: PhotoFilter, passing: list[str]
) -> None:
    for number, taken_at in enumerate(("1985", "1985-07", "1985-07-18")):
        shelf.add("", file_state(taken_at + ".jpg", inode=number + 1, mtime_ns=50 * YEAR_NS))
        shelf.read(taken_at, Facts(taken_at=taken_at, taken_by="created"))
    assert set(shelf.names(wanted)) == {f"{taken_at}.jpg" for taken_at in passing}


def test_the_timeline_is_read_from_its_index(shelf: Shelf) -> None:
    shelf.add("", file_state("a.jpg"))
    statement = f"SELECT id FROM photos WHERE {IS_ITEM} ORDER BY moment DESC, name DESC, id DESC"
    plan = [str(row[3]) for row in shelf.library._sql.rows(f"EXPLAIN QUERY PLAN {statement}")]
    assert plan == ["SCAN photos USING INDEX photos_timeline"]
