from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from storage.errors import StorageError
from storage.records import PhotoFilter
from tests.storage.conftest import ROOT, Shelf, file_state

if TYPE_CHECKING:
    from storage.library import Library


def test_a_root_that_moves_keeps_its_photos_ids_and_contents(
    library: Library, shelf: Shelf
) -> None:
    (photo_id,) = shelf.add("2019", file_state("a.jpg"))
    content_id = shelf.read("hash of a")
    with library.atomic():
        library.roots.rehome(shelf.root.id, Path("/media/usb"))
    photo = library.photos.at(Path("/media/usb/2019/a.jpg"))
    assert photo is not None
    assert (photo.id, photo.content_id) == (photo_id, content_id)
    assert library.photos.at(ROOT / "2019/a.jpg") is None


def test_a_moved_root_is_found_by_its_new_name_and_no_longer_by_the_old(
    library: Library, shelf: Shelf
) -> None:
    shelf.add("2019", file_state("a.jpg"))
    with library.atomic():
        library.roots.rehome(shelf.root.id, Path("/media/holidays"))
    assert library.words.search(["holidays"], PhotoFilter(), limit=9)
    assert not library.words.search([ROOT.name], PhotoFilter(), limit=9)


def test_a_root_cannot_move_to_where_another_one_is(library: Library, shelf: Shelf) -> None:
    with library.atomic():
        library.roots.add(Path("/other"))
    with pytest.raises(StorageError, match="/other belongs to the library"), library.atomic():
        library.roots.rehome(shelf.root.id, Path("/other"))
    assert library.roots.all()[0].path == ROOT


def test_photos_that_are_left_behind_are_offline_where_they_were(
    library: Library, shelf: Shelf
) -> None:
    (stays,) = shelf.add("2019", file_state("stays.jpg", inode=1))
    shelf.add("2019", file_state("goes.jpg", inode=2))
    with library.atomic():
        library.roots.rehome(shelf.root.id, Path("/media/usb"))
        library.roots.leave_behind(shelf.root, [stays], since=5.0)
    photo = library.photos.at(ROOT / "2019/stays.jpg")
    assert photo is not None
    assert (photo.id, photo.offline_since) == (stays, 5.0)
    assert library.photos.at(Path("/media/usb/2019/goes.jpg")) is not None
    assert library.words.search([ROOT.name], PhotoFilter(), limit=9)[0].photo_id == stays


def test_the_file_system_of_a_root_is_remembered(library: Library, shelf: Shelf) -> None:
    assert library.roots.all()[0].volume == ""
    with library.atomic():
        library.roots.put_volume(shelf.root.id, "uuid:1A2B", Path("/DCIM"))
    (root,) = library.roots.all()
    assert (root.volume, root.inside) == ("uuid:1A2B", Path("/DCIM"))
