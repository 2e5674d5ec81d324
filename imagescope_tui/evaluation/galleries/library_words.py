"""Words and pictures of a benchmark's photos, by the ids that a run knows them by."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from imagescope_tui.search.retriever import WordAnswer, WordHit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from imagescope_tui.evaluation.galleries.catalogue import Catalogue
    from imagescope_tui.library_words import LibraryWords
    from imagescope_tui.photo_sight import LibrarySight
    from imagescope_tui.search.sight import SeenPhoto
    from storage.records import Photo, PhotoFilter, PhotoId


class GalleryWords:
    """The word index of the gallery's library; equal scores are ordered by name."""

    def __init__(self, words: LibraryWords, catalogue: Catalogue) -> None:
        self._words = words
        self._catalogue = catalogue
        self._last: tuple[tuple[str, ...], PhotoFilter, WordAnswer] | None = None

    async def matching(
        self, words: Sequence[str], photo_filter: PhotoFilter, *, limit: int
    ) -> WordAnswer:
        """The photos that hold any of the words."""
        asked = (tuple(words), photo_filter)
        # The sides are ranked for the same words as their fusion just before.
        if self._last is None or self._last[:2] != asked:
            self._last = (*asked, await self._all_matching(*asked))
        found = self._last[2]
        return WordAnswer(hits=found.hits[:limit], unknown=found.unknown)

    async def _all_matching(self, words: Sequence[str], photo_filter: PhotoFilter) -> WordAnswer:
        # All of them: which of several equal ones comes first is not for the library to say.
        everything = len(self._catalogue.names)
        found = await self._words.matching(words, self._stored(photo_filter), limit=everything)
        hits = sorted(self._known(found.hits), key=lambda hit: (-hit.score, hit.photo_id))
        return WordAnswer(hits=tuple(hits), unknown=found.unknown)

    async def timeline(
        self, photo_filter: PhotoFilter, *, limit: int, oldest_first: bool = False
    ) -> tuple[WordHit, ...]:
        """The photos that pass the filter, newest first."""
        stored = self._stored(photo_filter)
        found = await self._words.timeline(stored, limit=limit, oldest_first=oldest_first)
        return tuple(self._known(found))

    async def photos(self, photo_ids: Sequence[PhotoId]) -> dict[PhotoId, Photo]:
        """Nothing: the photos of a gallery are each by itself."""
        return {}

    def close(self) -> None:
        """Let go of the library."""
        self._words.close()

    def _stored(self, photo_filter: PhotoFilter) -> PhotoFilter:
        stored = (self._catalogue.stored_id_of(photo) for photo in photo_filter.photo_ids)
        return replace(photo_filter, photo_ids=tuple(photo for photo in stored if photo))

    def _known(self, hits: Iterable[WordHit]) -> list[WordHit]:
        pairs = ((hit, self._catalogue.of_stored(hit.photo_id)) for hit in hits)
        # Not dataclasses.replace, which takes several times as long for each of many hits.
        return [
            WordHit(
                photo_id=photo,
                content_id=hit.content_id,
                score=hit.score,
                caption_score=hit.caption_score,
            )
            for hit, photo in pairs
            if photo is not None
        ]


class GallerySight:
    """Shows the gallery's photos to the models."""

    def __init__(self, sight: LibrarySight, catalogue: Catalogue) -> None:
        self._sight = sight
        self._catalogue = catalogue

    async def of_photo(
        self, photo_id: PhotoId, side: int, second: float | None = None
    ) -> SeenPhoto | None:
        """A photo of the gallery; None where it cannot be read."""
        stored = self._catalogue.stored_id_of(photo_id)
        return None if stored is None else await self._sight.of_photo(stored, side, second)

    async def of_file(self, path: Path, side: int) -> SeenPhoto | None:
        """Any picture; None where it cannot be read."""
        return await self._sight.of_file(path, side)

    async def caption_of(self, path: Path) -> str:
        """What the gallery's caption says of the photo; empty where there is none."""
        return await self._sight.caption_of(path)

    async def caption_of_photo(self, photo_id: PhotoId) -> str:
        """What the gallery's caption says of a photo; empty where there is none."""
        stored = self._catalogue.stored_id_of(photo_id)
        return "" if stored is None else await self._sight.caption_of_photo(stored)

    def close(self) -> None:
        """Let go of the library, and end what was started."""
        self._sight.close()
