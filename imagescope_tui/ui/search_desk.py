"""Answers what is asked with photos in an order: the timeline, or what a search finds."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from imagescope_tui.errors import ImagescopeError, Superseded
from imagescope_tui.search.events import (
    CandidateJudged,
    CandidatesReranked,
    CandidatesRetrieved,
    CandidateVerified,
    SearchFinished,
    SearchStarted,
)
from imagescope_tui.search.strategies import options_for
from imagescope_tui.search.types import SearchOptions
from imagescope_tui.ui.arranging import arranged, by_date, named_order
from imagescope_tui.ui.known import sections
from imagescope_tui.ui.photo_feed import Ranking, Timeline
from imagescope_tui.ui.state import SearchView, fold, reduce
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from imagescope_tui.search.events import SearchEvent
    from imagescope_tui.search.types import Candidate, Order
    from imagescope_tui.ui.asked import Asked
    from imagescope_tui.ui.index_session import IndexSession
    from imagescope_tui.ui.library_reader import LibraryReader
    from imagescope_tui.ui.photo_feed import PhotoSource
    from imagescope_tui.ui.settings import UiSettings
    from storage.records import PhotoId

RANKING_LIMIT = SearchOptions().limit
_RANKINGS = (CandidatesRetrieved, CandidatesReranked, SearchFinished)


class SearchDesk:
    """One question at a time; cancelling `answer` cancels the search behind it."""

    def __init__(
        self,
        session: IndexSession,
        reader: LibraryReader,
        settings: UiSettings,
        *,
        on_view: Callable[[SearchView], None],
        on_photos: Callable[[], None],
    ) -> None:
        self._session = session
        self._reader = reader
        self._settings = settings
        self._on_view = on_view
        self._on_photos = on_photos
        self._is_repeated = False
        self._timeline: Timeline | None = None
        self._found = SearchView()
        """The search whose ranking was told last."""
        self.view = SearchView()
        self.order: Order = "match"
        """How the reader wants what matches to be ordered."""
        self._stacked: tuple[Candidate, ...] = ()
        """The photos of the timeline with their bursts as one, where there are any."""
        self._opened: frozenset[PhotoId] = frozenset()
        self.shown: tuple[PhotoId, ...] = ()
        """The photos of the last ranking that have a place of their own."""
        self.order_shown = by_date(oldest_first=False)
        """Of the photos that were given last, whatever is being searched meanwhile."""

    async def answer(self, asked: Asked) -> None:
        """Tell the photos as they are found, and how far the search is.

        Raises:
            StorageError: the library cannot be read.
        """
        if asked.is_timeline:
            await self._show_timeline(asked)
            return
        try:
            await self._search(asked)
        except Superseded:
            return
        except (ImagescopeError, StorageError) as error:
            self._tell(replace(self.view, phase="failed", stage=0, problem=error.message))

    async def _show_timeline(self, asked: Asked) -> None:
        """All photos that pass, and of a few their bursts and near-copies as one soon after."""
        wanted = asked.filter
        count = await self._reader.count(wanted)
        is_oldest = self.order == "oldest"
        self._timeline = Timeline(self._reader, wanted, count, oldest_first=is_oldest)
        self._stacked = ()
        self._tell(SearchView(query=asked.query))
        self._on_photos()
        if not wanted.is_empty and count <= RANKING_LIMIT:
            # Without them every photo stands for itself, which is no trouble.
            with suppress(ImagescopeError, StorageError):
                await self._stack_timeline(asked)

    async def _stack_timeline(self, asked: Asked) -> None:
        engine = await self._session.engine()
        options = self._options(asked)
        found = await engine.search(asked.query, options=options, emit=lambda event: None)
        if any(candidate.stack for candidate in found.ranking):
            self._stacked = found.ranking
            self._on_photos()

    def stop(self) -> None:
        """The search was cancelled; what it found stays."""
        if self.view.phase == "searching":
            self._tell(replace(self.view, phase="stopped", stage=0))

    def show(self, trace: Iterable[SearchEvent]) -> None:
        """A search that was done before, as if it had been done now."""
        self._tell(fold(trace))
        self._show_ranking()

    async def photos(self) -> PhotoSource:
        """What was found last, in the order that is wanted.

        Raises:
            StorageError: the library cannot be read.
        """
        if self._timeline is not None:
            self.order_shown = by_date(oldest_first=self._timeline.is_oldest_first)
            return self._dated() or self._timeline
        view = self._found
        self.order_shown = named_order(view, self.order)
        order = self.order_shown.order
        is_by_date = order != "match"
        moments = {}
        if is_by_date:
            moments = await self._reader.moments([item.photo_id for item in view.ranking])
        found = arranged(view, moments, order)
        ranking = Ranking(
            self._reader, found.candidates, found.sections, self._opened, is_by_date=is_by_date
        )
        self.shown = ranking.photo_ids
        return ranking

    def _dated(self) -> Ranking | None:
        """The timeline with its stacks; None where it has none."""
        if not self._stacked:
            return None
        timeline = Ranking(self._reader, self._stacked, opened=self._opened, has_ranks=False)
        self.shown = timeline.photo_ids
        return timeline

    async def _search(self, asked: Asked) -> None:
        engine = await self._session.engine()
        await engine.search(asked.query, options=self._options(asked), emit=self._fold)

    def _options(self, asked: Asked) -> SearchOptions:
        settings = self._settings
        oldest_first = self.order == "oldest"
        if not asked.is_deep or not settings.has_models():
            return SearchOptions(oldest_first=oldest_first)
        whole = options_for(settings.strategy, top_k=settings.top_k, max_judged=settings.max_judged)
        return replace(whole, oldest_first=oldest_first)

    def _fold(self, event: SearchEvent) -> None:
        before = self.view.ranking
        if isinstance(event, SearchStarted):
            self._is_repeated = event.query == self.view.query and bool(before)
            if not self._is_repeated:
                self._opened = frozenset()
        elif isinstance(event, CandidatesRetrieved):
            event = self._without_flicker(event, before)
        is_first = isinstance(event, CandidatesRetrieved) and not self.view.rankings
        self._tell(reduce(self.view, event))
        is_judged = isinstance(event, CandidatesReranked) or self._is_parted_otherwise(event)
        is_other = isinstance(event, _RANKINGS) and self.view.ranking != before
        if is_first or is_judged or is_other:
            self._show_ranking()

    def _is_parted_otherwise(self, event: SearchEvent) -> bool:
        """Whether a model has said of a photo that it belongs elsewhere."""
        is_told = isinstance(event, CandidateVerified | CandidateJudged)
        return is_told and sections(self.view) != sections(self._found)

    def _without_flicker(
        self, event: CandidatesRetrieved, before: tuple[Candidate, ...]
    ) -> CandidatesRetrieved:
        """Where the same was asked before, its whole ranking stays until a whole one is there."""
        is_partial = all(found.picture_rank is None for found in event.ranking)
        if self._is_repeated and is_partial and not event.is_final:
            return replace(event, ranking=before)
        return event

    def toggle_stack(self, photo_id: PhotoId) -> bool:
        """Open or close the stack of a photo; False where it is in none."""
        ranking = self.view.ranking if self._timeline is None else self._stacked
        stacks = (found.whole_stack for found in ranking if found.stack)
        whole = next((stack for stack in stacks if photo_id in stack), None)
        if whole is None:
            return False
        is_open = not self._opened.isdisjoint(whole)
        self._opened = self._opened - whole if is_open else self._opened | whole
        self._on_photos()
        return True

    def _show_ranking(self) -> None:
        self._timeline, self._found = None, self.view
        self._on_photos()

    def _tell(self, view: SearchView) -> None:
        self.view = view
        self._on_view(view)
