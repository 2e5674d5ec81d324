from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescope_tui.search.query_language import parse_query, without_chip, word_index_terms
from storage.records import PhotoFilter


@pytest.mark.parametrize(
    ("line", "text", "photo_filter"),
    [
        ("a dog on a beach", "a dog on a beach", PhotoFilter()),
        ("dog date:2019", "dog", PhotoFilter(taken_from="2019-01-01", taken_before="2020-01-01")),
        ("dog in:Rome on a beach", "dog on a beach", PhotoFilter(folder_names=("Rome",))),
        ('camera:"iphone 13" x', "x", PhotoFilter(cameras=("iphone 13",))),
        ("rating:4 dog", "dog", PhotoFilter(rating_from=4)),
        ("dog -people", "dog", PhotoFilter(without_words=("people",))),
        ("black-and-white", "black-and-white", PhotoFilter()),
        ('"no parking" sign', "no parking sign", PhotoFilter(phrases=("no parking",))),
        ("«gâteau» rouge", "gâteau rouge", PhotoFilter(phrases=("gâteau",))),
        ('5" screen', "5 screen", PhotoFilter()),
    ],
)
def test_lines_are_understood(line: str, text: str, photo_filter: PhotoFilter) -> None:
    parsed = parse_query(line)
    assert (parsed.text, parsed.filter) == (text, photo_filter)


_LINES = st.lists(
    st.sampled_from(
        ["dog", "red", "date:2019", "in:/x", "-cat", "type:png", 'camera:"x t"', "last summer"]
    ),
    max_size=6,
).map(" ".join)


@given(_LINES)
def test_removing_every_chip_leaves_the_words(line: str) -> None:
    words = line
    while chips := parse_query(words).chips:
        words = without_chip(words, chips[0])
    parsed = parse_query(words)
    assert (words.split(), parsed.filter) == (
        [word for word in line.split() if word in ("dog", "red")],
        PhotoFilter(),
    )


@pytest.mark.parametrize(
    ("line", "place", "rest"),
    [
        ("dog 2019 OR 2021", 0, "dog 2021"),
        ("dog 2019 OR 2021", 1, "dog 2019"),
        ("in:Rome or in:Paris cat", 1, "in:Rome cat"),
        ("a dog from last summer  on a beach", 0, "a dog on a beach"),
        ("cat|2019|2020", 1, "cat|2019"),
    ],
)
def test_removing_a_chip_leaves_a_clean_line(line: str, place: int, rest: str) -> None:
    assert without_chip(line, parse_query(line).chips[place]) == rest


def test_of_two_equal_parts_the_one_that_was_meant_is_removed() -> None:
    line = "-cat dog -cat"
    assert without_chip(line, parse_query(line).chips[1]) == "-cat dog"


def test_words_of_the_language_itself_are_not_looked_up() -> None:
    assert word_index_terms("the dog in a garden") == ("dog", "garden")
    assert word_index_terms("der Hund mit einem Ball") == ("Hund", "Ball")
    assert word_index_terms("le chien sur la plage") == ("chien", "plage")
    assert word_index_terms("el perro en la playa") == ("perro", "playa")
    assert word_index_terms("il cane nella neve") == ("cane", "neve")
    assert word_index_terms("old photos of a hat") == ("old", "hat")
    assert word_index_terms("to be or not to be")
    assert word_index_terms("the") == ("the",)
    assert word_index_terms("photos") == ("photos",)
