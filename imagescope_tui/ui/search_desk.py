"""Answers what is asked with photos in an order: the timeline, or what a search finds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from imagescope_tui.errors import ImagescopeError, Superseded
from imagescope_tui.search.events import CandidatesRetrieved, SearchFinished
from imagescope_tui.search.types import SearchOptions
from imagescope_tui.ui.photo_feed import Ranking, Timeline
from imagescope_tui.ui.state import SearchView, reduce
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from imagescope_tui.search.events import SearchEvent
    from imagescope_tui.search.types import RankBy
    from imagescope_tui.ui.asked import Asked
    from imagescope_tui.ui.index_session import IndexSession
    from imagescope_tui.ui.library_reader import LibraryReader
    from imagescope_tui.ui.photo_feed import PhotoSource

RANKING_LIMIT = SearchOptions().limit


class SearchDesk:
    """One question at a time; cancelling `answer` cancels the search behind it."""

    def __init__(
        self,
        session: IndexSession,
        reader: LibraryReader,
        *,
        on_view: Callable[[SearchView], None],
        on_photos: Callable[[PhotoSource], None],
    ) -> None:
        self._session = session
        self._reader = reader
        self._on_view = on_view
        self._on_photos = on_photos
        self.view = SearchView()
        self.rank_by: RankBy = "fused"

    async def answer(self, asked: Asked) -> None:
        """Tell the photos as they are found, and how far the search is.

        Raises:
            StorageError: the library cannot be read.
        """
        if asked.is_timeline:
            count = await self._reader.count(asked.parsed.filter)
            self._tell(SearchView(query=asked.query))
            self._on_photos(Timeline(self._reader, asked.parsed.filter, count))
            return
        try:
            await self._search(asked)
        except Superseded:
            return
        except (ImagescopeError, StorageError) as error:
            self._tell(replace(self.view, phase="failed", problem=error.message))

    def stop(self) -> None:
        """The search was cancelled; what it found stays."""
        if self.view.phase == "searching":
            self._tell(replace(self.view, phase="stopped"))

    async def _search(self, asked: Asked) -> None:
        engine = await self._session.engine()
        options = SearchOptions(rank_by=self.rank_by)
        await engine.search(asked.query, options=options, emit=self._fold)

    def _fold(self, event: SearchEvent) -> None:
        before = self.view.ranking
        is_first = isinstance(event, CandidatesRetrieved) and self.view.seconds is None
        self._tell(reduce(self.view, event))
        is_ranking = isinstance(event, CandidatesRetrieved | SearchFinished)
        if is_first or (is_ranking and self.view.ranking != before):
            self._on_photos(Ranking(self._reader, self.view.ranking))

    def _tell(self, view: SearchView) -> None:
        self.view = view
        self._on_view(view)
