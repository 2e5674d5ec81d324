"""The mailbox between the indexing thread and those who have something to tell it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from indexer.pauses import Pauses

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from indexer.models.chat_types import RoleSettings
    from indexer.pauses import PauseReason
    from storage.records import PhotoId


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What came in since the last time."""

    new_folders: tuple[Path, ...] = ()
    removed_folders: tuple[Path, ...] = ()
    """Roots that are to be forgotten."""
    changes: dict[Path, frozenset[Path] | None] = field(default_factory=dict)
    """Per root the folders to look at again; None for the whole root."""
    rescan: bool = False
    """Look at every root again."""
    retry: bool = False
    """Try every failed photo again."""
    retry_photos: tuple[PhotoId, ...] = ()
    """Try these again."""
    retry_reasons: tuple[str, ...] = ()
    """Try those again that failed for these."""
    is_captioner_new: bool = False
    """Whether `captioner` says something."""
    captioner: RoleSettings | None = None
    """Who writes captions from now on; None for nobody."""


class Control:
    """Thread-safe; reading takes what is there."""

    def __init__(self, pauses: Pauses | None = None) -> None:
        """`pauses` None: only `pause` makes it pause."""
        self._news = threading.Condition()
        self._stopped = False
        self._pauses = pauses or Pauses()
        self._folders: list[Path] = []
        self._removed: list[Path] = []
        self._changes: dict[Path, set[Path] | None] = {}
        self._rescan = False
        self._retry = False
        self._retry_photos: list[PhotoId] = []
        self._retry_reasons: list[str] = []
        self._degraded: dict[Path, str] = {}
        self._is_captioner_new = False
        self._captioner: RoleSettings | None = None
        self._is_woken = False
        self.holder = ""
        """Who indexes the library instead; empty while nobody else does."""

    @property
    def is_stopped(self) -> bool:
        """Whether the run is to end."""
        return self._stopped

    @property
    def is_paused(self) -> bool:
        """Whether photos are left alone for now."""
        return self._pauses.reason is not None

    @property
    def pause_reason(self) -> PauseReason | None:
        """Why photos are left alone; None where they are not."""
        return self._pauses.reason

    @property
    def has_orders(self) -> bool:
        """Whether anything came in that has not been taken, or the run is to end."""
        with self._news:
            return self._has_orders()

    def _has_orders(self) -> bool:
        return bool(
            self._stopped
            or self._folders
            or self._removed
            or self._changes
            or self._rescan
            or self._retry_photos
            or self._retry_reasons
            or self._is_captioner_new
        )

    def stop(self) -> None:
        """End after the batch in hand."""
        with self._news:
            self._stopped = True
            self._news.notify_all()

    def pause(self, paused: bool) -> None:
        """Leave photos alone, or go on."""
        self._pauses.ask(paused)
        self.wake()

    def add_folder(self, folder: Path) -> None:
        """A root to add."""
        with self._news:
            self._folders.append(folder)
            self._news.notify_all()

    def remove_folder(self, folder: Path) -> None:
        """A root to forget."""
        with self._news:
            self._removed.append(folder)
            self._news.notify_all()

    def retry(self, photo_ids: Sequence[PhotoId], reasons: Sequence[str]) -> None:
        """Failed photos to try again: these, and those that failed for these reasons."""
        with self._news:
            self._retry_photos += photo_ids
            self._retry_reasons += reasons
            self._news.notify_all()

    def rescan(self, *, retry: bool = False) -> None:
        """Look at every root again."""
        with self._news:
            self._rescan = True
            self._retry = self._retry or retry
            self._news.notify_all()

    def caption_with(self, settings: RoleSettings | None) -> None:
        """Who writes captions from now on; None for nobody."""
        with self._news:
            self._is_captioner_new, self._captioner = True, settings
            self._news.notify_all()

    def wake(self) -> None:
        """End one `wait`: something is ready that is no order."""
        with self._news:
            self._is_woken = True
            self._news.notify_all()

    def report_change(self, root: Path, folders: frozenset[Path] | None) -> None:
        """Something happened in these folders of the root; None for anywhere in it."""
        with self._news:
            before = self._changes.get(root, set())
            if folders is None or before is None:
                self._changes[root] = None
            else:
                self._changes[root] = before | folders
            self._news.notify_all()

    def report_degraded(self, root: Path, reason: str) -> None:
        """The root cannot be watched."""
        with self._news:
            self._degraded[root] = reason
            self._news.notify_all()

    def take_degraded(self) -> dict[Path, str]:
        """Roots that cannot be watched, and why; each is given once."""
        with self._news:
            taken, self._degraded = self._degraded, {}
            return taken

    def take(self) -> Orders:
        """What came in since the last time."""
        with self._news:
            orders = Orders(
                new_folders=tuple(self._folders),
                removed_folders=tuple(self._removed),
                changes={
                    root: None if folders is None else frozenset(folders)
                    for root, folders in self._changes.items()
                },
                rescan=self._rescan,
                retry=self._retry,
                retry_photos=tuple(self._retry_photos),
                retry_reasons=tuple(self._retry_reasons),
                is_captioner_new=self._is_captioner_new,
                captioner=self._captioner,
            )
            self._is_captioner_new, self._captioner = False, None
            self._folders, self._removed, self._changes = [], [], {}
            self._retry_photos, self._retry_reasons = [], []
            self._rescan = self._retry = False
            return orders

    def wait_for_end(self, seconds: float) -> None:
        """Sleep whatever comes in, at most so long; ends early only when the run is to end."""
        with self._news:
            self._news.wait_for(lambda: self._stopped, seconds)

    def wait(self, seconds: float) -> None:
        """Sleep until something comes in or somebody wakes us, at most so long."""
        with self._news:
            if not self._has_orders() and not self._is_woken:
                self._news.wait(seconds)
            self._is_woken = False
