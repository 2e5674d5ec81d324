"""Text that stands in pictures: who waits to be read, and what its words find."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from storage.records import ContentId, PhotoFilter
from storage.search_text import words_of
from tests.storage.conftest import file_state

if TYPE_CHECKING:
    from tests.storage.conftest import Shelf

READER = "reader/1"


def put(shelf: Shelf, name: str, text: str | None = None, *, mtime_ns: int = 10**18) -> ContentId:
    """A photo of a content of its own, and the text that was read in it."""
    shelf.add("", file_state(name, mtime_ns=mtime_ns))
    content_id = shelf.read(f"hash of {name}")
    if text is not None:
        write(shelf, content_id, text)
    return content_id


def write(shelf: Shelf, content_id: ContentId, text: str) -> None:
    with shelf.library.atomic(changes_photos=False):
        shelf.library.picture_texts.put({content_id: text}, reader=READER)
        shelf.library.words.refresh(shelf.library.photos.ids_holding([content_id]))


def found(shelf: Shelf, line: str) -> list[str]:
    matches = shelf.library.words.search(words_of(line), PhotoFilter(), limit=99)
    photos = shelf.library.photos.by_ids([match.photo_id for match in matches])
    return [photos[match.photo_id].path for match in matches]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("WiFi", "FreeWiFi here"),
        ("wifi", "FREEWIFI"),
        ("hortons", "TimHortons"),
        ("00123", "INV-2024-00123"),
        ("2024-001", "INV-2024-00123"),
        ("12.05.2024", "Date:12.05.2024 18:30"),
        ("platform", "Platform\n9"),
        ("platforms", "Platform 9"),
        ("雨衣", "晋州市佳利雨衣"),
        ("strasse", "Hauptstraße 5"),
    ],
)
def test_text_is_found_by_any_larger_part_of_it(shelf: Shelf, line: str, text: str) -> None:
    put(shelf, "a.jpg", text)
    put(shelf, "b.jpg", "nothing of the kind")
    assert found(shelf, line) == ["a.jpg"]


@pytest.mark.parametrize(("line", "text"), [("cat", "VACATION"), ("art", "START")])
def test_three_letters_are_found_at_the_beginning_of_a_word_alone(
    shelf: Shelf, line: str, text: str
) -> None:
    put(shelf, "a.jpg", text)
    assert found(shelf, line) == []


def test_a_part_of_a_name_goes_before_a_part_of_text(shelf: Shelf) -> None:
    put(shelf, "text.jpg", "the lakehouse")
    put(shelf, "my lakehouse.jpg")
    assert found(shelf, "kehous") == ["my lakehouse.jpg", "text.jpg"]


def test_a_photo_whose_name_and_text_hold_a_part_counts_once(shelf: Shelf) -> None:
    put(shelf, "lakehouse.jpg", "lakehouse")
    assert found(shelf, "kehous") == ["lakehouse.jpg"]


def test_text_that_is_read_again_replaces_what_stood_there(shelf: Shelf) -> None:
    content_id = put(shelf, "a.jpg", "FreeWiFi")
    write(shelf, content_id, "Restaurant")
    assert found(shelf, "wifi") == []
    assert found(shelf, "staura") == ["a.jpg"]


def test_copies_share_their_text(shelf: Shelf) -> None:
    put(shelf, "a.jpg", "FreeWiFi")
    shelf.add("", file_state("b.jpg"))
    shelf.read("hash of a.jpg")
    assert sorted(found(shelf, "wifi")) == ["a.jpg", "b.jpg"]


def test_the_newest_photos_that_were_not_looked_at_come_first(shelf: Shelf) -> None:
    for age, name in enumerate(["new.jpg", "seen.jpg", "old.jpg"]):
        put(shelf, name, "" if name == "seen.jpg" else None, mtime_ns=10**18 - age)
    contents = shelf.library.contents
    waiting = contents.without_text([READER], after=None, limit=9)
    assert [photo.path.name for photo in waiting] == ["new.jpg", "old.jpg"]
    assert contents.count_without_text([READER]) == 2
    assert [p.path.name for p in contents.without_text([READER], after=waiting[0], limit=9)] == [
        "old.jpg"
    ]
    assert contents.count_without_text(["reader/2"]) == 3
    assert contents.count_without_text(["reader/2", READER]) == 2


def test_only_photos_with_text_pass_has_text(shelf: Shelf) -> None:
    put(shelf, "a.jpg", "EXIT")
    put(shelf, "b.jpg", "")
    put(shelf, "c.jpg")
    assert shelf.names(PhotoFilter(traits=("text",))) == ["a.jpg"]
    assert shelf.library.counts().text_read == 2


def test_contents_without_text_can_be_dropped(shelf: Shelf) -> None:
    content_id = put(shelf, "a.jpg", "")
    photo_ids = shelf.library.photos.ids_holding([content_id])
    with shelf.library.atomic():
        shelf.library.files.tombstone(photo_ids, 1.0)
        shelf.library.files.purge(2.0)
    shelf.library._sql.run("INSERT INTO text_parts (text_parts) VALUES ('integrity-check')")
    assert shelf.library.pictures.of([content_id]) == {}
