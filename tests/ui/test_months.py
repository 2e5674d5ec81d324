"""Years and months of the photos in a grid: laws of the arithmetic, by brute force."""

from __future__ import annotations

from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from imagescope_tui.search.query_language import parse_query
from imagescope_tui.ui.asked import Asked, SaidTurn
from imagescope_tui.ui.months import Length, Months, is_year, year_of
from imagescope_tui.ui.narrowing import narrowed
from imagescope_tui.ui.widgets.time_rows import (
    TimeRow,
    Window,
    neighbour,
    periods_of,
    rows_of,
)
from storage.records import MonthRun

told = st.sampled_from(["2018-12", "2019", "2019-01", "2019-07", "2020-07", "2020", "1985-02", ""])
orders = st.lists(told, max_size=30)
LENGTHS: tuple[Length, ...] = ("year", "month")


def months_of(order: list[str]) -> Months:
    return Months([MonthRun(month, len(list(run))) for month, run in groupby(order)])


def period(month: str) -> str:
    return f"{month}-" if is_year(month) else month


@given(orders)
def test_every_photo_is_in_its_month_and_none_is_lost(order: list[str]) -> None:
    months = months_of(order)
    assert months.count == sum(months.photos.values()) == len(order)
    assert [months.month_at(n) for n in range(len(order))] == [period(month) for month in order]
    assert months.month_at(len(order)) == ""


@given(orders)
def test_the_way_to_a_month_or_year_leads_to_the_first_of_its_photos(order: list[str]) -> None:
    months = months_of(order)
    for month in order:
        assert months.first_of(period(month)) == order.index(month)
        years = [year_of(other) for other in order]
        assert months.first_of(year_of(month)) == years.index(year_of(month))
    assert months.first_of("1900") is None


@given(orders, st.integers(0, 29))
def test_a_step_leads_to_a_beginning_and_the_first_step_back_to_ones_own(
    order: list[str], index: int
) -> None:
    months = months_of(order)
    for length in LENGTHS:
        names = [year_of(month) if length == "year" else period(month) for month in order]
        begins = [n for n, name in enumerate(names) if n == 0 or name != names[n - 1]]
        later = [n for n in begins if n > index]
        earlier = [n for n in begins if n < index]
        assert months.beginning(index, 1, length) == (later[0] if later else index)
        first = 0 if begins else index
        assert months.beginning(index, -1, length) == (earlier[-1] if earlier else first)


@given(orders, st.booleans(), st.integers(3, 40))
def test_every_year_has_a_line_with_the_sum_of_its_months(
    order: list[str], oldest_first: bool, room: int
) -> None:
    photos = months_of(order).photos
    periods = periods_of(photos, oldest_first=oldest_first)
    rows = rows_of(periods, photos, "2019", room)
    years = {row.period: row.photos for row in rows if is_year(row.period)}
    assert years == {
        year: sum(year_of(month) == year for month in order) for year in map(year_of, order) if year
    }
    shown = [row for row in rows if not is_year(row.period)]
    opened = {period(month) for month in order if not month or year_of(month) == "2019"}
    assert opened <= {row.period for row in shown}
    assert len(periods) <= room or opened == {row.period for row in shown}
    assert all(row.photos == photos[row.period] for row in shown)
    dated = [row.period for row in rows if row.period and is_year(row.period)]
    assert dated == sorted(dated, reverse=not oldest_first)
    assert "" not in periods or periods[-1] == ""


def test_a_line_says_what_is_known_and_how_many() -> None:
    rows = [
        TimeRow("2020", 123_456),
        TimeRow("2020-07", 99_999),
        TimeRow("2020-", 1),
        TimeRow("2020-13", 1),
        TimeRow("", 2),
    ]
    assert [row.label for row in rows] == ["2020", "Jul", "—", "—", "no date"]
    assert [row.number for row in rows] == ["123k", "99,999", "1", "1", "2"]


@given(st.integers(0, 60), st.integers(3, 40), st.integers(0, 59), st.integers(-70, 70))
def test_a_line_that_matters_is_in_view_and_no_cut_is_without_a_sign(
    rows: int, room: int, wanted: int, wheel: int
) -> None:
    window = Window(rows, room).scrolled(wheel)
    if wanted < rows:
        window = window.showing(wanted)
    shown = [window.row_at(line) for line in range(room)]
    listed = [row for row in shown if row is not None]
    assert wanted >= rows or wanted in listed
    if listed:
        assert listed == list(range(listed[0], listed[-1] + 1))
        assert (listed[0] > 0) == (shown[0] is None) == window.is_cut_above
        assert (listed[-1] < rows - 1) == window.is_cut_below
        assert not window.is_cut_below or shown[-1] is None


def test_steps_end_at_the_ends() -> None:
    assert neighbour("abc", "b", 1) == neighbour("abc", "b", 9) == "c"
    assert neighbour("abc", "b", -9) == "a"
    assert neighbour("abc", "x", 1) == "a"
    assert neighbour("", "x", 1) == "x"


def test_narrowing_takes_the_place_of_other_times_and_of_nothing_else() -> None:
    for line, expected in (
        ("", "date:2019-07"),
        ("winter", "winter date:2019-07"),
        ("dog OR cat", "dog OR cat date:2019-07"),
        ("dog 2018 OR 2020 in:Italy", "dog in:Italy date:2019-07"),
        ("christmas date:2019 dog", "dog date:2019-07"),
        ("since 2018 dog", "since 2018 dog date:2019-07"),
        ('"red car', 'date:2019-07 "red car'),
    ):
        asked = narrowed(Asked(line=line), "2019-07")
        assert asked.line == expected
        assert asked.query.filter.taken_from == "2019-07-01"
        assert asked.query.filter.taken_before == "2019-08-01"
    assert narrowed(Asked(line="dog"), "2019-").line == "dog date:2019"


def test_narrowing_counts_for_what_was_said_before_too() -> None:
    asked = Asked(line="in the snow", turns=(SaidTurn(line="dog 2018"),))
    found = narrowed(asked, "2019-07")
    assert [turn.line for turn in found.turns] == ["dog"]
    assert found.filter == parse_query("date:2019-07").filter
