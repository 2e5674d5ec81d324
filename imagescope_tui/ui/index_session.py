"""The indexer's child process and the search engine beside it, started and restarted together."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from typing import TYPE_CHECKING

from imagescope_tui.errors import PicturesUnavailable, UsageError
from storage.thumbnails import PREVIEW_SIDE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from imagescope_tui.indexer_client import IndexerClient
    from imagescope_tui.ui.settings import Engine, UiSettings
    from indexer.answers import WhereAnswer
    from indexer.events import IndexEvent
    from indexer.models.chat_types import RoleSettings
    from indexer.options import IndexerOptions
    from storage.records import PhotoId


class IndexSession:
    """Owns the child and the engine; both are replaced when another model is to be used."""

    def __init__(self, settings: UiSettings, on_event: Callable[[IndexEvent], None]) -> None:
        self._settings = settings
        self._on_event = on_event
        self._client: IndexerClient | None = None
        self._engine: Engine | None = None
        self._is_ready = asyncio.Event()
        self._removed: set[Path] = set()
        """Folders that a later child is not to add again."""

    async def engine(self) -> Engine:
        """What searches; waits for it while it is being started."""
        while self._engine is None:
            await self._is_ready.wait()
        return self._engine

    async def start(self) -> None:
        """Start the child.

        Raises:
            PicturesUnavailable: it cannot be started; words are still found.
        """
        if self._settings.load_engine is not None:
            await asyncio.to_thread(self._settings.load_engine)
        self._client = self._make_client()
        self._engine = self._settings.make_engine(self._client)
        self._is_ready.set()
        await self._client.start()

    async def ended(self) -> int | None:
        """Wait until the child ends by itself; its exit status, or None where it was told to."""
        client = self._client
        if client is None:
            return None
        status = await client.wait()
        return status if client is self._client else None

    async def restart(self) -> None:
        """End the child after its batch, and start another that may find other models.

        Raises:
            PicturesUnavailable: it cannot be started.
        """
        await self.stop()
        await self.start()

    async def stop(self) -> None:
        """End the child after its batch, and close the engine."""
        client, engine = self._client, self._engine
        self._client = self._engine = None
        self._is_ready.clear()
        if engine is not None:
            engine.close()
        if client is not None:
            await client.stop()

    async def add_folder(self, folder: Path) -> None:
        """Add a folder of photos and index it.

        Raises:
            PicturesUnavailable: the indexer does not run, or refuses.
            UsageError: the library holds chosen files alone.
        """
        if self._settings.indexer_options.chosen is not None:
            raise UsageError("this library is the gallery of a benchmark and takes no other photos")
        await self._running().add_folder(folder)
        self._removed.discard(folder)

    async def remove_folder(self, folder: Path) -> None:
        """Forget a folder of photos; its files are not touched.

        Raises:
            PicturesUnavailable: the indexer does not run, or another program indexes.
            UsageError: the library holds chosen files alone.
        """
        if self._settings.indexer_options.chosen is not None:
            raise UsageError("this library is the gallery of a benchmark and keeps its photos")
        await self._running().remove_folder(folder)
        self._removed.add(folder)

    async def look_again(self, folder: Path) -> None:
        """Look at a folder again.

        Raises:
            PicturesUnavailable: the indexer does not run, or another program indexes.
        """
        await self._running().look_again(folder)

    async def retry(
        self, photo_ids: Sequence[PhotoId] = (), *, reasons: Sequence[str] = ()
    ) -> None:
        """Try failed photos again: these, and those that failed for these reasons.

        Raises:
            PicturesUnavailable: the indexer does not run, or another program indexes.
        """
        await self._running().retry(photo_ids, reasons=reasons)

    async def pause(self, *, is_paused: bool) -> None:
        """Leave photos alone, or go on.

        Raises:
            PicturesUnavailable: the indexer does not run.
        """
        client = self._running()
        await (client.pause() if is_paused else client.resume())

    async def rescan(self) -> None:
        """Look at every folder again, and try failed photos once more.

        Raises:
            PicturesUnavailable: the indexer does not run.
        """
        await self._running().rescan(retry=True)

    async def follow_captioner(self) -> None:
        """Captions are written by another model now, or by none."""
        if self._client is not None:
            with contextlib.suppress(PicturesUnavailable):
                await self._client.caption_with(self._captioner())

    async def prepare_picture(
        self, photo_id: PhotoId, side: int, second: float | None = None
    ) -> bool:
        """Have a thumbnail or preview made, or that of a moment; whether it is there now."""
        if self._client is None:
            return False
        if side == PREVIEW_SIDE:
            return await self._client.prepare_preview(photo_id, second)
        return await self._client.prepare_thumbnail(photo_id, second)

    async def where(
        self, photo_id: PhotoId, words: Sequence[str], second: float | None = None
    ) -> WhereAnswer:
        """Where in a photo each of the words is seen; of a moving picture, in that moment.

        Raises:
            PicturesUnavailable: the photos cannot be looked at just now.
            Superseded: another photo was asked about meanwhile.
        """
        return await self._running().where(photo_id, words, second)

    def _running(self) -> IndexerClient:
        if self._client is None:
            raise PicturesUnavailable("the indexer is not running")
        return self._client

    def _make_client(self) -> IndexerClient:
        make = self._settings.make_client
        if make is None:
            from imagescope_tui.indexer_client import IndexerClient

            return IndexerClient(self._options(), on_event=self._on_event)
        return make(self._options(), self._on_event)

    def _captioner(self) -> RoleSettings | None:
        """Who writes captions; nobody where they belong to a benchmark."""
        is_chosen = self._settings.indexer_options.chosen is not None
        return None if is_chosen else self._settings.captioner()

    def _options(self) -> IndexerOptions:
        options = self._settings.indexer_options
        named = dict.fromkeys((*options.folders, *self._settings.folders))
        folders = (folder for folder in named if folder not in self._removed)
        return dataclasses.replace(
            options,
            folders=tuple(folders),
            watch=True,
            serve=True,
            captioner=self._captioner() or options.captioner,
        )
