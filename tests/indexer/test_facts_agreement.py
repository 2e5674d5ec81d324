"""Ours against ExifTool on real camera files; the floors are what was measured, so they may rise.

Where both say something they agree everywhere but for these, which were looked at one by one: we
believe the pixels' size rather than what an editor left in the metadata, a place of (0, 0) is none,
and EXIF in a JPEG 2000 box is not read.
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

import pytest

from indexer.decoding.photo import Decoded, decode_photo
from tests.indexer.photo_files import CROP_64

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from storage.records import Facts

pytestmark = pytest.mark.data

Row = dict[str, str]


@pytest.fixture(scope="module")
def pairs(shared_data: Callable[[str], Path]) -> list[tuple[Row, Facts]]:
    """What ExifTool said of each file that we can decode, and what we say."""
    folder = shared_data("exif")
    with (folder / "expected_exiftool.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    found = []
    for row in rows:
        outcome = decode_photo(folder / row["file"], picture_input=CROP_64, thumbnail_side=96)
        if isinstance(outcome, Decoded):
            found.append((row, outcome.facts))
    return found


def iso_time(text: str) -> str | None:
    match = re.match(r"(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)", text)
    return f"{match[1]}-{match[2]}-{match[3]}T{match[4]}" if match else None


def near(ours: float | None, theirs: str) -> bool:
    return ours is not None and abs(ours - float(theirs)) < 1e-4 * max(1.0, abs(float(theirs)))


def test_most_files_are_decoded(pairs: list[tuple[Row, Facts]]) -> None:
    assert len(pairs) >= 108


def test_taken_time_agrees(pairs: list[tuple[Row, Facts]]) -> None:
    said = [(row, facts) for row, facts in pairs if iso_time(row["datetime_original"])]
    agreeing = [
        row
        for row, facts in said
        if (facts.taken_at or "")[:19] == iso_time(row["datetime_original"])
    ]
    assert len(agreeing) >= 60
    assert len(agreeing) >= len(said) - 1


def test_time_zone_agrees(pairs: list[tuple[Row, Facts]]) -> None:
    said = [(row, facts) for row, facts in pairs if row["offset_original"]]
    agreeing = [row for row, facts in said if (facts.taken_at or "")[19:] == row["offset_original"]]
    assert len(agreeing) >= len(said) - 1 >= 7


def test_camera_agrees(pairs: list[tuple[Row, Facts]]) -> None:
    said = [(row, facts) for row, facts in pairs if row["model"].strip()]
    agreeing = [
        row for row, facts in said if (facts.camera or "").endswith(" ".join(row["model"].split()))
    ]
    assert len(agreeing) >= 63
    assert len(agreeing) >= len(said) - 1


def test_place_agrees_but_for_null_island(pairs: list[tuple[Row, Facts]]) -> None:
    said = [(row, facts) for row, facts in pairs if row["gps_lat"] and row["gps_lon"]]
    places = [(row, facts) for row, facts in said if (row["gps_lat"], row["gps_lon"]) != ("0", "0")]
    assert len(places) >= 15
    for row, facts in places:
        assert near(facts.latitude, row["gps_lat"]), row["file"]
        assert near(facts.longitude, row["gps_lon"]), row["file"]


def test_orientation_agrees(pairs: list[tuple[Row, Facts]]) -> None:
    said = [(row, facts) for row, facts in pairs if row["orientation"] in tuple("12345678")]
    agreeing = [row for row, facts in said if str(facts.orientation) == row["orientation"]]
    assert len(agreeing) >= len(said) - 1 >= 78


def test_upright_size_agrees_where_metadata_tells_of_these_pixels(
    pairs: list[tuple[Row, Facts]],
) -> None:
    agreeing = 0
    for row, facts in pairs:
        size = (row["width"], row["height"])
        turned = size[::-1] if row["orientation"] in ("5", "6", "7", "8") else size
        agreeing += (str(facts.width), str(facts.height)) == turned
    assert agreeing >= 98


def test_all_text_can_be_shown(pairs: list[tuple[Row, Facts]]) -> None:
    for _, facts in pairs:
        texts = (facts.camera, facts.lens, facts.title, facts.description, *facts.keywords)
        assert all(text.isprintable() for text in texts if text)
