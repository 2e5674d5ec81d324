"""A run on a cluster in this process, so that a test can look into it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from indexer.cluster.driver import cluster_workshop
from indexer.control import Control
from indexer.encoder_slot import EncoderSlot
from indexer.run import IndexRun
from storage.library import THUMBNAILS_NAME, Library
from storage.thumbnails import ThumbnailCache

if TYPE_CHECKING:
    from collections.abc import Callable

    from indexer.events import IndexEvent
    from indexer.options import IndexerOptions


def index_on_cluster(
    options: IndexerOptions, address: str, emit: Callable[[IndexEvent], None]
) -> None:
    """Bring a library up to date with the cluster at `address`, as the child process does."""
    once = replace(options, watch=False, serve=False)
    encoders = EncoderSlot(once, emit)
    encoders.start()
    assert encoders.wait() is not None, encoders.error
    thumbnails = ThumbnailCache(once.library / THUMBNAILS_NAME, once.thumbnail_cache_bytes)
    with (
        Library.open_writer(once.library) as library,
        cluster_workshop(once, address) as workshop,
    ):
        IndexRun(library, once, encoders, thumbnails, Control(), emit, workshop=workshop).run()
