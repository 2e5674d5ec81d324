"""Which names hold a text as a run of their words."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.name_words import NameList, NameMatch


def holds(name: str, text: str) -> bool:
    return any(NameList([name]).holding(text))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("2021-07 Italy", "Italy"),
        ("2021-07 Italy", "italy"),
        ("2021-07 Italy", "2021"),
        ("2021-07 Italy", "2021-07"),
        ("2021-07 Italy", "07 italy"),
        ("2021-07 Italy", "2021-07 Italy"),
        ("New York", "newyork"),
        ("NewYork", "new york"),
        ("NewYork", "newyork"),
        ("DogBeach2", "beach"),
        ("DogBeach2", "dogbeach"),
        ("Italy2019", "Italy"),
        ("Anna's birthday", "annas"),
        ("Córdoba_2019", "cordoba"),
        ("Weißenburg", "WEISSENBURG"),
        ("2019東京旅行", "東京"),
        ("東京Trip", "東京"),
        ("東京Trip", "trip"),
        ("서울 여행", "서울"),
        ("ทะเล2562", "ทะเล"),
        ("🎉", "🎉"),
        ("-", "-"),
        ("caf\udce9", "caf\udce9"),
    ],
)
def test_a_run_of_words_is_found(name: str, text: str) -> None:
    assert holds(name, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("2021-07 Italy", "ital"),
        ("2021-07 Italy", "taly"),
        ("2021-07 Italy", "2021 italy"),
        ("2021-07 Italy", "202"),
        ("20210719", "2021"),
        ("Rome 12", "rome 1"),
        ("किताब", "कुतुब"),
        ("東京", "京東"),
        ("\udce9", "\udcea"),
        ("🎉 party", "🎉"),
        ("Rome", ""),
        ("Rome", "-"),
        ("_", "-"),
        ("Rome\nParis", "Rome\n\nParis Rome"),
    ],
)
def test_what_is_no_run_of_whole_words_is_not(name: str, text: str) -> None:
    assert not holds(name, text)


@pytest.mark.parametrize("name", ["Köln", "서울", "ガーデン", "Đà Nẵng", "Ελλάδα", "ёлка"])
def test_composed_and_decomposed_names_are_one(name: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, name) for form in ("NFC", "NFD"))
    assert composed != decomposed
    assert holds(f"2019 {composed}", decomposed)
    assert holds(f"2019 {decomposed}", composed)
    assert holds(decomposed, decomposed)


def test_where_in_a_name_it_stands_is_told() -> None:
    names = ("Rome", "Rome 2019", "(Rome) and Naples", "old Rome", "romeo")
    found = {match.name: match for match in NameList(names).holding("rome")}
    assert set(found) == set(names[:4])
    assert found["Rome"] == NameMatch("Rome", is_first=True, is_all=True)
    assert found["Rome 2019"] == NameMatch("Rome 2019", is_first=True, is_all=False)
    assert found["(Rome) and Naples"].is_first
    assert found["old Rome"] == NameMatch("old Rome", is_first=False, is_all=False)


def test_a_word_that_is_begun_goes_on_to_its_end() -> None:
    names = ("Italy", "2021 Italy", "digital", "ItalyTrip")
    begun = {match.name for match in NameList(names).holding("ita", is_begun=True)}
    assert begun == {"Italy", "2021 Italy", "ItalyTrip"}
    assert not list(NameList(names).holding("ita"))


words = st.sampled_from(["a", "ab", "b", "ba", "rome", "Köln", "12", "1", "2"])


@given(st.lists(st.lists(words, min_size=1, max_size=4), max_size=6), st.lists(words, min_size=1))
def test_exactly_the_names_with_the_run_are_found(names: list[list[str]], run: list[str]) -> None:
    """By the definition, for words that cannot be read in two ways."""
    written = [" ".join(name) for name in names]
    found = {match.name for match in NameList(written).holding(" ".join(run))}
    assert {" ".join(name) for name in names if _has(name, run)} <= found
    text = "".join(run).lower()
    assert all(text in re.sub(" ", "", name).lower() for name in found)


def _has(name: list[str], run: list[str]) -> bool:
    return any(name[start : start + len(run)] == run for start in range(len(name)))


@given(st.lists(st.text(max_size=8), max_size=5), st.text(max_size=8))
def test_any_text_can_be_looked_for_among_any_names(names: list[str], text: str) -> None:
    listed = NameList(names)
    assert {match.name for match in listed.holding(text)} <= set(names)
    begun = {match.name for match in listed.holding(text, is_begun=True)}
    assert {match.name for match in listed.holding(text)} <= begun


@given(st.text(max_size=12))
def test_every_name_that_has_a_word_holds_itself(name: str) -> None:
    has_word = any(
        unicodedata.category(sign)[0] == "L" for sign in unicodedata.normalize("NFKC", name)
    )
    matches = list(NameList([name]).holding(name))
    assert not has_word or any(match.is_all for match in matches)
