"""The names that photos go by, and how many photos have each."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from storage.records import Facts, LibraryNames
from tests.storage.conftest import Shelf, file_state

if TYPE_CHECKING:
    from storage.library import Library
    from storage.records import NameCount, PhotoId


def counts(names: tuple[NameCount, ...]) -> dict[str, int]:
    return {name.name: name.photos for name in names}


def put(shelf: Shelf, folder: str, name: str, facts: Facts | None = None) -> PhotoId:
    """One photo that was read, if there are facts of it."""
    [photo_id] = shelf.add(folder, file_state(name, inode=abs(hash((folder, name))) % 2**30))
    if facts is not None:
        shelf.read(f"{folder}/{name}", facts)
    return photo_id


def test_an_empty_library_has_no_names(library: Library) -> None:
    assert library.names() == LibraryNames()


def test_folders_count_what_is_in_or_below_them_at_any_depth(shelf: Shelf) -> None:
    for folder in ("", "Italy", "Italy/Rome", "2019/Rome", "Rome/Rome"):
        put(shelf, folder, "1.jpg")
    names = shelf.library.names()
    assert names.roots == ("photos",)
    assert counts(names.folders) == {"photos": 5, "Rome": 3, "Italy": 2, "2019": 1}
    assert [name.name for name in names.folders] == ["photos", "Rome", "Italy", "2019"]


def test_folders_of_several_roots_add_up(library: Library) -> None:
    for root in ("/a/Photos", "/b/Photos"):
        put(Shelf(library, Path(root)), "Rome", "1.jpg")
    names = library.names()
    assert names.roots == ("Photos", "Photos")
    assert names.root_paths == (Path("/a/Photos"), Path("/b/Photos"))
    assert counts(names.folders) == {"Photos": 2, "Rome": 2}


def test_both_forms_of_a_name_are_one_and_what_is_no_text_is_left_out(shelf: Shelf) -> None:
    forms = (unicodedata.normalize("NFC", "Köln"), unicodedata.normalize("NFD", "Köln"))
    for folder in (*forms, os.fsdecode(b"caf\xe9"), "two\nlines"):
        put(shelf, folder, "1.jpg")
    assert counts(shelf.library.names().folders) == {"photos": 4, forms[0]: 2, "two lines": 1}


def test_cameras_years_types_and_people_are_counted_by_photo(shelf: Shelf) -> None:
    put(shelf, "", "1.JPG", Facts(camera="X-T3", taken_at="2019-07-01T10:00:00", people=("Anna",)))
    put(shelf, "a", "2.jpg", Facts(camera="X-T3", taken_at="2020-07-01T10:00:00"))
    put(shelf, "b", "3.heic", Facts(taken_at="2020-08-01T10:00:00", people=("Anna", "Bo Li")))
    names = shelf.library.names()
    assert counts(names.cameras) == {"X-T3": 2}
    assert [(name.name, name.photos) for name in names.years] == [("2020", 2), ("2019", 1)]
    assert counts(names.types) == {"jpg": 2, "heic": 1}
    assert counts(names.people) == {"Anna": 2, "Bo Li": 1}


def test_a_copy_counts_as_a_photo(shelf: Shelf) -> None:
    for folder in ("a", "b"):
        shelf.add(folder, file_state("1.jpg"))
        shelf.read("same bytes", Facts(camera="X-T3", people=("Anna",)))
    names = shelf.library.names()
    assert (counts(names.cameras), counts(names.people)) == ({"X-T3": 2}, {"Anna": 2})


def test_a_sidecars_word_goes_before_the_files_for_people_not_for_cameras(shelf: Shelf) -> None:
    first = put(shelf, "", "1.jpg", Facts(camera="X-T3", people=("Anna",)))
    second = put(shelf, "", "2.jpg", Facts())
    shelf.library._sql.run_many(
        "INSERT INTO sidecar_facts (photo_id, camera, people) VALUES (?, 'M11', ?)",
        [(first, '["Bo Li"]'), (second, None)],
    )
    names = shelf.library.names()
    assert counts(names.cameras) == {"X-T3": 1, "M11": 1}
    assert counts(names.people) == {"Bo Li": 1}


def test_deleted_photos_have_no_names(shelf: Shelf) -> None:
    put(shelf, "Rome", "1.jpg", Facts(camera="X-T3", people=("Anna",)))
    gone = put(shelf, "Paris", "2.heic", Facts(camera="M11", people=("Bo",)))
    with shelf.library.atomic():
        shelf.library.files.tombstone([gone], when=1.0)
    names = shelf.library.names()
    assert counts(names.folders) == {"photos": 1, "Rome": 1}
    assert (counts(names.cameras), counts(names.people)) == ({"X-T3": 1}, {"Anna": 1})
    assert counts(names.types) == {"jpg": 1}
