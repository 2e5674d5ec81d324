"""Has photos captioned while nothing else is to be done: newest first, beside everything else.

Requests are in flight in a thread of their own (indexer.captions.desk). The indexing thread only
offers photos and commits what came back, so that new photos are embedded first. What is left to do
is a query on the library: a killed run goes on where it was. Another model or another prompt makes
a set of captions of its own, which takes the place of the old one when it is complete.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from indexer.captions.desk import (
    CAPTION_SIDE,
    Captioned,
    CaptionJob,
    ModelDown,
    ModelReady,
)
from indexer.captions.queue import CaptionQueue
from indexer.captions.writer import BATCH_CAPTIONS, CaptionWriter
from indexer.events import CaptionerReady, CaptionerUnavailable, CaptionProgress
from indexer.photos.hashing import has_changed
from indexer.progress import Progress
from indexer.ranking.side_weights import keep_side_weights
from storage.caption_upkeep import catch_up_words, drop_superseded, switch_captions
from storage.errors import StorageError
from storage.records import CaptionOrigin

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from pathlib import Path

    from indexer.captions.desk import DeskNews
    from indexer.captions.prompt import CaptionPrompt
    from indexer.decoding.failures import DecodeFailure
    from indexer.events import IndexEvent
    from indexer.models.protocols import ImageTextEncoder, TextEncoder
    from storage.library import Library
    from storage.records import ContentId

_log = logging.getLogger(__name__)

_SECONDS_BETWEEN_COMMITS = 1.0
_SECONDS_BETWEEN_LOOKS = 600.0
_TRIES_BEFORE_GIVING_UP = 3


class PreviewPool(Protocol):
    """Makes the pictures that are sent."""

    def submit_preview(self, path: Path, longest_side: int) -> Future[bytes | DecodeFailure]:
        """A JPEG no longer than `longest_side` of the photo."""

    def close(self) -> None:
        """Make no more."""


class Desk(Protocol):
    """Has photos captioned, and tells what became of them."""

    @property
    def prompt(self) -> CaptionPrompt:
        """What is asked."""

    def start(self) -> None:
        """Begin to look for the server."""

    def offer(self, job: CaptionJob) -> None:
        """Have a photo captioned; allowed once the model was ready."""

    def rest(self, is_resting: bool) -> None:
        """Begin no request for now, or go on."""

    def take_news(self) -> list[DeskNews]:
        """What happened since the last time."""

    def close(self) -> None:
        """Give up what is in flight; nothing is told any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """The time of day, in seconds since the epoch, and one that never jumps."""

    wall: Callable[[], float]
    steady: Callable[[], float]


@dataclass(slots=True)
class _Work:
    """What belongs to one origin: what waits, what is on its way, what came back."""

    origin: CaptionOrigin
    queue: CaptionQueue
    parallel: int = 1
    asked: int = 0
    """Photos that the desk has."""
    busy: set[ContentId | None] = field(default_factory=set)
    """Contents that the desk has, or that are not committed yet."""
    answers: list[Captioned] = field(default_factory=list)
    answered_at: float = 0.0
    is_stale: bool = True
    """Whether the queue must be looked through from the top."""
    is_tidy: bool = False
    """Whether no caption is left that these have replaced."""

    @property
    def is_complete(self) -> bool:
        return self.queue.is_exhausted and not self.busy and not self.is_stale


class Captioner:
    """Belongs to the thread that holds the library for writing."""

    def __init__(
        self,
        library: Library,
        pool: PreviewPool,
        encoder: ImageTextEncoder | None,
        emit: Callable[[IndexEvent], None],
        clocks: Clocks,
        *,
        caption_encoder: TextEncoder | None = None,
    ) -> None:
        """`caption_encoder` None: captions are embedded by `encoder`."""
        self._library = library
        self._encoder = encoder
        self._caption_encoder = caption_encoder
        self._weighed_at = -1
        self._pool = pool
        self._emit = emit
        self._clocks = clocks
        self._writer = CaptionWriter(library, caption_encoder or encoder, emit, clocks.wall)
        self._desk: Desk | None = None
        self._work: _Work | None = None
        self._down: ModelDown | None = None
        self._has_told_ready = False
        self._progress = Progress(clocks.steady)
        self._done = 0
        self._is_paused = False
        self._looked_at = clocks.steady()

    def use(self, desk: Desk | None) -> None:
        """Ask at this desk from now on, or at none; what another one has in flight is given up."""
        self.close()
        self._desk, self._work, self._down, self._has_told_ready = desk, None, None, False
        self._is_paused = False
        if desk is not None:
            desk.start()

    def close(self, *, is_lost: bool = False) -> None:
        """Commit what came back, unless that is lost too, and give up what is in flight."""
        desk = self._desk
        if desk is None:
            return
        try:
            if not is_lost:
                self.collect()
                self._commit()
        finally:
            self._desk = None
            desk.close()

    # -- what the run asks -------------------------------------------------------------------

    @property
    def is_ready(self) -> bool:
        """Whether the server answered last time."""
        return self._work is not None and self._down is None

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to be captioned just now."""
        return self._desk is None or (self._work is not None and self._work.is_complete)

    @property
    def has_given_up(self) -> bool:
        """Whether the server has not answered for so long that nobody should wait for it."""
        return self._down is not None and self._down.tries >= _TRIES_BEFORE_GIVING_UP

    @property
    def has_left_photos(self) -> bool:
        """Whether photos wait for a server that does not answer."""
        if not self.has_given_up:
            return False
        captions = self._library.captions
        origin = self._work.queue.origin if self._work else captions.active_id()
        now = self._clocks.wall()
        return self._library.contents.count_without_caption(origin, now=now) > 0

    @property
    def seconds_until_due(self) -> float:
        """When answers that came back are to be committed."""
        work = self._work
        if work is None or not work.answers:
            return _SECONDS_BETWEEN_LOOKS
        return max(0.0, work.answered_at + _SECONDS_BETWEEN_COMMITS - self._clocks.steady())

    def start_over(self) -> None:
        """The library holds something else than before: look at it from the top."""
        if self._work is not None:
            self._work.is_stale = True

    # -- working -----------------------------------------------------------------------------

    def collect(self) -> bool:
        """Take what came back, and commit it where enough has; whether it was committed."""
        for news in self._desk.take_news() if self._desk else ():
            match news:
                case ModelReady():
                    self._begin(news)
                case ModelDown():
                    self._note_down(news)
                case Captioned():
                    self._take(news)
        work = self._work
        if work is None or not work.answers:
            return False
        is_due = len(work.answers) >= BATCH_CAPTIONS or not work.asked
        if not is_due and self.seconds_until_due > 0:
            return False
        self._commit()
        return True

    def step(self) -> bool:
        """Do a bounded piece of what is to be done; whether there was any."""
        return (
            self.collect()
            or catch_up_words(self._library)
            or self._embed_stored()
            or self._weigh_sides()
            or self._offer_some()
            or self._finish()
        )

    def pause(self, is_paused: bool) -> None:
        """Begin no request for now, or go on; called each time the run looks."""
        if is_paused and self._work is not None and not self._work.is_complete:
            self._tell_progress(paused=True)
        if self._desk is not None and is_paused != self._is_paused:
            self._desk.rest(is_paused)
        self._is_paused = is_paused

    def _begin(self, news: ModelReady) -> None:
        capabilities, prompt = news.capabilities, self._desk_prompt_id()
        origin = CaptionOrigin(model_id=capabilities.model, prompt_id=prompt)
        if self._work is None or self._work.origin != origin:
            self._work = self._new_work(origin)
        self._work.parallel = capabilities.parallel
        if self._down is not None or not self._has_told_ready:
            self._emit(CaptionerReady(model=capabilities.model))
        self._down, self._has_told_ready = None, True

    def _new_work(self, origin: CaptionOrigin) -> _Work:
        self._commit()
        with self._library.atomic(changes_photos=False):
            origin_id = self._library.captions.origin_id(origin)
        work = _Work(origin, CaptionQueue(self._library, origin_id, self._clocks.wall))
        if self._work is not None:
            # What is in flight is answered by the new model.
            work.asked, work.busy = self._work.asked, self._work.busy
        return work

    def _desk_prompt_id(self) -> str:
        return self._desk.prompt.id if self._desk is not None else ""

    def _note_down(self, news: ModelDown) -> None:
        if self._down is None or self._down.reason != news.reason:
            self._emit(CaptionerUnavailable(reason=news.reason, hint=news.hint))
        self._down = news

    def _take(self, answer: Captioned) -> None:
        work = self._work
        if work is None or answer.photo.content_id not in work.busy:
            return
        work.asked -= 1
        # What is not there any more, or has changed, is for the scanner to see.
        if answer.is_abandoned or has_changed(answer.photo):
            work.busy.discard(answer.photo.content_id)
            work.queue.pass_over(answer.photo.content_id)
            return
        if not work.answers:
            work.answered_at = self._clocks.steady()
        work.answers.append(answer)

    def _commit(self) -> None:
        work = self._work
        if work is None or not work.answers:
            return
        while batch := work.answers[:BATCH_CAPTIONS]:
            self._writer.write(work.origin, batch)
            del work.answers[:BATCH_CAPTIONS]
            for answer in batch:
                work.busy.discard(answer.photo.content_id)
            self._done += len(batch)
        work.is_tidy = False
        self._tell_progress()

    def _embed_stored(self) -> bool:
        active = self._library.captions.active_id()
        wanted = self._work.queue.origin if self._work is not None else active
        return self._writer.embed_stored(active) or self._writer.embed_stored(wanted)

    def _weigh_sides(self) -> bool:
        """Learn from the captions how much each side of stage 1 counts, where many are new."""
        if self._encoder is None or self._library.revision == self._weighed_at:
            return False
        self._weighed_at = self._library.revision
        try:
            return keep_side_weights(self._library, self._encoder, self._caption_encoder)
        except StorageError:
            raise
        except Exception:  # noqa: BLE001 - a seam
            # A model may raise anything; searches go on with the weights that there are.
            _log.exception("the sides of stage 1 could not be weighed")
            return False

    def _offer_some(self) -> bool:
        work, desk = self._work, self._desk
        if work is None or desk is None or self._down is not None:
            return False
        if work.is_stale:
            work.is_stale = False
            work.queue.start_over()
            self._progress.aim(self._done, self._done + work.queue.count())
        # Some more than are asked at once, so that their pictures are ready when it is their turn.
        room = work.parallel + max(4, work.parallel // 2) - work.asked
        has_offered = False
        while room > 0 and (taken := work.queue.take(work.busy)) is not None:
            photo, content_id = taken
            picture = self._pool.submit_preview(photo.path, CAPTION_SIDE)
            desk.offer(CaptionJob(photo=photo, picture=picture))
            work.busy.add(content_id)
            work.asked += 1
            room -= 1
            has_offered = True
        return has_offered

    def _finish(self) -> bool:
        """All are captioned: let these captions count, and drop those they replace."""
        work = self._work
        if work is None or not work.is_complete:
            return False
        captions = self._library.captions
        if work.queue.origin == captions.active_id():
            work.is_tidy = work.is_tidy or not drop_superseded(self._library)
            return not work.is_tidy or self._look_again(work)
        if not any(count.origin == work.origin for count in captions.count_by_origin()):
            return self._look_again(work)
        switch_captions(self._library, work.origin)
        return True

    def _look_again(self, work: _Work) -> bool:
        """Now and then, for photos whose time to be tried again has come."""
        now = self._clocks.steady()
        if now - self._looked_at >= _SECONDS_BETWEEN_LOOKS:
            self._looked_at = now
            work.is_stale = True
            return self._offer_some()
        return False

    # -- telling -----------------------------------------------------------------------------

    def _tell_progress(self, *, paused: bool = False) -> None:
        event = self._progress.report(self._done, 0, paused=paused)
        if event is not None:
            self._emit(
                CaptionProgress(
                    done=event.done,
                    total=event.total,
                    captions_per_second=event.photos_per_second,
                    seconds_left=event.seconds_left,
                    paused=event.paused,
                )
            )
