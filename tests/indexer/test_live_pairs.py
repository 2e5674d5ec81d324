"""A film is the seconds around a photo by proof, whatever it is called; else it is an item."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.pairs import LIVE_SECONDS_MAX, FilmCard, FolderFile, companions_in
from storage.records import Facts
from tests.indexer.iso_boxes import box, keyed, movie_header
from tests.indexer.test_beside import Bench

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_NOON = datetime(2023, 7, 1, 12, tzinfo=UTC)
_UUID = "DFD48C6B-7A49-49A8-86D6-EECA35ABD59B"


def are_paired(
    taken_at: str | None = None,
    live_id: str | None = None,
    card: FilmCard | None = None,
    *,
    names: tuple[str, str] = ("IMG_1.HEIC", "IMG_1.MOV"),
) -> bool:
    still, film = (name.encode() for name in names)
    files = (
        FolderFile(name=still, size_bytes=1, mtime_ns=0, taken_at=taken_at, live_id=live_id),
        FolderFile(name=film, size_bytes=1, mtime_ns=0, card=card),
    )
    return companions_in(files) == {film: still}


def test_the_same_identifier_pairs_whatever_length_and_time_say() -> None:
    card = FilmCard(45.0, _NOON, "A-1")
    assert are_paired("2019-02-03T00:00:00", "A-1", card)
    assert not are_paired("2023-07-01T12:00:00Z", "B-2", FilmCard(2.0, _NOON, "A-1"))


def test_a_long_film_is_an_item_of_its_own() -> None:
    assert are_paired("2023-07-01T12:00:00Z", card=FilmCard(LIVE_SECONDS_MAX, _NOON))
    assert not are_paired("2023-07-01T12:00:00Z", card=FilmCard(LIVE_SECONDS_MAX + 1, _NOON))
    assert not are_paired(card=FilmCard(45.0))


@given(
    apart=st.integers(-7200, 7200),
    zone=st.integers(-56, 56),
    is_told=st.booleans(),
)
def test_a_short_film_pairs_by_time_within_seconds_in_any_zone(
    apart: int, zone: int, is_told: bool
) -> None:
    local = (_NOON + timedelta(seconds=apart)).astimezone(_zone(zone))
    taken_at = local.isoformat() if is_told else local.replace(tzinfo=None).isoformat()
    beyond = abs(apart) if is_told else min(apart % 900, -apart % 900)
    assert are_paired(taken_at, card=FilmCard(2.0, _NOON)) == (beyond <= 10)


def _zone(quarters: int) -> timezone:
    return timezone(timedelta(minutes=15 * quarters))


@pytest.mark.parametrize("taken_at", ["1985", "2019-07", "2022-07-01T12:00:00"])
def test_a_film_of_another_time_is_an_item(taken_at: str) -> None:
    assert are_paired(taken_at, card=FilmCard(2.0, _NOON)) == (len(taken_at) < 10)


@pytest.mark.parametrize(
    "names",
    [
        ("IMG_1.HEIC", "IMG_1_HEVC.MOV"),
        ("IMG_1.JPG", "IMG_1_HEVC.MOV"),
        (f"{_UUID}.heic", f"{_UUID}_3.mov"),
        ("IMG_1.HEIC", "IMG_1.HEIC.MOV"),
        ("PXL_1.MP.jpg", "PXL_1.MP.mp4"),
    ],
)
def test_the_names_that_programs_give_are_known(names: tuple[str, str]) -> None:
    assert are_paired(card=FilmCard(1.5), names=names)


@pytest.mark.parametrize(
    "names", [("IMG_1.HEIC", "IMG_1_3.MOV"), ("IMG_1.HEIC", "IMG_1_HEVC_2.MOV"), ("a.jpg", "b.mov")]
)
def test_other_names_are_no_pair(names: tuple[str, str]) -> None:
    assert not are_paired(card=FilmCard(1.5), names=names)


def test_a_film_with_a_whole_name_goes_by_that_very_photo() -> None:
    names = (b"IMG_1.HEIC", b"IMG_1.JPG", b"IMG_1.JPG.MOV")
    files = [FolderFile(name=name, size_bytes=1, mtime_ns=0) for name in names]
    assert companions_in(files) == {b"IMG_1.JPG.MOV": b"IMG_1.JPG"}


# -- on disk -----------------------------------------------------------------------------------


@pytest.fixture(params=["with films", "without films"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    films = {".mov"} if request.param == "with films" else set()
    return Bench(tmp_path, frozenset({".heic", ".jpg", *films}))


def put_film(bench: Bench, name: str, *, seconds: float, created: datetime, live: str = "") -> None:
    identifier = keyed({"com.apple.quicktime.content.identifier": live}) if live else b""
    header = movie_header(int(created.timestamp()), seconds=seconds)
    movie = box(b"ftyp", b"qt  ") + box(b"moov", header + identifier)
    (bench.root_path / name).write_bytes(movie)


def read(bench: Bench, told: Facts) -> None:
    """Read what waits, with these facts of all photos."""
    with bench.library.atomic():
        for photo in bench.library.contents.unread(now=0, limit=9):
            content_id = bench.library.contents.put(photo.path.name, told)
            bench.library.contents.assign(photo, content_id)


def test_a_film_of_another_year_is_not_hidden_by_a_photo(bench: Bench) -> None:
    bench.put("IMG_1.JPG")
    put_film(bench, "IMG_1.MOV", seconds=45, created=_NOON - timedelta(days=1600))
    bench.scan()
    assert bench.pairs["IMG_1.JPG"] == []


def test_what_the_photo_says_once_it_is_read_parts_it_from_a_short_film(bench: Bench) -> None:
    bench.put("IMG_1.JPG")
    put_film(bench, "IMG_1.MOV", seconds=2, created=_NOON)
    bench.scan()
    assert bench.pairs == {"IMG_1.JPG": ["IMG_1.MOV"]}
    read(bench, Facts(taken_at="2019-02-03T04:05:06"))
    photo = bench.photos["IMG_1.JPG"]
    assert not bench.library.companions.is_settled_around(photo.id)
    bench.scan()
    assert bench.pairs["IMG_1.JPG"] == []
    assert bench.scan().regrouped == 0


def test_apples_identifier_pairs_files_that_were_written_years_apart(bench: Bench) -> None:
    path = bench.put("IMG_1.HEIC")
    os.utime(path, (1, 1))
    put_film(bench, "IMG_1_HEVC.MOV", seconds=2, created=_NOON, live="A-1")
    bench.scan()
    assert bench.pairs["IMG_1.HEIC"] == []
    read(bench, Facts(live_id="A-1"))
    bench.scan()
    assert bench.pairs == {"IMG_1.HEIC": ["IMG_1_HEVC.MOV"]}


def test_films_that_were_looked_at_are_not_opened_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.put("IMG_1.JPG")
    put_film(bench, "IMG_1.MOV", seconds=45, created=_NOON)
    bench.scan()
    monkeypatch.setattr("indexer.folders.beside.film_card", pytest.fail)
    assert bench.scan().regrouped == 0


@pytest.mark.data
@pytest.mark.parametrize(("folder", "films"), [("G_icloudpd", 4), ("Z_samename", 1)])
def test_pairs_of_the_reports(
    bench: Bench, shared_data: Callable[[str], Path], folder: str, films: int
) -> None:
    for path in sorted(shared_data(f"reports/{folder}").iterdir()):
        (bench.root_path / path.name).write_bytes(path.read_bytes())
    bench.scan()
    assert sum(map(len, bench.pairs.values())) == films
