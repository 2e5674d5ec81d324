from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.records import Caption, Facts, PhotoFilter
from storage.search_text import date_words, words_of
from tests.storage.conftest import Shelf, file_state


def found(shelf: Shelf, line: str) -> list[str]:
    matches = shelf.library.words.search(words_of(line), PhotoFilter(), limit=99)
    photos = shelf.library.photos.by_ids([match.photo_id for match in matches])
    return [photos[match.photo_id].path for match in matches]


@pytest.fixture
def filled(shelf: Shelf) -> Shelf:
    shelf.add("Lisbon 2019", file_state("IMG_2034.JPG", inode=1, mtime_ns=10**18 + 3))
    shelf.add("Urlaub am Königssee", file_state("DogBeach.jpg", inode=2, mtime_ns=10**18 + 2))
    shelf.add("日本旅行", file_state("京都の寺.jpg", inode=3, mtime_ns=10**18 + 1))
    shelf.read("1", Facts(taken_at="2020-07-18T16:02:00", camera="Canon EOS 5D"))
    dog = shelf.read("2", Facts(title="our café", keywords=("family", "summer house")))
    shelf.read("3")
    with shelf.library.atomic():
        shelf.library.captions.put(
            [Caption(content_id=dog, text="Two dogs running.", model_id="m", prompt_id="p")]
        )
        shelf.library.words.refresh([photo.id for photo in shelf.library.photos.copies(dog)])
    return shelf


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("2034", "IMG_2034.JPG"),
        ("lisbon", "IMG_2034.JPG"),
        ("July 2020", "IMG_2034.JPG"),
        ("2020-07", "IMG_2034.JPG"),
        ("saturday", "IMG_2034.JPG"),
        ("canon", "IMG_2034.JPG"),
        ("konigssee", "DogBeach.jpg"),
        ("beach", "DogBeach.jpg"),
        ("run", "DogBeach.jpg"),
        ("cafe", "DogBeach.jpg"),
        ("family", "DogBeach.jpg"),
        ("京都", "京都の寺.jpg"),
        ("寺", "京都の寺.jpg"),
        ("本旅", "京都の寺.jpg"),
    ],
)
def test_names_dates_captions_and_facts_are_found(filled: Shelf, line: str, name: str) -> None:
    assert found(filled, line)[0].endswith(name)


@pytest.mark.parametrize("line", ["New-York", 'foo"bar', "dogs AND", "a:b", "*", "NEAR(x)", "^x"])
def test_signs_of_the_query_language_of_sqlite_are_words_like_others(
    filled: Shelf, line: str
) -> None:
    assert isinstance(found(filled, line), list)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(max_size=30))
def test_no_text_is_a_syntax_error(filled: Shelf, line: str) -> None:
    assert filled.library.words.known(words_of(line)) <= set(words_of(line))


def test_a_photo_with_more_of_the_words_comes_first(shelf: Shelf) -> None:
    shelf.add("red", file_state("door.jpg", inode=1))
    shelf.add("red", file_state("barn.jpg", inode=2))
    shelf.add("blue", file_state("barn.jpg", inode=3))
    assert found(shelf, "red barn")[0] == "red/barn.jpg"


def test_words_that_nobody_holds_are_told_apart(filled: Shelf) -> None:
    assert filled.library.words.known(["lisbon", "zebra"]) == {"lisbon"}


def test_a_date_no_calendar_has_gives_its_year_only() -> None:
    assert date_words("2020-02-31T00:00:00") == "2020"
    assert date_words(None) == ""


def test_signs_alone_are_no_words() -> None:
    assert words_of('-- … " *') == ()
