"""The indexer's events, folded into what the screen knows of the index; without Textual."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from imagescope_tui.ui.index_state import (
    IndexView,
    OfflineRoot,
    Problem,
    UnwatchedRoot,
    told_to_pause,
)
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
