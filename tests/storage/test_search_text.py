"""What of a name becomes words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.search_text import indexed_name, readings, tokens


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("DogBeach2.jpg", {"dog", "beach", "2", "jpg", "dogbeach2"}),
        ("IMG20200718160212HDR", {"img", "20200718160212", "hdr", "img20200718160212hdr"}),
        ("2ndFloor3", {"2", "nd", "floor", "3", "2ndfloor3"}),
        ("Rome", {"rome"}),
        ("KölnDom_2.jpg", {"kolndom", "koln", "koelndom", "koeln", "dom", "2", "jpg"}),
        ("broken\udcff name", {"broken", "name"}),
    ],
)
def test_a_name_is_read_as_written_and_in_its_parts(name: str, words: set[str]) -> None:
    assert set(indexed_name(name).split()) == words


@pytest.mark.parametrize("name", ["6a9ca987b1", "c224d9a4f1be53"])
def test_a_code_has_no_words_in_it(name: str) -> None:
    assert indexed_name(name) == name


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("京都2020の寺", ["京", "都", "2020", "の", "寺"]),
        ("ガーデン", ["ガ", "ー", "デ", "ン"]),
        ("서울역", ["서", "울", "역"]),
        ("น้ำ ทะเล", ["น้ํ", "า", "ท", "ะ", "เ", "ล"]),
        ("រាជធានី", ["រា", "ជ", "ធា", "នី"]),
        ("ရန်ကုန်", ["ရ", "န်", "ကု", "န်"]),
        ("किताब और", ["किताब", "और"]),
        ("don't — stop…", ["don", "t", "stop"]),
        ("", []),
    ],
)
def test_words_end_at_signs_that_are_no_letters_or_where_a_script_puts_no_space(
    text: str, words: list[str]
) -> None:
    assert tokens(text) == words


@given(st.text(max_size=30))
def test_what_is_indexed_is_read_as_the_same_words_again(text: str) -> None:
    assert tokens(" ".join(tokens(text))) == tokens(text)


def test_a_joiner_of_persian_may_as_well_be_a_space() -> None:
    assert readings("می\u200cخواهم") == [["ميخواهم"], ["مي", "خواهم"]]
    assert readings("क्\u200cष") == [["क्ष"]]
