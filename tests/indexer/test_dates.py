"""Dates as files write them: partial ones, odd clocks, time zones, and which field counts."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.metadata.dates import (
    DateTold,
    best_date,
    date_told,
    date_told_in_utc,
    iptc_time,
    local_time,
    parsed_time,
)
from storage.date_order import date_of_both

DAYS = st.dates(date(1826, 1, 1), date(2100, 12, 31))
TIMES = st.times().map(lambda clock: clock.replace(microsecond=0))
INSTANTS = st.integers(631_152_000, 3_786_912_000).map(lambda s: datetime.fromtimestamp(s, UTC))
ZONES = st.integers(-14 * 4, 14 * 4).map(lambda quarter: timezone(timedelta(minutes=15 * quarter)))


@pytest.mark.parametrize(
    ("text", "taken_at"),
    [
        ("1985", "1985"),
        ("1985-07", "1985-07"),
        ("1985:07", "1985-07"),
        ("1985:00:00 00:00:00", "1985"),
        ("1985:07:00 00:00:00", "1985-07"),
        ("1985:  :     :  :  ", "1985"),
        ("1985-07-18", "1985-07-18"),
        ("1985:07:18   :  :  ", "1985-07-18"),
    ],
)
def test_a_date_tells_as_much_as_is_known(text: str, taken_at: str) -> None:
    assert parsed_time(text) == taken_at


@pytest.mark.parametrize(
    ("text", "taken_at"),
    [
        ("2009:12:31 24:10:00", "2009-12-31T00:10:00"),
        ("2016:12:31 23:59:60", "2016-12-31T23:59:59"),
        ("2019:07:18 10:11:12+02", "2019-07-18T10:11:12+02:00"),
        ("2019:07:18 10:11:12 -0330", "2019-07-18T10:11:12-03:30"),
        ("2019-07-18T10:11Z", "2019-07-18T10:11:00+00:00"),
        ("13/05/2001 10:11:12", "2001-05-13T10:11:12"),
        ("05/13/2001 10:11:12", "2001-05-13T10:11:12"),
        ("05.05.2001", "2001-05-05"),
    ],
)
def test_clocks_and_calendars_of_devices_are_understood(text: str, taken_at: str) -> None:
    assert parsed_time(text) == taken_at


def test_of_a_date_whose_month_nobody_can_tell_the_year_counts() -> None:
    assert parsed_time("12/05/2001 10:11:12") == "2001"


@pytest.mark.parametrize(
    "text",
    [
        "0000:00:00 00:00:00",
        "    :  :     :  :  ",
        "1970:01:01 00:00:00",
        "1904:01:01 00:00:00",
        "20190718160201",
        "2019 was a year",
        "31/02/2001",
        "2020:07:18 25:00:00",
        "2020:07:18 10:61:00",
    ],
)
def test_rubbish_is_no_date(text: str) -> None:
    assert date_told("original", text) is None


@given(DAYS, TIMES, ZONES)
def test_every_time_with_a_zone_is_read_back_from_xmp_and_from_iptc(
    day: date, clock: time, zone: timezone
) -> None:
    stamp = datetime.combine(day, clock, zone).isoformat()
    assert parsed_time(stamp) == stamp
    compact = f"{clock:%H%M%S}{stamp[19:].replace(':', '')}"
    assert parsed_time(iptc_time(stamp[:10].replace("-", "").encode(), compact.encode())) == stamp


@given(DAYS)
def test_every_day_of_iptc_is_read_back(day: date) -> None:
    assert parsed_time(iptc_time(day.isoformat().replace("-", "").encode(), None)) == str(day)


@given(st.text(), st.text())
def test_no_text_raises(text: str, other: str) -> None:
    date_told("original", text, other, other)
    date_told_in_utc("GPS", text, None, None)
    iptc_time(text.encode(), other.encode())


def test_the_fraction_is_that_of_its_field_or_in_the_text() -> None:
    assert date_told("original", "2020:07:18 16:02:00", None, "230 ") == DateTold(
        "2020-07-18T16:02:00", "original", "23"
    )
    told = date_told("created", "2020-07-18T16:02:00.5+02:00")
    assert told == DateTold("2020-07-18T16:02:00+02:00", "created", "5")
    assert told is not None
    assert told.moment == "2020-07-18T16:02:00.5"


@pytest.mark.parametrize(
    ("place", "local"),
    [
        ((35.68, 139.69), "2020-07-19T06:30:00+09:00"),
        ((38.72, -9.14), "2020-07-18T22:30:00+01:00"),
        ((-33.87, 151.21), "2020-07-19T07:30:00+10:00"),
        ((27.7, 85.3), "2020-07-19T03:15:00+05:45"),
        ((0.5, -30.0), "2020-07-18T19:30:00-02:00"),
    ],
)
def test_a_time_in_utc_becomes_that_of_the_place(place: tuple[float, float], local: str) -> None:
    told = date_told_in_utc("container", "2020-07-18T21:30:00.000000Z", *place)
    assert told == DateTold(local, "container")


@given(
    INSTANTS,
    st.floats(-90, 90),
    st.floats(-180, 180),
)
def test_the_clock_of_a_place_shows_the_same_instant(
    instant: datetime, latitude: float, longitude: float
) -> None:
    assert datetime.fromisoformat(local_time(instant, latitude, longitude)) == instant


def test_films_of_devices_without_a_clock_have_no_date() -> None:
    assert date_told_in_utc("container", "1970-01-01T00:05:00Z", None, None) is None
    assert date_told_in_utc("container", "1904-01-01T00:00:00Z", None, None) is None


SOURCES = ("original", "created", "digitized", "container", "Takeout", "changed", "GPS")


@given(st.permutations([DateTold(f"20{n:02}", source) for n, source in enumerate(SOURCES)]))
def test_the_better_field_counts_wherever_it_stands(told: list[DateTold]) -> None:
    assert best_date([None, *told]) == DateTold("2000", "original")
    assert best_date(told[1:]) == min(told[1:], key=lambda one: SOURCES.index(one.taken_by))


def test_of_equal_fields_the_sidecars_counts_but_not_for_the_time_of_its_writing() -> None:
    file = DateTold("2019-07-21T23:06:38", "original")
    corrected = DateTold("2018-07-21T23:06:38", "original")
    assert date_of_both(corrected, file) == corrected
    assert date_of_both(DateTold("2023-09-22T14:34:03", "digitized"), file) == file
    assert date_of_both(corrected, None) == corrected
    assert date_of_both(None, file) == file


@pytest.mark.parametrize("zone", ["-08:00", ""])
@pytest.mark.parametrize("source", ["original", "created"])
def test_the_same_instant_by_another_clock_does_not_move_the_day(zone: str, source: str) -> None:
    file = DateTold(f"2019-07-21T23:06:38{zone}", source)
    assert date_of_both(DateTold("2019-07-22T07:06:38+00:00", "original"), file) == file


@given(INSTANTS, ZONES, ZONES)
def test_a_sidecar_of_the_same_instant_never_moves_the_wall_clock(
    instant: datetime, own: timezone, other: timezone
) -> None:
    file = DateTold(instant.astimezone(own).isoformat(), "original")
    assert date_of_both(DateTold(instant.astimezone(other).isoformat(), "original"), file) == file
