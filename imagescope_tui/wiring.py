"""Puts engine, library and encoder together, for one process or for two."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

from imagescope_tui.chat_models import ModelSource
from imagescope_tui.config import server_folder, tell_nobody
from imagescope_tui.errors import EncoderUnusable, UsageError
from imagescope_tui.library_words import LibraryWords
from imagescope_tui.search.engine import SearchEngine
from indexer.models.protocols import ModelError, ModelUnknown
from storage.library import THUMBNAILS_NAME, Library

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from pathlib import Path

    from imagescope_tui.config import Settings
    from imagescope_tui.indexer_client import IndexerClient
    from indexer.answers import NearestAnswer, WhereAnswer
    from indexer.decoding.failures import DecodeFailure
    from indexer.decoding.photo import Decoded
    from indexer.decoding.pool import DecodePool
    from indexer.models.protocols import ImageTextEncoder, TextEncoder
    from indexer.questions import PictureQuestion
    from indexer.ranking.lookup import VectorLookup
    from indexer.ranking.where import WordFinder
    from storage.records import ContentId, PhotoId

Answer = TypeVar("Answer")


class LocalPictures:
    """Compares pictures in this process, with an encoder that is loaded when it is needed."""

    def __init__(
        self,
        folder: Path,
        load: Callable[[], tuple[ImageTextEncoder, TextEncoder | None]],
        check: Callable[[ImageTextEncoder], None],
        *,
        caption_weight: float,
    ) -> None:
        """`load` gives the encoder of pictures, and that of captions where it is another.

        `check` raises ModelError where that of pictures is not what the library needs.
        """
        self._folder = folder
        self._caption_weight = caption_weight
        self._load = load
        self._check = check
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="pictures")
        self._encoders: tuple[ImageTextEncoder, TextEncoder | None] | None = None
        self._library: Library | None = None
        self._lookup: VectorLookup | None = None
        self._finder: WordFinder | None = None
        self._pool: DecodePool | None = None
        self._close_parts: list[Callable[[], None]] = []

    async def nearest(self, question: PictureQuestion) -> NearestAnswer:
        """The photos nearest to what is asked.

        Raises:
            UsageError: a picture cannot be read, so that there is nothing to compare with.
            EncoderUnusable: the encoder is not there, or cannot be used.
            ModelUnknown: the setting names none.
        """
        answer = await self._in_thread(lambda: self._opened().nearest(question))
        if answer.problem:
            raise UsageError(answer.problem, "--like and --unlike take photos")
        return answer

    async def where(
        self, photo_id: PhotoId, words: Sequence[str], second: float | None = None
    ) -> WhereAnswer:
        """Where in a photo each of the words is seen; of a moving picture, in that moment."""
        return await self._in_thread(lambda: self._opened_finder().where(photo_id, words, second))

    async def stacks(self, contents: Sequence[ContentId]) -> tuple[tuple[ContentId, ...], ...]:
        """The sets of photos of a ranking that are one; see search.retriever."""
        from indexer.ranking.stacks import stacks

        return await self._in_thread(lambda: stacks(self._opened_library(), contents))

    async def _in_thread(self, ask: Callable[[], Answer]) -> Answer:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, ask)
        except ModelUnknown:
            raise
        except ModelError as error:
            raise EncoderUnusable(error.message, error.hint) from error

    def _opened(self) -> VectorLookup:
        if self._lookup is None:
            from indexer.ranking.lookup import VectorLookup

            encoder, caption_encoder = self._loaded()
            lookup = VectorLookup(
                self._opened_library(),
                encoder,
                self._decoder(encoder),
                use_graph=False,
                caption_weight=self._caption_weight,
                caption_encoder=caption_encoder,
            )
            with ThreadPoolExecutor(1, thread_name_prefix="check") as beside:
                # Its files are read while the library's vectors are.
                checked = beside.submit(self._check, encoder)
                lookup.refresh()
                checked.result()
            self._lookup = lookup
        return self._lookup

    def _opened_finder(self) -> WordFinder:
        if self._finder is None:
            from indexer.ranking.where import WordFinder
            from storage.thumbnails import ThumbnailCache

            self._opened()  # where the encoder is checked
            encoder, _ = self._loaded()
            thumbnails = ThumbnailCache(self._folder / THUMBNAILS_NAME, 0)
            self._finder = WordFinder(
                self._opened_library(), thumbnails, encoder, self._decoder(encoder)
            )
        return self._finder

    def _loaded(self) -> tuple[ImageTextEncoder, TextEncoder | None]:
        if self._encoders is None:
            self._encoders = self._load()
        return self._encoders

    def _opened_library(self) -> Library:
        if self._library is None:
            self._library = Library.open_reader(self._folder)
            self._close_parts.append(self._library.close)
        return self._library

    def _decoder(self, encoder: ImageTextEncoder) -> Callable[[Path], Decoded | DecodeFailure]:
        return lambda path: self._pool_for(encoder).submit(path).result()

    def _pool_for(self, encoder: ImageTextEncoder) -> DecodePool:
        if self._pool is None:
            from indexer.decoding.pool import DecodePool
            from storage.thumbnails import THUMBNAIL_SIDE

            self._pool = DecodePool(
                picture_input=encoder.picture_input, thumbnail_side=THUMBNAIL_SIDE, workers=1
            )
            self._close_parts.append(self._pool.close)
        return self._pool

    def close(self) -> None:
        """Close what was opened, in the thread that opened it."""
        for close in self._close_parts:
            self._thread.submit(close).result()
        self._thread.shutdown()


def engine_beside_indexer(
    client: IndexerClient, library: Path, models: ModelSource | None = None
) -> SearchEngine:
    """An engine whose pictures are compared and prepared by the indexer's child process."""
    from imagescope_tui.photo_sight import IndexerPictures, LibrarySight

    source = models or ModelSource({})
    sight = LibrarySight(library, IndexerPictures(client))
    return SearchEngine(client, LibraryWords(library), models=source.current, sight=sight)


@asynccontextmanager
async def open_own_engine(
    settings: Settings, *, reads_texts_alone: bool = False
) -> AsyncIterator[tuple[SearchEngine, LocalPictures]]:
    """An engine that does everything in this process, and with the models of the settings.

    With it the pictures that it compares, which can be asked where something is seen. One that
    `reads_texts_alone` is given no picture, neither to be like nor to look into, and is ready
    sooner.
    """
    from imagescope_tui.photo_sight import LibrarySight, OwnPictures

    folder = settings.library
    source = ModelSource(settings.chat)
    # Where none ever ran there is none to find, and what would look takes long to import.
    if not source.is_configured and server_folder().is_dir():
        from imagescope_tui.model_server import ModelServerKeeper

        source.use_local(await ModelServerKeeper(settings).find())
    pictures = LocalPictures(
        folder,
        lambda: (load_picture_encoder(settings), load_caption_encoder(settings)),
        lambda encoder: _check(encoder, folder, reads_texts_alone=reads_texts_alone),
        caption_weight=settings.caption_weight,
    )
    engine = SearchEngine(
        pictures,
        LibraryWords(folder),
        models=source.current,
        sight=LibrarySight(folder, OwnPictures()),
    )
    try:
        yield engine, pictures
    finally:
        pictures.close()
        engine.close()
        await source.close()


def _check(encoder: ImageTextEncoder, library: Path, *, reads_texts_alone: bool) -> None:
    from indexer.trusted_encoder import check_encoder

    check_encoder(encoder, library, reads_texts_alone=reads_texts_alone)


def load_picture_encoder(settings: Settings) -> ImageTextEncoder:
    """The encoder of the settings, loaded here.

    Raises:
        ModelError: it is not on this machine, or cannot be loaded.
    """
    from indexer.models.encoders import load_encoder

    tell_nobody()
    return load_encoder(
        settings.encoder, models_folder=settings.models_folder, threads=settings.threads
    )


def load_caption_encoder(settings: Settings) -> TextEncoder | None:
    """The encoder of captions, loaded here; None where it is that of the pictures.

    Raises:
        ModelError: it is not on this machine, or cannot be loaded.
    """
    from indexer.models.text_encoder import load_text_encoder

    tell_nobody()
    return load_text_encoder(settings.caption_encoder, threads=settings.threads)
