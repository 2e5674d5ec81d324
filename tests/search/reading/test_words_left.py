"""Which words are looked for: filler, alternatives, phrases, what is not wanted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imagescope_tui.search.query_language import LineContext
from storage.records import LibraryNames, PhotoFilter
from tests.search.reading.lines import CONTEXT, TODAY, read

VIDEO = read("type:video").filter


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("photos with a dog", "a dog"),
        ("photos of my dog", "my dog"),
        ("show me pictures of a dog on a beach", "a dog on a beach"),
        ("please show me a dog", "a dog"),
        ("find all photos of the harbour", "the harbour"),
        ("my dog", "dog"),
        ("dog photos please", "dog"),
        ("black and white photos", "black and white"),
        ("Bilder mit einem Hund", "einem Hund"),
        ("zeig mir alle Fotos von Katzen", "Katzen"),
        ("montre-moi des photos de la plage", "la plage"),
        ("muéstrame fotos de la playa", "la playa"),
        ("mostrami le foto del mare", "mare"),
    ],
)
def test_words_that_only_ask_are_dropped_and_told(line: str, text: str) -> None:
    parsed = read(line)
    assert parsed.text == text
    assert set(parsed.dropped) == set(line.split()) - set(text.split())


@pytest.mark.parametrize(
    "line",
    [
        *(
            "Mia am Strand",
            "Ed Sheeran",
            "photos",
            "my photos",
            "the",
            "a dog on a beach",
            "the dog",
            "photo frame",
            "find nemo",
        ),
        *("picture book", "list of animals", "show jumping", "old photos of grandma", "dog show"),
        *("get well card", "search party", "of mice and men", "Katze oder Hund", "to be or not"),
    ],
)
def test_words_that_tell_something_stay_as_they_are(line: str) -> None:
    assert (read(line).text, read(line).dropped) == (line, ())


@pytest.mark.parametrize(
    "line", ["photos from last summer", "all my pictures in:Italy", "Bilder ohne Menschen"]
)
def test_filler_beside_filters_leaves_no_words(line: str) -> None:
    parsed = read(line)
    assert parsed.text == ""
    assert parsed.chips


def test_the_name_that_all_photos_share_tells_nothing_beside_other_words() -> None:
    assert read("toshi on a beach", CONTEXT).text == "on a beach"
    assert read("toshi", CONTEXT).text == "toshi"
    assert read("toshi 2019", CONTEXT).text == "toshi"
    two = LineContext(today=TODAY, names=LibraryNames(roots=("Toshi", "Rex")))
    assert read("toshi on a beach", two).text == "toshi on a beach"


@pytest.mark.parametrize(
    ("line", "alternatives", "wanted"),
    [
        ("cat OR dog", ("cat", "dog"), PhotoFilter()),
        ("cat | dog", ("cat", "dog"), PhotoFilter()),
        ("cat|dog|bird", ("cat", "dog", "bird"), PhotoFilter()),
        (
            "black cat OR white dog in:Pets",
            ("black cat", "white dog"),
            PhotoFilter(folder_names=("Pets",)),
        ),
        ("in:Rome OR in:Paris", (), PhotoFilter(folder_names=("Rome", "Paris"))),
        ("in:Rome or in:Paris cat", (), PhotoFilter(folder_names=("Rome", "Paris"))),
        ("cat or dog", (), PhotoFilter()),
        ("Katze oder Hund", (), PhotoFilter()),
        ("type:png | type:cr2", (), PhotoFilter(extensions=("png", "cr2"))),
    ],
)
def test_or_stands_between_texts_or_filters(
    line: str, alternatives: tuple[str, ...], wanted: PhotoFilter
) -> None:
    parsed = read(line)
    assert (parsed.alternatives, parsed.filter, parsed.problems) == (alternatives, wanted, ())
    assert "OR" not in parsed.text
    if alternatives:
        assert parsed.text == " or ".join(alternatives)


@pytest.mark.parametrize(
    ("line", "text", "unwanted", "words"),
    [
        ("dog -cat", "dog", ("cat",), ("cat",)),
        ("dog −cat", "dog", ("cat",), ("cat",)),
        ('street -"red car"', "street", ("red car",), ("red car",)),
        ('street not "red car"', "street", ("red car",), ("red car",)),
        ("beach not at night", "beach", ("at night",), ("night",)),
        ("beach without people", "beach", ("people",), ("people",)),
        ("beach without any people", "beach", ("people",), ("people",)),
        ("beach with no people", "beach", ("people",), ("people",)),
        ("street no cars, sunset", "street sunset", ("cars",), ("cars",)),
        ("without people or cars", "", ("people", "cars"), ("people", "cars")),
        ("without people and cars", "", ("people", "cars"), ("people", "cars")),
        ("no cars and a dog", "a dog", ("cars",), ("cars",)),
        ("a man without a hat on a horse", "a man on a horse", ("hat",), ("hat",)),
        ("Strand ohne Menschen", "Strand", ("Menschen",), ("Menschen",)),
        ("keine Autos", "", ("Autos",), ("Autos",)),
        ("plage sans personnes", "plage", ("personnes",), ("personnes",)),
        ("pas de voitures", "", ("voitures",), ("voitures",)),
        ("playa sin gente", "playa", ("gente",), ("gente",)),
        ("cane senza persone", "cane", ("persone",), ("persone",)),
        ("dog -🐶", "dog", ("🐶",), ("🐶",)),
    ],
)
def test_what_is_not_wanted_is_told_from_what_is(
    line: str, text: str, unwanted: tuple[str, ...], words: tuple[str, ...]
) -> None:
    parsed = read(line)
    assert (parsed.text, parsed.unwanted) == (text, unwanted)
    assert parsed.filter == PhotoFilter(without_words=words)
    assert {chip.kind for chip in parsed.chips} == {"not"}


def test_the_name_of_a_folder_means_what_is_in_it_and_not_what_it_shows() -> None:
    for line in ("dog -italy", 'dog -"new york"'):
        parsed = read(line, CONTEXT)
        assert parsed.filter.without_words, line
        assert parsed.unwanted == (), line
    assert read("dog -york", CONTEXT).unwanted == ("york",), "only a part of a name"
    assert read("dog without Italy", CONTEXT).unwanted == ("Italy",)


def test_what_is_not_wanted_ends_where_a_date_begins() -> None:
    parsed = read("no people July 2021")
    assert parsed.unwanted == ("people",)
    assert parsed.filter.taken_from == "2021-07-01"


@pytest.mark.parametrize(
    ("line", "text", "wanted"),
    [
        ("videos of my dog", "my dog", VIDEO),
        ("dog videos", "dog", VIDEO),
        ("show me screenshots", "", PhotoFilter(traits=("screenshot",))),
        ("videos without people", "", replace(VIDEO, without_words=("people",))),
        ("video games", "video games", PhotoFilter()),
        ("videos game", "videos game", PhotoFilter()),
    ],
)
def test_videos_and_screenshots_are_kinds_of_files(
    line: str, text: str, wanted: PhotoFilter
) -> None:
    assert (read(line).text, read(line).filter) == (text, wanted)


@pytest.mark.parametrize("line", ["no", "why not", "to be or not to be", "no one on the beach"])
def test_a_negation_of_nothing_is_a_word(line: str) -> None:
    assert (read(line).text, read(line).chips) == (line, ())


@pytest.mark.parametrize("line", ["-", "–", "->", "dog -", "dog – ", ", dog", '""', "dog |!"])
def test_punctuation_alone_is_no_word(line: str) -> None:
    parsed = read(line)
    assert (parsed.text, parsed.filter) == ("dog" if "dog" in line else "", PhotoFilter())


def test_a_phrase_is_asked_of_names_exactly_and_of_the_picture_as_words() -> None:
    parsed = read('"cake birthday" party')
    assert parsed.text == "cake birthday party"
    assert parsed.filter == PhotoFilter(phrases=("cake birthday",))
    assert [chip.kind for chip in parsed.chips] == ["phrase"]


def test_a_quote_that_is_not_closed_yet_is_words() -> None:
    parsed = read('dog "cake birth')
    assert (parsed.text, parsed.filter) == ("dog cake birth", PhotoFilter())
    assert parsed.hints


@pytest.mark.parametrize("line", ["Anna or Clara", "Rom oder Wien", "chien ou chat"])
def test_who_writes_or_as_a_word_is_told_how_to_ask_for_either(line: str) -> None:
    reading = read(line)
    word = line.split()[1]
    assert reading.text == line
    assert reading.hints == (f"“{word}” is a word here: in capitals, OR, it asks for either",)


@pytest.mark.parametrize("line", ["cat OR dog", '"to be or not"', "or so", "either or"])
def test_nothing_is_told_where_or_stands_between_no_words(line: str) -> None:
    assert read(line).hints == ()
