"""Searches are kept as typed, under names of any language."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from storage.saved_searches import NAME_MOST, SavedSearch, name_key, search_name

if TYPE_CHECKING:
    from storage.library import Library


def put(library: Library, *searches: SavedSearch) -> None:
    with library.atomic(changes_photos=False):
        for search in searches:
            library.saved_searches.put(search)


def test_a_search_keeps_its_line_and_its_order(library: Library) -> None:
    pets = SavedSearch(name="Pets", line='cat OR "my dog"  -type:video', order="oldest")
    beach = SavedSearch(name="beach", line="beach in:Italy")
    put(library, pets, beach)
    assert library.saved_searches.all() == (beach, pets)


def test_a_name_stands_for_one_search_whatever_its_capitals(library: Library) -> None:
    put(library, SavedSearch(name="Pets", line="cat"), SavedSearch(name="PETS", line="dog"))
    assert library.saved_searches.all() == (SavedSearch(name="PETS", line="dog"),)
    with library.atomic(changes_photos=False):
        assert library.saved_searches.drop("pets")
        assert not library.saved_searches.drop("pets")
    assert library.saved_searches.all() == ()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("summer in Rome", "summer-in-Rome"),
        ("in:Rome -people, 2020!", "in-Rome--people-2020"),
        ("@pets", "pets"),
        ("Fête d’été", "Fête-d-été"),
        ("海 旅行", "海-旅行"),
        ("हिन्दी_1", "हिन्दी_1"),
        ("\x1b[31m \u202e …", "31m"),
        ("x" * 100, "x" * NAME_MOST),
        ("?!", ""),
    ],
)
def test_any_text_becomes_a_name(text: str, name: str) -> None:
    assert search_name(text) == name
    assert search_name(name) == name


def test_names_are_told_apart_by_letters_alone() -> None:
    assert name_key("Été") == name_key("e\u0301te\u0301".upper())
    assert name_key("ete") != name_key("été")
