"""The word index of a library, as the engine asks it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from imagescope_tui.search.retriever import WordAnswer, WordHit
from storage.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from storage.records import Photo, PhotoFilter, PhotoId

Answer = TypeVar("Answer")


class LibraryWords:
    """The word index, read in a thread of its own, so that the screen never waits for the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="words")
        self._library: Library | None = None

    async def matching(
        self, words: Sequence[str], photo_filter: PhotoFilter, *, limit: int
    ) -> WordAnswer:
        """The photos that hold any of the words."""
        return await self._read(lambda library: _matching(library, words, photo_filter, limit))

    async def timeline(
        self, photo_filter: PhotoFilter, *, limit: int, oldest_first: bool = False
    ) -> tuple[WordHit, ...]:
        """The photos that pass the filter, newest first unless said otherwise."""
        return await self._read(
            lambda library: _timeline(library, photo_filter, limit, oldest_first=oldest_first)
        )

    async def photos(self, photo_ids: Sequence[PhotoId]) -> dict[PhotoId, Photo]:
        """What is known of those of the photos that are there."""
        return await self._read(lambda library: library.photos.by_ids(photo_ids))

    async def _read(self, question: Callable[[Library], Answer]) -> Answer:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: question(self._opened()))

    def _opened(self) -> Library:
        if self._library is None:
            self._library = Library.open_reader(self._folder)
        return self._library

    def close(self) -> None:
        """Close the library in the thread that opened it."""
        if self._library is not None:
            self._thread.submit(self._library.close).result()
        self._thread.shutdown()


def _matching(
    library: Library, words: Sequence[str], photo_filter: PhotoFilter, limit: int
) -> WordAnswer:
    matches = library.words.search(words, photo_filter, limit=limit)
    held = {word for match in matches for word in match.held}
    known = held | library.words.known([word for word in words if word not in held])
    return WordAnswer(
        hits=tuple(
            WordHit(
                photo_id=match.photo_id,
                content_id=match.content_id,
                score=match.score,
                caption_score=match.caption_score,
                held=match.held,
                share=match.share,
            )
            for match in matches
        ),
        unknown=tuple(word for word in words if word not in known),
    )


def _timeline(
    library: Library, photo_filter: PhotoFilter, limit: int, *, oldest_first: bool
) -> tuple[WordHit, ...]:
    photos = library.photos.page(photo_filter, offset=0, limit=limit, oldest_first=oldest_first)
    return tuple(WordHit(photo_id=p.id, content_id=p.content_id, score=0.0) for p in photos)
