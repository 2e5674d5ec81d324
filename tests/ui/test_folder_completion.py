"""Folders that complete what was typed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from imagescope_tui.ui.folder_completion import matching_folders, typed_folder, usual_folder
from imagescope_tui.ui.folder_words import added_words, already_indexed, below_the_list
from storage.records import Root, RootId

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for name in ("Pictures", "pics", "Music", ".hidden"):
        (tmp_path / name).mkdir()
    (tmp_path / "picture.jpg").write_bytes(b"")
    (tmp_path / "Pictures" / "2019").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "texts"),
    [
        ("~/pi", ["~/pics/", "~/Pictures/"]),
        ("pi", ["~/pics/", "~/Pictures/"]),
        ("~/Pictures/", ["~/Pictures/2019/"]),
        ("~/.h", ["~/.hidden/"]),
        ("", ["~/Music/", "~/pics/", "~/Pictures/"]),
        ("~/nothing/here", []),
    ],
)
def test_folders_that_begin_alike_are_offered(home: Path, typed: str, texts: list[str]) -> None:
    assert [match.text for match in matching_folders(typed, home, 6).shown] == texts


def test_absolute_paths_are_completed_too(home: Path) -> None:
    (match,) = matching_folders(f"{home}/Mu", home, 6).shown
    assert match.text == f"{home}/Music/"
    assert match.path == home / "Music"


def test_what_there_is_no_room_for_is_counted(home: Path) -> None:
    matches = matching_folders("", home, 2)
    assert (len(matches.shown), matches.more) == (2, 1)
    assert below_the_list(matches, "") == "… and 1 more: type on to see them"
    assert below_the_list(matching_folders("", home, 6), "") == ""


def test_that_nothing_begins_as_typed_is_told(home: Path) -> None:
    assert below_the_list(matching_folders("~/zz", home, 6), "~/zz") == "no folder begins like this"
    assert below_the_list(matching_folders("~/Music/", home, 6), "~/Music/") == ""


def test_a_folder_that_is_in_the_library_already_is_told(home: Path) -> None:
    roots = (Root(id=RootId(1), path=home / "Pictures"),)
    for folder, said in (
        (home / "Pictures", "~/Pictures is indexed already."),
        (
            home / "Pictures" / "2019",
            "~/Pictures/2019 is inside ~/Pictures, which is indexed already.",
        ),
        (home / "Music", ""),
        (home, ""),
    ):
        assert already_indexed(folder, roots, home) == said
    assert "takes in 1 folder of the library" in added_words(home, roots, home)
    assert "takes in" not in added_words(home / "Music", roots, home)


def test_a_name_that_is_not_utf8_keeps_its_path(home: Path) -> None:
    strange = os.fsdecode(b"caf\xe9")
    (home / strange).mkdir()
    (match,) = matching_folders("~/caf", home, 6).shown
    assert match.path == home / strange


def test_the_usual_folder_is_offered_first(home: Path) -> None:
    assert usual_folder(home) == "~/Pictures"
    assert usual_folder(home / "Music") == ""


@pytest.mark.parametrize("typed", ["~/Pictures", "~/Pictures/", "Pictures", " ~/Pictures "])
def test_what_was_typed_is_a_path(home: Path, typed: str) -> None:
    assert typed_folder(typed, home) == home / "Pictures"
