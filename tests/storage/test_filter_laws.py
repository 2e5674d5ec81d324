"""Filters let exactly those photos pass that pass by a plain reading of their fields."""

from __future__ import annotations

import json
import random
import re
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.library import Library
from storage.records import (
    DaysOfYear,
    Facts,
    HoursOfDay,
    PhotoFilter,
    PhotoTrait,
    TimeSpan,
)
from tests.storage.conftest import ROOT, Shelf, file_state

if TYPE_CHECKING:
    from collections.abc import Iterator

_PHOTOS = 60
_FOLDERS = ("", "2021-07 Italy", "2021-07 Italy/Rome", "Italy", "Pets/Köln", "Ko\u0308ln/old rome")
_NAMES = (
    "dog",
    "Screenshot_1",
    "Bildschirmfoto 2020",
    "Capture d’e\u0301cran",
    "スクリーンショット 1",
)
_MOMENTS = (
    *("2019-12-24T22:00:00", "2019-12-31T23:59:59", "2020-01-01T00:00:00", "2020-02-29T05:00:00"),
    *("2020-07-18T16:02:00", "2021-01-02T12:00:00", "2021-07-31T03:30:00", "1999-06-01T18:00:00"),
)
_PLACES = ((None, None), (0.0, 0.0), (0.0, 11.3), (47.6, 0.0), (47.6, None))
_SIZES = ((4, 3), (3, 4), (3, 3), (0, 0))
_PEOPLE = ((), ("Anna Smith",), ("Ben", "Anna"), ("Annabel", "Zo\u0308e Li"), ("Ben Smith", "Zöe"))
_CAMERAS = (None, "Fujifilm X-T3", "Leica M11")


@dataclass(frozen=True, slots=True)
class Shot:
    """What was put into the library."""

    folder: str
    name: str
    facts: Facts
    sidecar_place: tuple[float | None, float | None] | None
    sidecar_people: tuple[str, ...] | None
    sidecar_rating: int | None

    @property
    def path(self) -> str:
        return f"{self.folder}/{self.name}" if self.folder else self.name

    @property
    def moment(self) -> str:
        return self.facts.taken_at or ""


def _shot(number: int, chance: random.Random) -> Shot:
    width, height = chance.choice(_SIZES)
    latitude, longitude = chance.choice(_PLACES)
    extension = chance.choice(("jpg", "heic"))
    return Shot(
        folder=chance.choice(_FOLDERS),
        name=f"{chance.choice(_NAMES)} no {number}.{extension}",
        facts=Facts(
            width=width,
            height=height,
            taken_at=chance.choice(_MOMENTS),
            camera=chance.choice(_CAMERAS),
            latitude=latitude,
            longitude=longitude,
            rating=chance.choice((None, 2, 5)),
            people=chance.choice(_PEOPLE),
            is_favourite=chance.random() < 0.3,
            damage=chance.choice((None, None, "a part is missing")),
            remarks=chance.choice(((), (), ("Screenshot",), ("No screenshot", "at all"))),
        ),
        sidecar_place=chance.choice((None, None, *_PLACES)),
        sidecar_people=chance.choice((None, None, *_PEOPLE[1:])),
        sidecar_rating=chance.choice((None, None, 1, 4)),
    )


class Filled:
    """A library and what is in it."""

    def __init__(self, shelf: Shelf, shots: tuple[Shot, ...]) -> None:
        self.shelf = shelf
        self.shots = shots


@pytest.fixture(scope="module", params=range(3))
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Filled]:
    chance = random.Random(request.param)
    shots = tuple(_shot(number, chance) for number in range(_PHOTOS))
    with Library.open_writer(tmp_path_factory.mktemp("laws")) as library:
        shelf = Shelf(library)
        for number, shot in enumerate(shots):
            [photo_id] = shelf.add(shot.folder, file_state(shot.name, inode=number + 1))
            shelf.read(f"{number}", shot.facts)
            told = (shot.sidecar_place, shot.sidecar_people, shot.sidecar_rating)
            if any(value is not None for value in told):
                library._sql.run(
                    "INSERT INTO sidecar_facts (photo_id, latitude, longitude, people, rating)"
                    " VALUES (?, ?, ?, ?, ?)",
                    [
                        *(photo_id, *(shot.sidecar_place or (None, None))),
                        shot.sidecar_people and json.dumps(shot.sidecar_people),
                        shot.sidecar_rating,
                    ],
                )
        yield Filled(shelf, shots)


def passes(shot: Shot, wanted: PhotoFilter) -> bool:
    """The definition, field by field."""
    return all(
        (
            not wanted.folders or any(_is_below(shot, folder) for folder in wanted.folders),
            not wanted.folder_names or any(_is_named(shot, name) for name in wanted.folder_names),
            (wanted.taken_from or "") <= shot.moment < (wanted.taken_before or "9"),
            _is_in_time(shot.moment, wanted),
            not wanted.hours or any(_is_in_hours(shot.moment, hours) for hours in wanted.hours),
            not wanted.cameras
            or any(name.lower() in (shot.facts.camera or "").lower() for name in wanted.cameras),
            not wanted.extensions or shot.name.rpartition(".")[2] in wanted.extensions,
            wanted.rating_from is None or (_rating(shot) or -9) >= wanted.rating_from,
            all(_is_there(shot, person) for person in wanted.people),
            all(any(_is_there(shot, one) for one in group) for group in wanted.people_any),
            all(_has(shot, trait) for trait in wanted.traits),
            not any(passes(shot, other) for other in wanted.without),
        )
    )


def _is_below(shot: Shot, folder: Path) -> bool:
    place, wanted = (
        unicodedata.normalize("NFC", str(path)) for path in (ROOT / shot.folder, folder)
    )
    return place == wanted or place.startswith(wanted.rstrip("/") + "/")


def _is_named(shot: Shot, name: str) -> bool:
    path = [_words(part) for part in ("photos", *shot.folder.split("/"))]
    run = [_words(part) for part in name.split("/")]
    return any(
        all(part in folder for part, folder in zip(run, path[start:], strict=False))
        for start in range(len(path) - len(run) + 1)
    )


def _words(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.lower()).replace("\u0308", "")
    return " ".join(("", *re.findall(r"\w+", plain), ""))


def _is_in_time(moment: str, wanted: PhotoFilter) -> bool:
    day = moment[5:10]
    in_days = (
        first <= day <= last if first <= last else day >= first or day <= last
        for first, last in ((days.first, days.last) for days in wanted.days)
    )
    in_spans = (span.first <= moment < span.before for span in wanted.spans)
    return not (wanted.spans or wanted.days) or any(in_spans) or any(in_days)


def _is_in_hours(moment: str, hours: HoursOfDay) -> bool:
    length = hours.before - hours.first
    return (int(moment[11:13]) - hours.first) % 24 < (length if length >= 0 else length + 24)


def _rating(shot: Shot) -> int | None:
    return shot.facts.rating if shot.sidecar_rating is None else shot.sidecar_rating


def _is_there(shot: Shot, person: str) -> bool:
    people = shot.facts.people if shot.sidecar_people is None else shot.sidecar_people
    return any(_words(person) in _words(name) for name in people)


def _has(shot: Shot, trait: PhotoTrait) -> bool:
    facts = shot.facts
    match trait:
        case "damaged":
            return facts.damage is not None
        case "favourite":
            return facts.is_favourite
        case "text":
            return False
        case "gps":
            places = ((facts.latitude, facts.longitude), shot.sidecar_place or (None, None))
            return any(None not in place and place != (0.0, 0.0) for place in places)
        case "screenshot":
            return not shot.name.startswith("dog") or "Screenshot" in facts.remarks
        case "portrait":
            return facts.width < facts.height
        case "landscape":
            return facts.width > facts.height
        case "square":
            return facts.width == facts.height > 0


moments = st.sampled_from(("1999", "2019-12-31", "2020", "2020-07-18T16", "2021-07", "2022"))
days_of_year = st.sampled_from(("01-01", "02-29", "07-18", "12-24", "12-31"))
some = st.sampled_from(
    (ROOT, ROOT / "2021-07 Italy", ROOT / "Pets/Ko\u0308ln", ROOT / "Köln", ROOT / "It", Path("/"))
)
fields: dict[str, st.SearchStrategy[Any]] = {
    "folders": st.lists(some, min_size=1, max_size=2).map(tuple),
    "folder_names": st.lists(
        st.sampled_from(
            (
                "italy",
                "2021-07",
                "Rome",
                "köln",
                "Ko\u0308ln/rome",
                "italy/rome",
                "photos/pets",
                "ita",
            )
        ),
        min_size=1,
        max_size=2,
    ).map(tuple),
    "taken_from": moments,
    "taken_before": moments,
    "spans": st.lists(
        st.builds(TimeSpan, first=moments, before=moments), min_size=1, max_size=2
    ).map(tuple),
    "days": st.lists(
        st.builds(DaysOfYear, first=days_of_year, last=days_of_year), min_size=1, max_size=2
    ).map(tuple),
    "hours": st.lists(
        st.builds(
            HoursOfDay,
            first=st.sampled_from((0, 3, 12, 22)),
            before=st.sampled_from((0, 4, 18, 24)),
        ),
        min_size=1,
        max_size=2,
    ).map(tuple),
    "cameras": st.lists(st.sampled_from(("x-t", "LEICA")), min_size=1).map(tuple),
    "extensions": st.lists(st.sampled_from(("jpg", "heic")), min_size=1).map(tuple),
    "people": st.lists(
        st.sampled_from(("Anna", "anna smith", "Smith", "Ben", "zoë", "zoe", "nobody")),
        min_size=1,
        max_size=2,
    ).map(tuple),
    "people_any": st.lists(
        st.lists(st.sampled_from(("Anna", "Ben", "zoë", "nobody")), min_size=1, max_size=2).map(
            tuple
        ),
        min_size=1,
        max_size=2,
    ).map(tuple),
    "rating_from": st.integers(1, 5),
    "traits": st.lists(st.sampled_from(get_args(PhotoTrait)), min_size=1, max_size=2).map(tuple),
}
plain_filters = st.fixed_dictionaries({}, optional=fields).map(lambda given: PhotoFilter(**given))
narrow_filters = st.sampled_from(tuple(fields)).flatmap(
    lambda key: fields[key].map(lambda value: PhotoFilter(**{key: value}))
)
filters = st.builds(
    lambda wanted, without: replace(wanted, without=tuple(without)),
    st.one_of(narrow_filters, plain_filters, st.just(PhotoFilter())),
    st.lists(
        st.builds(
            lambda wanted, without: replace(wanted, without=tuple(without)),
            narrow_filters,
            st.lists(narrow_filters, max_size=1),
        ),
        max_size=2,
    ),
)


@settings(max_examples=300)
@given(wanted=filters)
def test_a_filter_lets_pass_what_it_says(filled: Filled, wanted: PhotoFilter) -> None:
    expected = {shot.path for shot in filled.shots if passes(shot, wanted)}
    assert set(filled.shelf.names(wanted)) == expected
    assert filled.shelf.library.photos.count(wanted) == len(expected)
