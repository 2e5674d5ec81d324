"""Nobody but its owner can look into a library, whatever the umask, and whoever made the folder."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from storage.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.conftest import Imagescope


@pytest.fixture
def _open_umask() -> Iterator[None]:
    """Whatever is made without care can be read and written by everybody."""
    before = os.umask(0)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> list[str]:
    return [
        f"{path.relative_to(folder)} {stat.S_IMODE(path.stat().st_mode):o}"
        for path in folder.rglob("*")
        if stat.S_IMODE(path.stat().st_mode) & 0o077
    ]


@pytest.mark.usefixtures("_open_umask")
def test_every_file_of_a_library_is_its_owners_alone(imagescope: Imagescope, photos: Path) -> None:
    imagescope.library.mkdir(mode=0o755)
    assert imagescope("index", photos).status == 0
    assert list(imagescope.library.rglob("*.jpg"))
    assert not open_to_others(imagescope.library)
    with Library.open_writer(imagescope.library) as library, library.atomic():
        # Now there are also the log, the shared memory, the lock and the number of the process.
        assert len(list(imagescope.library.glob("library.db*"))) == 3
        assert not open_to_others(imagescope.library)
    assert imagescope("backup", imagescope.base / "backup.db").status == 0
    assert stat.S_IMODE((imagescope.base / "backup.db").stat().st_mode) == 0o600


def test_a_database_that_others_could_read_is_closed_to_them(library_folder: Path) -> None:
    (library_folder / "library.db").chmod(0o644)
    Library.open_writer(library_folder).close()
    assert not open_to_others(library_folder)


@pytest.fixture
def library_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    Library.open_writer(folder).close()
    return folder


@pytest.mark.usefixtures("_open_umask")
def test_a_gallery_of_a_benchmark_is_its_owners_alone(imagescope: Imagescope, photos: Path) -> None:
    data, gallery = imagescope.base / "data", imagescope.base / "gallery"
    data.mkdir()
    (photos / "garden").rename(data / "images")
    (data / "captions.csv").write_text("image_id,caption\nrose.png,a rose\nsky.png,the sky\n")
    words = ("eval", "captions", "--data", data, "--gallery", gallery)
    done = imagescope(*words, "--strategy", "retrieval")
    assert done.status == 0, done.err
    assert stat.S_IMODE(gallery.stat().st_mode) == 0o700
    assert list(gallery.rglob("photos.json"))
    assert not open_to_others(gallery)
