"""How a line was read and why photos were found, as it is put into words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest

from imagescope_tui.cli.search_explained import explained, reading_lines, short_reading
from imagescope_tui.cli.search_found import Found, Hit
from imagescope_tui.cli.search_lines import put_lines
from imagescope_tui.search.query_language import Chip, ParsedQuery, parse_query
from imagescope_tui.search.types import Candidate, Query, SearchResult
from indexer.answers import WhereAnswer, WordPlace
from storage.records import Caption, ContentId, Facts, Photo, PhotoFilter, PhotoId, RootId

READING = ParsedQuery(
    text="dog",
    unwanted=("people",),
    filter=PhotoFilter(),
    chips=(
        Chip(label="7 Aug 2021", source="7/8/21", kind="date", guess="day before month"),
        Chip(label="not people", source="without people", kind="not"),
    ),
    dropped=("photos", "with"),
)
DOG = Candidate(
    photo_id=PhotoId(1),
    content_id=ContentId(1),
    score=1.0,
    picture_score=0.3,
    picture_rank=2,
    words_rank=1,
    words_held=("Rome", "dog", "x100", "dogs"),
    standing=3.14,
    chance=0.62,
    shows_unwanted=0.2,
    stack=(PhotoId(2), PhotoId(3)),
)


def photo(number: int, **fields: str) -> Photo:
    return Photo(
        id=PhotoId(number),
        root_id=RootId(1),
        root=Path("/photos"),
        path=f"2021 Rome/dog{number}.jpg",
        size_bytes=1,
        mtime_ns=1,
        content_id=ContentId(number),
        **fields,  # type: ignore[arg-type]
    )


PHOTOS = {PhotoId(number): photo(number, taken_at="2021-08-07T10:00:00") for number in (1, 2, 3)}


def library(**facts: object) -> mock.Mock:
    stored = mock.Mock()
    stored.picture_texts.of.return_value = {}
    stored.captions.of.return_value = Caption(
        content_id=ContentId(1), text="a dog\x1b[31m", model_id="m", prompt_id="p"
    )
    stored.facts.of.return_value = Facts(camera="Fujifilm X100", **facts)  # type: ignore[arg-type]
    stored.photos.by_ids.side_effect = lambda ids: {one: PHOTOS[one] for one in ids}
    stored.companions.of.return_value = {}
    stored.places.of.return_value = {}
    stored.places.naming.return_value = frozenset()
    return stored


def found(candidate: Candidate) -> Found:
    query = Query(text="dog", unwanted=("people",), filter=PhotoFilter())
    result = SearchResult(query=query, encoder_id="e", rankings={1: (candidate,)})
    hit = Hit(candidate=candidate, photo=PHOTOS[PhotoId(1)], section="match")
    return Found(request=mock.Mock(query=query), result=result, ranking=(candidate,), hits=(hit,))


def test_the_reading_in_one_line_says_what_was_guessed() -> None:
    assert short_reading(READING) == "“dog” · 7 Aug 2021 (guess: day before month) · not people"
    either = ParsedQuery(text="cat or dog", alternatives=("cat", "dog"), filter=PhotoFilter())
    assert short_reading(either) == "“cat” or “dog”"
    assert not short_reading(ParsedQuery(text="dog", filter=PhotoFilter(), dropped=("my",)))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("Sommer 2019 in Italy", "“in Italy” · 1 Jun–31 Aug 2019"),
        ('"mia birthday"', "“mia birthday”"),
        ('dog "mia birthday" cake', "“dog cake” · “mia birthday”"),
        ("type:png", "png"),
    ],
)
def test_words_look_like_no_filter_and_phrases_stand_once(line: str, told: str) -> None:
    assert short_reading(parse_query(line)) == told


def test_the_reading_in_full_has_a_line_for_each_part() -> None:
    assert list(reading_lines(READING)) == [
        "looked for: dog",
        "date: 7 Aug 2021 (guess: day before month), from “7/8/21”",
        "not: not people, from “without people”",
        "must not be seen: people",
        "tells nothing: photos, with",
    ]


def test_each_part_that_speaks_for_a_photo_or_against_it_is_told() -> None:
    told = found(DOG)
    assert list(explained(told, told.hits[0], library())) == [
        "words: Rome in the folder, dog in the file name and the caption, x100 in the facts, dogs",
        "picture: fits with a chance of 62 %, +3.1 σ from the average photo",
        "caption: “a dog[31m”",
        "may show people: 20 %",
        "date: taken 2021-08-07 10:00:00",
        "with it: 2021 Rome/dog2.jpg, 2021 Rome/dog3.jpg",
    ]


def test_what_a_photo_says_of_itself_is_told() -> None:
    said = library(
        people=("Anna", "Ben\x1b"),
        artist="Jo",
        is_favourite=True,
        city="Sintra",
        damage="a part is missing",
        notes=("only the first 1000 keywords are kept",),
    )
    told = found(replace(DOG, stack=(), words_held=("jo",)))
    assert list(explained(told, told.hits[0], said))[-6:] == [
        "place: Sintra",
        "people: Anna, Ben",
        "by Jo",
        "a favourite",
        "damaged: a part is missing",
        "only the first 1000 keywords are kept",
    ]
    assert "words: jo in the facts" in explained(told, told.hits[0], said)


def test_words_that_a_photo_says_itself_are_not_told_as_not_seen() -> None:
    said = library()
    said.picture_texts.of.return_value = {ContentId(1): "Charles LINDBERGH"}
    unseen = [
        WordPlace(word=word, score=0.0, place=None, light=((0.0,),))
        for word in ("lindbergh", "cat")
    ]
    told = found(replace(DOG, stack=(), words_held=("Lindbergh",)))
    told = replace(told, where={PhotoId(1): WhereAnswer(words=tuple(unseen))})
    assert list(explained(told, told.hits[0], said))[:2] == [
        "words: Lindbergh in the text",
        "cat 0.00, not seen",
    ]
    alone = replace(told, where={PhotoId(1): WhereAnswer(words=tuple(unseen[:1]))})
    assert "seen" not in "".join(explained(alone, alone.hits[0], said))


def test_a_word_that_is_another_name_of_the_place_is_told_so() -> None:
    said = library(city="Lisbon")
    said.places.naming.side_effect = lambda words, names: {"Lissabon"} if "Lisbon" in names else ()
    told = found(replace(DOG, stack=(), words_held=("Lissabon", "dogs")))
    assert "words: Lissabon, another name of the place, dogs" in explained(told, told.hits[0], said)


def test_a_photo_that_is_there_for_its_name_alone_is_given_no_chance(capsys: mock.Mock) -> None:
    named = replace(DOG, chance=0.02, stack=())
    put_lines(found(named), library(), explains=False)
    assert "%" not in capsys.readouterr().out
    put_lines(found(replace(named, words_rank=None)), library(), explains=False)
    assert "2 %" in capsys.readouterr().out


def test_a_stack_is_counted_with_the_one_that_stands_for_it(
    capsys: mock.Mock,
) -> None:
    put_lines(found(DOG), library(), explains=False)
    assert capsys.readouterr().out == "   1       62 %  /photos/2021 Rome/dog1.jpg ×3\n"
