"""The words of an older version's library are replaced while it is indexed."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest import mock

import storage.word_upkeep
from indexer.control import Control
from indexer.encoder_slot import EncoderSlot
from indexer.options import IndexerOptions
from indexer.run import IndexRun
from indexer.workshop import LocalWorkshop
from storage.library import THUMBNAILS_NAME, Library
from storage.records import PhotoFilter
from storage.thumbnails import ThumbnailCache
from tests.storage.first_library import PHOTOS, make_first_library

if TYPE_CHECKING:
    from pathlib import Path


def test_a_run_ends_when_no_old_words_are_left(tmp_path: Path) -> None:
    place = make_first_library(tmp_path / "library")
    options = IndexerOptions(library=place, encoder="none")
    encoders = EncoderSlot(options, lambda _: None)
    encoders.start()
    thumbnails = ThumbnailCache(place / THUMBNAILS_NAME, 10**7)
    with (
        mock.patch.object(storage.word_upkeep, "CHUNK_PHOTOS", 15),
        Library.open_writer(place) as library,
    ):
        IndexRun(
            library,
            options,
            encoders,
            thumbnails,
            Control(),
            lambda _: None,
            workshop=LocalWorkshop(workers=1),
        ).run()
        assert not library.words.has_old
        assert len(library.words.search(["album"], PhotoFilter(), limit=99)) == PHOTOS
