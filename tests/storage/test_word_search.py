"""Which photos the words of a query find, in which order, and how much of it each one holds."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.records import Caption, ContentId, Facts, PhotoFilter, WordMatch
from storage.search_text import words_of
from tests.storage.conftest import Shelf, file_state


def put(shelf: Shelf, *paths: str) -> None:
    for path in paths:
        folder, _, name = path.rpartition("/")
        shelf.add(folder, file_state(name))


def matches(
    shelf: Shelf, line: str, photo_filter: PhotoFilter | None = None
) -> dict[str, WordMatch]:
    found = shelf.library.words.search(words_of(line), photo_filter or PhotoFilter(), limit=99)
    photos = shelf.library.photos.by_ids([match.photo_id for match in found])
    return {photos[match.photo_id].path: match for match in found}


def found(shelf: Shelf, line: str) -> list[str]:
    return list(matches(shelf, line))


@pytest.mark.parametrize(
    ("line", "name", "other"),
    [
        ("skies", "blue sky over hills.jpg", "ski slope.jpg"),
        ("skiing", "ski slope.jpg", "blue sky over hills.jpg"),
        ("ties", "red tie.jpg", "red door.jpg"),
        ("running dogs", "a dog runs.jpg", "a doge.jpg"),
        ("dog's", "dog.jpg", "s.jpg"),
        ("dogs", "my dog's house.jpg", "s.jpg"),
        ("किताब", "किताब और चाय.jpg", "कुतुब मीनार.jpg"),
        ("काल", "काल.jpg", "किला.jpg"),
        ("ทะเล", "วันทะเลสวย.jpg", "ทาเล.jpg"),
        ("ທະເລ", "ຫາດທະເລງາມ.jpg", "ທາເລ.jpg"),
        ("សមុទ្រ", "ឆ្នេរសមុទ្រស្អាត.jpg", "សមុ.jpg"),
        ("ကုန်", "ရန်ကုန်မြို့.jpg", "ရန်ကု.jpg"),
        ("デン", "ガーデン.jpg", "カーテン.jpg"),
        ("울", "서울역.jpg", "부산.jpg"),
        ("שלום", "שָׁלוֹם.jpg", "שבת.jpg"),
        ("محمد", "مُحَمَّد.jpg", "أحمد.jpg"),
        ("Tromso", "Tromsø harbour.jpg", "trio.jpg"),
        ("Lodz", "Łódź street.jpg", "street.jpg"),
        ("STRASSE", "Straße.jpg", "Strand.jpg"),
        ("Muenchen", "München.jpg", "Menchen.jpg"),
        ("München", "Muenchen.jpg", "Menchen.jpg"),
        ("munchen", "München.jpg", "Menchen.jpg"),
        ("Århus", "Aarhus.jpg", "Rhus.jpg"),
        ("ΑΘΗΝΑ", "Αθήνα.jpg", "Αθ.jpg"),
        ("елка", "ёлка.jpg", "белка.jpg"),
        ("می‌خواهم", "می‌خواهم.jpg", "نمی.jpg"),
        ("میخواهم", "می‌خواهم.jpg", "نمی.jpg"),
        ("می خواهم", "می‌خواهم.jpg", "نمی.jpg"),
        ("می‌خواهم", "می خواهم.jpg", "نمی.jpg"),
        ("می‌خواهم", "میخواهم.jpg", "نمی.jpg"),
        ("1273", "DSC01273.JPG", "DSC01274.JPG"),
        ("DSC0127", "DSC01273.JPG", "DSC01310.JPG"),
        ("DSC*", "DSC01273.JPG", "IMG_1273.JPG"),
        ("DSC*73", "DSC01273.JPG", "IMG_1273.JPG"),
        ("IMG_20", "IMG_2034.JPG", "IMG_1034.JPG"),
        ("holiday", "holidayphotos2/a.jpg", "hol/a.jpg"),
        ("photos2", "holidayphotos2/a.jpg", "hol/a.jpg"),
        ("olidayph", "holidayphotos2/a.jpg", "hol/a.jpg"),
        ("Geburtstag", "Geburtstagsfeier.jpg", "Tag.jpg"),
        ("feier", "Geburtstagsfeier.jpg", "Tag.jpg"),
        ("Geb", "Geburtstagsfeier.jpg", "Abgebrannt.jpg"),
        ("cat", "cathedral.jpg", "vacation.jpg"),
        ("Koln", "Kölner Dom.jpg", "Berlin.jpg"),
    ],
)
def test_a_word_finds_its_photo_and_not_the_other(
    shelf: Shelf, line: str, name: str, other: str
) -> None:
    put(shelf, other, name)
    for form in ("NFC", "NFD"):
        asked = unicodedata.normalize(form, line)
        assert found(shelf, asked) == [name], form


@pytest.mark.parametrize(
    "name", ["서울", "музей", "ёлка", "ガーデン", "Αθήνα", "Köln", "किला", "Đà Nẵng"]
)
def test_a_decomposed_name_is_the_same_as_the_composed_one(shelf: Shelf, name: str) -> None:
    forms = {unicodedata.normalize(form, name) for form in ("NFC", "NFD")}
    put(shelf, *(f"{spelling}/a.jpg" for spelling in forms), "other/b.jpg")
    for spelling in forms:
        assert set(found(shelf, spelling)) == {f"{folder}/a.jpg" for folder in forms}


def test_a_word_goes_before_a_part_of_a_word(shelf: Shelf) -> None:
    put(shelf, "Geburtstagsfeier.jpg", "Geburtstag.jpg", "1273.jpg", "DSC01273.jpg")
    assert found(shelf, "Geburtstag") == ["Geburtstag.jpg", "Geburtstagsfeier.jpg"]
    assert found(shelf, "1273") == ["1273.jpg", "DSC01273.jpg"]
    assert [match.share for match in matches(shelf, "1273").values()] == [1.0, 0.9]
    assert shelf.library.words.known(["127", "stagsfei", "ags"]) == {"127", "stagsfei"}


def test_parts_are_of_names_and_not_of_captions(shelf: Shelf) -> None:
    put(shelf, "a.jpg")
    caption(shelf, shelf.read("1"), "a lighthouse")
    assert found(shelf, "lighthouse")
    assert not found(shelf, "lighth")


def caption(shelf: Shelf, content: ContentId, text: str) -> None:
    with shelf.library.atomic():
        told = Caption(content_id=content, text=text, model_id="m", prompt_id="p")
        shelf.library.captions.put([told])
        shelf.library.words.refresh(shelf.library.photos.ids_holding([content]))


def test_a_photo_that_holds_both_words_goes_before_one_that_holds_one(shelf: Shelf) -> None:
    lisbon = [f"lisbon/p{number}.jpg" for number in range(3)]
    put(shelf, *lisbon, "lisbon/red.jpg", "home/red red red.jpg", "home/q2.jpg", "home/q3.jpg")
    assert found(shelf, "lisbon red") == ["lisbon/red.jpg", "home/red red red.jpg", *lisbon]


def test_how_much_of_the_query_a_photo_holds_is_told(shelf: Shelf) -> None:
    put(shelf, "dog toshi yellow.jpg", "dog.jpg", "cat.jpg")
    hit = matches(shelf, "Yellow flower")["dog toshi yellow.jpg"]
    assert hit.held == ("Yellow",)
    assert hit.share == 0.5
    assert hit.score < matches(shelf, "yellow")["dog toshi yellow.jpg"].score
    both = matches(shelf, "Dogs yellow dog")["dog toshi yellow.jpg"]
    assert (both.held, both.share) == (("Dogs", "dog", "yellow"), 1.0)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.sets(st.sampled_from("abcde")), min_size=2, max_size=8))
def test_who_holds_more_of_the_query_goes_first(shelf: Shelf, photos: list[set[str]]) -> None:
    with shelf.library.atomic():
        shelf.library.roots.remove(shelf.root.id)
        shelf.root = shelf.library.roots.add(shelf.root.path)
    put(shelf, *(f"{' '.join(sorted(held))} {place}.jpg" for place, held in enumerate(photos)))
    listed = list(matches(shelf, "a b c d e").values())
    assert len(listed) == sum(map(bool, photos))
    for before, after in pairwise(listed):
        assert before.score >= after.score > 0
        assert not set(before.held) < set(after.held)


def test_a_word_that_all_photos_hold_moves_little_and_still_finds_them(shelf: Shelf) -> None:
    put(shelf, *(f"photos/{number}.jpg" for number in range(9)), "photos/dog.jpg")
    assert found(shelf, "photos dog")[0] == "photos/dog.jpg"
    for line in ("photos dog", "photos zebra"):
        assert 0 < matches(shelf, line)["photos/0.jpg"].share < 0.05
    assert len(found(shelf, "photos")) == 10


def test_words_of_the_caption_alone_are_told_apart_from_those_in_names_too(shelf: Shelf) -> None:
    put(shelf, "beach.jpg")
    named = shelf.read("1")
    put(shelf, "b.jpg")
    plain = shelf.read("2")
    for content in (named, plain):
        caption(shelf, content, "a beach")
    hits = matches(shelf, "beach")
    assert hits["beach.jpg"].caption_score == 0.0
    assert hits["b.jpg"].caption_score == hits["b.jpg"].score < hits["beach.jpg"].score


@pytest.mark.parametrize(
    ("without", "kept"),
    [
        ("news", {"New York/skyline.jpg", "animal.jpg", "काल.jpg", "किला.jpg"}),
        ("new", {"news.jpg", "animal.jpg", "काल.jpg", "किला.jpg"}),
        ("anime", {"New York/skyline.jpg", "news.jpg", "animal.jpg", "काल.jpg", "किला.jpg"}),
        ("काल", {"New York/skyline.jpg", "news.jpg", "animal.jpg", "किला.jpg"}),
        ("york skyline", {"news.jpg", "animal.jpg", "काल.jpg", "किला.jpg"}),
        ("york new", {"New York/skyline.jpg", "news.jpg", "animal.jpg", "काल.jpg", "किला.jpg"}),
    ],
)
def test_a_word_is_excluded_as_it_is_written(shelf: Shelf, without: str, kept: set[str]) -> None:
    put(shelf, "New York/skyline.jpg", "news.jpg", "animal.jpg", "काल.jpg", "किला.jpg")
    assert set(shelf.names(PhotoFilter(without_words=(without,)))) == kept


def test_a_phrase_is_held_in_its_order_and_as_it_is_written(shelf: Shelf) -> None:
    put(
        shelf,
        "birthday cake.jpg",
        "cake birthday.jpg",
        "cakes birthday.jpg",
        "cake and birthday.jpg",
    )
    assert shelf.names(PhotoFilter(phrases=("Cake  BIRTHDAY",))) == ["cake birthday.jpg"]
    assert shelf.names(PhotoFilter(phrases=("cake", "birthday", "and"))) == [
        "cake and birthday.jpg"
    ]
    put(shelf, "می‌خواهم بروم.jpg")
    for text in ("می‌خواهم بروم", "میخواهم بروم", "می خواهم بروم"):
        assert shelf.names(PhotoFilter(phrases=(text,))) == ["می‌خواهم بروم.jpg"]
    assert len(shelf.names(PhotoFilter(phrases=("…",), without_words=("--",)))) == 5


def test_words_of_photos_that_are_gone_find_nothing(shelf: Shelf) -> None:
    put(shelf, "Lisbon/tram.jpg", "Lisbon/hill.jpg")
    facts = shelf.read("1", Facts(title="Azulejo"))
    with shelf.library.atomic():
        photo = shelf.library.photos.copies(facts)[0]
        shelf.library.files.tombstone([photo.id], when=1.0)
        shelf.library.files.purge(deleted_before=2.0)
    assert shelf.library.words.known(["azulejo", "hil", "tra"]) <= {"hil", "tra"}
    with shelf.library.atomic():
        shelf.library.roots.remove(shelf.root.id)
    assert shelf.library.words.known(["lisbon", "lisb", "tram", "hil", "tra"]) == frozenset()
