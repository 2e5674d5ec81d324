from __future__ import annotations

import pytest

from imagescope_tui.search.reading.written import written
from storage.records import PhotoFilter
from tests.search.reading.lines import CONTEXT, PLAIN, read


@pytest.mark.parametrize(
    ("line", "people", "text"),
    [
        ("person:Ben", ("Ben",), ""),
        ("person:Anna Smith dog", ("Anna Smith",), "dog"),
        ('dog person:"anna smith" people:Ben', ("anna smith", "Ben"), "dog"),
        ("with Anna and Ben", ("Anna", "Ben"), ""),
        ("beach with Anna, Ben", ("Anna", "Ben"), "beach"),
        (
            "beach with Anna Smith, Ben, and Zoe at night",
            ("Anna Smith", "Ben", "Zoe"),
            "beach at night",
        ),
        ("Strand mit Anna und Ben", ("Anna", "Ben"), "Strand"),
        ("plage avec Zoé et anna smith", ("Zoé", "anna smith"), "plage"),
        ("playa con Ben y Zoë", ("Ben", "Zoë"), "playa"),
        ("spiaggia con Ben e Anna", ("Ben", "Anna"), "spiaggia"),
        ("with Ben and a dog", ("Ben",), "a dog"),
        ("Ben with Ben", ("Ben",), "Ben"),
    ],
)
def test_people_are_asked_for_by_name(line: str, people: tuple[str, ...], text: str) -> None:
    parsed = read(line, CONTEXT)
    assert (parsed.filter.people, parsed.text) == (people, text)
    assert all(chip.kind == "person" for chip in parsed.chips)


@pytest.mark.parametrize(
    "line",
    [
        "girl with a dog",
        "man with glasses",
        "cat with dog",
        "with anna-lena",
        "Anna",
        "Anna and Ben",
    ],
)
def test_what_is_no_name_stays_a_word(line: str) -> None:
    parsed = read(line, CONTEXT)
    assert parsed.filter == PhotoFilter()
    assert parsed.text.split()[-1] == line.split()[-1]


def test_where_no_names_are_known_they_are_words() -> None:
    assert read("beach with Anna", PLAIN).text == "beach with Anna"


def test_a_filter_for_somebody_says_that_it_is_one() -> None:
    assert [chip.label for chip in read("person:Ben -person:Zoe", CONTEXT).chips] == [
        "with Ben",
        "not with Zoe",
    ]


def test_people_named_together_are_one_chip() -> None:
    [chip, _] = read("beach with Anna and Ben, 2019", CONTEXT).chips
    assert (chip.label, chip.source) == ("with Anna and Ben", "with Anna and Ben")


@pytest.mark.parametrize("line", ["-person:Ben", "not person:Ben"])
def test_photos_that_name_somebody_are_left_out(line: str) -> None:
    assert read(line, CONTEXT).filter == PhotoFilter(without=(PhotoFilter(people=("Ben",)),))


@pytest.mark.parametrize(
    ("line", "words", "seen"),
    [
        ("beach without Anna", ("Anna",), ()),
        ("beach -Ben", ("Ben",), ()),
        ("beach ohne Anna und Ben", ("Anna", "Ben"), ()),
        ("beach without Ben and dogs", ("Ben", "dogs"), ("dogs",)),
    ],
)
def test_who_is_left_out_is_not_looked_for_in_the_picture(
    line: str, words: tuple[str, ...], seen: tuple[str, ...]
) -> None:
    parsed = read(line, CONTEXT)
    assert (parsed.filter.without_words, parsed.unwanted) == (words, seen)


@pytest.mark.parametrize(
    ("line", "people", "anyone"),
    [
        ("person:Anna OR person:Ben", (), (("Anna", "Ben"),)),
        ("person:Anna | person:Ben OR person:Zoe", (), (("Anna", "Ben", "Zoe"),)),
        ("person:Anna OR person:Ben person:Zoe", ("Zoe",), (("Anna", "Ben"),)),
        ("person:Anna,Ben", (), (("Anna", "Ben"),)),
        ('person:"Anna Smith|Ben" OR person:Zoe', (), (("Anna Smith", "Ben", "Zoe"),)),
        ('person:"Smith, Anna"', ("Smith, Anna",), ()),
    ],
)
def test_of_people_with_or_between_them_one_is_enough(
    line: str, people: tuple[str, ...], anyone: tuple[tuple[str, ...], ...]
) -> None:
    parsed = read(line, CONTEXT)
    assert parsed.filter == PhotoFilter(people=people, people_any=anyone)
    assert (parsed.text, parsed.problems) == ("", ())
    assert read(" ".join(written(parsed.filter)), CONTEXT).filter == parsed.filter


def test_people_who_are_named_together_are_no_alternative() -> None:
    [problem] = read("with Anna and Ben OR person:Zoe", CONTEXT).problems
    assert problem.startswith("OR stands between")


def test_the_nearest_name_is_told_where_nobody_is_called_so() -> None:
    assert read("person:Ana", CONTEXT).hints == ("nobody is called Ana: Anna?",)
    assert read("person:Ann", CONTEXT).hints == ()  # begins a name, as it is typed
    assert read("person:Ana", PLAIN).hints == ()


@pytest.mark.parametrize(
    "line", ["is:favourite", "is:favorite", "favourites", "my favorites", "show me my favourites"]
)
def test_the_best_photos_are_those_that_were_marked_so(line: str) -> None:
    parsed = read(line)
    assert (parsed.filter, parsed.text) == (PhotoFilter(traits=("favourite",)), "")


def test_damaged_pictures_can_be_asked_for() -> None:
    assert read("is:damaged").filter == PhotoFilter(traits=("damaged",))
