"""Files that came after the last look are counted, soon or not at all."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest

from indexer.folders import new_files
from indexer.folders.chosen import CHOSEN_NAME, write_chosen
from indexer.folders.new_files import count_new_files
from indexer.folders.scanner import Scanner
from indexer.formats import PHOTO_EXTENSIONS
from storage.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LONG = 20.0


def put(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"photo")
    return path


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    put(tmp_path / "photos/2020/a.jpg")
    put(tmp_path / "photos/2020/trip/b.jpg")
    return tmp_path / "photos"


@pytest.fixture
def library(tmp_path: Path, photos: Path) -> Iterator[Library]:
    with Library.open_writer(tmp_path / "library") as library:
        with library.atomic():
            library.roots.add(photos)
        scan(library)
        yield library


def scan(library: Library) -> None:
    for root in library.roots.all():
        Scanner(library, PHOTO_EXTENSIONS).scan_root(root)


def test_what_has_been_looked_at_is_not_new(library: Library) -> None:
    assert count_new_files(library, seconds=_LONG) == 0


def test_new_files_are_counted_in_known_folders_and_in_new_ones(
    library: Library, photos: Path
) -> None:
    put(photos / "2020/trip/new.JPG")
    put(photos / "2021/summer/new.heic")
    put(photos / "2021/summer/notes.txt")
    assert count_new_files(library, seconds=_LONG) == 2
    scan(library)
    assert count_new_files(library, seconds=_LONG) == 0


def test_a_photo_that_came_back_is_new(library: Library, photos: Path) -> None:
    (photos / "2020/a.jpg").unlink()
    scan(library)
    put(photos / "2020/a.jpg")
    assert count_new_files(library, seconds=_LONG) == 1


def test_what_the_scanner_leaves_out_is_not_new(library: Library, photos: Path) -> None:
    put(photos / "2020/.hidden.jpg")
    put(photos / "2020/@eaDir/thumb.jpg")
    put(photos / "left out/new.jpg")
    (photos / ".imagescopeignore").write_text("left out/\n")
    Library.open_writer(photos / "other library").close()
    put(photos / "other library/thumbnails/0.jpg")
    assert count_new_files(library, seconds=_LONG) == 0


def test_a_folder_that_did_not_change_is_not_listed(
    library: Library, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in (photos, photos / "2020", photos / "2020/trip"):
        os.utime(folder, (10**9, 10**9))
    listed: list[object] = []
    monkeypatch.setattr(new_files, "_entries", listed.append)
    assert count_new_files(library, seconds=_LONG) == 0
    assert not listed


def test_of_folders_beside_each_other_the_last_by_name_is_looked_at_first(
    library: Library, photos: Path
) -> None:
    put(photos / "2021/c.jpg")
    scan(library)
    [root] = library.roots.all()
    places = [place.folder for place in new_files._places(root, library)]
    assert places == ["", "2021", "2020", "2020/trip"]


def test_a_drive_that_does_not_answer_is_not_waited_for(
    library: Library, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = threading.Event()
    monkeypatch.setattr(new_files, "_has_changed", lambda _: answered.wait(_LONG) and False)
    put(photos / "2020/new.jpg")
    assert count_new_files(library, seconds=0.01) == 0
    assert not answered.is_set()
    answered.set()


def test_a_library_of_chosen_files_and_a_root_that_is_offline_are_left_alone(
    library: Library, photos: Path
) -> None:
    put(photos / "2020/new.jpg")
    with library.atomic():
        [root] = library.roots.all()
        library.roots.mark_offline(root.id, 1.0)
    assert count_new_files(library, seconds=_LONG) == 0
    scan(library)
    put(photos / "2020/newer.jpg")
    assert count_new_files(library, seconds=_LONG) == 1
    write_chosen(library.folder / CHOSEN_NAME, [])
    assert count_new_files(library, seconds=_LONG) == 0
