"""What the screen knows of a search and of the index: events folded into values, without Textual.

A saved trace of events, folded here, is the screen as it was.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from imagescope_tui.search.events import (
    CandidatesRetrieved,
    SearchFinished,
    SearchStarted,
    StageDegraded,
)
from indexer.events import (
    EncoderReady,
    EncoderUnavailable,
    IndexerStarted,
    IndexHalted,
    IndexProgress,
    IndexUpToDate,
    PhotosCommitted,
    RootOffline,
    ScanFinished,
    ScanStarted,
    WatchDegraded,
)

if TYPE_CHECKING:
    from imagescope_tui.search.events import SearchEvent
    from imagescope_tui.search.types import Candidate, Degradation, Query, SearchResult
    from indexer.events import IndexEvent
    from storage.records import PhotoId

SearchPhase: TypeAlias = Literal["idle", "searching", "done", "stopped", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchView:
    """A search as far as it has come."""

    phase: SearchPhase = "idle"
    query: Query | None = None
    ranking: tuple[Candidate, ...] = ()
    seconds: float | None = None
    """Until the ranking that is shown; None while there is none."""
    degradations: tuple[Degradation, ...] = ()
    encoder_id: str | None = None
    words_unknown: tuple[str, ...] = ()
    problem: str = ""
    """Why the search failed."""

    def candidate(self, photo_id: PhotoId) -> tuple[int, Candidate] | None:
        """The photo's rank, from 1, and why it is there."""
        for rank, candidate in enumerate(self.ranking, start=1):
            if candidate.photo_id == photo_id:
                return rank, candidate
        return None


def reduce(view: SearchView, event: SearchEvent) -> SearchView:
    """The view after one more event of the same search; a start forgets all but the ranking.

    The old ranking stays until the new one is there, so that nothing flickers while one types.
    """
    match event:
        case SearchStarted(query=query):
            return SearchView(phase="searching", query=query, ranking=view.ranking)
        case CandidatesRetrieved(ranking=ranking, seconds=seconds):
            return replace(view, ranking=ranking, seconds=seconds)
        case StageDegraded(degradation=degradation):
            return replace(view, degradations=(*view.degradations, degradation))
        case SearchFinished(result=result):
            return _finished(view, result)


def _finished(view: SearchView, result: SearchResult) -> SearchView:
    return replace(
        view,
        phase="done",
        query=result.query,
        ranking=result.ranking,
        seconds=sum(result.seconds.values()) if result.seconds else view.seconds,
        degradations=result.degradations,
        encoder_id=result.encoder_id,
        words_unknown=result.words_unknown,
    )


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
    unwatched: tuple[UnwatchedRoot, ...] = ()

    @property
    def is_paused(self) -> bool:
        """Whether the indexer waits because it was told to."""
        return self.progress is not None and self.progress.paused

    @property
    def is_working(self) -> bool:
        """Whether photos are still being read."""
        return self.progress is not None and not self.up_to_date and self.halted is None


def reduce_index(view: IndexView, event: IndexEvent) -> IndexView:
    """The view after one more event of the indexer; kinds it does not know change nothing."""
    changed = _of_encoder(view, event) or _of_folder(view, event) or _of_run(view, event)
    return changed or view


def _of_encoder(view: IndexView, event: IndexEvent) -> IndexView | None:
    match event:
        case EncoderReady(encoder_id=encoder_id):
            return replace(view, encoder_id=encoder_id, encoder_problem=None)
        case EncoderUnavailable(reason=reason, hint=hint):
            problem = Problem(reason=reason, hint=hint)
            return replace(view, encoder_id=None, encoder_problem=problem)
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
            return replace(view, is_started=True, is_elsewhere=not indexing, holder=holder)
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
