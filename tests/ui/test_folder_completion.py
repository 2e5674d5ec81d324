"""Folders that complete what was typed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from imagescope_tui.ui.folder_completion import matching_folders, typed_folder, usual_folder

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
    assert [match.text for match in matching_folders(typed, home, 6)] == texts


def test_absolute_paths_are_completed_too(home: Path) -> None:
    (match,) = matching_folders(f"{home}/Mu", home, 6)
    assert match.text == f"{home}/Music/"
    assert match.path == home / "Music"


def test_no_more_are_offered_than_there_is_room_for(home: Path) -> None:
    assert len(matching_folders("", home, 2)) == 2


def test_a_name_that_is_not_utf8_keeps_its_path(home: Path) -> None:
    strange = os.fsdecode(b"caf\xe9")
    (home / strange).mkdir()
    (match,) = matching_folders("~/caf", home, 6)
    assert match.path == home / strange


def test_the_usual_folder_is_offered_first(home: Path) -> None:
    assert usual_folder(home) == "~/Pictures"
    assert usual_folder(home / "Music") == ""


@pytest.mark.parametrize("typed", ["~/Pictures", "~/Pictures/", "Pictures", " ~/Pictures "])
def test_what_was_typed_is_a_path(home: Path, typed: str) -> None:
    assert typed_folder(typed, home) == home / "Pictures"
