"""What videos say of themselves: in FFmpeg's words, in boxes, in XMP; by the clock of the place."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from indexer.decoding.photo import facts_alone
from indexer.metadata.film_boxes import FilmBoxes
from indexer.metadata.video_facts import duration_of, read_video_facts
from storage.records import Facts
from tests.indexer.iso_boxes import XMP_ID, box, data, keyed, listed, with_boxes, xtra
from tests.indexer.photo_files import decoded, failure
from tests.indexer.video_files import write_video

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

APPLE = "com.apple.quicktime."
XMP_PACKET = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF'
    b' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    b' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">'
    b"<rdf:Description %s>%s</rdf:Description></rdf:RDF></x:xmpmeta>"
)
MOV_TAGS = {"movflags": "use_metadata_tags"}


def test_facts_of_a_phone(tmp_path: Path) -> None:
    tags = {
        "creation_time": "2020-05-06T07:08:09Z",
        f"{APPLE}creationdate": "2020-05-06T09:08:09+0200",
        f"{APPLE}location.ISO6709": "+48.8584+002.2945+035.5/",
        f"{APPLE}make": "Apple",
        f"{APPLE}model": "iPhone 13 mini",
        "title": "the\x1b[31m tower\n",
    }
    path = write_video(tmp_path / "film.mov", tags=tags, options=MOV_TAGS)
    facts = decoded(path).facts
    assert facts.taken_at == "2020-05-06T09:08:09+02:00"
    assert (facts.latitude, facts.longitude, facts.altitude_m) == (48.8584, 2.2945, 35.5)
    assert facts.camera == "Apple iPhone 13 mini"
    assert facts.title == "the[31m tower"
    assert facts.duration_seconds == pytest.approx(6, abs=0.2)


def facts_with(**tags: str) -> Facts:
    container = mock.Mock(duration=None, metadata=tags)
    container.format.name = "avi"
    return read_video_facts(container, b"", FilmBoxes())


def test_tags_of_editors_are_read(tmp_path: Path) -> None:
    film = write_video(tmp_path / "film.mp4", tags={"title": "Reef", "comment": "with Anna"})
    packet = XMP_PACKET % (
        b'xmp:Rating="4"',
        b"<dc:subject><rdf:Bag><rdf:li>submarine</rdf:li></rdf:Bag></dc:subject>"
        b'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">A red reef</rdf:li></rdf:Alt></dc:title>',
    )
    live_id = {f"{APPLE}content.identifier": "A-1", f"{APPLE}keywords": "snorkel, kelp"}
    with_boxes(film, keyed(live_id), behind=box(b"uuid", XMP_ID + packet))
    facts = decoded(film).facts
    assert (facts.title, facts.description, facts.rating) == ("A red reef", "with Anna", 4)
    assert facts.remarks == ("Reef",)
    assert facts.keywords == ("submarine", "snorkel", "kelp")
    assert facts.live_id == "A-1"


def test_tags_of_windows_and_itunes_are_read(tmp_path: Path) -> None:
    film = write_video(tmp_path / "film.mp4")
    items = listed(
        box(b"\xa9ART", data(b"Anna")),
        box(b"\xa9gen", data(b"Home video")),
        box(b"desc", data(b"diving trip")),
        box(b"\xa9cmt", data(b"at noon")),
        box(b"keyw", data(b"kelp") + data(b"tang")),
    )
    tags = xtra({"WM/Category": ["reefs, deep"], "WM/SharedUserRating": [75]})
    facts = decoded(with_boxes(film, in_user_data=items + tags)).facts
    assert (facts.artist, facts.description, facts.rating) == ("Anna", "diving trip", 4)
    assert facts.remarks == ("at noon",)
    assert facts.keywords == ("kelp", "tang", "reefs, deep", "Home video")


@pytest.mark.parametrize(
    ("name", "text", "stars"),
    [
        *(("wm/shareduserrating", str(part), star) for star, part in enumerate((1, 25, 50), 1)),
        *(("wm/shareduserrating", str(part), star) for star, part in enumerate((75, 99), 4)),
        *(("rating percent", str(20 * star), star) for star in (1, 2, 3, 4, 5)),
        *(("rating percent", text, None) for text in ("0", "-20", "2000", "many")),
        *(
            (f"{APPLE}rating.user", text, star)
            for text, star in (("4.0", 4), ("5", 5), ("9", None))
        ),
        *(("wm/shareduserrating", text, None) for text in ("0", "nan", "1e9", "many")),
    ],
)
def test_stars_of_films(name: str, text: str, stars: int | None) -> None:
    assert facts_with(**{name: text}).rating == stars


def test_name_of_a_place_stands_behind_its_coordinates() -> None:
    facts = facts_with(location="+35.6895+139.6917/Shinjuku")
    assert (facts.latitude, facts.location) == (35.6895, "Shinjuku")
    assert facts_with(location="+35.6+139.6+12.5CRSWGS_84/").location is None


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "keywords", "stars"),
    [
        ("xmp_in_mp4", ("submarine",), 5),
        ("ms_category", ("reefs",), 5),
        ("qt_keys", ("snorkel", "kelp"), None),
    ],
)
def test_tags_of_real_films_are_read(
    name: str, keywords: tuple[str, ...], stars: int | None, shared_data: Callable[[str], Path]
) -> None:
    facts = decoded(shared_data("reports") / "T_misc" / "video" / f"{name}.mp4").facts
    assert (facts.keywords, facts.rating) == (keywords, stars)


@pytest.mark.parametrize(
    ("place", "wanted"),
    [
        ("+48.8584+002.2945/", (48.8584, 2.2945)),
        ("-33.8-070.6+520CRSWGS_84/", (-33.8, -70.6)),
        ("+00.0000+000.0000/", (None, None)),
        ("+91.0+000.1/", (None, None)),
        ("+12.0+181.0/", (None, None)),
        ("nowhere", (None, None)),
        ("+999999999+1", (None, None)),
    ],
)
def test_place_is_believed_where_it_can_be_one(
    place: str, wanted: tuple[float | None, float | None]
) -> None:
    facts = facts_with(location=place)
    assert (facts.latitude, facts.longitude) == wanted


UTC_NIGHT = "2020-07-18T21:30:00.000000Z"


@pytest.fixture
def clock_of_new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("clock_of_new_york")
@pytest.mark.parametrize(
    ("tags", "wanted"),
    [
        ({"location": "+35.6895+139.6917/"}, "2020-07-19T06:30:00+09:00"),
        ({}, "2020-07-18T17:30:00-04:00"),
        ({f"{APPLE}creationdate": "2020-07-18T23:30:00+0200"}, "2020-07-18T23:30:00+02:00"),
        ({"DATE_RECORDED": "2020-07-18 23:30:00"}, "2020-07-18T23:30:00"),
        ({f"{APPLE}creationdate": "2020-07-18T20:30:00Z"}, "2020-07-18T16:30:00-04:00"),
        ({"date": "2020"}, "2020-07-18T17:30:00-04:00"),
    ],
)
def test_time_in_utc_becomes_that_of_the_place(tags: dict[str, str], wanted: str) -> None:
    assert facts_with(creation_time=UTC_NIGHT, **tags).taken_at == wanted


@pytest.mark.data
def test_film_of_tokyo_lies_on_the_day_of_its_photo(shared_data: Callable[[str], Path]) -> None:
    for name in ("VID_20200719_063000.mp4", "video_no_name_date.mp4", "iphone.mov"):
        facts = decoded(shared_data("reports") / "A_video_utc" / name).facts
        assert facts.taken_at == "2020-07-19T06:30:00+09:00"


@pytest.mark.parametrize("clock", ["1904-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "soon", ""])
def test_clock_that_was_never_set_tells_nothing(clock: str) -> None:
    assert facts_with(creation_time=clock).taken_at is None


@pytest.mark.parametrize("duration", [-5, 0, 2**62])
def test_length_that_cannot_be_is_unknown(duration: int) -> None:
    container = mock.Mock(duration=duration)
    assert duration_of(container) is None


def test_film_without_pictures_keeps_what_it_says(tmp_path: Path) -> None:
    film = write_video(tmp_path / "film.mp4", tags={"creation_time": UTC_NIGHT})
    with_boxes(film, keyed({f"{APPLE}keywords": "snorkel"}))
    whole = film.read_bytes()
    start, end = whole.index(b"mdat") + 4, whole.rindex(b"moov") - 4
    film.write_bytes(whole[:start] + bytes(end - start) + whole[end:])
    assert failure(film).reason == "no picture of the video can be decoded"
    facts = facts_alone(film)
    assert isinstance(facts, Facts)
    assert facts.keywords == ("snorkel",)
    assert (facts.taken_at or "").startswith("2020-07-1")
