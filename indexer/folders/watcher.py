"""Says which folders to look at again; never decides what changed in them.

The system's events are hints: they are lost in floods, stop at limits, unmounts and networks, and
come in different order from case to case. So they only name folders, and what is known to make
them incomplete is reported too.
"""

from __future__ import annotations

import errno
import logging
import os
import sys
import threading
import time
import warnings
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer

from indexer.folders.coalescer import Coalescer
from indexer.folders.inotify_limits import count_folders, is_limit_reached, watches_max
from indexer.folders.mounts import current_mounts, mounts_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from watchdog.observers.api import BaseObserver

logger = logging.getLogger(__name__)

Identity: TypeAlias = tuple[int, int, frozenset[int]]
"""Device and inode of a root, and what is mounted at and below it."""

# Nothing here comes from reading: indexing must not wake the watcher.
_EVENTS: list[type[FileSystemEvent]] = [
    FileClosedEvent,
    FileCreatedEvent,  # a hard link, or a file moved in, is never closed
    FileMovedEvent,
    FileDeletedEvent,
    DirCreatedEvent,
    DirMovedEvent,
    DirDeletedEvent,
]
if sys.platform != "linux":
    _EVENTS.append(FileModifiedEvent)  # elsewhere nobody says when a file is closed

_OVERFLOW_LOGGER = "watchdog.observers.inotify_c"
_STOPPING_LOGGER = "watchdog.observers.inotify"


@dataclass(slots=True, eq=False)
class _Watched:
    """A root, and what watches it at the moment."""

    root: Path
    observer: BaseObserver | None = None
    identity: Identity | None = None
    """None while the folder is not there."""
    obstacle: str | None = None
    """Why it cannot be watched; it is left alone then."""
    has_new_folders: bool = False


class FolderWatcher:
    """Watches roots and their folders; folders behind symbolic links are not followed.

    Every method may be called from any thread; the callbacks come from threads of the watcher, or
    from `watch` itself, and never at the same time.
    """

    def __init__(
        self,
        on_change: Callable[[Path, frozenset[Path] | None], None],
        on_degraded: Callable[[Path, str], None],
        quiet_seconds: float = 0.5,
        longest_seconds: float = 2.0,
        *,
        seconds_between_checks: float = 5.0,
    ) -> None:
        """Watches nothing yet.

        `on_change(root, folders)`: look at these folders again, and also below those that are new
        or gone; None for the whole root. `on_degraded(root, reason)`: it cannot be watched (any
        more), until `watch` is called again.
        """
        self._on_change = on_change
        self._on_degraded = on_degraded
        self._seconds_between_checks = seconds_between_checks
        self._state = threading.Condition()
        # What follows is only touched while holding the lock of the state.
        self._roots: dict[Path, _Watched] = {}
        self._changes = Coalescer(quiet_seconds=quiet_seconds, longest_seconds=longest_seconds)
        self._check_at = time.monotonic() + seconds_between_checks
        self._thread: threading.Thread | None = None
        self._is_closed = False
        # Held while observers start and stop, never by those who report events.
        self._setup = threading.RLock()
        self._overflow_listener = _OverflowListener(self._note_overflow)
        self._callback = threading.RLock()

    def watch(self, root: Path) -> None:
        """Watch a folder; from the return on, no change in it is missed unless it is degraded.

        A folder that is not there is waited for. Takes as long as walking all its folders.
        """
        with self._state:
            if self._is_closed or root in self._roots:
                return
            watched = self._roots[root] = _Watched(root)
            self._start_thread()
        self._look_after(watched, is_new=True)

    def unwatch(self, root: Path) -> None:
        """Watch the folder no more; a report under way may still come."""
        with self._state:
            watched = self._roots.pop(root, None)
            self._changes.forget(root)
        if watched is not None:
            self._stop(watched)

    def close(self) -> None:
        """Watch nothing any more; no report comes after this. May be called again."""
        with self._state:
            self._is_closed = True
            roots, self._roots = tuple(self._roots.values()), {}
            self._state.notify_all()
        for watched in roots:
            self._stop(watched)
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()
        logging.getLogger(_OVERFLOW_LOGGER).removeHandler(self._overflow_listener)

    # -- events ------------------------------------------------------------------------------

    def _note(self, watched: _Watched, folders: frozenset[Path] | None, *, new: bool) -> None:
        with self._state:
            if self._roots.get(watched.root) is watched:
                watched.has_new_folders |= new
                self._changes.note(watched.root, folders, time.monotonic())
                self._state.notify_all()

    def _note_overflow(self) -> None:
        """Events were lost, of any of the roots.

        The library goes on to watch all folders anew, and does not say when it has; what happens
        in them until then would be missed. So the roots count as replaced: they are watched from
        the beginning, and reported after that.
        """
        with self._state:
            for watched in self._roots.values():
                watched.identity = None
            self._check_at = time.monotonic()
            self._state.notify_all()

    # -- the thread --------------------------------------------------------------------------

    def _start_thread(self) -> None:
        if self._thread is None:
            logging.getLogger(_OVERFLOW_LOGGER).addHandler(self._overflow_listener)
            logging.getLogger(_STOPPING_LOGGER).addFilter(_is_news)
            # A folder that is made and found at once is watched twice, which it warns of and bears;
            # where warnings are errors, its thread would end.
            warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"watchdog\.")
            self._thread = threading.Thread(target=self._run, name="folder-watcher", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while (due := self._wait()) is not None:
            for root, folders in due.items():
                self._tell_change(root, folders)
            self._check_limits()
            if self._is_time_to_check():
                self._check_roots()

    def _is_time_to_check(self) -> bool:
        with self._state:
            now = time.monotonic()
            is_time = now >= self._check_at
            if is_time:
                self._check_at = now + self._seconds_between_checks
            return is_time

    def _wait(self) -> dict[Path, frozenset[Path] | None] | None:
        """The changes that are due, once there are any or it is time to check; None when closed."""
        with self._state:
            while not self._is_closed:
                now = time.monotonic()
                due = self._changes.take_due(now)
                if due or now >= self._check_at:
                    return due
                next_due_at = self._changes.next_due_at()
                self._state.wait(min(next_due_at or self._check_at, self._check_at) - now)
            return None

    def _tell_change(self, root: Path, folders: frozenset[Path] | None) -> None:
        with self._callback:
            if not self._is_closed:
                self._on_change(root, folders)

    def _check_limits(self) -> None:
        """Whether the folders that appeared could still be watched."""
        with self._state:
            grown = [item for item in self._roots.values() if item.has_new_folders]
            for watched in grown:
                watched.has_new_folders = False
        for watched in grown:
            if watched.observer is not None and is_limit_reached(watched.root):
                self._stop(watched)
                self._degrade(watched, _limit_reached())

    def _check_roots(self) -> None:
        with self._state:
            roots = tuple(self._roots.values())
        for watched in roots:
            self._look_after(watched, is_new=False)

    # -- roots -------------------------------------------------------------------------------

    def _look_after(self, watched: _Watched, *, is_new: bool) -> None:
        """Starts, stops or restarts watching as the root comes, goes or is replaced."""
        with self._setup:
            if watched.obstacle is not None or self._roots.get(watched.root) is not watched:
                return
            identity = _identity_of(watched.root)
            if identity == watched.identity and not is_new:
                return
            self._stop(watched)
            watched.identity = identity
            obstacle = self._start(watched) if identity is not None else None
        if obstacle is not None:
            self._degrade(watched, obstacle)
        if not is_new:
            self._note(watched, None, new=False)

    def _degrade(self, watched: _Watched, obstacle: str) -> None:
        with self._state:
            watched.obstacle = obstacle
            is_wanted = self._roots.get(watched.root) is watched
        with self._callback:
            if is_wanted and not self._is_closed:
                self._on_degraded(watched.root, obstacle)

    def _start(self, watched: _Watched) -> str | None:
        """Begins to watch; the reason if that cannot be."""
        real_root = watched.root.resolve()
        obstacle = _obstacle_to_watching(real_root)
        if obstacle is not None:
            return obstacle
        try:
            watched.observer = _started_observer(_Handler(self, watched, real_root), real_root)
        except FileNotFoundError:
            watched.identity = None
            return None
        except OSError as error:
            return _reason_of(error)
        if is_limit_reached(real_root):
            self._stop(watched)
            return _limit_reached()
        return None

    def _stop(self, watched: _Watched) -> None:
        with self._setup:
            observer, watched.observer = watched.observer, None
            if observer is not None:
                observer.stop()
                # The observer may be the one who is calling, or may never have been started.
                with suppress(RuntimeError):
                    observer.join()


class _Handler(FileSystemEventHandler):
    """Turns the system's events of one root into names of folders."""

    def __init__(self, watcher: FolderWatcher, watched: _Watched, real_root: Path) -> None:
        self._watcher = watcher
        self._watched = watched
        self._real_root = real_root

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Notes the folders that hold what the event is about, and the folders it is about."""
        paths = [Path(os.fsdecode(path)) for path in (event.src_path, event.dest_path) if path]
        if self._real_root in paths:
            # Another folder that comes in its place may even get its inode.
            self._watched.identity = None
            self._note(None, event)
            return
        folders = {path.parent for path in paths}
        if event.is_directory:
            folders.update(paths)
        self._note(frozenset(map(self._as_asked, folders)), event)

    def _note(self, folders: frozenset[Path] | None, event: FileSystemEvent) -> None:
        is_new = event.is_directory and not isinstance(event, DirDeletedEvent)
        self._watcher._note(self._watched, folders, new=is_new)

    def _as_asked(self, folder: Path) -> Path:
        """The folder below the root as it was named, which may be a symbolic link."""
        return self._watched.root / folder.relative_to(self._real_root)


class _OverflowListener(logging.Handler):
    """Hears the one line of log that says that events were lost."""

    def __init__(self, on_overflow: Callable[[], None]) -> None:
        super().__init__(logging.WARNING)
        self._on_overflow = on_overflow

    def emit(self, record: logging.LogRecord) -> None:
        """Passes the news on."""
        if "overflow" in record.getMessage().lower():
            self._on_overflow()


def _is_news(record: logging.LogRecord) -> bool:
    """Whether a line of log says more than that an observer was stopped while it waited."""
    return "thread is inactive" not in record.getMessage()


def _started_observer(handler: FileSystemEventHandler, root: Path) -> BaseObserver:
    """An observer of its own for each root, so that one that fails or goes takes no other along.

    Raises:
        OSError: the root is gone, or one of the system's limits is reached.
    """
    observer = Observer()
    try:
        observer.schedule(handler, str(root), recursive=True, event_filter=_EVENTS)
        observer.start()
    except OSError:
        observer.stop()
        raise
    return observer


def _identity_of(root: Path) -> Identity | None:
    """What makes the root the same folder as before; None when it is not there."""
    try:
        status = root.stat()
        mounts = mounts_of(root.resolve(), current_mounts())
    except OSError:
        return None
    return status.st_dev, status.st_ino, frozenset(mount.id for mount in mounts)


def _obstacle_to_watching(real_root: Path) -> str | None:
    """Why events of the root would be incomplete, as far as can be told before."""
    for mount in mounts_of(real_root, current_mounts()):
        if mount.is_remote:
            return f"{mount.point} is a network or shared file system ({mount.kind})"
    limit = watches_max()
    if limit is not None and count_folders(real_root, limit=limit) > limit:
        return f"it has more folders than the system lets us watch ({limit})"
    return None


def _limit_reached() -> str:
    return f"the system's limit of watched folders ({watches_max()}) is reached"


def _reason_of(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return _limit_reached()
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return "the system's limit of programs that watch folders is reached"
    return f"the system refuses to watch it: {error.strerror or error}"
