from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from imagescope_tui.search.query_language import parse_query
from imagescope_tui.search.reading.written import written, written_line
from storage.records import DaysOfYear, HoursOfDay, PhotoFilter, TimeSpan

_DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 1, 1))
_NAMES = st.from_regex(r"[A-Za-zäß]{1,8}( [A-Za-z]{1,8})?", fullmatch=True)


@st.composite
def _spans(draw: st.DrawFn) -> TimeSpan:
    first = draw(_DAYS)
    before = first + timedelta(days=draw(st.integers(1, 900)))
    hours = [draw(st.sampled_from(("", "T05", "T18"))) for _ in range(2)]
    return TimeSpan(first=f"{first}{hours[0]}", before=f"{before}{hours[1]}")


@st.composite
def _days_of_year(draw: st.DrawFn) -> DaysOfYear:
    first, last = draw(_DAYS), draw(_DAYS)
    return DaysOfYear(first=f"{first:%m-%d}", last=f"{last:%m-%d}")


_HOURS = st.builds(HoursOfDay, first=st.integers(0, 23), before=st.integers(1, 24)).filter(
    lambda hours: hours.first != hours.before
)
_FEW = {"max_size": 2, "unique": True}


def _some(values: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(values, max_size=2).map(tuple)


_SIMPLE = st.builds(
    PhotoFilter,
    folders=_some(_NAMES.map(lambda name: f"/photos/{name}")).map(
        lambda paths: tuple(map(Path, paths))
    ),
    folder_names=_some(_NAMES),
    days=st.lists(_days_of_year(), max_size=2, unique=True).map(tuple),
    hours=st.lists(_HOURS, max_size=2, unique=True).map(tuple),
    cameras=_some(_NAMES),
    people=_some(_NAMES),
    extensions=st.sampled_from([(), ("png",), ("jpg", "jpeg", "jpe", "jfif", "cr2")]),
    rating_from=st.sampled_from([None, 1, 5]),
    without_words=_some(_NAMES),
    phrases=_some(_NAMES),
    traits=st.sampled_from([(), ("gps",), ("portrait", "screenshot")]),
    without=st.sampled_from([(), (PhotoFilter(cameras=("fuji",)), PhotoFilter(traits=("gps",)))]),
)


@given(_SIMPLE, st.lists(_spans(), max_size=3, unique=True))
def test_a_filter_is_written_as_it_is_read(wanted: PhotoFilter, spans: list[TimeSpan]) -> None:
    line = " ".join(written(wanted))
    assert parse_query(line).filter == wanted
    if len(spans) > 1:
        only_spans = PhotoFilter(spans=tuple(spans))
        assert parse_query(" ".join(written(only_spans))).filter == only_spans


@given(_spans())
def test_a_single_span_is_what_was_taken_from_then_to_then(span: TimeSpan) -> None:
    wanted = PhotoFilter(taken_from=span.first, taken_before=span.before)
    assert parse_query(" ".join(written(wanted))).filter == wanted
    since = PhotoFilter(taken_from=span.first)
    assert parse_query(" ".join(written(since))).filter == since
    before = PhotoFilter(taken_before=span.before)
    assert parse_query(" ".join(written(before))).filter == before


def test_a_line_is_written_with_its_alternatives_and_each_phrase_once() -> None:
    for line in (
        "not I 2019",
        '"cake birthday" party',
        "in:Pets black cat OR white dog",
        "dog -cat",
    ):
        parsed = parse_query(line)
        again = parse_query(written_line(parsed.filter, parsed.text, parsed.alternatives))
        assert again.filter == parsed.filter
        assert again.alternatives == parsed.alternatives
        assert sorted(again.text.split()) == sorted(parsed.text.split())
