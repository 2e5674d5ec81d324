"""Folders by words of their names and by their paths, in either form of an accented letter."""

from __future__ import annotations

import os
import sqlite3
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

import pytest

from storage.library import Library
from storage.records import PhotoFilter
from tests.storage.conftest import ROOT, Shelf, file_state

if TYPE_CHECKING:
    from collections.abc import Sequence


Form: TypeAlias = Literal["NFC", "NFD"]


def shelf_of(library: Library, root: Path, folders: Sequence[str]) -> Shelf:
    shelf = Shelf(library, root)
    for folder in folders:
        shelf.add(folder, file_state("1.jpg"))
    return shelf


def named(shelf: Shelf, *names: str) -> set[str]:
    photos = shelf.names(PhotoFilter(folder_names=names))
    return {path.removesuffix("1.jpg").rstrip("/") for path in photos}


FOLDERS = ("", "2021-07 Italy", "2021-07 Italy/Rome", "2019 Italy/2019 old Rome/best", "Romesh")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("italy", {"2021-07 Italy", "2021-07 Italy/Rome", "2019 Italy/2019 old Rome/best"}),
        ("2021-07", {"2021-07 Italy", "2021-07 Italy/Rome"}),
        ("Rome", {"2021-07 Italy/Rome", "2019 Italy/2019 old Rome/best"}),
        ("Italy/Rome", {"2021-07 Italy/Rome", "2019 Italy/2019 old Rome/best"}),
        ("Italy/Rome/", {"2021-07 Italy/Rome", "2019 Italy/2019 old Rome/best"}),
        ("Italy/old Rome", {"2019 Italy/2019 old Rome/best"}),
        ("Italy/best", set()),
        ("photos/Romesh", {"Romesh"}),
        ("Rome/Italy", set()),
        ("Ital", set()),
        ("/", set()),
        ("", set()),
    ],
)
def test_a_name_fits_folders_by_their_words(library: Library, name: str, found: set[str]) -> None:
    assert named(shelf_of(library, ROOT, FOLDERS), name) == found


def test_several_names_add_up(library: Library) -> None:
    shelf = shelf_of(library, ROOT, FOLDERS)
    assert named(shelf, "romesh", "best") == {"Romesh", "2019 Italy/2019 old Rome/best"}


def test_the_roots_own_name_is_a_folder(library: Library) -> None:
    assert named(shelf_of(library, ROOT, FOLDERS), "photos") == set(FOLDERS)


def test_folders_above_a_root_count_only_where_nothing_else_is_called_so(library: Library) -> None:
    shelf = shelf_of(library, Path("/home/anna/Photos"), ("with Anna", "Rome"))
    assert named(shelf, "anna") == {"with Anna"}
    assert named(shelf, "home") == {"with Anna", "Rome"}


@pytest.mark.parametrize("name", ["Köln", "서울", "ガーデン", "Đà Nẵng"])
@pytest.mark.parametrize("written", ["NFC", "NFD"])
@pytest.mark.parametrize("typed", ["NFC", "NFD"])
def test_both_forms_of_a_letter_are_one(
    library: Library, name: str, written: Form, typed: Form
) -> None:
    folder, asked = (unicodedata.normalize(form, name) for form in (written, typed))
    shelf = shelf_of(library, ROOT / folder, (f"{folder}/below", f"{folder} 2"))
    assert named(shelf, f"{asked}/{asked}") == {f"{folder}/below", f"{folder} 2"}
    path = ROOT / asked / asked
    assert shelf.names(PhotoFilter(folders=(path,))) == [f"{folder}/below/1.jpg"]
    assert len(shelf.names(PhotoFilter(folders=(ROOT / asked,)))) == 2


def test_a_folder_written_in_both_forms_is_found_in_both(library: Library) -> None:
    both = (unicodedata.normalize("NFC", "Köln"), unicodedata.normalize("NFD", "Köln"))
    shelf = shelf_of(library, ROOT, [*both, "Koln"])
    assert len(shelf.names(PhotoFilter(folders=(ROOT / "Köln",)))) == 2


def test_a_name_that_is_no_utf8_lets_others_pass_beside_it(library: Library) -> None:
    strange = os.fsdecode(b"caf\xe9")
    shelf = shelf_of(library, ROOT, (f"{strange} Rome", "Rome", strange))
    assert named(shelf, "rome") == {f"{strange} Rome", "Rome"}
    assert named(shelf, strange) == {f"{strange} Rome", strange}
    assert shelf.names(PhotoFilter(folders=(ROOT / strange,))) == [f"{strange}/1.jpg"]


def test_more_folders_may_fit_than_sqlite_has_places_for_values(library: Library) -> None:
    shelf = shelf_of(library, ROOT, ["Rome", *(f"Italy {number}" for number in range(30))])
    library._sql.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 20)
    library._sql.connection.setlimit(sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 20)
    assert shelf.library.photos.count(PhotoFilter(folder_names=("italy",))) == 30


def test_folders_that_come_later_are_found(library: Library) -> None:
    shelf = shelf_of(library, ROOT, ("Rome",))
    assert named(shelf, "rome") == {"Rome"}
    shelf.add("old Rome", file_state("1.jpg"))
    with Library.open_reader(library.folder) as reader:
        wanted = PhotoFilter(folder_names=("rome",))
        assert reader.photos.count(wanted) == 2
        shelf.add("new Rome", file_state("1.jpg"))
        assert reader.photos.count(wanted) == 3
