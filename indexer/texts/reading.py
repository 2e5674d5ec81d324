"""Text in photos, read while nothing else is to be done: newest first, by content.

What is left is a query on the library, so that a killed run goes on where it was. The indexing
thread offers photos to a desk (indexer.texts.desk) and commits what came back.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from indexer.events import PhotosCommitted, TextProgress, TextReaderUnavailable
from indexer.progress import Progress
from indexer.texts.desk import ReaderDown, TextJob, TextRead

if TYPE_CHECKING:
    from collections.abc import Callable

    from indexer.events import IndexEvent
    from indexer.texts.desk import TextNews
    from storage.contents import PendingPhoto
    from storage.library import Library
    from storage.records import ContentId

BATCH_TEXTS = 64
"""Photos at the desk, and in one commit: the most that are looked at again after a kill."""
_LOOK_AHEAD = 256
_SECONDS_BETWEEN_COMMITS = 1.0
_SECONDS_BETWEEN_LOOKS = 600.0


class Desk(Protocol):
    """Has photos read, and tells what became of them."""

    def offer(self, job: TextJob) -> None:
        """Have a photo read."""

    def rest(self, is_resting: bool) -> None:
        """Begin no photo for now, or go on."""

    def take_news(self) -> list[TextNews]:
        """What happened since the last time."""

    def close(self) -> None:
        """Give up what is in hand."""


@dataclass(slots=True)
class TextReading:
    """Belongs to the thread that holds the library for writing."""

    library: Library
    desk: Desk
    readers: tuple[str, ...]
    """Whose texts are good enough; the first one's name goes with those that are read now."""
    emit: Callable[[IndexEvent], None]
    clock: Callable[[], float]
    """Never jumps."""
    _waiting: deque[TextJob] = field(default_factory=deque)
    _position: PendingPhoto | None = None
    _is_exhausted: bool = False
    _is_stale: bool = True
    """Whether the queue must be looked through from the top."""
    _busy: set[ContentId] = field(default_factory=set)
    """What the desk has, or is not committed yet."""
    _passed_over: set[ContentId] = field(default_factory=set)
    _at_desk: int = 0
    _read: dict[ContentId, str] = field(default_factory=dict)
    _read_at: float = 0.0
    _done: int = 0
    _progress: Progress = field(init=False)
    _is_down: bool = False
    _is_paused: bool = False

    def __post_init__(self) -> None:
        self._progress = Progress(self.clock)

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to be read just now."""
        return self._is_down or (
            self._is_exhausted
            and not (self._is_stale or self._waiting or self._at_desk or self._read)
        )

    @property
    def seconds_until_due(self) -> float:
        """When texts that came back are to be committed."""
        if not self._read:
            return _SECONDS_BETWEEN_LOOKS
        return max(0.0, self._read_at + _SECONDS_BETWEEN_COMMITS - self.clock())

    def start_over(self) -> None:
        """The library has changed: look at it from the top."""
        self._is_stale = True

    def step(self, *, paused: bool) -> bool:
        """Do a bounded piece of what is to be done; whether there was any."""
        if paused != self._is_paused:
            self._is_paused = paused
            self.desk.rest(paused)
        return self._collect() or (not paused and self._offer_some())

    def close(self, *, is_lost: bool = False) -> None:
        """Commit what came back, unless that is lost too, and give up what is in hand."""
        try:
            if not is_lost:
                self._take_news()
                self._commit()
        finally:
            self.desk.close()

    def _collect(self) -> bool:
        self._take_news()
        is_due = len(self._read) >= BATCH_TEXTS or not self._at_desk or not self.seconds_until_due
        if not self._read or not is_due:
            return False
        self._commit()
        return True

    def _take_news(self) -> None:
        for news in self.desk.take_news():
            match news:
                case TextRead(job=job, text=text):
                    self._at_desk -= 1
                    if text is None:
                        self._busy.discard(job.content_id)
                        self._passed_over.add(job.content_id)
                    else:
                        self._read_at = self._read_at if self._read else self.clock()
                        self._read[job.content_id] = text
                case ReaderDown(reason=reason, hint=hint):
                    self._is_down = True
                    self.emit(TextReaderUnavailable(reason=reason, hint=hint))

    def _commit(self) -> None:
        if not self._read:
            return
        library, read = self.library, self._read
        with library.atomic(changes_photos=False) as revision:
            library.picture_texts.put(read, reader=self.readers[0])
            told = [content_id for content_id, text in read.items() if text]
            library.words.refresh(library.photos.ids_holding(told))
        self._done += len(read)
        self._busy -= read.keys()
        self._read = {}
        if told:
            self.emit(PhotosCommitted(photos=0, revision=revision))
        self._tell_progress()

    def _offer_some(self) -> bool:
        has_offered = False
        while not self._is_down and self._at_desk < BATCH_TEXTS and (job := self._next()):
            self._busy.add(job.content_id)
            self._at_desk += 1
            self.desk.offer(job)
            has_offered = True
        return has_offered

    def _next(self) -> TextJob | None:
        if self._is_stale:
            self._begin()
        while self._waiting or self._look():
            job = self._waiting.popleft()
            if job.content_id not in self._busy | self._passed_over:
                return job
        return None

    def _begin(self) -> None:
        self._is_stale = self._is_exhausted = False
        self._position = None
        self._waiting.clear()
        self._passed_over.clear()
        waiting = self.library.contents.count_without_text(self.readers)
        self._progress.aim(self._done, self._done + waiting)

    def _look(self) -> bool:
        if self._is_exhausted:
            return False
        contents = self.library.contents
        found = contents.without_text(self.readers, after=self._position, limit=_LOOK_AHEAD)
        self._is_exhausted = not found
        if found:
            self._position = found[-1]
            held = {photo.content_id: photo for photo in found if photo.content_id is not None}
            hashes = contents.hashes(list(held))
            self._waiting.extend(
                TextJob(photo=photo, content_id=content_id, content_hash=hashes[content_id])
                for content_id, photo in held.items()
            )
        return bool(found)

    def _tell_progress(self) -> None:
        event = self._progress.report(self._done, 0)
        if event is not None:
            self.emit(
                TextProgress(
                    done=event.done,
                    total=event.total,
                    photos_per_second=event.photos_per_second,
                    seconds_left=event.seconds_left,
                )
            )
