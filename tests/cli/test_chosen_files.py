"""A library of chosen files, as a benchmark's gallery is, indexed by a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from indexer.folders.chosen import CHOSEN_NAME, write_chosen
from storage.library import Library
from storage.records import PhotoFilter
from tests.pictures import paint
from tests.world.model_server import ModelServer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Imagescope

CHOSEN = frozenset({"garden/rose.png", "linked/far.png"})


@pytest.fixture
def gallery(imagescope: Imagescope, photos: Path) -> Imagescope:
    """Two photos of a data folder, one of them behind a link."""
    paint(imagescope.base / "elsewhere" / "far.png", "green", (80, 60))
    (photos / "linked").symlink_to(imagescope.base / "elsewhere", target_is_directory=True)
    with Library.open_writer(imagescope.library) as library, library.atomic():
        library.roots.add(photos)
    write_chosen(imagescope.library / CHOSEN_NAME, CHOSEN)
    done = imagescope("index")
    assert done.status == 0, done.err
    return imagescope


def paths(folder: Path) -> frozenset[str]:
    with Library.open_reader(folder) as library:
        return frozenset(
            photo.path for photo in library.photos.page(PhotoFilter(), offset=0, limit=100)
        )


def test_index_keeps_to_the_chosen_files(gallery: Imagescope, photos: Path) -> None:
    assert paths(gallery.library) == CHOSEN
    paint(photos / "garden" / "new.png", "red", (80, 60))
    assert gallery("index", photos).status == 0
    assert paths(gallery.library) == CHOSEN


def test_index_has_no_captions_written_for_chosen_files(gallery: Imagescope) -> None:
    server = ModelServer()
    with server.served():
        assert gallery("index", IMAGESCOPE_LMM_URL=server.url).status == 0
    assert server.requests == []
    assert gallery("status", "--json").json["captions"] == []


@pytest.mark.parametrize("place", ["elsewhere", "."])
def test_no_other_folder_joins_the_chosen_files(gallery: Imagescope, place: str) -> None:
    done = gallery("index", gallery.base / place)
    assert (done.status, done.out) == (2, "")
    assert "is the gallery of a benchmark" in done.err
    assert len(done.err.strip().splitlines()) == 1
    assert paths(gallery.library) == CHOSEN
