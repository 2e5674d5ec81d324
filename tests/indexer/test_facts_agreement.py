"""What our reader says of real camera files agrees with ExifTool, where that is right.

Left out: sizes that tell of other pixels than an editor left in the metadata.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from indexer.decoding.photo import Decoded, decode_photo
from tests.indexer.facts_agreement import compared
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


def test_most_files_are_decoded(pairs: list[tuple[Row, Facts]]) -> None:
    assert len(pairs) >= 108


def test_of_what_exiftool_reads_we_read_the_same_or_there_is_a_reason(
    shared_data: Callable[[str], Path],
) -> None:
    values = compared(shared_data("exif"))
    unexplained = [value for value in values if not value.agrees and value.reason is None]
    assert unexplained == []
    promised = [value for value in values if value.is_promised]
    assert len(promised) >= 360
    assert sum(value.agrees for value in promised) >= 0.99 * len(promised)


def test_nothing_that_is_read_is_wrong(shared_data: Callable[[str], Path]) -> None:
    assert [value for value in compared(shared_data("exif")) if value.is_wrong] == []


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
