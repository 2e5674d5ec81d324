"""How a line can go on: by names, most photos first, and never against what is typed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescope_tui.search.completion import COMPLETIONS_MAX, Completer, Completion
from imagescope_tui.search.query_language import LineContext, parse_query
from storage.records import LibraryNames, NameCount
from storage.saved_searches import SavedSearch


def counted(*names: tuple[str, int]) -> tuple[NameCount, ...]:
    return tuple(NameCount(name=name, photos=photos) for name, photos in names)


NAMES = LibraryNames(
    roots=("Photos",),
    folders=counted(
        *(("Photos", 5000), ("old Italy", 900), ("Italy", 300), ("Italian food", 400)),
        *(("New York", 200), ("Köln", 50), ("Rome", 30), ("Rome 2019", 90), ('the "best"', 7)),
        ("東京旅行", 6),
    ),
    cameras=counted(("Fujifilm X-T3", 3000), ("iPhone 13", 20)),
    places=counted(("San Marino", 60), ("Sankt Gallen", 9), ("Roma Norte", 4), ("Zagreb", 3)),
    place_points={"san marino": (43.94, 12.45)},
    people=counted(("Anna", 40), ("Ian Rome", 10)),
    years=counted(("2021", 600), ("2019", 500), ("1999", 3)),
    types=counted(("jpg", 5000), ("raf", 800), ("mp4", 12), ("mov", 8)),
)


def complete(line: str, cursor: int | None = None) -> tuple[Completion, ...]:
    return Completer(NAMES).complete(line, len(line) if cursor is None else cursor)


def texts(line: str, cursor: int | None = None) -> list[str]:
    return [found.text for found in complete(line, cursor)]


@pytest.mark.parametrize(
    ("line", "first"),
    [
        ("in:it", ['in:"Italian food"', "in:Italy", 'in:"old Italy"']),
        ("in:old", ['in:"old Italy"']),
        ("place:san", ['place:"San Marino"', 'place:"Sankt Gallen"']),
        ("near:san", ['near:"San Marino"']),
        ("dog near:San Ma", ['dog near:"San Marino"']),
        ("near:Zag", []),
        ("folder:kol", ["folder:Köln"]),
        ("in:東京", ["in:東京旅行"]),
        ("-in:it", ['-in:"Italian food"', "-in:Italy", '-in:"old Italy"']),
        ("dog in:New", ['dog in:"New York"']),
        ("dog in:New Yo", ['dog in:"New York"']),
        ('dog in:"New Yo', ['dog in:"New York"']),
        ('dog in:"New ', ['dog in:"New York"']),
        ("camera:x", ['camera:"Fujifilm X-T3"']),
        ("lens:iph", ['lens:"iPhone 13"']),
        ("type:", ["type:jpg", "type:raf", "type:raw", "type:video", "type:mp4", "type:mov"]),
        ("type:v", ["type:video"]),
        ("date:", ["date:2021", "date:2019", "date:1999"]),
        ("before:20", ["before:2021", "before:2019"]),
        ("is:p", ["is:photo", "is:portrait"]),
        ("-is:scr", ["-is:screenshot"]),
        ("has:", ["has:gps", "has:text"]),
        ("rating:", [f"rating:{stars}" for stars in range(1, 6)]),
        ("ita", ['in:"Italian food"', "in:Italy", 'in:"old Italy"']),
        ("new yo", ['in:"New York"']),
        ("ann", ["Anna"]),
        ("-ann", ["-Anna"]),
        ("dog ian", ['dog "Ian Rome"']),
        ("fuji", ['camera:"Fujifilm X-T3"']),
        ("ca", ["camera:"]),
        ("-ty", ["-type:"]),
        ("best", ['in:"the best"']),
    ],
)
def test_what_is_begun_is_completed(line: str, first: list[str]) -> None:
    assert texts(line) == first


def test_all_of_a_name_goes_before_its_beginning_and_that_before_an_inner_word() -> None:
    assert texts("rome") == ["in:Rome", 'in:"Rome 2019"', '"Ian Rome"']


def test_each_has_its_count_and_says_what_it_is() -> None:
    (first, *_) = complete("red ital")
    assert first == Completion(
        text='red in:"Italian food"',
        cursor=len('red in:"Italian food"'),
        start=len("red "),
        label="in:Italian food",
        count=400,
        kind="folder",
    )
    assert [(way.count, way.kind) for way in complete("type:vi")] == [(20, "type")]
    assert [(way.count, way.kind) for way in complete("cam")] == [(None, "filter")]


@pytest.mark.parametrize(
    "line",
    ["", " ", "i", "dog ", "in:Italien", "tag:x", "10:30", "in:Köln", 'in:"new york"', "zzz"],
)
def test_where_nothing_is_to_be_completed_nothing_is_offered(line: str) -> None:
    assert texts(line) == []


def test_the_rest_of_the_line_stays_where_it_is() -> None:
    (way,) = complete("in:köl red flower", len("in:köl"))
    assert way.text == "in:Köln red flower"
    assert way.cursor == len("in:Köln")


def test_nothing_is_offered_within_a_word() -> None:
    assert texts("italy", 3) == []


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_either_form_of_a_letter_is_completed(form: str) -> None:
    typed = unicodedata.normalize("NFD" if form == "NFD" else "NFC", "in:kö")
    assert texts(typed) == ["in:Köln"]


def test_there_are_never_more_than_can_be_looked_over() -> None:
    many = LibraryNames(folders=counted(*((f"Trip {n}", n) for n in range(100))))
    found = Completer(many).complete("in:tr", 5)
    assert [way.label for way in found] == [f"in:Trip {n}" for n in range(99, 91, -1)]
    assert len(found) == COMPLETIONS_MAX


lines = st.lists(
    st.sampled_from(["in:", "-", '"', " ", "it", "New", "rome", "type:", "is:", "20", "ä", "\0"]),
    max_size=6,
).map("".join)


@given(lines | st.text(max_size=10), st.integers(0, 12))
def test_any_line_goes_on_by_more_and_keeps_its_end(line: str, cursor: int) -> None:
    for way in complete(line, cursor):
        assert way.text.endswith(line[cursor:])
        assert way.text[: way.cursor] + line[cursor:] == way.text
        assert way.text != line


@given(st.lists(st.text(min_size=1, max_size=8), max_size=8))
def test_any_names_can_be_completed(names: list[str]) -> None:
    known = LibraryNames(folders=counted(*((name, 1) for name in names)))
    for way in Completer(known).complete("in:", 3):
        assert way.label.startswith("in:")


@pytest.mark.parametrize("minus", ["", "-"])
@pytest.mark.parametrize(
    "line", ["in:", "camera:", "type:", "date:", "until:", "rating:", "is:", "has:", "it", "new"]
)
def test_what_is_completed_is_understood(line: str, minus: str) -> None:
    ways = complete(f"{minus}{line}")
    assert ways
    for way in ways:
        parsed = parse_query(way.text, LineContext(names=NAMES))
        read = (len(parsed.chips), parsed.text, parsed.problems, parsed.hints)
        assert read == (1, "", (), ()), way


@pytest.mark.parametrize("word", ["in", "ca", "ty", "ra", "da", "be", "af", "si", "un", "is", "ha"])
def test_the_filters_that_are_completed_are_filters(word: str) -> None:
    (lead,) = (way.label for way in complete(word) if way.kind == "filter")
    (problem,) = parse_query(f"{lead}?").problems or ("",)
    assert "is no filter" not in problem


def test_people_are_completed_behind_their_filter_with_how_many_photos_there_are() -> None:
    found = complete("dog person:an")
    assert [(one.text, one.count, one.kind) for one in found] == [
        ("dog person:Anna", 40, "person"),
    ]
    assert texts("person:") == ["person:Anna", 'person:"Ian Rome"']


SEARCHES = (
    SavedSearch(name="pets", line="cat OR dog"),
    SavedSearch(name="summer-in-Rome", line="in:Rome summer"),
    SavedSearch(name="हिन्दी", line="x"),
)


@pytest.mark.parametrize(
    ("line", "ways"),
    [
        ("@", ["@pets", "@summer-in-Rome", "@हिन्दी"]),
        ("beach @p", ["beach @pets"]),
        ("@rom", ["@summer-in-Rome"]),
        ("@summer in", ["@summer-in-Rome"]),
        ("@हि", ["@हिन्दी"]),
        ("@pets", []),
        ("pets", []),
        ("@in", ["@summer-in-Rome"]),
    ],
)
def test_saved_searches_are_completed_behind_their_sign(line: str, ways: list[str]) -> None:
    found = Completer(NAMES, SEARCHES).complete(line, len(line))
    assert [way.text for way in found] == ways
    assert all(not parse_query(way.text, LineContext(searches=SEARCHES)).problems for way in found)


def test_a_completion_says_what_a_saved_search_stands_for() -> None:
    [way] = Completer(NAMES, SEARCHES).complete("@pe", 3)
    assert way.label == "@pets: cat OR dog"
