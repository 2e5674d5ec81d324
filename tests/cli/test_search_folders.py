"""The folders of `--in`: whichever way their letters are written, and where their drive is away."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from imagescope_tui.cli.exit_codes import ExitCode
from storage.library import Library
from storage.records import FileState

if TYPE_CHECKING:
    from tests.cli.conftest import Imagescope

_COMPOSED = unicodedata.normalize("NFC", "Köln")
_DECOMPOSED = unicodedata.normalize("NFD", "Köln")


@pytest.fixture
def away(imagescope: Imagescope) -> Imagescope:
    """A library of one photo, on a drive that is not there."""
    with Library.open_writer(imagescope.library) as library, library.atomic():
        root = library.roots.add(Path("/no such drive/Photos"))
        library.roots.mark_offline(root.id, since=1.0)
        state = FileState(name="dog.jpg", size_bytes=1, mtime_ns=1, ctime_ns=1, inode=1)
        library.words.refresh(library.files.add(root.id, _DECOMPOSED, [state]))
    return imagescope


@pytest.mark.parametrize("typed", [_COMPOSED, _DECOMPOSED])
def test_a_known_folder_is_searched_in_either_form_of_its_letters(
    away: Imagescope, typed: str
) -> None:
    folder = f"/no such drive/Photos/{typed}"
    done = away("search", "dog", "--in", folder, "--format", "paths", "--rank", "words")
    assert done.out.splitlines() == [f"/no such drive/Photos/{_DECOMPOSED}/dog.jpg"]


def test_a_folder_of_no_photos_that_is_not_there_is_refused(away: Imagescope) -> None:
    done = away("search", "dog", "--in", "/no such drive/Photos/Berlin")
    assert done.status == ExitCode.USAGE
    assert "there is no folder /no such drive/Photos/Berlin" in done.err


@pytest.mark.parametrize(("typed", "named"), [("Berlin", "in:Berlin"), ("a b", 'in:"a b"')])
def test_a_name_where_a_path_is_meant_is_told_how_to_ask_for_it(
    away: Imagescope, typed: str, named: str
) -> None:
    done = away("search", "dog", "--in", typed)
    assert done.status == ExitCode.USAGE
    assert f"for a folder called so anywhere write {named}" in done.err
    assert "write in:" not in away("search", "dog", "--in", "/no such drive/other").err


def test_a_folder_on_disk_may_be_typed_in_the_other_form(away: Imagescope, tmp_path: Path) -> None:
    (tmp_path / _DECOMPOSED).mkdir()
    done = away("search", "dog", "--in", tmp_path / _COMPOSED, "--rank", "words")
    assert done.status == ExitCode.NO_MATCH
