"""Photos are found by where they were taken, from the file to the printed line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import ExifTags, Image

from tests.cli.conftest import Imagescope, index_once

if TYPE_CHECKING:
    from tests.cli.conftest import Shelf

TAKEN = {
    "forum.jpg": (41.8925, 12.4853),
    "eur.jpg": (41.8300, 12.4700),
    "viterbo.jpg": (42.4168, 12.1049),
    "belem.jpg": (38.6916, -9.2160),
    "marienplatz.jpg": (48.1372, 11.5756),
    "nowhere.jpg": None,
    "unset.jpg": (0.0, 0.0),
}


@pytest.fixture(scope="module")
def travels(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    base = tmp_path_factory.mktemp("travels")
    folder = base / "photos"
    folder.mkdir()
    for number, (name, point) in enumerate(TAKEN.items()):
        colour = (30 * number, 90, 200 - 20 * number)
        Image.new("RGB", (64, 48), colour).save(folder / name, exif=exif_at(point, number))
    return index_once(base, folder)


@pytest.fixture
def imagescope(tmp_path: Path, travels: Shelf) -> Imagescope:
    return travels.lend(Imagescope(tmp_path))


def exif_at(point: tuple[float, float] | None, number: int) -> Image.Exif:
    exif = Image.Exif()
    taken = f"2019:07:{number + 1:02} 10:00:00"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = taken
    if point is not None:
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        north, east = point
        gps[ExifTags.GPS.GPSLatitudeRef] = "N" if north >= 0 else "S"
        gps[ExifTags.GPS.GPSLatitude] = (abs(north), 0.0, 0.0)
        gps[ExifTags.GPS.GPSLongitudeRef] = "E" if east >= 0 else "W"
        gps[ExifTags.GPS.GPSLongitude] = (abs(east), 0.0, 0.0)
    return exif


def found(imagescope: Imagescope, *words: str) -> list[str]:
    outcome = imagescope("search", "--format", "paths", "--", *words)
    return [Path(line).name for line in outcome.out.splitlines()]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("place:Italy", ["viterbo.jpg", "eur.jpg", "forum.jpg"]),
        ("place:Italien", ["viterbo.jpg", "eur.jpg", "forum.jpg"]),
        ("place:Bayern", ["marienplatz.jpg"]),
        ('place:"Monaco di Baviera"', ["marienplatz.jpg"]),
        ("place:Lisboa place:Munich", ["marienplatz.jpg", "belem.jpg"]),
        ("-place:Italy has:gps", ["marienplatz.jpg", "belem.jpg"]),
        ("near Rome", ["eur.jpg", "forum.jpg", "viterbo.jpg"]),
        ("near:Lissabon", ["belem.jpg"]),
        ("near:41.89,12.5", ["eur.jpg", "forum.jpg", "viterbo.jpg"]),
        ("near Tokyo", []),
    ],
)
def test_a_place_finds_what_was_taken_there(
    imagescope: Imagescope, line: str, names: list[str]
) -> None:
    assert found(imagescope, line) == names


@pytest.mark.parametrize("word", ["Lisboa", "Lisbon", "Portugal", "Lissabon"])
def test_the_word_alone_finds_a_place_first(imagescope: Imagescope, word: str) -> None:
    assert found(imagescope, word)[0] == "belem.jpg"


def test_a_word_that_is_another_name_of_the_place_is_explained_as_one(
    imagescope: Imagescope,
) -> None:
    told = imagescope("search", "Lissabon", "--explain", "--rank", "words").out
    assert "words: Lissabon, another name of the place" in told


def test_what_was_read_and_where_is_told_in_json(imagescope: Imagescope) -> None:
    told = imagescope("search", "--format", "json", "near Rome", "place:Italy").json
    [circle] = told["filters"]["near"]
    assert circle == {"latitude": 41.89193, "longitude": 12.51133, "radius_km": 100.0}
    assert told["filters"]["places"] == ["Italy"]
    assert [(chip["kind"], chip["label"]) for chip in told["reading"]["chips"]] == [
        ("place", "near Rome"),
        ("place", "taken in Italy"),
    ]


def test_a_place_that_nobody_knows_is_told_in_a_line(imagescope: Imagescope) -> None:
    outcome = imagescope("search", "near:Xyzzyville")
    assert outcome.status == 2
    assert "no place called Xyzzyville is known" in outcome.err
