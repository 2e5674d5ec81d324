"""The product's own engine over a gallery, with the scripted server for all roles."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NoReturn

from imagescope_tui.library_words import LibraryWords
from imagescope_tui.search.engine import SearchEngine
from imagescope_tui.search.models import RoleModels
from imagescope_tui.search.types import Query, SearchOptions
from indexer.models.chat import open_chat
from indexer.models.chat_servers import ServerPool
from indexer.models.chat_types import RoleSettings
from indexer.models.roles import ROLES
from indexer.ranking.lookup import VectorLookup
from storage.library import Library
from storage.records import PhotoFilter
from tests.world.gallery import BagEncoder, GallerySight

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from imagescope_tui.search.types import SearchResult, StrategyName
    from indexer.answers import NearestAnswer
    from indexer.questions import PictureQuestion
    from storage.records import ContentId
    from tests.world.gallery import Gallery, GalleryQuery
    from tests.world.model_server import ModelServer


class GalleryPictures:
    """The index of the gallery, asked in this thread."""

    def __init__(self, library: Library) -> None:
        self._lookup = VectorLookup(library, BagEncoder(), _never)

    async def stacks(self, contents: Sequence[ContentId]) -> tuple[tuple[ContentId, ...], ...]:
        return ()

    async def nearest(self, question: PictureQuestion) -> NearestAnswer:
        return self._lookup.nearest(question)


def _never(path: Path) -> NoReturn:
    raise AssertionError(f"{path} is in the library already")


class GallerySearch:
    """Runs edit queries."""

    def __init__(self, gallery: Gallery, server: ModelServer, *, top_k: int = 20) -> None:
        self._library = Library.open_reader(gallery.folder)
        self._top_k = top_k
        self._pool = ServerPool(http_client=server.client())
        settings = RoleSettings(urls=(server.url,))
        self.models = RoleModels(**{role: open_chat(settings, pool=self._pool) for role in ROLES})
        self.engine = SearchEngine(
            GalleryPictures(self._library),
            LibraryWords(gallery.folder),
            models=lambda: self.models,
            sight=GallerySight(gallery),
        )

    async def run(self, query: GalleryQuery, strategy: StrategyName) -> SearchResult:
        """All three stages."""
        return await self.engine.search(
            Query(text=query.instruction, reference=query.reference, filter=PhotoFilter()),
            emit=lambda event: None,
            options=SearchOptions(
                stages=3, rank_by="picture", strategy=strategy, top_k=self._top_k
            ),
        )

    async def close(self) -> None:
        """Let go of everything."""
        await asyncio.to_thread(self.engine.close)
        self._library.close()
        await self._pool.close()
