from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescope_tui.search.query_language import parse_query, without_chip, word_index_terms
from storage.pairs import RAW_EXTENSIONS
from storage.records import PhotoFilter


@pytest.mark.parametrize(
    ("line", "text", "photo_filter"),
    [
        ("a dog on a beach", "a dog on a beach", PhotoFilter()),
        ("dog date:2019", "dog", PhotoFilter(taken_from="2019-01-01", taken_before="2020-01-01")),
        ("date:2019-12", "", PhotoFilter(taken_from="2019-12-01", taken_before="2020-01-01")),
        ("on:2020-02-29", "", PhotoFilter(taken_from="2020-02-29", taken_before="2020-03-01")),
        (
            "date:2019-07..2020",
            "",
            PhotoFilter(taken_from="2019-07-01", taken_before="2021-01-01"),
        ),
        ("before:2020", "", PhotoFilter(taken_before="2020-01-01")),
        ("after:2019-06", "", PhotoFilter(taken_from="2019-07-01")),
        ("since:2019-06", "", PhotoFilter(taken_from="2019-06-01")),
        ("in:/photos/2019", "", PhotoFilter(folders=(Path("/photos/2019"),))),
        ("in:Rome", "", PhotoFilter(folder_names=("Rome",))),
        ("type:heif", "", PhotoFilter(extensions=("heic", "heif", "hif", "heics", "heifs"))),
        ('in:"/my photos"', "", PhotoFilter(folders=(Path("/my photos"),))),
        ('camera:"iphone 13" x', "x", PhotoFilter(cameras=("iphone 13",))),
        ("type:JPG", "", PhotoFilter(extensions=("jpg", "jpeg", "jpe", "jfif"))),
        ("type:cr2", "", PhotoFilter(extensions=("cr2",))),
        ("type:RAW", "", PhotoFilter(extensions=("raw", *sorted(set(RAW_EXTENSIONS) - {"raw"})))),
        ("rating:4 dog", "dog", PhotoFilter(rating_from=4)),
        ("rating:9", "rating:9", PhotoFilter()),
        ("rating:x", "rating:x", PhotoFilter()),
        ("dog -people", "dog", PhotoFilter(without_words=("people",))),
        ("black-and-white", "black-and-white", PhotoFilter()),
        ("date:2019-13", "date:2019-13", PhotoFilter()),
        ("date:soon http://x", "date:soon http://x", PhotoFilter()),
        ("before:2019..2020", "before:2019..2020", PhotoFilter()),
        ('"no parking" sign', "no parking sign", PhotoFilter()),
    ],
)
def test_lines_are_understood(line: str, text: str, photo_filter: PhotoFilter) -> None:
    parsed = parse_query(line)
    assert (parsed.text, parsed.filter) == (text, photo_filter)


@given(st.text(max_size=60))
def test_every_line_is_a_query(line: str) -> None:
    parsed = parse_query(line)
    assert len(parsed.chips) == 0 or not parsed.filter.is_empty


_LINES = st.lists(
    st.sampled_from(
        ["dog", "a", "date:2019", "in:/x", "-cat", "type:png", 'camera:"x t"', ":", "-"]
    ),
    max_size=6,
).map(" ".join)


@given(_LINES)
def test_removing_every_chip_leaves_the_words(line: str) -> None:
    words = parse_query(line).text
    while chips := parse_query(line).chips:
        line = without_chip(line, chips[0])
    parsed = parse_query(line)
    assert (parsed.text, parsed.filter) == (words, PhotoFilter())


@pytest.mark.parametrize("line", ["date:2019-13 x", "before:2020-99", "after:99999"])
def test_a_date_that_is_none_is_told(line: str) -> None:
    assert parse_query(line).problems
    assert not parse_query("date:soon dog date:2019").problems


@pytest.mark.parametrize("line", ["rating:9 x", "stars:0", "type:foo", "ext:xmp dog"])
def test_stars_and_types_that_are_none_are_told_and_stay_words(line: str) -> None:
    parsed = parse_query(line)
    assert parsed.problems
    assert (parsed.text, parsed.filter) == (line, PhotoFilter())
    assert not parse_query("rating:superb").problems


def test_words_of_the_language_itself_are_not_looked_up() -> None:
    assert word_index_terms("the dog in a garden") == ("dog", "garden")
    assert word_index_terms("to be or not to be")
    assert word_index_terms("the") == ("the",)


def test_a_home_of_nobody_is_a_folder_like_others() -> None:
    assert parse_query("in:~nobody-is-called-so red").text == "red"


def test_a_nul_makes_no_folder() -> None:
    assert parse_query("in:~\0 red").filter == PhotoFilter()
