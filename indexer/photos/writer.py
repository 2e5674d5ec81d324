"""Commits what reading photos found: contents, vectors, thumbnails, failures, all or nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from indexer.events import PhotoFailed
from indexer.metadata.version import FACTS_VERSION
from indexer.photos.reader import STILL_WRITTEN
from indexer.photos.signatures import signature_of
from storage.errors import not_written
from storage.records import Embedding
from storage.safe_text import printable
from storage.thumbnails import THUMBNAIL_SIDE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from indexer.events import IndexEvent
    from indexer.photos.reader import Problem, ReadPhoto
    from storage.library import Library
    from storage.records import ContentId, PhotoId, RootId
    from storage.thumbnails import ThumbnailCache

_RETRY_SECONDS = 5.0
_RETRY_SECONDS_MAX = 86_400.0
_VANISHED_MAX = 3


@dataclass(slots=True)
class PhotoWriter:
    """Belongs to the thread that holds the library for writing."""

    library: Library
    thumbnails: ThumbnailCache
    encoder_id: str | None
    """Whose the vectors are."""
    emit: Callable[[IndexEvent], None]
    clock: Callable[[], float]
    vanished: dict[RootId, set[Path]] = field(default_factory=dict)
    """Folders where a file that should be there was not: the scanner has to look."""
    failed: set[PhotoId] = field(default_factory=set)
    """Photos that could not be processed since the start, and were not since."""
    repeated: int = 0
    """How often a photo was written that had failed before, or that has to be looked at again."""
    _problems: dict[str, Problem] = field(default_factory=dict)
    """Why the file of a hash failed the last time: its copies are not read beside it."""
    _times_vanished: dict[PhotoId, int] = field(default_factory=dict)

    def write(self, batch: Sequence[ReadPhoto], broken: Mapping[str, Problem]) -> None:
        """Commit a batch; `broken` says of hashes that it was no use to decode them.

        Raises:
            StorageError: the library, or the thumbnails, cannot be written.
        """
        known = self.library.contents.by_hashes([item.content_hash for item in batch])
        self._write_thumbnails(batch)
        with self.library.atomic() as revision:
            for content_id in self._other_pictures(batch, known):
                self.library.pictures.forget(content_id)
            read_again = [
                known[item.content_hash]
                for item in batch
                if item.facts is not None and item.content_hash in known
            ]
            for item in batch:
                self._commit(item, known, broken, revision)
            for content_id in read_again:
                self.library.contents.date_again(content_id)
            read = [item.photo.photo_id for item in batch]
            self.library.words.refresh(
                sorted({*read, *self.library.photos.ids_holding(read_again)})
            )

    def _other_pictures(
        self, batch: Sequence[ReadPhoto], known: Mapping[str, ContentId]
    ) -> list[ContentId]:
        """Known contents in which another picture is seen now than before: their reader is new."""
        before = self.library.pictures.of(list(known.values()))
        now = {
            known[item.content_hash]: item.picture_hash
            for item in batch
            if item.picture_hash and item.content_hash in known
        }
        return [
            content_id
            for content_id, picture in before.items()
            if now.get(content_id, picture) != picture
        ]

    def _write_thumbnails(self, batch: Sequence[ReadPhoto]) -> None:
        try:
            for item in batch:
                if item.thumbnail:
                    self.thumbnails.write(item.content_hash, THUMBNAIL_SIDE, item.thumbnail)
        except OSError as error:
            raise not_written("a thumbnail", error) from error

    def _commit(
        self,
        item: ReadPhoto,
        known: dict[str, ContentId],
        broken: Mapping[str, Problem],
        revision: int,
    ) -> None:
        if item.has_vanished and self._look_again(item):
            self.repeated += 1
            return
        self.repeated += item.photo.photo_id in self.failed
        if item.facts is not None and item.problem is None:
            content_id = self.library.contents.put(
                item.content_hash,
                item.facts,
                facts_version=FACTS_VERSION,
                picture=item.picture_hash,
                second=item.second,
                further_frames=len(item.frames),
            )
            known[item.content_hash] = content_id
            self._store_vectors(item, content_id, revision)
            if item.picture_hash is not None:
                self.library.pictures.take_over(content_id, item.picture_hash, revision)
            if (signature := signature_of(item.thumbnail)) is not None:
                self.library.signatures.put({content_id: signature})
        elif item.facts is not None and item.content_hash not in known:
            self.library.contents.put_unseen(
                item.content_hash, item.facts, facts_version=FACTS_VERSION
            )
        problem = item.problem or broken.get(item.content_hash)
        if problem is None and item.content_hash in known:
            self.failed.discard(item.photo.photo_id)
            had_failed = self.library.contents.assign(item.photo, known[item.content_hash])
            if had_failed or not self.library.companions.is_settled_around(item.photo.photo_id):
                self._have_folder_scanned(item)
        else:
            self.library.contents.assign_unseen(item.photo, item.content_hash)
            self._fail(item, problem or self._problems.get(item.content_hash, STILL_WRITTEN))

    def _store_vectors(self, item: ReadPhoto, content_id: ContentId, revision: int) -> None:
        if self.encoder_id is not None and item.vector is not None:
            embedding = Embedding(
                content_id=content_id,
                kind="image",
                encoder_id=self.encoder_id,
                vector=item.vector,
            )
            self.library.vectors.put([embedding], revision)
            self.library.frames.put(content_id, self.encoder_id, item.frames, revision)

    def _look_again(self, item: ReadPhoto) -> bool:
        times = self._times_vanished.get(item.photo.photo_id, 0) + 1
        self._times_vanished[item.photo.photo_id] = times
        self._have_folder_scanned(item)
        return times < _VANISHED_MAX

    def _have_folder_scanned(self, item: ReadPhoto) -> None:
        """Also where nothing vanished: what cannot be shown has no companions, what can may."""
        self.vanished.setdefault(item.photo.root_id, set()).add(item.photo.path.parent)

    def _fail(self, item: ReadPhoto, problem: Problem) -> None:
        self.failed.add(item.photo.photo_id)
        self._problems[item.content_hash] = problem
        attempts = self.library.failures.attempts(item.photo.photo_id)
        wait = min(_RETRY_SECONDS * 4.0**attempts, _RETRY_SECONDS_MAX)
        retry_after = None if problem.is_permanent else self.clock() + wait
        reason = printable(problem.reason)
        self.library.failures.put(
            item.photo.photo_id, problem.step, reason, retry_after=retry_after
        )
        if self.library.companions.of([item.photo.photo_id]):
            self._have_folder_scanned(item)
        self.emit(PhotoFailed(path=str(item.photo.path), step=problem.step, reason=reason))
