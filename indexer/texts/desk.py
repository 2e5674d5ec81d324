"""Has text in photos read, one after the other, in a thread of its own.

Most photos hold no text. So a small copy of each is looked at first, by a sieve that costs next to
nothing, and where that is not sure by what finds text for the reader. Only what passes is decoded
again, larger, and read.
"""

from __future__ import annotations

import logging
import queue
import threading
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from indexer.decoding.failures import DecodeFailure
from indexer.errors import IndexerError, ReaderStopped, ReaderUnusable
from indexer.models.protocols import ModelError
from storage.thumbnails import THUMBNAIL_SIDE

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from pathlib import Path

    from indexer.models.text_signs import Signs
    from indexer.texts.wire import Task
    from storage.contents import PendingPhoto
    from storage.records import ContentId
    from storage.thumbnails import ThumbnailCache

READ_SIDE = 1600
"""Longest side in pixels of the picture that is read."""
CLOSE_SIDE = 3200
"""The same where every picture is read, as well as can be."""

_ATTEMPTS = 2
_LOST_MAX = 3
"""So many pictures in a row that nobody survives are no fault of the pictures."""
_IDLE_SECONDS = 60.0
_NEWS_AT_ONCE = 32
_CLOSE_SECONDS = 5.0

_log = logging.getLogger(__name__)


class PreviewPool(Protocol):
    """Makes the pictures that are read."""

    def submit_preview(self, path: Path, longest_side: int) -> Future[bytes | DecodeFailure]:
        """A JPEG no longer than `longest_side` of the photo."""


class Reader(Protocol):
    """Reads text; see indexer.texts.process."""

    def ask(self, jpeg: bytes, task: Task) -> str:
        """What the task says of a picture; empty where there is no text."""

    def rest(self) -> None:
        """Give back memory until it is asked again."""

    def close(self) -> None:
        """End, also while it reads; from any thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextJob:
    """A photo whose text is wanted."""

    photo: PendingPhoto
    content_id: ContentId
    content_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRead:
    """What became of a photo; None where nothing was learned, so that it is asked again later."""

    job: TextJob
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderDown:
    """Text cannot be read, and is not asked for again in this run."""

    reason: str
    hint: str


TextNews: TypeAlias = TextRead | ReaderDown


class TextDesk:
    """The public methods belong to one other thread."""

    def __init__(
        self,
        pool: PreviewPool,
        thumbnails: ThumbnailCache,
        reader: Reader,
        sieve: Callable[[bytes], Signs] | None,
        wake: Callable[[], None],
    ) -> None:
        """`sieve` tells of a thumbnail; None: every photo is read, as well as can be.

        `wake` is called, from the desk's thread, when it has much to tell, or nothing more to do.
        """
        self._pool = pool
        self._thumbnails = thumbnails
        self._reader = reader
        self._sieve = sieve
        self._wake = wake
        self._jobs: queue.SimpleQueue[TextJob | None] = queue.SimpleQueue()
        self._news: queue.SimpleQueue[TextNews] = queue.SimpleQueue()
        self._may_read = threading.Event()
        self._may_read.set()
        self._is_closed = False
        self._lost = 0
        self._thread = threading.Thread(target=self._serve, name="texts", daemon=True)

    def start(self) -> None:
        """Begin, with the priority of the thread that says so."""
        self._thread.start()

    def offer(self, job: TextJob) -> None:
        """Have a photo read."""
        self._jobs.put(job)

    def rest(self, is_resting: bool) -> None:
        """Begin no photo for now, or go on."""
        if is_resting:
            self._may_read.clear()
        else:
            self._may_read.set()

    def take_news(self) -> list[TextNews]:
        """What happened since the last time."""
        news = []
        while not self._news.empty():
            news.append(self._news.get())
        return news

    def close(self) -> None:
        """Give up what is in hand; nothing is told any more."""
        self._is_closed = True
        self._may_read.set()
        self._jobs.put(None)
        self._reader.close()
        if self._thread.is_alive():
            self._thread.join(_CLOSE_SECONDS)

    # -- in the thread -----------------------------------------------------------------------

    def _serve(self) -> None:
        try:
            while (job := self._next()) is not None:
                self._tell(TextRead(job=job, text=self._text_of(job)))
        except (IndexerError, ModelError) as error:
            self._tell(ReaderDown(reason=error.message, hint=error.hint))
        except CancelledError:
            _log.debug("nobody decodes any more")
        except Exception as error:  # noqa: BLE001 - a seam
            # A library may raise anything, and whoever waits must not wait for ever.
            _log.exception("text in photos cannot be read")
            self._tell(ReaderDown(reason=f"text cannot be read: {error}", hint="see indexer.log"))
        finally:
            self._reader.close()

    def _next(self) -> TextJob | None:
        """The next job, or None when there will be none; who waits for long gives memory back."""
        while True:
            try:
                job = self._jobs.get(timeout=_IDLE_SECONDS)
            except queue.Empty:
                self._reader.rest()
                continue
            self._may_read.wait()
            return None if self._is_closed else job

    def _tell(self, news: TextNews) -> None:
        if self._is_closed:
            return
        self._news.put(news)
        # Who is woken looks at everything there is to do, which takes longer than a small copy.
        if self._jobs.empty() or self._news.qsize() >= _NEWS_AT_ONCE:
            self._wake()

    def _text_of(self, job: TextJob) -> str | None:
        """Empty where there is none."""
        if not self._may_show_text(job):
            return ""
        is_sieved = self._sieve is not None
        picture = self._preview(job, READ_SIDE if is_sieved else CLOSE_SIDE)
        if isinstance(picture, DecodeFailure):
            return "" if picture.permanent else None
        return self._ask(picture, "read" if is_sieved else "read closely")

    def _may_show_text(self, job: TextJob) -> bool:
        if self._sieve is None:
            return True
        small = self._thumbnails.read(job.content_hash, THUMBNAIL_SIDE)
        picture = small or self._preview(job, THUMBNAIL_SIDE)
        if isinstance(picture, DecodeFailure):
            return True
        signs = self._sieve(picture)
        return signs == "sure" or (signs == "some" and self._ask(picture, "look") != "")

    def _preview(self, job: TextJob, side: int) -> bytes | DecodeFailure:
        return self._pool.submit_preview(job.photo.path, side).result()

    def _ask(self, jpeg: bytes, task: Task) -> str:
        for _ in range(_ATTEMPTS):
            try:
                text = self._reader.ask(jpeg, task)
            except ReaderStopped as stop:
                _log.warning("a picture is read without success: %s", stop.message)
            else:
                self._lost = 0
                return text
        self._lost += 1
        if self._lost >= _LOST_MAX:
            raise ReaderUnusable("what reads text ends again and again", "see indexer.log")
        return ""
