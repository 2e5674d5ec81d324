"""Which photos have been opened, as the system tells it: what was read, whoever says otherwise."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Self

from watchdog.events import FileOpenedEvent, FileSystemEventHandler
from watchdog.observers import Observer

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent

_SENTINEL = "sentinel.txt"
_PATIENCE_SECONDS = 30


class OpenedFiles(FileSystemEventHandler):
    """Entered: every opening below a folder is noted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._opened: set[Path] = set()
        self._is_caught_up = threading.Event()
        self._observer = Observer()

    def __enter__(self) -> Self:
        (self._folder / _SENTINEL).touch()
        self._observer.schedule(self, str(self._folder), recursive=True)
        self._observer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._observer.stop()
        self._observer.join()
        (self._folder / _SENTINEL).unlink()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Called by the observer's thread."""
        if not isinstance(event, FileOpenedEvent):
            return
        path = Path(str(event.src_path))
        if path.name == _SENTINEL:
            self._is_caught_up.set()
            return
        with self._lock:
            self._opened.add(path)

    def so_far(self) -> frozenset[Path]:
        """All that were opened since they were last forgotten, until this moment."""
        self._is_caught_up.clear()
        (self._folder / _SENTINEL).read_bytes()
        assert self._is_caught_up.wait(_PATIENCE_SECONDS), "the system tells of no openings"
        with self._lock:
            return frozenset(self._opened)

    def forget(self) -> None:
        """Begin anew."""
        self.so_far()
        with self._lock:
            self._opened.clear()

    def forget_some(self, paths: set[Path]) -> None:
        """Other files are there now; what was opened before was not these."""
        self.so_far()
        with self._lock:
            self._opened -= paths
