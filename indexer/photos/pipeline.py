"""From files that wait to photos that are found: hash, decode, embed, commit, a few at a time.

While some are embedded the next ones are decoded, unless the encoder fills the cores itself: then
the two take turns. What is embedded together is committed whole or not at all, and only so many
photos are on their way at once: that is what a kill costs at most.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexer.metadata.version import FACTS_VERSION
from indexer.photos.identity import identify_pictures
from indexer.photos.queue import PhotoQueue
from indexer.photos.reader import embed_photos, hash_photo
from indexer.photos.writer import PhotoWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence, Set
    from pathlib import Path

    from indexer.decoding.pool import DecodePool
    from indexer.events import IndexEvent
    from indexer.models.protocols import ImageTextEncoder
    from indexer.photos.reader import PhotoInHand, Problem
    from storage.contents import PendingPhoto
    from storage.library import Library
    from storage.records import PhotoId, RootId
    from storage.thumbnails import ThumbnailCache

BATCH_PHOTOS = 32
"""The most photos that are on their way at once."""
PART_PHOTOS = 8
"""How many of them are embedded and committed together, while the others are decoded."""
_HASHING_THREADS = 2


@dataclass(slots=True)
class Totals:
    """Photos done, files hashed and decoded, pictures embedded since the start."""

    done: int = 0
    repeated: int = 0
    """So many of those done had been counted before."""
    failed: Set[PhotoId] = frozenset()
    """Which photos could not be processed, and may be done again."""
    hashed: int = 0
    decoded: int = 0
    embedded: int = 0

    @property
    def first(self) -> int:
        """How many photos are done, each counted once."""
        return self.done - self.repeated


class Pipeline:
    """Works the library's queue off; belongs to the thread that holds the library for writing."""

    def __init__(
        self,
        library: Library,
        pool: DecodePool,
        thumbnails: ThumbnailCache,
        encoder: ImageTextEncoder | None,
        emit: Callable[[IndexEvent], None],
        clock: Callable[[], float],
    ) -> None:
        self.pool = pool
        self.encoder = encoder
        self.totals = Totals()
        self._library = library
        self._part_photos = BATCH_PHOTOS if encoder and encoder.fills_cores else PART_PHOTOS
        encoder_id = encoder.encoder_id if encoder else None
        self._queue = PhotoQueue(library, encoder_id, clock)
        self._thumbnails = thumbnails
        self._writer = PhotoWriter(library, thumbnails, encoder_id, emit, clock)
        self._ahead: deque[list[PhotoInHand]] = deque()
        self._broken_hashes: dict[str, Problem] = {}
        self._hashers = ThreadPoolExecutor(_HASHING_THREADS, thread_name_prefix="hash")

    def step(self) -> bool:
        """Bring a part of the batch to its end; False when nothing waits."""
        while self._has_room and (part := self._next_part()):
            self._ahead.append(self._prepare(part))
        if not self._ahead:
            return False
        # It stays in the queue until it is committed: its photos count as in flight.
        self._finish(self._ahead[0])
        self._ahead.popleft()
        return True

    def start_over(self) -> None:
        """The queue has changed: look at it from the top."""
        self._queue.start_over()

    def take_vanished(self) -> dict[RootId, set[Path]]:
        """Folders where a file that should be there was not; each is given once."""
        vanished, self._writer.vanished = self._writer.vanished, {}
        return vanished

    def close(self) -> None:
        """Give up what is in flight; it waits in the library's queue for the next run."""
        for part in self._ahead:
            for item in part:
                if item.decoding is not None:
                    item.decoding.cancel()
        self._ahead.clear()
        self._hashers.shutdown(wait=True, cancel_futures=True)

    # -- what comes next ---------------------------------------------------------------------

    @property
    def _has_room(self) -> bool:
        return sum(map(len, self._ahead)) <= BATCH_PHOTOS - self._part_photos

    def _next_part(self) -> list[PendingPhoto]:
        in_flight = {item.photo.photo_id for part in self._ahead for item in part}
        return self._queue.take(in_flight, self._part_photos)

    def _prepare(self, photos: Sequence[PendingPhoto]) -> list[PhotoInHand]:
        items = list(self._hashers.map(hash_photo, photos))
        self.totals.hashed += len(items)
        complete = self._complete_hashes([item.content_hash for item in items])
        submitted = {item.content_hash for part in self._ahead for item in part if item.decoding}
        for item in items:
            wanted = item.content_hash and item.content_hash not in complete | submitted
            if wanted and item.content_hash not in self._broken_hashes:
                submitted.add(item.content_hash)
                item.decoding = self.pool.submit(item.photo.path)
        return items

    def _complete_hashes(self, hashes: Sequence[str]) -> frozenset[str]:
        """Hashes of which the library knows all there is to know."""
        known = self._library.contents.by_hashes(
            [item for item in hashes if item], facts_version=FACTS_VERSION
        )
        if self.encoder is None:
            return frozenset(known)
        done = self._library.contents.with_vector(list(known.values()), self.encoder.encoder_id)
        return frozenset(item for item, content_id in known.items() if content_id in done)

    # -- the end of a part -------------------------------------------------------------------

    def _finish(self, part: list[PhotoInHand]) -> None:
        for item in part:
            self._await_decoding(item)
        if self.encoder is not None:
            self.totals.embedded += embed_photos(self.encoder, self._unseen(part, self.encoder))
        self._writer.write(part, self._broken_hashes)
        self.totals.failed = self._writer.failed
        self.totals.repeated = self._writer.repeated
        self.totals.done += len(part)

    def _unseen(self, part: list[PhotoInHand], encoder: ImageTextEncoder) -> list[PhotoInHand]:
        """Those whose pictures the encoder has not seen in other files, or in these before."""
        read = [item.content_hash for item in part if item.picture_hash]
        identify_pictures(self._library, self._thumbnails, read)
        hashes = [item.picture_hash for item in part if item.picture_hash]
        seen = self._library.pictures.with_vector(hashes, encoder.encoder_id)
        return [item for item in part if item.picture_hash not in seen]

    def _await_decoding(self, item: PhotoInHand) -> None:
        if item.decoding is None:
            return
        item.take_decoded()
        self.totals.decoded += 1
        if item.problem is not None and item.problem.is_permanent:
            self._broken_hashes[item.content_hash] = item.problem
