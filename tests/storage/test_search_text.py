"""What of a name becomes words."""

from __future__ import annotations

import pytest

from storage.search_text import indexed_name


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("DogBeach2.jpg", {"Dog", "Beach", "2.jpg", "DogBeach2.jpg"}),
        ("IMG20200718160212HDR", {"IMG", "20200718160212", "HDR", "IMG20200718160212HDR"}),
        ("2ndFloor3", {"2", "nd", "Floor", "3", "2ndFloor3"}),
        ("Rome", {"Rome"}),
    ],
)
def test_a_name_is_read_as_written_and_in_its_parts(name: str, words: set[str]) -> None:
    assert set(indexed_name(name).split()) == words


@pytest.mark.parametrize("name", ["6a9ca987b1", "123997871_6a9ca987b1.jpg", "c224d9a4f1be53"])
def test_a_code_has_no_words_in_it(name: str) -> None:
    assert indexed_name(name) == name
