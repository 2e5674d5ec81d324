"""What the screen knows of the index: the indexer's events folded into a value, without Textual."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from indexer.events import (
    CaptionerReady,
    CaptionerUnavailable,
    CaptionProgress,
    CaptionsCommitted,
    EncoderReady,
    EncoderUnavailable,
    IndexerStarted,
    IndexHalted,
    IndexPaused,
    IndexProgress,
    IndexResumed,
    IndexUpToDate,
    PhotosCommitted,
    RootMoved,
    RootOffline,
    RootRemoved,
    ScanFinished,
    ScanStarted,
    TextProgress,
    TextReaderUnavailable,
    WatchDegraded,
)

if TYPE_CHECKING:
    from indexer.events import IndexEvent


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


def reduce_index(view: IndexView, event: IndexEvent) -> IndexView:
    """The view after one more event of the indexer; kinds it does not know change nothing."""
    for part in (_of_encoder, _of_folder, _of_run, _of_captions, _of_texts):
        changed = part(view, event)
        if changed is not None:
            return changed
    return view


def _of_encoder(view: IndexView, event: IndexEvent) -> IndexView | None:
    match event:
        case EncoderReady(encoder_id=encoder_id):
            return replace(view, encoder_id=encoder_id, encoder_problem=None)
        case EncoderUnavailable(reason=reason, hint=hint):
            problem = Problem(reason=reason, hint=hint)
            return replace(view, encoder_id=None, encoder_problem=problem)
        case _:
            return None


def _of_captions(view: IndexView, event: IndexEvent) -> IndexView | None:
    match event:
        case CaptionerReady(model=model):
            return replace(view, captioner=model, captioner_problem=None)
        case CaptionerUnavailable(reason=reason, hint=hint):
            problem = Problem(reason=reason, hint=hint)
            return replace(view, captioner=None, captioner_problem=problem, captioning=None)
        case CaptionProgress(done=done, total=total):
            return replace(view, captioning=event if done < total else None)
        case CaptionsCommitted(revision=revision):
            return replace(view, revision=max(view.revision, revision))
        case _:
            return None


def _of_texts(view: IndexView, event: IndexEvent) -> IndexView | None:
    match event:
        case TextProgress(done=done, total=total):
            return replace(view, reading=event if done < total else None)
        case TextReaderUnavailable():
            return replace(view, reading=None)
        case _:
            return None


def _of_folder(view: IndexView, event: IndexEvent) -> IndexView | None:
    match event:
        case ScanStarted(root=root):
            return replace(view, scanning=root, up_to_date=False)
        case ScanFinished(root=root):
            return replace(view, scanning=None, offline=_without(view.offline, root))
        case RootOffline(root=root, photos=photos, reason=reason):
            fresh = OfflineRoot(root=root, photos=photos, reason=reason)
            scanning = None if view.scanning == root else view.scanning
            offline = (*_without(view.offline, root), fresh)
            return replace(view, scanning=scanning, offline=offline)
        case RootMoved(before=before):
            offline = _without(view.offline, before)
            others = tuple(item for item in view.moved if before not in (item.before, item.root))
            return replace(view, offline=offline, moved=(*others, event))
        case RootRemoved(root=root):
            return replace(
                view,
                offline=_without(view.offline, root),
                moved=tuple(item for item in view.moved if item.root != root),
                unwatched=tuple(item for item in view.unwatched if item.root != root),
            )
        case WatchDegraded(root=root, reason=reason, seconds_between_scans=seconds):
            kept = tuple(entry for entry in view.unwatched if entry.root != root)
            slow = UnwatchedRoot(root=root, reason=reason, seconds_between_scans=seconds)
            return replace(view, unwatched=(*kept, slow))
        case _:
            return None


def _of_run(view: IndexView, event: IndexEvent) -> IndexView | None:
    match event:
        case IndexerStarted(indexing=indexing, holder=holder):
            # The encoder is loaded beside it, and may have been ready before.
            return replace(
                view,
                is_started=True,
                is_elsewhere=not indexing,
                holder=holder,
                is_told_to_pause=False,
                pause_reason="",
            )
        case IndexPaused(reason=reason):
            return replace(told_to_pause(view, is_paused=True), pause_reason=reason)
        case IndexResumed():
            return told_to_pause(view, is_paused=False)
        case IndexProgress():
            return replace(view, progress=event, failed=event.failed, up_to_date=False, halted=None)
        case PhotosCommitted(revision=revision):
            return replace(view, revision=max(view.revision, revision))
        case IndexUpToDate(failed=failed):
            return replace(
                view, up_to_date=True, progress=None, scanning=None, failed=failed, halted=None
            )
        case IndexHalted(reason=reason, hint=hint):
            problem = Problem(reason=reason, hint=hint)
            return replace(view, halted=problem, progress=None, scanning=None)
        case _:
            return None


def _without(roots: tuple[OfflineRoot, ...], root: str) -> tuple[OfflineRoot, ...]:
    return tuple(entry for entry in roots if entry.root != root)
