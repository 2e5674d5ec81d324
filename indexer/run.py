"""One run of the indexer: scan, index, and if asked, stay and follow what changes."""

from __future__ import annotations

import json
import logging
import time
from typing import TYPE_CHECKING

from indexer.decode_pool import DecodePool
from indexer.decoding import PHOTO_EXTENSIONS
from indexer.events import (
    IndexHalted,
    IndexUpToDate,
    PhotosCommitted,
    RootOffline,
    ScanFinished,
    ScanStarted,
    WatchDegraded,
)
from indexer.models.protocols import PictureInput
from indexer.pipeline import Pipeline
from indexer.progress import Progress
from indexer.scanner import Scanner
from indexer.trusted_encoder import adopt_encoder
from indexer.watcher import FolderWatcher
from storage.errors import StorageError
from storage.graph_upkeep import refresh_graph
from storage.thumbnails import THUMBNAIL_SIDE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from indexer.control import Control, Orders
    from indexer.encoder_slot import EncoderSlot
    from indexer.events import IndexEvent
    from indexer.options import IndexerOptions
    from storage.library import Library
    from storage.records import Root
    from storage.thumbnails import ThumbnailCache

WATCH_SETTING = "watch"
"""Library setting: JSON object of root path to the reason why it cannot be watched."""

_IDLE_SECONDS = 2.0
_LIVENESS_SECONDS = 10.0
_RESCAN_SECONDS = 3_600.0
_AFTER_HALT_SECONDS = 30.0
_DECODED_BETWEEN_TRIMS = 2_000
# Without an encoder a photo still gets its facts and its thumbnail.
_NO_ENCODER_INPUT = PictureInput(width=16, height=16, fit="squash")

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
    ) -> None:
        self._library = library
        self._options = options
        self._encoders = encoders
        self._thumbnails = thumbnails
        self._control = control
        self._emit = emit
        self._scanner = Scanner(library, PHOTO_EXTENSIONS, is_stopped=lambda: control.is_stopped)
        self._progress = Progress(time.monotonic)
        self._started_at = time.monotonic()
        self._pipeline: Pipeline | None = None
        self._watcher: FolderWatcher | None = None
        self._degraded: dict[Path, str] = {}
        self._scanned_at: dict[Path, float] = {}
        self._looked_at = time.monotonic()
        self._is_up_to_date = False
        self._decoded_at_trim = 0

    @property
    def failed(self) -> int:
        """Photos that failed in this run."""
        return self._pipeline.totals.failed if self._pipeline else 0

    def run(self) -> None:
        """Index until everything is done, or until stopped."""
        try:
            while not self._control.is_stopped:
                try:
                    self._run_until_done()
                    return
                except StorageError as error:
                    if not self._options.serve:
                        raise
                    self._halt(error)
                    self._control.wait(_AFTER_HALT_SECONDS)
        finally:
            self._close()

    def _halt(self, error: StorageError) -> None:
        _log.warning("indexing halted: %s", error.message)
        self._emit(IndexHalted(reason=error.message, hint=error.hint))
        if self._pipeline is not None:
            self._pipeline.close()
            self._pipeline.pool.close()
            self._pipeline = None

    def _close(self) -> None:
        if self._watcher is not None:
            self._watcher.close()
        if self._pipeline is not None:
            self._pipeline.close()
            self._pipeline.pool.close()
        self._thumbnails.trim()

    def _run_until_done(self) -> None:
        if self._options.retry_failed:
            self._forget_failures()
        for folder in self._options.folders:
            self._add_root(folder)
        self._watch_all()
        self._scan(self._library.roots.all())
        while not self._control.is_stopped:
            self._obey(self._control.take())
            if self._work():
                continue
            self._settle()
            if not (self._options.watch or self._options.serve):
                return
            self._control.wait(_IDLE_SECONDS)
            self._look_around()

    # -- indexing ----------------------------------------------------------------------------

    def _work(self) -> bool:
        """One batch; False when nothing is to be done just now."""
        if self._control.is_paused:
            self._tell_progress(paused=True)
            return False
        pipeline = self._pipeline or self._make_pipeline()
        done_before = pipeline.totals.done
        if not pipeline.step():
            return False
        self._is_up_to_date = False
        photos = pipeline.totals.done - done_before
        self._emit(PhotosCommitted(photos=photos, revision=self._library.revision))
        self._tell_progress()
        self._look_for_vanished(pipeline)
        return True

    def _make_pipeline(self) -> Pipeline:
        encoder = self._encoders.wait()
        if encoder is not None:
            adopt_encoder(self._library, encoder)
        wanted = encoder.picture_input if encoder else _NO_ENCODER_INPUT
        self._pipeline = Pipeline(
            self._library,
            DecodePool(
                picture_input=wanted,
                thumbnail_side=THUMBNAIL_SIDE,
                workers=self._options.workers,
            ),
            self._thumbnails,
            encoder,
            self._emit,
            time.time,
        )
        self._aim()
        return self._pipeline

    def _aim(self) -> None:
        if self._pipeline is None:
            return
        encoder = self._pipeline.encoder
        waiting = self._library.contents.count_work(
            encoder.encoder_id if encoder else None, now=time.time()
        )
        self._progress.aim(self._pipeline.totals.done + waiting)

    def _tell_progress(self, *, paused: bool = False) -> None:
        totals = self._pipeline.totals if self._pipeline else None
        event = self._progress.report(
            totals.done if totals else 0, totals.failed if totals else 0, paused=paused
        )
        if event is not None:
            self._emit(event)

    def _settle(self) -> None:
        """Say once that everything is done, and tidy up."""
        if self._is_up_to_date or self._control.is_paused or self._control.is_stopped:
            return
        self._is_up_to_date = True
        counts = self._library.counts()
        self._emit(
            IndexUpToDate(
                photos=counts.photos,
                failed=counts.failed,
                seconds=round(time.monotonic() - self._started_at, 2),
            )
        )
        self._trim_thumbnails()
        self._keep_graph()

    def _trim_thumbnails(self) -> None:
        decoded = self._pipeline.totals.decoded if self._pipeline else 0
        if decoded - self._decoded_at_trim >= _DECODED_BETWEEN_TRIMS:
            self._decoded_at_trim = decoded
            self._thumbnails.trim()

    def _keep_graph(self) -> None:
        """A large library's graph is built when there is nothing else to do."""
        encoder = self._pipeline.encoder if self._pipeline else None
        if encoder is not None and self._options.serve:
            refresh_graph(
                self._library, encoder.encoder_id, is_stopped=lambda: self._control.has_orders
            )

    # -- looking at folders ------------------------------------------------------------------

    def _obey(self, orders: Orders) -> None:
        if orders.retry:
            self._forget_failures()
        for folder in orders.new_folders:
            root = self._add_root(folder)
            self._watch(root)
            self._scan((root,))
        roots = {root.path: root for root in self._library.roots.all()}
        if orders.rescan:
            self._scan(tuple(roots.values()))
        for path, folders in orders.changes.items():
            if path in roots:
                self._scan((roots[path],), folders)
        self._note_degraded()

    def _forget_failures(self) -> None:
        with self._library.atomic():
            self._library.failures.forget_all()

    def _add_root(self, folder: Path) -> Root:
        for root in self._library.roots.all():
            if folder.is_relative_to(root.path):
                return root
        with self._library.atomic():
            added = self._library.roots.add(folder)
            for root in self._library.roots.all():
                if root.id != added.id and root.path.is_relative_to(folder):
                    self._library.roots.absorb(root, added)
        return added

    def _scan(self, roots: tuple[Root, ...], folders: frozenset[Path] | None = None) -> None:
        for root in roots:
            if self._control.is_stopped:
                return
            self._scan_one(root, folders)
        if self._pipeline is not None:
            self._pipeline.start_over()
        self._aim()

    def _scan_one(self, root: Root, folders: frozenset[Path] | None) -> None:
        started = time.monotonic()
        is_whole = folders is None or root.offline_since is not None
        if is_whole:
            self._emit(ScanStarted(root=str(root.path)))
            report = self._scanner.scan_root(root)
            self._scanned_at[root.path] = time.monotonic()
        else:
            report = self._scanner.scan_folders(root, folders or ())
        if report.offline_reason:
            if root.offline_since is None or is_whole:
                self._emit(
                    RootOffline(
                        root=str(root.path), photos=report.photos, reason=report.offline_reason
                    )
                )
            return
        if is_whole or report.added or report.modified or report.moved or report.deleted:
            self._is_up_to_date = False
            self._emit(
                ScanFinished(
                    root=str(root.path),
                    photos=report.photos,
                    added=report.added,
                    modified=report.modified,
                    moved=report.moved,
                    deleted=report.deleted,
                    seconds=round(time.monotonic() - started, 3),
                )
            )

    def _look_for_vanished(self, pipeline: Pipeline) -> None:
        vanished, pipeline.vanished = pipeline.vanished, {}
        for root_id, folders in vanished.items():
            root = self._library.roots.by_id(root_id)
            if root is not None:
                self._scan((root,), frozenset(folders))

    def _look_around(self) -> None:
        """Roots that went or came back, and scans that are due."""
        now = time.monotonic()
        if now - self._looked_at < _LIVENESS_SECONDS:
            return
        self._looked_at = now
        for root in self._library.roots.all():
            was_offline = root.offline_since is not None
            is_offline = bool(self._scanner.problem_of(root))
            if was_offline != is_offline:
                self._scan((root,))
                if not is_offline:
                    self._watch(root)
            elif not is_offline and now - self._scanned_at.get(root.path, now) > self._patience(
                root
            ):
                self._scan((root,))

    def _patience(self, root: Root) -> float:
        is_watched = self._watcher is not None and root.path not in self._degraded
        return _RESCAN_SECONDS if is_watched else self._options.seconds_between_scans

    # -- watching ----------------------------------------------------------------------------

    def _watch_all(self) -> None:
        if not self._options.watch:
            return
        if self._watcher is None:
            self._watcher = FolderWatcher(
                on_change=self._control.report_change, on_degraded=self._control.report_degraded
            )
        for root in self._library.roots.all():
            self._watch(root)
        self._write_degraded()

    def _watch(self, root: Root) -> None:
        if self._watcher is not None:
            self._degraded.pop(root.path, None)
            self._watcher.unwatch(root.path)
            self._watcher.watch(root.path)
            self._note_degraded()

    def _note_degraded(self) -> None:
        news = self._control.take_degraded()
        for path, reason in news.items():
            self._degraded[path] = reason
            self._emit(
                WatchDegraded(
                    root=str(path),
                    reason=reason,
                    seconds_between_scans=self._options.seconds_between_scans,
                )
            )
        if news:
            self._write_degraded()

    def _write_degraded(self) -> None:
        reasons = {str(path): reason for path, reason in self._degraded.items()}
        with self._library.atomic():
            self._library.settings.put(WATCH_SETTING, json.dumps(reasons))
