"""A library of an older version is searched before, while and after its words are replaced."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

import storage.word_upkeep
from storage.library import DATABASE_NAME, Library
from storage.records import PhotoFilter, PhotoId
from storage.word_upkeep import catch_up_index
from tests.storage.first_library import PHOTOS, make_first_library

if TYPE_CHECKING:
    from pathlib import Path

CHUNK = 15


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(storage.word_upkeep, "CHUNK_PHOTOS", CHUNK)
    return make_first_library(tmp_path / "library")


def count(library: Library, line: str, **conditions: tuple[str, ...]) -> int:
    wanted = PhotoFilter(**conditions)  # type: ignore[arg-type]
    return len(library.words.search(line.split(), wanted, limit=999))


def expect_all_found(library: Library) -> None:
    assert count(library, "boat") == count(library, "albums") == count(library, "sea") == PHOTOS
    assert count(library, f"{PHOTOS}") == count(library, "1") == 1
    assert count(library, "sea", without_words=("17",)) == PHOTOS - 1
    assert count(library, "sea", phrases=("boat number",)) == PHOTOS
    assert count(library, "sea", phrases=("number boat",)) == 0
    assert library.words.known(["boat", "17", "whale"]) == {"boat", "17"}
    best = library.words.search(["17", "boat"], PhotoFilter(), limit=2)
    assert (best[0].photo_id, best[0].held, best[0].share) == (17, ("17", "boat"), 1.0)
    assert best[1].held == ("boat",)


def test_all_photos_are_found_however_far_the_new_index_has_come(old: Path) -> None:
    chunks = 0
    while True:
        with Library.open_writer(old) as library:
            expect_all_found(library)
            if not catch_up_index(library):
                break
            chunks += 1
        with Library.open_reader(old) as reader:
            expect_all_found(reader)
    assert chunks == PHOTOS // CHUNK + 1
    with Library.open_reader(old) as reader:
        assert not reader.words.has_old
        assert reader.settings.get("word_index_after") is None


def test_what_the_new_index_knows_of_a_photo_goes_before_the_old_one(old: Path) -> None:
    with Library.open_writer(old) as library:
        with library.atomic():
            library.words.refresh([PhotoId(PHOTOS)])
        assert count(library, "camera") == 1
        with library.atomic():
            library.files.tombstone([PhotoId(PHOTOS)], when=1.0)
            library.files.purge(deleted_before=2.0)
        assert count(library, "boat") == PHOTOS - 1
        while catch_up_index(library):
            pass
        assert count(library, "boat") == count(library, "camera") == PHOTOS - 1


def test_a_new_library_has_no_old_words(tmp_path: Path) -> None:
    with Library.open_writer(tmp_path / "library") as library:
        assert not library.words.has_old
        assert not catch_up_index(library)


def test_a_photo_that_the_new_index_lacks_gets_parts_of_its_names_too(old: Path) -> None:
    with Library.open_writer(old) as library, library.atomic():
        library.words.refresh([PhotoId(17)], has_new_names=False)
    with closing(sqlite3.connect(old / DATABASE_NAME)) as connection:
        parts = "SELECT rowid FROM name_parts WHERE name_parts MATCH ?"
        assert connection.execute(parts, ['" albu"']).fetchall() == [(17,)]
