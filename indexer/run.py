"""One run of the indexer: scan, index, caption, read text, and if asked, follow what changes."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from indexer.captions.captioner import Captioner, Clocks
from indexer.errors import IndexerError
from indexer.events import (
    IndexHalted,
    IndexPaused,
    IndexResumed,
    IndexUpToDate,
    PhotosCommitted,
)
from indexer.folders.chosen import read_chosen
from indexer.folders.root_keeper import RootKeeper
from indexer.folders.scanner import Scanner
from indexer.folders.sidecar_reader import read_sidecars
from indexer.formats import EXTRAS, photo_extensions
from indexer.metadata.version import FACTS_VERSION
from indexer.progress import Progress
from indexer.texts.opening import open_reading
from indexer.trusted_encoder import adopt_encoder
from indexer.upkeep import Upkeep
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from indexer.captions.captioner import Desk
    from indexer.control import Control, Orders
    from indexer.encoder_slot import EncoderSlot
    from indexer.events import IndexEvent
    from indexer.models.chat_types import RoleSettings
    from indexer.options import IndexerOptions
    from indexer.pauses import PauseReason
    from indexer.texts.reading import TextReading
    from indexer.workshop import PhotoLine, Workshop
    from storage.library import Library
    from storage.thumbnails import ThumbnailCache

_FACTS_VERSION_KEY = "facts_version"
_IDLE_SECONDS = 2.0
_AFTER_HALT_SECONDS = 2.0
_AFTER_HALT_SECONDS_MAX = 60.0
_DECODED_BETWEEN_TRIMS = 2_000

_log = logging.getLogger(__name__)


class IndexRun:
    """Works in one thread, which holds the library for writing."""

    def __init__(
        self,
        library: Library,
        options: IndexerOptions,
        encoders: EncoderSlot,
        thumbnails: ThumbnailCache,
        control: Control,
        emit: Callable[[IndexEvent], None],
        *,
        workshop: Workshop,
    ) -> None:
        self._workshop = workshop
        self._library = library
        self._options = options
        self._encoders = encoders
        self._thumbnails = thumbnails
        self._control = control
        self._emit = emit
        scanner = Scanner(
            library,
            photo_extensions(library.files.extensions()),
            chosen=read_chosen(options.chosen) if options.chosen else None,
            is_stopped=lambda: control.is_stopped,
        )
        self._roots = RootKeeper(library, scanner, control, emit, options.seconds_between_scans)
        self._upkeep = Upkeep(library, options, encoders, thumbnails, control, emit)
        self._progress = Progress(time.monotonic)
        self._started_at = time.monotonic()
        self._pipeline: PhotoLine | None = None
        self._halts = 0
        self._look_at_queue_at = 0.0
        self._captioner: Captioner | None = None
        self._captioner_settings = options.captioner
        self._texts: TextReading | None = None
        self._pause_reason: PauseReason | None = None
        self._is_up_to_date = False
        self.has_left_captions = False
        """Whether the run came to its end without a caption for each photo: no server answered."""
        self._decoded_at_trim = 0

    def run(self) -> None:
        """Index until everything is done, or until stopped.

        Raises:
            StorageError, IndexerError: it cannot go on, and nobody waits for answers.
        """
        try:
            while not self._control.is_stopped:
                try:
                    self._run_until_done()
                    break
                except (StorageError, IndexerError) as error:
                    if not self._options.serve:
                        raise
                    self._halt(error)
            self._drop_pipeline()
        finally:
            self._roots.close()
            self._upkeep.close()
            self._drop_pipeline(is_lost=True)

    def _halt(self, error: StorageError | IndexerError) -> None:
        _log.warning("indexing halted: %s", error.message)
        self._emit(IndexHalted(reason=error.message, hint=error.hint))
        done = self._pipeline.totals.done if self._pipeline else 0
        self._drop_pipeline(is_lost=True)
        # What helps may come any time, but each try looks through all folders.
        self._halts = 0 if done else self._halts + 1
        self._control.wait_for_end(seconds_after_halt(self._halts))

    def _drop_pipeline(self, *, is_lost: bool = False) -> None:
        """Give up what is in flight; `is_lost` where the library cannot be written any more."""
        captioner, self._captioner = self._captioner, None
        if captioner is not None:
            captioner.close(is_lost=is_lost)
        texts, self._texts = self._texts, None
        if texts is not None:
            texts.close(is_lost=is_lost)
        pipeline, self._pipeline = self._pipeline, None
        if pipeline is not None:
            pipeline.close()
            pipeline.pool.close()

    def _run_until_done(self) -> None:
        if self._options.retry_failed:
            self._forget_failures()
        self._retry_with_new_readers()
        for folder in self._options.folders:
            self._roots.add(folder)
        if self._options.watch:
            self._roots.watch_all()
        self._take_note(self._roots.scan_all())
        while not self._control.is_stopped:
            self._obey()
            self._tell_pause()
            has_read = self._read_sidecars() or self._upkeep.name_places(is_busy=True)
            if self._work() or self._caption() or has_read or self._upkeep.replace_words():
                continue
            if self._upkeep.name_places():
                continue
            if self._texts is not None and self._texts.step(paused=self._control.is_paused):
                continue
            self._settle()
            if self._upkeep.make_signatures():
                continue
            if self._is_up_to_date and not (self._options.watch or self._options.serve):
                return
            background = [part for part in (self._captioner, self._texts) if part is not None]
            due = min((part.seconds_until_due for part in background), default=_IDLE_SECONDS)
            self._control.wait(min(due, _IDLE_SECONDS))
            self._take_note(self._roots.look_around())

    def _obey(self) -> None:
        orders = self._control.take()
        try:
            self._remove(orders.removed_folders)
            has_retried = self._retry(orders)
            if orders.is_captioner_new:
                self._caption_with(orders.captioner)
            self._take_note(self._roots.obey(orders) or orders.rescan or has_retried)
        except StorageError:
            # All folders that are known are looked through again then; these may not be known yet.
            for folder in orders.new_folders:
                self._control.add_folder(folder)
            for folder in orders.removed_folders:
                self._control.remove_folder(folder)
            raise

    def _remove(self, folders: tuple[Path, ...]) -> None:
        """Forget roots, whose photos may be in flight; no halt brings them back."""
        if folders:
            self._drop_pipeline()
            kept = tuple(folder for folder in self._options.folders if folder not in folders)
            self._options = replace(self._options, folders=kept)
            self._roots.remove(folders)
            self._take_note(True)

    def _retry(self, orders: Orders) -> bool:
        """Let failed photos be tried again, as far as it was asked for; whether it was."""
        if orders.retry:
            self._forget_failures()
        elif orders.retry_photos or orders.retry_reasons:
            with self._library.atomic():
                self._library.failures.forget(orders.retry_photos)
                self._library.failures.forget_reasons(orders.retry_reasons)
        return bool(orders.retry or orders.retry_photos or orders.retry_reasons)

    def _forget_failures(self) -> None:
        with self._library.atomic():
            self._library.failures.forget_all()

    def _retry_with_new_readers(self) -> None:
        """Photos that failed only for want of a library are due once it is installed.

        All of them are when the readers of this version are newer than those that failed.
        """
        reasons = [extra.reason_missing for extra in EXTRAS if extra.is_installed]
        read_by = self._library.settings.get(_FACTS_VERSION_KEY)
        with self._library.atomic():
            self._library.failures.forget_reasons(reasons)
            if read_by != str(FACTS_VERSION):
                self._library.failures.forget_all()
                self._library.settings.put(_FACTS_VERSION_KEY, str(FACTS_VERSION))

    def _take_note(self, is_different: bool) -> None:
        """The roots hold something else than before: look at the queue from the top."""
        if is_different:
            self._is_up_to_date = False
            self._look_at_queue_at = 0.0
            self._start_background_over()
            if self._pipeline is not None:
                self._pipeline.start_over()
                self._aim(self._pipeline)

    def _start_background_over(self) -> None:
        for part in (self._captioner, self._texts):
            if part is not None:
                part.start_over()

    def _work(self) -> bool:
        """One batch; False when nothing is to be done just now."""
        if self._control.is_paused:
            self._tell_progress(paused=True)
            return False
        pipeline = self._pipeline or self._make_pipeline()
        # While captions come back the run wakes often; the queue need not be asked each time.
        if time.monotonic() < self._look_at_queue_at:
            return False
        done_before = pipeline.totals.done
        if not pipeline.step():
            self._look_at_queue_at = time.monotonic() + _IDLE_SECONDS
            return False
        self._is_up_to_date = False
        self._start_background_over()
        if self._captioner is not None:
            self._captioner.collect()
        photos = pipeline.totals.done - done_before
        if photos:
            self._emit(PhotosCommitted(photos=photos, revision=self._library.revision))
        self._tell_progress()
        self._look_for_vanished(pipeline)
        return True

    def _read_sidecars(self) -> bool:
        """A bounded number of them; False when none waits."""
        if self._control.is_paused or not read_sidecars(self._library):
            return False
        self._is_up_to_date = False
        self._emit(PhotosCommitted(photos=0, revision=self._library.revision))
        return True

    def _make_pipeline(self) -> PhotoLine:
        encoder = self._encoders.wait()
        if encoder is not None:
            adopt_encoder(self._library, encoder, self._encoders.wait_for_captions())
        self._pipeline = self._workshop.open_line(
            self._library, self._thumbnails, encoder, self._emit
        )
        self._decoded_at_trim = 0
        self._aim(self._pipeline)
        clocks = Clocks(wall=time.time, steady=time.monotonic)
        self._captioner = Captioner(
            self._library,
            self._pipeline.pool,
            encoder,
            self._emit,
            clocks,
            caption_encoder=self._encoders.wait_for_captions(),
        )
        self._captioner.use(self._open_desk())
        self._texts = open_reading(
            self._library,
            self._pipeline.pool,
            self._thumbnails,
            self._options.text_in_photos,
            self._emit,
            self._control.wake,
        )
        return self._pipeline

    # -- captions ----------------------------------------------------------------------------

    def _caption_with(self, settings: RoleSettings | None) -> None:
        is_same = settings == self._captioner_settings
        self._captioner_settings = settings
        if self._captioner is None or (is_same and self._captioner.is_ready):
            return
        self._captioner.use(self._open_desk())
        self._is_up_to_date = self._is_up_to_date and self._options.serve

    def _open_desk(self) -> Desk | None:
        settings = self._captioner_settings
        return None if settings is None else self._workshop.open_desk(settings, self._control.wake)

    def _caption(self) -> bool:
        """A bounded piece of captioning; False when nothing is to be done just now."""
        if self._captioner is None:
            return False
        self._captioner.pause(self._control.is_paused)
        return self._captioner.collect() if self._control.is_paused else self._captioner.step()

    @property
    def _waits_for_more(self) -> bool:
        """A command ends when all is captioned and read, or nobody can; a server just goes on."""
        captioner, texts = self._captioner, self._texts
        if captioner is None or self._options.serve:
            return False
        is_captioned = captioner.is_settled or captioner.has_given_up
        return not is_captioned or (texts is not None and not texts.is_settled)

    def _look_for_vanished(self, pipeline: PhotoLine) -> None:
        vanished = pipeline.take_vanished()
        if vanished:
            roots = {root.id: root for root in self._library.roots.all()}
            places = [(roots[i], frozenset(found)) for i, found in vanished.items() if i in roots]
            self._take_note(self._roots.look_at(places))

    # -- telling -----------------------------------------------------------------------------

    def _aim(self, pipeline: PhotoLine) -> None:
        encoder_id = pipeline.encoder.encoder_id if pipeline.encoder else None
        totals = pipeline.totals
        waiting = self._library.contents.count_work(
            encoder_id, now=time.time(), facts_version=FACTS_VERSION, leaving_out=totals.failed
        )
        self._progress.aim(totals.first, totals.first + waiting)

    def _tell_pause(self) -> None:
        reason = self._control.pause_reason
        if reason != self._pause_reason:
            self._pause_reason = reason
            self._emit(IndexPaused(reason=reason) if reason else IndexResumed())

    def _tell_progress(self, *, paused: bool = False) -> None:
        totals = self._pipeline.totals if self._pipeline else None
        event = self._progress.report(
            totals.first if totals else 0, len(totals.failed) if totals else 0, paused=paused
        )
        if event is not None:
            self._emit(event)

    def _settle(self) -> None:
        """Say once that everything is done, and tidy up."""
        if self._control.is_paused or self._control.is_stopped or self._waits_for_more:
            return
        if not self._is_up_to_date:
            self._is_up_to_date = True
            self._tell_up_to_date()
            self._trim_thumbnails()
            self._upkeep.note_changes()
        captioner = self._captioner
        if captioner is None or captioner.is_settled:
            self._upkeep.keep_search_quick(self._pipeline.encoder if self._pipeline else None)

    def _tell_up_to_date(self) -> None:
        captioner = self._captioner
        self.has_left_captions = captioner is not None and captioner.has_left_photos
        counts = self._library.counts()
        seconds = round(time.monotonic() - self._started_at, 2)
        self._emit(
            IndexUpToDate(
                photos=counts.photos,
                failed=counts.failed,
                seconds=seconds,
                films_passed=self._library.passed_over.count(),
            )
        )

    def _trim_thumbnails(self) -> None:
        decoded = self._pipeline.totals.decoded if self._pipeline else 0
        if decoded - self._decoded_at_trim >= _DECODED_BETWEEN_TRIMS:
            self._decoded_at_trim = decoded
            self._thumbnails.trim()


def seconds_after_halt(halts: int) -> float:
    """How long to wait after so many halts in a row."""
    return min(_AFTER_HALT_SECONDS * 2.0**halts, _AFTER_HALT_SECONDS_MAX)
