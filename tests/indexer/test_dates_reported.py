"""Dates of the files of public bug reports: what their README says is right."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from indexer.folders.sidecar_reader import facts_in
from indexer.metadata.dates import DateTold
from indexer.metadata.facts import read_facts
from storage.date_order import date_of_both

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from storage.records import Facts

pytestmark = pytest.mark.data


def told(facts: Facts) -> DateTold | None:
    if facts.taken_at is None or facts.taken_by is None:
        return None
    return DateTold(facts.taken_at, facts.taken_by, facts.taken_fraction)


def facts_of(path: Path) -> Facts:
    with Image.open(path) as image:
        return read_facts(image)


@pytest.mark.parametrize(
    ("name", "taken_at"),
    [
        ("datetime_only.jpg", "2003-04-05T06:07:08"),
        ("exif_dmy_slash.jpg", "2001"),
        ("exif_year_month.jpg", "1985-07"),
        ("exif_year_only.jpg", "1985"),
        ("iptc_date_only.jpg", "2004-05-06T07:08:09+02:00"),
        ("png_creation_time.png", "2011-03-04T05:06:07"),
        ("png_xmp_create.png", "2007-08-09T10:11:12"),
        ("sidecar_year.jpg", None),
        ("tif_datetime_only.tif", "2008-09-10T11:12:13"),
        ("webp_exif.webp", "2009-10-11T12:13:14"),
        ("xmp_metadata_only.jpg", None),
        ("xmp_year.jpg", "1985"),
        ("xmp_year_month.jpg", "1985-07"),
    ],
)
def test_every_field_that_tells_a_date_counts(
    name: str, taken_at: str | None, shared_data: Callable[[str], Path]
) -> None:
    assert facts_of(shared_data("reports") / "KP_dates" / name).taken_at == taken_at


def test_a_satellites_time_is_in_utc(shared_data: Callable[[str], Path]) -> None:
    facts = facts_of(shared_data("reports") / "KP_dates" / "gps_only.jpg")
    assert facts.taken_at is not None
    assert datetime.fromisoformat(facts.taken_at) == datetime(2005, 6, 7, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "taken_at"),
    [
        ("KP_dates/sidecar_year.xmp", "1979"),
        ("T_misc/sidecar/xmp_created_later.jpg.xmp", "2019-07-21T23:06:38-08:00"),
        ("T_misc/sidecar/utc_sidecar.jpg.xmp", "2019-07-21T23:06:38-08:00"),
        ("T_misc/sidecar/local_sidecar.jpg.xmp", "2019-07-21T23:06:38-08:00"),
    ],
)
def test_a_sidecar_counts_by_its_field_and_moves_no_day(
    name: str, taken_at: str, shared_data: Callable[[str], Path]
) -> None:
    sidecar = shared_data("reports") / name
    photo = sidecar.with_suffix("")
    photo = photo if photo.suffix else photo.with_suffix(".jpg")
    best = date_of_both(told(facts_in(sidecar)), told(facts_of(photo)))
    assert best is not None
    assert best.taken_at == taken_at


def test_a_burst_is_in_the_order_of_its_fractions(shared_data: Callable[[str], Path]) -> None:
    photos = sorted((shared_data("reports") / "T_misc" / "burst").glob("*.jpg"))
    moments = [date.moment for path in photos if (date := told(facts_of(path)))]
    assert len(moments) == len(set(moments)) == 12
    assert moments == sorted(moments)
