"""From files that wait to photos that are found: hash, decode, embed, commit, a batch at a time.

While one batch is embedded the next ones are decoded. A batch is committed whole or not at all, so
that a kill costs at most the work of the batches in flight, and leaves nothing half done.
"""

from __future__ import annotations

import errno
import logging
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from indexer.decode_failures import DecodeFailure
from indexer.events import PhotoFailed
from indexer.hashing import has_changed, hash_file
from storage.errors import LibraryFull
from storage.records import Embedding
from storage.safe_text import printable
from storage.thumbnails import THUMBNAIL_SIDE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from indexer.decode_pool import DecodePool
    from indexer.decoding import Decoded
    from indexer.events import IndexEvent
    from indexer.models.protocols import FloatMatrix, ImageTextEncoder, Picture
    from storage.contents import PendingPhoto
    from storage.library import Library
    from storage.records import ContentId, FailureStep, FloatVector, PhotoId, RootId
    from storage.thumbnails import ThumbnailCache

BATCH_PHOTOS = 32
_BATCHES_AHEAD = 3
_HASHING_THREADS = 2
_RETRY_SECONDS = 5.0
_RETRY_SECONDS_MAX = 86_400.0
_VANISHED_MAX = 3

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Problem:
    """Why one photo of a batch could not be processed."""

    step: FailureStep
    reason: str
    is_permanent: bool


@dataclass(slots=True, kw_only=True)
class _Item:
    """One photo on its way through a batch."""

    photo: PendingPhoto
    content_hash: str = ""
    decoding: Future[Decoded | DecodeFailure] | None = None
    decoded: Decoded | None = None
    vector: FloatVector | None = None
    problem: _Problem | None = None
    has_vanished: bool = False


@dataclass(slots=True)
class _Totals:
    done: int = 0
    failed: int = 0
    hashed: int = 0
    decoded: int = 0
    embedded: int = 0


@dataclass(slots=True)
class Pipeline:
    """Works the library's queue off; belongs to the thread that holds the library for writing."""

    library: Library
    pool: DecodePool
    thumbnails: ThumbnailCache
    encoder: ImageTextEncoder | None
    emit: Callable[[IndexEvent], None]
    clock: Callable[[], float]
    totals: _Totals = field(default_factory=_Totals)
    """Photos done and failed, files hashed and decoded, pictures embedded since the start."""
    vanished: dict[RootId, set[Path]] = field(default_factory=dict)
    """Folders where a file that should be there was not: the scanner has to look."""
    _ahead: deque[list[_Item]] = field(default_factory=deque)
    _position: PendingPhoto | None = None
    _broken_hashes: dict[str, _Problem] = field(default_factory=dict)
    _times_vanished: dict[PhotoId, int] = field(default_factory=dict)
    _hashers: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(_HASHING_THREADS, thread_name_prefix="hash")
    )

    def step(self) -> bool:
        """Bring one batch to its end; False when nothing waits."""
        while len(self._ahead) < _BATCHES_AHEAD and (batch := self._next_batch()):
            self._ahead.append(self._prepare(batch))
        if not self._ahead:
            return False
        # It stays in the queue until it is committed: its photos count as in flight.
        self._finish(self._ahead[0])
        self._ahead.popleft()
        return True

    def start_over(self) -> None:
        """The queue has changed: look at it from the top."""
        self._position = None

    def close(self) -> None:
        """Give up what is in flight; it waits in the library's queue for the next run."""
        for batch in self._ahead:
            for item in batch:
                if item.decoding is not None:
                    item.decoding.cancel()
        self._ahead.clear()
        self._hashers.shutdown(wait=True, cancel_futures=True)

    # -- what comes next ---------------------------------------------------------------------

    def _next_batch(self) -> list[PendingPhoto]:
        in_flight = {item.photo.photo_id for batch in self._ahead for item in batch}
        contents = self.library.contents
        unread = contents.unread(now=self.clock(), limit=BATCH_PHOTOS + len(in_flight))
        batch = [photo for photo in unread if photo.photo_id not in in_flight][:BATCH_PHOTOS]
        if batch or self.encoder is None:
            return batch
        batch = contents.without_vector(
            self.encoder.encoder_id, now=self.clock(), after=self._position, limit=BATCH_PHOTOS
        )
        self._position = batch[-1] if batch else self._position
        return [photo for photo in batch if photo.photo_id not in in_flight]

    def _prepare(self, photos: Sequence[PendingPhoto]) -> list[_Item]:
        items = list(self._hashers.map(_hashed, photos))
        self.totals.hashed += len(items)
        complete = self._complete_hashes([item.content_hash for item in items])
        submitted = {item.content_hash for batch in self._ahead for item in batch if item.decoding}
        for item in items:
            wanted = item.content_hash and item.content_hash not in complete | submitted
            if wanted and item.content_hash not in self._broken_hashes:
                submitted.add(item.content_hash)
                item.decoding = self.pool.submit(item.photo.path)
        return items

    def _complete_hashes(self, hashes: Sequence[str]) -> frozenset[str]:
        """Hashes of which the library knows all there is to know."""
        known = self.library.contents.by_hashes([item for item in hashes if item])
        if self.encoder is None:
            return frozenset(known)
        done = self.library.contents.with_vector(list(known.values()), self.encoder.encoder_id)
        return frozenset(item for item, content_id in known.items() if content_id in done)

    # -- the end of a batch ------------------------------------------------------------------

    def _finish(self, batch: list[_Item]) -> None:
        for item in batch:
            self._await_decoding(item)
        self._embed([item for item in batch if item.decoded is not None])
        self._write_thumbnails(batch)
        self._commit(batch)

    def _await_decoding(self, item: _Item) -> None:
        if item.decoding is None:
            return
        outcome = item.decoding.result()
        self.totals.decoded += 1
        if isinstance(outcome, DecodeFailure):
            item.problem = _Problem(
                step="decode", reason=outcome.reason, is_permanent=outcome.permanent
            )
            if outcome.permanent:
                self._broken_hashes[item.content_hash] = item.problem
        elif has_changed(item.photo):
            item.problem = _STILL_WRITTEN
        else:
            item.decoded = outcome

    def _embed(self, items: Sequence[_Item]) -> None:
        if self.encoder is None or not items:
            return
        pictures = [item.decoded.picture for item in items if item.decoded]
        rows = self._encode(self.encoder, pictures)
        if rows is not None:
            for item, row in zip(items, rows, strict=True):
                item.vector = row
            self.totals.embedded += len(items)
        elif len(items) > 1:
            for item in items:
                self._embed([item])
        else:
            items[0].problem = _NOT_EMBEDDED

    def _encode(self, encoder: ImageTextEncoder, pictures: list[Picture]) -> FloatMatrix | None:
        try:
            return encoder.encode_pictures(pictures)
        except Exception:  # noqa: BLE001 - a seam
            # One of the seams where everything is caught: a model may raise anything, and one
            # picture it cannot take must not stop the other fifty thousand.
            _log.exception("a batch of %d pictures could not be embedded", len(pictures))
            return None

    def _write_thumbnails(self, batch: Sequence[_Item]) -> None:
        try:
            for item in batch:
                if item.decoded is not None:
                    self.thumbnails.write(item.content_hash, THUMBNAIL_SIDE, item.decoded.thumbnail)
        except OSError as error:
            raise LibraryFull(
                f"thumbnails cannot be written: {error.strerror}", "free some space on its disk"
            ) from error

    def _commit(self, batch: Sequence[_Item]) -> None:
        known = self.library.contents.by_hashes([item.content_hash for item in batch])
        with self.library.atomic() as revision:
            for item in batch:
                self._commit_item(item, known, revision)
            self.library.words.refresh([item.photo.photo_id for item in batch])
        self.totals.done += len(batch)

    def _commit_item(self, item: _Item, known: dict[str, ContentId], revision: int) -> None:
        if item.has_vanished and self._look_again(item):
            return
        if item.decoded is not None and item.problem is None:
            content_id = self.library.contents.put(item.content_hash, item.decoded.facts)
            known[item.content_hash] = content_id
            self._store_vector(item, content_id, revision)
        problem = item.problem or self._broken_hashes.get(item.content_hash)
        if problem is None and item.content_hash in known:
            self.library.contents.assign(item.photo, known[item.content_hash])
        else:
            self._fail(item, problem or _STILL_WRITTEN)

    def _store_vector(self, item: _Item, content_id: ContentId, revision: int) -> None:
        if self.encoder is not None and item.vector is not None:
            embedding = Embedding(
                content_id=content_id,
                kind="image",
                encoder_id=self.encoder.encoder_id,
                vector=item.vector,
            )
            self.library.vectors.put([embedding], revision)

    def _look_again(self, item: _Item) -> bool:
        times = self._times_vanished.get(item.photo.photo_id, 0) + 1
        self._times_vanished[item.photo.photo_id] = times
        self.vanished.setdefault(item.photo.root_id, set()).add(item.photo.path.parent)
        return times < _VANISHED_MAX

    def _fail(self, item: _Item, problem: _Problem) -> None:
        self.totals.failed += 1
        attempts = self.library.failures.attempts(item.photo.photo_id)
        wait = min(_RETRY_SECONDS * 4.0**attempts, _RETRY_SECONDS_MAX)
        retry_after = None if problem.is_permanent else self.clock() + wait
        reason = printable(problem.reason)
        self.library.failures.put(
            item.photo.photo_id, problem.step, reason, retry_after=retry_after
        )
        self.emit(PhotoFailed(path=str(item.photo.path), step=problem.step, reason=reason))


_STILL_WRITTEN = _Problem(
    step="read", reason="the file changed while it was read", is_permanent=False
)
_NOT_EMBEDDED = _Problem(
    step="embed", reason="the encoder could not take this picture", is_permanent=True
)


def _hashed(photo: PendingPhoto) -> _Item:
    try:
        return _Item(photo=photo, content_hash=hash_file(photo.path))
    except OSError as error:
        problem = _Problem(step="read", reason=error.strerror or str(error), is_permanent=False)
        # An unplugged disk answers with an I/O error at first, and with "not there" later.
        gone = error.errno in (errno.ENOENT, errno.ENOTDIR, errno.EIO, errno.ENODEV, errno.ESTALE)
        return _Item(photo=photo, problem=problem, has_vanished=gone)
