"""How many photos each month has: of every filter exactly what the pages of the timeline hold."""

from __future__ import annotations

import random
from itertools import groupby
from typing import TYPE_CHECKING

import pytest

from storage.library import Library
from storage.records import Circle, Facts, MonthRun, PhotoFilter, TimeSpan
from tests.storage.conftest import Shelf, file_state

if TYPE_CHECKING:
    from collections.abc import Iterator

_YEAR_NS = 365 * 86_400 * 10**9
_TOLD = (
    *("1985", "1985-07", "1985-07-18T16:02:00", "1985-12-31T23:59:59", "1986-01-01T00:00:00"),
    *("2019-07-01T00:00:00", "2019-07-31T23:59:59", "2019", "2020-02-29T05:00:00", None),
)
FILTERS = {
    "all": PhotoFilter(),
    "a time": PhotoFilter(taken_from="1985-07", taken_before="2019-07-15"),
    "spans": PhotoFilter(
        spans=(TimeSpan(first="1985", before="1986"), TimeSpan(first="2020", before="2021"))
    ),
    "folder": PhotoFilter(folder_names=("Italy",)),
    "not a folder": PhotoFilter(without=(PhotoFilter(folder_names=("Italy",)),)),
    "type": PhotoFilter(extensions=("jpg",)),
    "near": PhotoFilter(near=(Circle(latitude=47.6, longitude=11.3, radius_km=400),)),
    "nothing": PhotoFilter(folder_names=("nowhere",)),
}


@pytest.fixture(scope="module", params=range(4))
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Library]:
    """Photos of all kinds of dates, here and there; some have not been read."""
    chance = random.Random(request.param)
    with Library.open_writer(tmp_path_factory.mktemp("months")) as library:
        shelf = Shelf(library)
        for number in range(80):
            folder = chance.choice(("Italy", "Lisbon"))
            name = f"{number}.{chance.choice(('jpg', 'heic'))}"
            mtime_ns = chance.randrange(20, 50) * _YEAR_NS
            shelf.add(folder, file_state(name, inode=number + 1, mtime_ns=mtime_ns))
            if chance.random() < 0.8:
                shelf.read(f"{number}", _facts(chance))
        with library.atomic():
            library.places.put(library.places.unnamed(limit=99), {})
        yield library


def _facts(chance: random.Random) -> Facts:
    north, east = chance.choice(((None, None), (47.6, 11.3), (47.601, 11.301), (48.1, 11.6)))
    return Facts(width=4, height=3, taken_at=chance.choice(_TOLD), latitude=north, longitude=east)


@pytest.mark.parametrize("oldest_first", [False, True])
@pytest.mark.parametrize("wanted", FILTERS.values(), ids=FILTERS)
def test_the_months_are_those_of_the_pages_one_behind_the_other(
    filled: Library, wanted: PhotoFilter, oldest_first: bool
) -> None:
    photos = filled.photos.page(wanted, offset=0, limit=999, oldest_first=oldest_first)
    runs = filled.photos.months(wanted, oldest_first=oldest_first)
    assert merged(runs) == [
        (month, len(list(group))) for month, group in groupby(p.moment[:7] for p in photos)
    ]
    assert sum(run.photos for run in runs) == filled.photos.count(wanted)


def merged(runs: tuple[MonthRun, ...]) -> list[tuple[str, int]]:
    """Runs of one month that follow each other, as one."""
    return [
        (month, sum(run.photos for run in group))
        for month, group in groupby(runs, key=lambda run: run.month)
    ]


def test_an_empty_library_has_no_months(library: Library) -> None:
    assert library.photos.months(PhotoFilter()) == ()


def test_the_months_of_all_are_looked_up_and_not_read_through(library: Library) -> None:
    from storage.months import _OF_ALL

    plan = [str(row[3]) for row in library._sql.rows(f"EXPLAIN QUERY PLAN {_OF_ALL}")]
    counted = [line for line in plan if line.startswith("SEARCH photos")]
    assert len(counted) == 2
    assert all("photos_timeline" in line for line in counted), plan
