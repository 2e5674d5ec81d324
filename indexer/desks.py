"""What answers need that are given beside the index run, made when the first one is asked for.

A desk belongs to the thread that asks it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from indexer.decoding.pool import DecodePool
from indexer.ranking.lookup import VectorLookup
from indexer.ranking.stacks import stacks
from indexer.ranking.where import WordFinder
from indexer.wire import answer_to_wire, question_from_wire, where_to_wire
from storage.errors import LibraryMissing
from storage.library import Library
from storage.records import ContentId, PhotoId
from storage.thumbnails import THUMBNAIL_SIDE

if TYPE_CHECKING:
    from pathlib import Path

    from indexer.decoding.failures import DecodeFailure
    from indexer.decoding.photo import Decoded
    from indexer.encoder_slot import EncoderSlot
    from indexer.models.protocols import ImageTextEncoder
    from storage.thumbnails import ThumbnailCache


class _EncoderDesk:
    """The library, the encoder, and pictures as the encoder wants them."""

    def __init__(self, folder: Path, encoders: EncoderSlot) -> None:
        self._folder = folder
        self._encoders = encoders
        self._library: Library | None = None
        self._pool: DecodePool | None = None

    def close(self) -> None:
        """Let go of what was opened."""
        if self._pool is not None:
            self._pool.close()
        if self._library is not None:
            self._library.close()

    def _encoder(self) -> ImageTextEncoder:
        encoder = self._encoders.wait()
        if encoder is None:
            raise self._encoders.error or LibraryMissing("there is no encoder")
        return encoder

    def _opened(self) -> Library:
        self._library = self._library or Library.open_reader(self._folder)
        return self._library

    def _decode(self, path: Path) -> Decoded | DecodeFailure:
        if self._pool is None:
            self._pool = DecodePool(
                picture_input=self._encoder().picture_input,
                thumbnail_side=THUMBNAIL_SIDE,
                workers=1,
            )
        return self._pool.submit(path).result()


class SearchDesk(_EncoderDesk):
    """Answers which photos are nearest."""

    def __init__(self, folder: Path, encoders: EncoderSlot, caption_weight: float) -> None:
        super().__init__(folder, encoders)
        self._caption_weight = caption_weight
        self._lookup: VectorLookup | None = None

    def answer(self, message: dict[str, Any]) -> dict[str, Any]:
        """The nearest photos, for the wire.

        Raises:
            StorageError, ModelError, IndexerError: there is no library, or no encoder.
            KeyError, TypeError, ValueError: the message is no such request.
        """
        question = question_from_wire(message["question"])
        return answer_to_wire(self._ready_lookup().nearest(question))

    def close(self) -> None:
        """Let go of what was opened."""
        if self._lookup is not None:
            self._lookup.close()
        super().close()

    def _ready_lookup(self) -> VectorLookup:
        if self._lookup is None:
            encoder = self._encoder()
            self._lookup = VectorLookup(
                self._opened(),
                encoder,
                self._decode,
                caption_weight=self._caption_weight,
                caption_encoder=self._encoders.wait_for_captions(),
            )
        return self._lookup


class WhereDesk(_EncoderDesk):
    """Answers where in a photo words are seen."""

    def __init__(self, folder: Path, encoders: EncoderSlot, thumbnails: ThumbnailCache) -> None:
        super().__init__(folder, encoders)
        self._thumbnails = thumbnails
        self._finder: WordFinder | None = None

    def answer(self, message: dict[str, Any]) -> dict[str, Any]:
        """Where the words are seen, for the wire; raises as a search does."""
        second = message.get("second")
        if self._finder is None:
            encoder = self._encoder()
            self._finder = WordFinder(self._opened(), self._thumbnails, encoder, self._decode)
        answer = self._finder.where(
            PhotoId(int(message["photo"])),
            tuple(str(word) for word in message["words"]),
            None if second is None else float(second),
        )
        return where_to_wire(answer)


class StackDesk:
    """Answers which photos are one, whether or not there is an encoder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._library: Library | None = None

    def answer(self, message: dict[str, Any]) -> dict[str, Any]:
        """The stacks, for the wire.

        Raises:
            StorageError: there is no library.
            KeyError, TypeError, ValueError: the message is no such request.
        """
        contents = [ContentId(int(content_id)) for content_id in message["contents"]]
        self._library = self._library or Library.open_reader(self._folder)
        return {"stacks": stacks(self._library, contents)}

    def close(self) -> None:
        """Let go of what was opened."""
        if self._library is not None:
            self._library.close()
