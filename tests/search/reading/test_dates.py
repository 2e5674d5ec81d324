from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.records import DaysOfYear, HoursOfDay, PhotoFilter, TimeSpan
from tests.search.reading.lines import MONTH_FIRST, TODAY, read


def taken(first: str | None, before: str | None) -> PhotoFilter:
    return PhotoFilter(taken_from=first, taken_before=before)


def spans(*pairs: tuple[str, str]) -> PhotoFilter:
    return PhotoFilter(spans=tuple(TimeSpan(first=first, before=before) for first, before in pairs))


def days(first: str, last: str) -> PhotoFilter:
    return PhotoFilter(days=(DaysOfYear(first=first, last=last),))


JULY = taken("2021-07-01", "2021-08-01")
THAT_DAY = taken("2021-07-19", "2021-07-20")
SUMMER = taken("2020-06-01", "2020-09-01")
LAST_SUMMER = taken("2026-06-01", "2026-09-01")
FIRST, BEFORE = "2019-12-24", "2019-12-27"
CHRISTMAS = taken(FIRST, BEFORE)
NINETIES = taken("1990-01-01", "2000-01-01")
YESTERDAY = taken("2026-11-29", "2026-11-30")
LAST_WEEK = taken("2026-11-23", "2026-11-30")
MAY_TO_JULY = taken("2019-05-01", "2019-08-01")
THREE_YEARS = taken("2019-01-01", "2022-01-01")

READINGS = [
    ("July 2021", JULY),
    ("juillet 2021", JULY),
    ("Juli 2021", JULY),
    ("julio de 2021", JULY),
    ("luglio 2021", JULY),
    ("Jul. 2021", JULY),
    ("July, 2021", JULY),
    ("July '21", JULY),
    ("2021 July", JULY),
    ("2021-07", JULY),
    ("2021/07", JULY),
    ("07/2021", JULY),
    ("in July 2021", JULY),
    ("(July 2021)", JULY),
    ("19 July 2021", THAT_DAY),
    ("July 19th, 2021", THAT_DAY),
    ("the 19th of July 2021", THAT_DAY),
    ("19. Juli 2021", THAT_DAY),
    ("le 19 juillet 2021", THAT_DAY),
    ("19 de julio de 2021", THAT_DAY),
    ("2021-07-19", THAT_DAY),
    ("2021/7/19", THAT_DAY),
    ("19/7/21", THAT_DAY),
    ("19.7.2021", THAT_DAY),
    ("7/19/2021", THAT_DAY),
    ("first of May 2020", taken("2020-05-01", "2020-05-02")),
    ("1er mai 2020", taken("2020-05-01", "2020-05-02")),
    ("summer 2020", SUMMER),
    ("summer of 2020", SUMMER),
    ("Sommer 2020", SUMMER),
    ("été 2020", SUMMER),
    ("verano de 2020", SUMMER),
    ("estate 2020", SUMMER),
    ("summer of '69", taken("1969-06-01", "1969-09-01")),
    ("winter 2020/21", taken("2020-12-01", "2021-03-01")),
    ("winter 2020", spans(("2019-12-01", "2020-03-01"), ("2020-12-01", "2021-03-01"))),
    ("last summer", LAST_SUMMER),
    ("from last summer", LAST_SUMMER),
    ("letzten Sommer", LAST_SUMMER),
    ("l'été dernier", LAST_SUMMER),
    ("el verano pasado", LAST_SUMMER),
    ("l'estate scorsa", LAST_SUMMER),
    ("last winter", taken("2025-12-01", "2026-03-01")),
    ("last Christmas", taken("2025-12-24", "2025-12-27")),
    ("this year", taken("2026-01-01", "2027-01-01")),
    ("quest'anno", taken("2026-01-01", "2027-01-01")),
    ("last year", taken("2025-01-01", "2026-01-01")),
    ("l'année dernière", taken("2025-01-01", "2026-01-01")),
    ("last month", taken("2026-10-01", "2026-11-01")),
    ("el mes pasado", taken("2026-10-01", "2026-11-01")),
    ("last week", LAST_WEEK),
    ("la semaine dernière", LAST_WEEK),
    ("letzte Woche", LAST_WEEK),
    ("last weekend", taken("2026-11-28", "2026-11-30")),
    ("fin de semana pasado", taken("2026-11-28", "2026-11-30")),
    ("last Friday", taken("2026-11-27", "2026-11-28")),
    ("on Monday", taken("2026-11-23", "2026-11-24")),
    ("today", taken("2026-11-30", "2026-12-01")),
    ("yesterday", YESTERDAY),
    *((word, YESTERDAY) for word in ("gestern", "hier", "ayer", "ieri")),
    ("vorgestern", taken("2026-11-28", "2026-11-29")),
    ("3 days ago", taken("2026-11-27", "2026-11-28")),
    ("vor drei Tagen", taken("2026-11-27", "2026-11-28")),
    ("il y a 3 jours", taken("2026-11-27", "2026-11-28")),
    ("hace 3 días", taken("2026-11-27", "2026-11-28")),
    ("3 giorni fa", taken("2026-11-27", "2026-11-28")),
    ("two years ago", taken("2024-01-01", "2025-01-01")),
    ("last 3 months", taken("2026-08-30", "2026-12-01")),
    ("les 3 derniers mois", taken("2026-08-30", "2026-12-01")),
    ("between May and July 2019", MAY_TO_JULY),
    ("from May to July 2019", MAY_TO_JULY),
    ("May–July 2019", MAY_TO_JULY),
    ("zwischen Mai und Juli 2019", MAY_TO_JULY),
    ("de mai à juillet 2019", MAY_TO_JULY),
    ("von Mai bis Juli 2019", MAY_TO_JULY),
    ("November to February 2020", taken("2019-11-01", "2020-03-01")),
    ("dal 12 al 14 luglio 2021", taken("2021-07-12", "2021-07-15")),
    ("Monday, 19 July 2021", THAT_DAY),
    ("fotos tomadas el 19 de julio de 2021", THAT_DAY),
    ("2021:07:19 18:02:11", taken("2021-07-19T18", "2021-07-19T19")),
    ("this weekend", taken("2026-11-28", "2026-11-30")),
    ("older than 2019", taken(None, "2019-01-01")),
    ("12-14 July 2021", taken("2021-07-12", "2021-07-15")),
    ("July 12-14, 2021", taken("2021-07-12", "2021-07-15")),
    ("2019 to 2021", THREE_YEARS),
    ("2019-2021", THREE_YEARS),
    ("2019–21", THREE_YEARS),
    ("2019/2021", THREE_YEARS),
    ("between 2021 and 2019", THREE_YEARS),
    ("Christmas 2019", CHRISTMAS),
    ("Weihnachten 2019", CHRISTMAS),
    ("Noël 2019", CHRISTMAS),
    ("Navidad de 2019", CHRISTMAS),
    ("2019 Christmas", CHRISTMAS),
    ("Easter 2021", taken("2021-04-02", "2021-04-06")),
    ("Fasching 2020", taken("2020-02-20", "2020-02-26")),
    ("Thanksgiving 2020", taken("2020-11-26", "2020-11-30")),
    ("New Year's Eve 2019", taken("2019-12-31", "2020-01-01")),
    ("in the 90s", NINETIES),
    ("1990s", NINETIES),
    ("the nineties", NINETIES),
    ("die 90er Jahre", NINETIES),
    ("les années 90", NINETIES),
    ("gli anni '90", NINETIES),
    ("early 2020", taken("2020-01-01", "2020-05-01")),
    ("mid 2018", taken("2018-05-01", "2018-09-01")),
    ("end of June 2019", taken("2019-06-21", "2019-07-01")),
    ("Anfang Juli 2020", taken("2020-07-01", "2020-07-11")),
    ("Q3 2021", taken("2021-07-01", "2021-10-01")),
    ("2021 Q3", taken("2021-07-01", "2021-10-01")),
    ("H1 2021", taken("2021-01-01", "2021-07-01")),
    ("before May 2020", taken(None, "2020-05-01")),
    ("after May 2020", taken("2020-06-01", None)),
    ("since last summer", taken("2026-06-01", None)),
    ("seit 2019", taken("2019-01-01", None)),
    ("until 2018", taken(None, "2019-01-01")),
    ("from 2019 onwards", taken("2019-01-01", None)),
    ("since 2019 before 2021", taken("2019-01-01", "2021-01-01")),
    ("yesterday morning", taken("2026-11-29T05", "2026-11-29T12")),
    ("the morning of 19 July 2021", taken("2021-07-19T05", "2021-07-19T12")),
    ("gestern Abend", taken("2026-11-29T18", "2026-11-29T23")),
    ("last night", taken("2026-11-29T18", "2026-11-30T06")),
    ("July", days("07-01", "07-31")),
    *((line, days("05-01", "05-31")) for line in ("in May", "im Mai", "en mai", "fotos im Mai")),
    ("photos en mars", days("03-01", "03-31")),
    ("may", days("05-01", "05-31")),
    ("photos march", days("03-01", "03-31")),
    ("19 July", days("07-19", "07-19")),
    ("Christmas", days("12-24", "12-26")),
    ("New Year's Eve", days("12-31", "12-31")),
    ("Halloween", days("10-31", "10-31")),
    ("29 February", days("02-29", "02-29")),
    ("from May to July", days("05-01", "07-31")),
    ("July and August 2021", spans(("2021-07-01", "2021-08-01"), ("2021-08-01", "2021-09-01"))),
    ("2019 or 2021", spans(("2019-01-01", "2020-01-01"), ("2021-01-01", "2022-01-01"))),
    ("2019, 2021", spans(("2019-01-01", "2020-01-01"), ("2021-01-01", "2022-01-01"))),
    ("mornings", PhotoFilter(hours=(HoursOfDay(first=5, before=12),))),
    ("in the evening", PhotoFilter(hours=(HoursOfDay(first=18, before=23),))),
    ("nights", PhotoFilter(hours=(HoursOfDay(first=21, before=5),))),
]


@pytest.mark.parametrize(("line", "wanted"), READINGS)
def test_a_date_in_words_is_a_filter_and_leaves_no_words(line: str, wanted: PhotoFilter) -> None:
    parsed = read(line)
    assert (parsed.filter, parsed.text, parsed.problems) == (wanted, "", ())
    assert {chip.kind for chip in parsed.chips} == {"date"}


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("a dog on the beach in July 2021", "a dog on the beach"),
        ("dog 2019 on a beach", "dog on a beach"),
        ("Sunset July 2021 beach", "Sunset beach"),
        ("kids at the beach, summer 2020", "kids at the beach"),
        ("fireworks New Year's Eve", "fireworks"),
        ("Christmas with Anna", "Anna"),
        ("Hund am Strand im Juli", "Hund am Strand"),
    ],
)
def test_the_words_around_a_date_stay(line: str, text: str) -> None:
    parsed = read(line)
    assert parsed.text == text
    assert len(parsed.chips) == 1


@pytest.mark.parametrize(
    "line",
    [
        *("may flowers", "August Macke", "people on a march", "june bug", "May and Tom"),
        *(
            "Christmas tree",
            "dog in Christmas sweater",
            "Halloween costume",
            "Easter eggs",
            "spring flowers",
            "winter",
            "fall",
        ),
        *(
            "rio carnival",
            "night sky",
            "a street at night",
            "early bird",
            "end of the road",
            "mid century modern",
        ),
        *("giraffe on mars", "on mars", "robot in mars", "life on the march", "on May"),
        *("last supper", "the last of us", "before sunset", "after the rain", "from above"),
        *("between two trees", "train to Rome", "route 66", "2048 game", "blade runner 2049"),
        *("IMG_20210719", "20210719", "10:30", "a week", "tea set", "weekend trip", "sun sea mar"),
        *("early morning", "morning coffee", "this is a dog", "from Paris to Rome", "24/7/365"),
    ],
)
def test_what_only_looks_like_a_date_stays_words(line: str) -> None:
    parsed = read(line)
    assert (parsed.text, parsed.chips, parsed.problems) == (line, (), ())


def test_a_quoted_year_is_a_word() -> None:
    assert read('"2019"').filter == PhotoFilter(phrases=("2019",))


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("2021-07", "July 2021"),
        ("summer 2020", "1 Jun–31 Aug 2020"),
        ("Christmas", "24–26 Dec"),
        ("2021-07-19", "19 July 2021"),
        ("2019 to 2021", "2019–2021"),
        ("November to February 2020", "1 Nov 2019–29 Feb 2020"),
        ("before May 2020", "before May 2020"),
        ("since last summer", "since 1 June 2026"),
        ("until last summer", "until 31 August 2026"),
        ("July mornings", "July, 05:00–12:00"),
        ("last night", "29 November 2026, 18:00–06:00"),
        ("Easter", "Easter of every year"),
    ],
)
def test_a_chip_says_how_the_date_was_read(line: str, label: str) -> None:
    (chip,) = read(line).chips
    assert chip.label == label


@pytest.mark.parametrize(
    ("line", "day_first", "month_first"),
    [
        ("7/8/21", taken("2021-08-07", "2021-08-08"), taken("2021-07-08", "2021-07-09")),
        ("Jul 21", JULY, days("07-21", "07-21")),
    ],
)
def test_where_a_date_can_be_read_in_two_ways_the_reader_s_habit_counts_and_is_told(
    line: str, day_first: PhotoFilter, month_first: PhotoFilter
) -> None:
    by_day, by_month = read(line), read(line, MONTH_FIRST)
    assert (by_day.filter, by_month.filter) == (day_first, month_first)
    for parsed in (by_day, by_month):
        assert parsed.chips[0].guess
        assert parsed.hints


@pytest.mark.parametrize("line", ["19/7/21", "8/8/21", "7.8.21", "July 19th", "July 2021"])
def test_where_there_is_one_reading_nothing_is_guessed(line: str) -> None:
    assert not read(line).chips[0].guess


def test_what_comes_every_year_and_a_year_are_that_of_the_year() -> None:
    assert read("at Christmas with a dog 2019").filter == CHRISTMAS
    assert read("date:christmas date:2019").filter == CHRISTMAS
    nineties = read("Christmas in the 90s").filter.spans
    assert nineties == read("in the 90s dog at Christmas").filter.spans
    assert [span.first for span in nineties] == [f"{year}-12-24" for year in range(1990, 2000)]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("Weihnachten Dezember 2016", taken("2016-12-24", "2016-12-27")),
        ("December 2019 Christmas", CHRISTMAS),
        ("2019-12 Christmas", CHRISTMAS),
        ("Christmas 2019-12-25", taken("2019-12-25", "2019-12-26")),
        ("July summer 2021", JULY),
        ("Easter April 2021", taken("2021-04-02", "2021-04-06")),
        ("Easter March 2024", taken("2024-03-29", "2024-04-01")),
        ("dog at Christmas 2018 2019", spans(("2018-12-24", "2018-12-27"), (FIRST, BEFORE))),
        ("Christmas 2018, 2019", spans(("2018-12-24", "2018-12-27"), (FIRST, BEFORE))),
        ("2018 and July 2019", spans(("2018-01-01", "2019-01-01"), ("2019-07-01", "2019-08-01"))),
        ("2018 2019 Christmas", spans(("2018-12-24", "2018-12-27"), (FIRST, BEFORE))),
        ("Christmas with a dog 2018 2019", spans(("2018-12-24", "2018-12-27"), (FIRST, BEFORE))),
        ("Christmas 2018 Christmas 2019", spans(("2018-12-24", "2018-12-27"), (FIRST, BEFORE))),
    ],
)
def test_what_comes_every_year_is_that_of_what_is_named_beside_it(
    line: str, wanted: PhotoFilter
) -> None:
    assert read(line).filter == wanted


def test_what_never_meets_adds_up() -> None:
    parsed = read("Christmas July 2021").filter
    assert parsed == replace(spans(("2021-07-01", "2021-08-01")), days=days("12-24", "12-26").days)


def test_a_day_that_a_year_has_not_finds_nothing() -> None:
    wanted = read("29 February 2021").filter
    assert wanted.taken_from == wanted.taken_before == "2021-01-01"


def test_a_holiday_that_moves_is_found_in_every_year() -> None:
    spans_of_easter = read("Easter").filter.spans
    assert TimeSpan(first="2021-04-02", before="2021-04-06") in spans_of_easter
    assert spans_of_easter[-1].first == "2026-04-03"


@pytest.mark.parametrize("line", ["2021-13 dog", "2021-02-30", "date:201x", "date:2021..2019"])
def test_an_impossible_date_is_told_and_no_word(line: str) -> None:
    parsed = read(line)
    assert parsed.problems
    assert parsed.filter == PhotoFilter()
    assert parsed.text in ("dog", "")


_DAYS = st.dates(min_value=date(1900, 1, 1), max_value=TODAY)


@given(_DAYS, st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%d %B %Y", "%B %d, %Y", "%d.%m.%Y"]))
def test_a_day_is_read_however_it_is_written(day: date, form: str) -> None:
    following = day + timedelta(days=1)
    assert read(f"{day:{form}}").filter == taken(day.isoformat(), following.isoformat())


@given(_DAYS, _DAYS)
def test_a_range_covers_both_its_ends(first: date, last: date) -> None:
    first, last = sorted((first, last))
    wanted = taken(first.isoformat(), (last + timedelta(days=1)).isoformat())
    assert read(f"{first:%d %B %Y} to {last:%d %B %Y}").filter == wanted
    assert read(f"date:{first}..{last}").filter == wanted
