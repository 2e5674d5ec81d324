"""Image sequences: the date of their container counts where nothing better is there."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from indexer.metadata.sequence_date import dated_by_container
from storage.records import Facts
from tests.indexer.iso_boxes import box, movie_header
from tests.indexer.photo_files import decoded, exif_with, shaded

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CREATED = 1_595_107_800
"""2020-07-18T21:30:00Z"""
TOKYO = Facts(latitude=35.6895, longitude=139.6917)


def test_container_dates_a_sequence_by_the_clock_of_its_place() -> None:
    file = io.BytesIO(box(b"moov", movie_header(CREATED)))
    facts = dated_by_container(TOKYO, file)
    assert (facts.taken_at, facts.taken_by) == ("2020-07-19T06:30:00+09:00", "container")


@pytest.mark.parametrize(
    ("source", "wanted"),
    [("original", "2019-01-01T00:00:00"), ("GPS", "2020-07-19T06:30:00+09:00")],
)
def test_better_date_of_the_photo_counts(source: str, wanted: str) -> None:
    own = replace(TOKYO, taken_at="2019-01-01T00:00:00", taken_by=source, taken_fraction="25")
    facts = dated_by_container(own, io.BytesIO(box(b"moov", movie_header(CREATED))))
    assert facts.taken_at == wanted
    assert facts.taken_fraction == ("25" if source == "original" else None)


@pytest.mark.parametrize("name", ["photo.heic", "photo.avif"])
def test_photo_without_a_film_keeps_its_date(name: str, tmp_path: Path) -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()
    path = tmp_path / name
    shaded(64, 48).save(path, exif=exif_with({}, photo={0x9003: "2018:02:21 12:08:56"}))
    assert decoded(path).facts.taken_at == "2018-02-21T12:08:56"


@pytest.mark.data
def test_burst_of_a_phone_is_dated(shared_data: Callable[[str], Path]) -> None:
    facts = decoded(shared_data("formats") / "heif" / "C046.heic").facts
    assert facts.taken_by == "container"
    assert (facts.taken_at or "").startswith("2020-06-25")
