"""Keeps the library's roots in step with the disk: adds, scans, watches, notices who is gone."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.events import (
    IgnoreLineOdd,
    RootOffline,
    RootRemoved,
    ScanFinished,
    ScanStarted,
    WatchDegraded,
)
from indexer.folders.homes import Homes
from indexer.folders.watcher import FolderWatcher
from storage.records import PhotoFilter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from indexer.control import Control, Orders
    from indexer.events import IndexEvent, RootMoved
    from indexer.folders.scanner import Scanner, ScanReport
    from storage.library import Library
    from storage.records import Root, RootId

WATCH_SETTING = "watch"
"""Library setting: JSON object of root path to the reason why it cannot be watched."""

_LIVENESS_SECONDS = 10.0
_RESCAN_SECONDS = 3_600.0


class RootKeeper:
    """Works in the thread that holds the library for writing."""

    def __init__(
        self,
        library: Library,
        scanner: Scanner,
        control: Control,
        emit: Callable[[IndexEvent], None],
        seconds_between_scans: float,
    ) -> None:
        self._library = library
        self._scanner = scanner
        self._control = control
        self._emit = emit
        self._homes = Homes(library, scanner.problem_of, time.time)
        self._seconds_between_scans = seconds_between_scans
        self._watcher: FolderWatcher | None = None
        self._degraded: dict[Path, str] = {}
        self._told_lines: set[IgnoreLineOdd] = set()
        # By root and path: a root that moved is to be scanned, and one that took a path over.
        self._scanned_at: dict[tuple[RootId, Path], float] = {}
        self._looked_at = time.monotonic()

    def close(self) -> None:
        """Watch nothing more."""
        if self._watcher is not None:
            self._watcher.close()

    # -- adding and scanning -----------------------------------------------------------------

    def add(self, folder: Path) -> Root:
        """The root that holds a folder; a new one takes the roots in that are there below it."""
        if (known := self._root_holding(folder)) is not None:
            return known
        if (moved := self._homes.claim(folder)) is not None:
            self._take_over(moved)
            if (known := self._root_holding(folder)) is not None:
                return known
        below = [root for root in self._library.roots.all() if root.path.is_relative_to(folder)]
        there = [root for root in below if not self._scanner.problem_of(root)]
        with self._library.atomic():
            added = self._library.roots.add(folder)
            for root in there:
                self._library.roots.absorb(root, added)
        return added

    def remove(self, folders: Sequence[Path]) -> None:
        """Forget roots and which photos are there; what was learned of these stays till a purge."""
        for root in self._library.roots.all():
            if root.path not in folders:
                continue
            with self._library.atomic():
                self._library.roots.remove(root.id)
            if self._watcher is not None:
                self._watcher.unwatch(root.path)
            self._scanned_at.pop((root.id, root.path), None)
            if self._degraded.pop(root.path, None) is not None:
                self._write_degraded()
            self._emit(RootRemoved(root=str(root.path)))

    def _root_holding(self, folder: Path) -> Root | None:
        roots = self._library.roots.all()
        return next((root for root in roots if folder.is_relative_to(root.path)), None)

    def _settle(self) -> None:
        for moved in self._homes.settle():
            self._take_over(moved)

    def _take_over(self, moved: RootMoved) -> None:
        self._emit(moved)
        if self._watcher is not None:
            self._watcher.unwatch(Path(moved.before))
            self._degraded.pop(Path(moved.before), None)
            self._watcher.watch(Path(moved.root))
            self._note_degraded()

    def scan_all(self) -> bool:
        """Compare every root with the disk; whether anything was different."""
        self._settle()
        return self._scan(self._library.roots.all())

    def obey(self, orders: Orders) -> bool:
        """Add and scan what was asked for; whether anything was different."""
        is_different = False
        for folder in orders.new_folders:
            root = self.add(folder)
            self._watch(root)
            is_different |= self._scan((root,))
        if orders.rescan:
            is_different |= self.scan_all()
        roots = {root.path: root for root in self._library.roots.all()}
        for path, folders in orders.changes.items():
            if path in roots:
                is_different |= self._scan((roots[path],), folders)
        self._note_degraded()
        return is_different

    def look_at(self, folders: Iterable[tuple[Root, frozenset[Path]]]) -> bool:
        """Scan folders where a file was missed; whether anything was different."""
        differences = [self._scan((root,), places) for root, places in folders]
        return any(differences)

    def look_around(self) -> bool:
        """Notice roots that went or came back, and do scans that are due."""
        now = time.monotonic()
        if now - self._looked_at < _LIVENESS_SECONDS:
            return False
        self._looked_at = now
        self._settle()
        differences = [self._look_around(root, now) for root in self._library.roots.all()]
        return any(differences)

    def _look_around(self, root: Root, now: float) -> bool:
        is_offline = bool(self._scanner.problem_of(root))
        is_new = (root.id, root.path) not in self._scanned_at
        if is_new or is_offline != (root.offline_since is not None):
            if not is_offline:
                self._watch(root)
            return self._scan((root,))
        is_due = now - self._scanned_at.get((root.id, root.path), now) > self._patience(root)
        return not is_offline and is_due and self._scan((root,))

    def _patience(self, root: Root) -> float:
        is_watched = self._watcher is not None and root.path not in self._degraded
        return _RESCAN_SECONDS if is_watched else self._seconds_between_scans

    def _scan(self, roots: Iterable[Root], folders: frozenset[Path] | None = None) -> bool:
        is_different = False
        for root in roots:
            if not self._control.is_stopped:
                is_different |= self._scan_one(root, folders)
        return is_different

    def _scan_one(self, root: Root, folders: frozenset[Path] | None) -> bool:
        started = time.monotonic()
        is_whole = folders is None or root.offline_since is not None or root.scanned_at is None
        if is_whole:
            self._emit(ScanStarted(root=str(root.path)))
            report = self._scanner.scan_root(root)
            self._scanned_at[root.id, root.path] = time.monotonic()
        else:
            report = self._scanner.scan_folders(root, folders or ())
        self._tell_odd_lines(report)
        is_different = report.is_different
        if report.offline_reason:
            self._emit(
                RootOffline(root=str(root.path), photos=report.photos, reason=report.offline_reason)
            )
        elif is_whole or is_different:
            if not is_whole:
                inside = PhotoFilter(folders=(root.path,))
                report = replace(report, photos=self._library.photos.count(inside))
            self._emit(_finished(root, report, time.monotonic() - started))
        return is_different or root.offline_since is not None

    def _tell_odd_lines(self, report: ScanReport) -> None:
        """Once each, while they stay as they are."""
        for path, lines in report.odd_lines.items():
            for line in lines:
                event = IgnoreLineOdd(
                    path=str(path), line=line.number, text=line.text, reason=line.reason
                )
                if event not in self._told_lines:
                    self._told_lines.add(event)
                    self._emit(event)

    # -- watching ----------------------------------------------------------------------------

    def watch_all(self) -> None:
        """Follow changes in every root from now on."""
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
                    seconds_between_scans=self._seconds_between_scans,
                )
            )
        if news:
            self._write_degraded()

    def _write_degraded(self) -> None:
        reasons = {str(path): reason for path, reason in self._degraded.items()}
        with self._library.atomic():
            self._library.settings.put(WATCH_SETTING, json.dumps(reasons))


def _finished(root: Root, report: ScanReport, seconds: float) -> ScanFinished:
    return ScanFinished(
        root=str(root.path),
        photos=report.photos,
        added=report.added,
        modified=report.modified,
        moved=report.moved,
        deleted=report.deleted,
        sidecars=report.sidecars,
        seconds=round(seconds, 3),
    )
