"""What the screen knows of the index; nothing of it needs more than this to be shown first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from indexer.events import CaptionProgress, IndexProgress, RootMoved, TextProgress


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that does not work, and what would help."""

    reason: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineRoot:
    """A folder that is not there; its photos stay."""

    root: str
    photos: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnwatchedRoot:
    """A folder that is looked through now and then, because it cannot be watched."""

    root: str
    reason: str
    seconds_between_scans: float


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexView:
    """The index as far as it has come."""

    is_started: bool = False
    is_elsewhere: bool = False
    """Another window indexes this library."""
    holder: str = ""
    encoder_id: str | None = None
    encoder_problem: Problem | None = None
    scanning: str | None = None
    """The folder that is being looked through."""
    progress: IndexProgress | None = None
    up_to_date: bool = False
    failed: int = 0
    revision: int = 0
    halted: Problem | None = None
    offline: tuple[OfflineRoot, ...] = ()
    moved: tuple[RootMoved, ...] = ()
    """Folders that were found at another place."""
    unwatched: tuple[UnwatchedRoot, ...] = ()

    is_told_to_pause: bool = False
    """Whether the indexer said so, or the last order from here was to pause."""
    pause_reason: str = ""
    """Why, as the indexer says it: `asked` or `battery`."""
    captioner: str | None = None
    """The model that writes captions; None while none answers."""
    captioner_problem: Problem | None = None
    captioning: CaptionProgress | None = None
    """How far captions are; None where none are written."""
    reading: TextProgress | None = None
    """How far photos are looked through for text; None where none are."""

    @property
    def is_paused(self) -> bool:
        """Whether the indexer waits because it was told to, also where nothing waits yet."""
        return self.is_told_to_pause or (self.progress is not None and self.progress.paused)

    @property
    def is_working(self) -> bool:
        """Whether photos are still being read."""
        return self.progress is not None and not self.up_to_date and self.halted is None


def told_to_pause(view: IndexView, *, is_paused: bool) -> IndexView:
    """The view after an order that the indexer has taken."""
    progress = replace(view.progress, paused=is_paused) if view.progress else None
    captioning = replace(view.captioning, paused=is_paused) if view.captioning else None
    return replace(
        view,
        is_told_to_pause=is_paused,
        pause_reason="asked" if is_paused else "",
        progress=progress,
        captioning=captioning,
    )
