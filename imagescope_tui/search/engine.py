"""A search from query to result: the order of its steps, what to do without one, and the time."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from imagescope_tui.errors import PicturesUnavailable
from imagescope_tui.search.events import (
    CandidatesRetrieved,
    SearchFinished,
    SearchStarted,
    StageDegraded,
)
from imagescope_tui.search.query_language import word_index_terms
from imagescope_tui.search.retriever import WordAnswer, rank
from imagescope_tui.search.types import Candidate, Degradation, SearchOptions, SearchResult

if TYPE_CHECKING:
    from collections.abc import Callable

    from imagescope_tui.search.events import SearchEvent
    from imagescope_tui.search.retriever import PictureSearch, WordSearch
    from imagescope_tui.search.types import Query
    from indexer.answers import NearestAnswer

    Emit = Callable[[SearchEvent], None]

DEFAULT_OPTIONS = SearchOptions()


class SearchEngine:
    """Runs searches; cancelling the task that runs one cancels the search."""

    def __init__(self, pictures: PictureSearch, words: WordSearch) -> None:
        self._pictures = pictures
        self._words = words

    def close(self) -> None:
        """Let go of the library."""
        self._words.close()

    async def search(
        self, query: Query, *, emit: Emit, options: SearchOptions = DEFAULT_OPTIONS
    ) -> SearchResult:
        """Search once, telling each step.

        What the words find is told first, at once; what the pictures add follows.

        Raises:
            Superseded: a newer search took this one's place.
            SearchError: not even the words could be searched.
        """
        started = time.perf_counter()
        emit(SearchStarted(query=query))
        if query.reference is None and not query.text.strip():
            result = await self._timeline(query, options, started)
        else:
            result = await self._retrieve(query, options, started, emit)
        emit(CandidatesRetrieved(ranking=result.ranking, seconds=result.seconds[1]))
        emit(SearchFinished(result=result))
        return result

    async def _timeline(self, query: Query, options: SearchOptions, started: float) -> SearchResult:
        newest = await self._words.newest(query.filter, limit=options.limit)
        ranking = tuple(
            Candidate(photo_id=hit.photo_id, content_id=hit.content_id, score=0.0) for hit in newest
        )
        seconds = time.perf_counter() - started
        return SearchResult(query=query, encoder_id=None, ranking=ranking, seconds={1: seconds})

    async def _retrieve(
        self, query: Query, options: SearchOptions, started: float, emit: Emit
    ) -> SearchResult:
        by_picture = asyncio.create_task(self._near(query, options))
        try:
            words = await self._matching(query, options)
            if words.hits and not by_picture.done():
                first = rank(None, words, options)
                emit(CandidatesRetrieved(ranking=first, seconds=time.perf_counter() - started))
            pictures, degradation = await by_picture
        finally:
            by_picture.cancel()
        if degradation is not None:
            emit(StageDegraded(degradation=degradation))
        return SearchResult(
            query=query,
            encoder_id=pictures.encoder_id if pictures else None,
            ranking=rank(pictures, words, options),
            words_unknown=_unknown(words, pictures),
            degradations=(degradation,) if degradation else (),
            seconds={1: time.perf_counter() - started},
        )

    async def _matching(self, query: Query, options: SearchOptions) -> WordAnswer:
        terms = word_index_terms(query.text)
        if not terms or options.rank_by == "picture":
            return WordAnswer()
        return await self._words.matching(terms, query.filter, limit=options.limit)

    async def _near(
        self, query: Query, options: SearchOptions
    ) -> tuple[NearestAnswer | None, Degradation | None]:
        if options.rank_by == "words":
            return None, None
        try:
            answer = await self._pictures.nearest(
                text=query.text,
                picture=query.reference,
                photo_filter=query.filter,
                limit=options.limit,
            )
        except PicturesUnavailable as error:
            return None, _degradation(error.message)
        return answer, _degradation(answer.problem) if answer.problem else None


def _unknown(words: WordAnswer, pictures: NearestAnswer | None) -> tuple[str, ...]:
    """Words that no photo holds and that said nothing to the encoder either."""
    known = () if pictures is None else pictures.words_known
    if known is None:
        return ()
    return tuple(word for word in words.unknown if word.lower() not in known)


def _degradation(reason: str) -> Degradation:
    return Degradation(
        stage=1, reason=reason, fallback="only names, dates and captions were searched"
    )
