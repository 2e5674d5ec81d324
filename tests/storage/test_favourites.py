"""The reader's own marks stay with the picture, whatever becomes of its file and of its row."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

import storage.sql
from storage.errors import LibraryLocked, LibraryMissing, LibraryOutdated
from storage.library import Library
from storage.records import Facts, PhotoFilter
from tests.storage.conftest import file_state
from tests.storage.first_library import make_first_library

if TYPE_CHECKING:
    from pathlib import Path

    from storage.records import ContentId, PhotoId
    from tests.storage.conftest import Shelf

FAVOURITES = PhotoFilter(traits=("favourite",))
OTHERS = PhotoFilter(without=(FAVOURITES,))


def toggle(library: Library, photo_id: PhotoId) -> bool | None:
    with library.atomic(changes_photos=False):
        return library.favourites.toggle(photo_id)


def add(shelf: Shelf, name: str, content_hash: str, picture: str | None = None) -> PhotoId:
    """A photo that was read, as it is when its picture is known."""
    [photo_id] = shelf.add("", file_state(name, inode=abs(hash(name)), mtime_ns=10**18 + len(name)))
    content_id = shelf.read(content_hash)
    if picture is not None:
        identify(shelf, content_id, picture)
    return photo_id


def identify(shelf: Shelf, content_id: ContentId, picture: str) -> None:
    with shelf.library.atomic():
        shelf.library.pictures.identify({content_id: picture})


def say(shelf: Shelf, content_hash: str) -> None:
    """The file itself says that its owner likes it."""
    with shelf.library.atomic():
        shelf.library.contents.put(content_hash, Facts(width=4, height=3, is_favourite=True))


def expect(shelf: Shelf, *names: str) -> None:
    """These are the favourites, however they are asked for."""
    assert sorted(shelf.names(FAVOURITES)) == sorted(names)
    assert sorted(shelf.names(OTHERS)) == sorted(set(shelf.names()) - set(names))
    photos = shelf.library.photos.page(PhotoFilter(), offset=0, limit=100)
    assert sorted(photo.path for photo in photos if photo.is_favourite) == sorted(names)
    for photo in photos:
        facts = shelf.library.facts.of(photo.id)
        assert facts is None or facts.is_favourite is photo.is_favourite


def test_a_second_time_takes_the_mark_away(shelf: Shelf) -> None:
    photo_id = add(shelf, "a.jpg", "h1", "p1")
    assert toggle(shelf.library, photo_id) is True
    expect(shelf, "a.jpg")
    assert toggle(shelf.library, photo_id) is False
    expect(shelf)


def test_the_readers_word_counts_before_the_files_and_both_are_kept(shelf: Shelf) -> None:
    photo_id = add(shelf, "a.jpg", "h1")
    say(shelf, "h1")
    expect(shelf, "a.jpg")
    assert toggle(shelf.library, photo_id) is False
    expect(shelf)
    say(shelf, "h1")
    expect(shelf)
    assert toggle(shelf.library, photo_id) is True
    expect(shelf, "a.jpg")
    assert not shelf.library._sql.rows("SELECT * FROM favourites")


def test_a_photo_that_nobody_has_read_cannot_be_marked(shelf: Shelf) -> None:
    [photo_id] = shelf.add("", file_state("a.jpg"))
    assert toggle(shelf.library, photo_id) is None
    expect(shelf)


def test_copies_share_the_mark_and_other_photos_do_not(shelf: Shelf) -> None:
    photo_id = add(shelf, "a.jpg", "h1", "p1")
    add(shelf, "copy.jpg", "h1", "p1")
    add(shelf, "other.jpg", "h2", "p2")
    add(shelf, "unseen.jpg", "h3")
    toggle(shelf.library, photo_id)
    expect(shelf, "a.jpg", "copy.jpg")


def test_the_mark_stays_when_the_tags_of_the_file_are_written_anew(shelf: Shelf) -> None:
    toggle(shelf.library, add(shelf, "a.jpg", "h1", "p1"))
    shelf.add("", file_state("a.jpg", inode=9, mtime_ns=10**18 + 99))
    identify(shelf, shelf.read("h2"), "p1")
    expect(shelf, "a.jpg")


def test_the_mark_follows_a_picture_that_another_version_reads_differently(shelf: Shelf) -> None:
    """Also where the tags were written anew in between."""
    toggle(shelf.library, add(shelf, "a.jpg", "h1", "p1"))
    shelf.add("", file_state("a.jpg", inode=9, mtime_ns=10**18 + 99))
    content_id = shelf.read("h2")
    identify(shelf, content_id, "p1")
    identify(shelf, content_id, "p1 by a newer reader")
    expect(shelf, "a.jpg")
    shelf.add("", file_state("a.jpg", inode=10, mtime_ns=10**18 + 999))
    identify(shelf, shelf.read("h3"), "p1 by a newer reader")
    expect(shelf, "a.jpg")


def test_a_mark_made_before_the_picture_was_known_finds_it(shelf: Shelf) -> None:
    photo_id = add(shelf, "a.jpg", "h1")
    toggle(shelf.library, photo_id)
    content_id = shelf.library.photos.contents_of([photo_id])[photo_id]
    identify(shelf, content_id, "p1")
    shelf.add("", file_state("a.jpg", inode=9, mtime_ns=10**18 + 99))
    identify(shelf, shelf.read("h2"), "p1")
    expect(shelf, "a.jpg")


def test_a_photo_that_was_purged_and_comes_back_is_a_favourite(shelf: Shelf) -> None:
    photo_id = add(shelf, "a.jpg", "h1", "p1")
    toggle(shelf.library, photo_id)
    with shelf.library.atomic():
        shelf.library.files.tombstone([photo_id], 1.0)
        shelf.library.files.purge(2.0)
    assert not shelf.library._sql.rows("SELECT * FROM contents")
    add(shelf, "elsewhere.jpg", "h1", "p1")
    expect(shelf, "elsewhere.jpg")


def test_a_photo_is_marked_while_another_process_indexes(shelf: Shelf) -> None:
    """The library is locked for indexing, and a transaction of the indexer is waited for."""
    photo_id = add(shelf, "a.jpg", "h1", "p1")
    is_waiting = threading.Event()

    def mark() -> None:
        with Library.open_annotator(shelf.library.folder) as beside:
            beside._sql.connection.set_trace_callback(lambda _statement: is_waiting.set())
            toggle(beside, photo_id)

    marking = threading.Thread(target=mark)
    with shelf.library.atomic() as revision:
        marking.start()
        is_waiting.wait()
        shelf.library.settings.put("ours", "1")
    marking.join()
    expect(shelf, "a.jpg")
    assert shelf.library.revision == revision + 1
    assert shelf.library.photos_revision == revision


def test_one_who_never_ends_is_told_and_nothing_is_marked(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo_id = add(shelf, "a.jpg", "h1", "p1")
    monkeypatch.setattr(storage.sql, "BUSY_SECONDS", 0.05)
    with (
        Library.open_annotator(shelf.library.folder) as beside,
        shelf.library.atomic(),
        pytest.raises(LibraryLocked),
    ):
        toggle(beside, photo_id)
    expect(shelf)


def test_nothing_is_made_or_migrated_for_a_mark(tmp_path: Path) -> None:
    with pytest.raises(LibraryMissing):
        Library.open_annotator(tmp_path / "none")
    assert not (tmp_path / "none").exists()
    with pytest.raises(LibraryOutdated):
        Library.open_annotator(make_first_library(tmp_path / "old"))
