"""`@name` stands for all that a saved line asks, and goes together with further words."""

from __future__ import annotations

import pytest

from imagescope_tui.search.query_language import LineContext, parse_query, without_chip
from imagescope_tui.search.reading.saved import leads_to, with_saved_lines
from storage.saved_searches import SavedSearch

SEARCHES = (
    SavedSearch(name="Pets", line="cat OR dog -type:video", order="oldest"),
    SavedSearch(name="rome", line="in:Rome summer 2019 without people"),
    SavedSearch(name="both", line="@rome fountain"),
    SavedSearch(name="été-à-Nice", line="plage"),
    SavedSearch(name="one", line="@two"),
    SavedSearch(name="two", line="@one boat"),
    SavedSearch(name="wrong", line="sun tag:x"),
)
CONTEXT = LineContext(searches=SEARCHES)


@pytest.mark.parametrize(
    ("line", "same_as"),
    [
        ("@rome", "in:Rome summer 2019 without people"),
        ("@ROME", "in:Rome summer 2019 without people"),
        ("dog, @rome", "dog in:Rome summer 2019 without people"),
        ("@rome type:jpg", "in:Rome summer 2019 type:jpg without people"),
        ("@Pets", "cat OR dog -type:video"),
        ("@Pets beach", "cat beach OR dog beach -type:video"),
        ("photos of @Pets", "cat OR dog -type:video"),
        ("@both", "fountain in:Rome summer 2019 without people"),
        ("@été-à-nice", "plage"),
        ("@e\u0301te\u0301-a\u0300-nice", "plage"),
    ],
)
def test_it_asks_what_its_line_asks(line: str, same_as: str) -> None:
    found, wanted = parse_query(line, CONTEXT), parse_query(same_as, CONTEXT)
    assert not found.problems
    assert (found.text, found.alternatives) == (wanted.text, wanted.alternatives)
    assert (found.unwanted, found.filter) == (wanted.unwanted, wanted.filter)


def test_what_is_saved_is_read_by_itself() -> None:
    """No date begins in the line and ends in the search, no negation takes its words."""
    searches = (SavedSearch(name="s", line="summer"),)
    found = parse_query("@s 2020", LineContext(searches=searches))
    assert found.text == "summer"
    assert [chip.label for chip in found.chips] == ["@s: summer", "2020"]


def test_it_is_one_chip_that_says_what_it_stands_for() -> None:
    line = "fountain @rome at night"
    [chip] = parse_query(line, CONTEXT).chips
    assert (chip.label, chip.source) == (
        "@rome: in:Rome summer 2019 without people",
        line[chip.start : chip.start + 5],
    )
    assert chip.wanted == parse_query("@rome", CONTEXT).filter
    assert without_chip(line, chip) == "fountain at night"


def test_it_brings_its_order() -> None:
    assert parse_query("@pets beach", CONTEXT).order == "oldest"
    assert parse_query("@rome", CONTEXT).order == "match"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("@pet", "@pet is no saved search: @Pets?"),
        ("@xyz dog", "@xyz is no saved search: there are @Pets, @rome, @both …"),
        ("-@pets", "a minus before its parts"),
        ("without @pets", "a minus before its parts"),
        ("@wrong", "@wrong: tag: is no filter"),
        ("@one", "@two: @one is no saved search"),
    ],
)
def test_what_makes_no_sense_is_told(line: str, told: str) -> None:
    [problem] = parse_query(line, CONTEXT).problems
    assert told in problem


def test_where_nothing_is_saved_the_word_can_still_be_asked_for() -> None:
    [problem] = parse_query("@home").problems
    assert 'for the word write "@home"' in problem
    assert parse_query('"@home" a @ b').problems == ()


def test_a_line_that_leads_back_to_a_name_is_known() -> None:
    assert leads_to("boat @one", "TWO", SEARCHES)
    assert leads_to("@two", "two", SEARCHES)
    assert not leads_to("@both", "pets", SEARCHES)


def test_the_words_of_all_saved_lines_are_told_together() -> None:
    assert with_saved_lines("@both x", SEARCHES).splitlines() == [
        "@both x",
        "@rome fountain",
        "in:Rome summer 2019 without people",
    ]
