"""Files that only another library reads: explained without it, found at once when it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest import mock

import pytest

from indexer import formats
from indexer.control import Control
from indexer.decoding import photo as decoding
from indexer.decoding.photo import DecodeFailure
from indexer.encoder_slot import EncoderSlot
from indexer.options import IndexerOptions
from indexer.run import IndexRun
from indexer.workshop import LocalWorkshop
from storage.library import THUMBNAILS_NAME, Library
from storage.thumbnails import ThumbnailCache
from tests.decoding_here import decoding_here
from tests.indexer.photo_files import failure, shaded
from tests.indexer.raw_files import dng
from tests.indexer.video_files import write_video
from tests.soak.hostile_files import jxl_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def album(tmp_path: Path) -> Path:
    folder = tmp_path / "album"
    folder.mkdir()
    shaded(60, 40).save(folder / "photo.jpg")
    (folder / "photo.jxl").write_bytes(jxl_of(shaded(62, 40)))
    (folder / "raw.dng").write_bytes(dng(shaded(64, 48)))
    write_video(folder / "film.mp4", seconds=2)
    return folder


def index(folder: Path, library: Path, installed: set[str]) -> dict[str, tuple[str, int]]:
    """Indexes the folder where only these libraries are; the failures, and how often each."""
    options = IndexerOptions(library=library, folders=(folder,), encoder="pocket")
    encoders = EncoderSlot(options, lambda _: None)
    encoders.start()
    thumbnails = ThumbnailCache(library / THUMBNAILS_NAME, 10**7)

    def found(name: str) -> object | None:
        return name if name in installed else None

    with (
        decoding_here(),
        mock.patch.object(formats, "find_spec", found),
        Library.open_writer(library) as opened,
    ):
        IndexRun(
            opened,
            options,
            encoders,
            thumbnails,
            Control(),
            lambda _: None,
            workshop=LocalWorkshop(workers=1),
        ).run()
        return {
            item.path.name: (item.reason, item.attempts)
            for item in opened.failures.page(offset=0, limit=9)
        }


def photos_in(library: Path) -> int:
    with Library.open_reader(library) as opened:
        return opened.counts().photos


def test_files_wait_for_their_library_and_are_read_once_it_is_installed(
    album: Path, tmp_path: Path
) -> None:
    library = tmp_path / "library"
    missing = {
        "photo.jxl": ("to read JPEG XL: pip install 'imagescope-tui[jxl]'", 1),
        "raw.dng": ("to read camera RAW: pip install 'imagescope-tui[raw]'", 1),
    }
    assert index(album, library, set()) == missing
    assert photos_in(library) == 3  # not the video, for there may be thousands
    # They are not read again and again meanwhile.
    assert index(album, library, set()) == missing
    assert index(album, library, {"rawpy"}).keys() == {"photo.jxl"}
    assert index(album, library, {*formats.RAW.modules, *formats.JXL.modules, "av"}) == {}
    assert photos_in(library) == 4


def test_videos_are_not_gone_for_want_of_their_library(album: Path, tmp_path: Path) -> None:
    library = tmp_path / "library"
    index(album, library, {*formats.RAW.modules, *formats.JXL.modules, "av"})
    assert index(album, library, {*formats.RAW.modules, *formats.JXL.modules}) == {}
    assert photos_in(library) == 4


def test_library_that_does_not_load_is_as_if_it_were_missing(album: Path) -> None:
    broken = ImportError("libjxl.so: cannot open shared object file")
    with mock.patch.object(decoding, "import_module", side_effect=broken):
        assert failure(album / "photo.jxl") == DecodeFailure(
            reason="to read JPEG XL: pip install 'imagescope-tui[jxl]'", permanent=True
        )


def test_other_failures_are_left_for_their_time(album: Path, tmp_path: Path) -> None:
    (album / "torn.jxl").write_bytes(b"\xff\x0a" + bytes(40))
    library = tmp_path / "library"
    everything = {*formats.RAW.modules, *formats.JXL.modules, "av"}
    first = index(album, library, everything)
    assert first["torn.jxl"] == ("the JPEG XL file is damaged", 1)
    assert index(album, library, everything) == first
