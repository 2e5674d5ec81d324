"""Photos for the models' eyes: from the thumbnail cache, or made by a guarded decoding process."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol, TypeVar

from imagescope_tui.search.sight import SeenPhoto
from storage.library import THUMBNAILS_NAME, Library
from storage.thumbnails import THUMBNAIL_SIDE, ThumbnailCache

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from imagescope_tui.indexer_client import IndexerClient
    from indexer.decoding.pool import DecodePool
    from storage.records import Photo, PhotoId

Value = TypeVar("Value")


class PictureMaker(Protocol):
    """Makes JPEGs that are in no cache yet."""

    async def of_photo(self, photo: Photo, side: int, second: float | None) -> bytes | None:
        """A photo of the library, or a moment of it; None where it cannot be read."""

    async def of_file(self, path: Path, side: int) -> SeenPhoto | None:
        """A file that is no photo of the library, or None where it cannot be read."""

    def close(self) -> None:
        """End the processes that were started."""


class LibrarySight:
    """What the models see of a library; reads it in a thread of its own."""

    def __init__(self, folder: Path, maker: PictureMaker) -> None:
        self._folder = folder
        self._maker = maker
        # Only reads: what is dropped when the cache is full is the indexer's business.
        self._thumbnails = ThumbnailCache(folder / THUMBNAILS_NAME, 0)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sight")
        self._library: Library | None = None

    async def of_photo(
        self, photo_id: PhotoId, side: int, second: float | None = None
    ) -> SeenPhoto | None:
        """A photo of the library; its thumbnail where the photo itself is not there."""
        photo = await self._read(lambda library: library.photos.by_ids([photo_id]).get(photo_id))
        return await self._seen(photo, side, second) if photo is not None else None

    async def of_file(self, path: Path, side: int) -> SeenPhoto | None:
        """Any picture; None where it cannot be read."""
        photo = await self._read(lambda library: library.photos.at(path))
        if photo is not None and photo.content_hash is not None:
            return await self._seen(photo, side, None)
        return await self._maker.of_file(path, side)

    async def caption_of(self, path: Path) -> str:
        """What the library's caption says of the photo; empty where there is none."""
        return await self._read(lambda library: _caption(library, library.photos.at(path)))

    async def caption_of_photo(self, photo_id: PhotoId) -> str:
        """The same of a photo by its number."""

        def read(library: Library) -> str:
            return _caption(library, library.photos.by_ids([photo_id]).get(photo_id))

        return await self._read(read)

    async def _seen(self, photo: Photo, side: int, second: float | None) -> SeenPhoto | None:
        content_hash = photo.content_hash
        if content_hash is None:
            return None
        second = photo.moment_beside(second)
        jpeg = (
            self._thumbnails.read(content_hash, side, second)
            or await self._maker.of_photo(photo, side, second)
            or self._thumbnails.read(content_hash, side, second)
        )
        if jpeg is None:
            second = None
            jpeg = self._thumbnails.read(content_hash, THUMBNAIL_SIDE)
        return SeenPhoto(content_hash=content_hash, jpeg=jpeg, second=second) if jpeg else None

    async def _read(self, question: Callable[[Library], Value]) -> Value:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: question(self._opened()))

    def _opened(self) -> Library:
        if self._library is None:
            self._library = Library.open_reader(self._folder)
        return self._library

    def close(self) -> None:
        """Close the library in the thread that opened it."""
        self._maker.close()
        if self._library is not None:
            self._thread.submit(self._library.close).result()
        self._thread.shutdown()


def _caption(library: Library, photo: Photo | None) -> str:
    if photo is None or photo.content_id is None:
        return ""
    caption = library.captions.of(photo.content_id)
    return caption.text if caption else ""


class IndexerPictures:
    """Has pictures made by the indexer's child process, which puts them into the cache."""

    def __init__(self, client: IndexerClient) -> None:
        self._client = client

    async def of_photo(self, photo: Photo, side: int, second: float | None) -> bytes | None:
        """Nothing: it is in the cache afterwards, where it can be made."""
        await self._client.prepare_picture(photo.id, side, second)
        return None

    async def of_file(self, path: Path, side: int) -> SeenPhoto | None:
        """None: the screen only asks about photos of the library."""
        return None

    def close(self) -> None:
        """Leave the child to its owner."""


class OwnPictures:
    """Has pictures made by decoding processes of this process."""

    def __init__(self) -> None:
        self._pool: DecodePool | None = None

    async def of_photo(self, photo: Photo, side: int, second: float | None) -> bytes | None:
        """A photo of the library, or a moment of it; None where it cannot be read."""
        return await self._decoded(photo.full_path, side, second)

    async def of_file(self, path: Path, side: int) -> SeenPhoto | None:
        """A file that is no photo of the library, or None where it cannot be read."""
        from indexer.photos.hashing import hash_file

        jpeg = await self._decoded(path, side, None)
        if jpeg is None:
            return None
        content_hash = await asyncio.to_thread(hash_file, path)
        return SeenPhoto(content_hash=content_hash, jpeg=jpeg)

    async def _decoded(self, path: Path, side: int, second: float | None) -> bytes | None:
        outcome = await asyncio.wrap_future(self._opened().submit_preview(path, side, second))
        return outcome if isinstance(outcome, bytes) else None

    def _opened(self) -> DecodePool:
        if self._pool is None:
            from indexer.decoding.pool import DecodePool
            from indexer.models.protocols import PictureInput

            self._pool = DecodePool(
                picture_input=PictureInput(width=16, height=16, fit="squash"),
                thumbnail_side=THUMBNAIL_SIDE,
                workers=0,
            )
        return self._pool

    def close(self) -> None:
        """End the processes that were started."""
        if self._pool is not None:
            self._pool.close()
