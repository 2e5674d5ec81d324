"""A library of pictures that are made here, read as the indexer reads them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.decoding.failures import DecodeFailure
from indexer.decoding.photo import decode_photo
from indexer.models.pocket.encoder import load_pocket
from indexer.photos.signatures import signature_of
from storage.library import Library
from storage.records import ContentId, Embedding, Facts
from storage.thumbnails import THUMBNAIL_SIDE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from indexer.decoding.photo import Decoded
    from indexer.models.pocket.encoder import PocketEncoder

_AT_ONCE = 32


class StackLibrary:
    """Its contents have no files: stacks are told without."""

    def __init__(self, folder: Path) -> None:
        self._folder = Path(tempfile.mkdtemp(dir=folder))
        self.library = Library.open_writer(self._folder / "library")
        self.encoder: PocketEncoder = load_pocket()
        self._count = 0
        with self.library.atomic():
            self.library.settings.put("encoder_id", self.encoder.encoder_id)

    def add(self, photos: Iterable[tuple[Path | bytes, Facts]]) -> list[ContentId]:
        """Files, or the bytes of some, and what is known of them; in their order."""
        added: list[ContentId] = []
        waiting: list[tuple[Decoded, Facts]] = []
        for source, facts in photos:
            waiting.append((self._decoded(source), facts))
            if len(waiting) == _AT_ONCE:
                added += self._write(waiting)
                waiting = []
        return added + (self._write(waiting) if waiting else [])

    def _decoded(self, source: Path | bytes) -> Decoded:
        path = source if isinstance(source, Path) else self._folder / "photo.jpg"
        if isinstance(source, bytes):
            path.write_bytes(source)
        decoded = decode_photo(
            path, picture_input=self.encoder.picture_input, thumbnail_side=THUMBNAIL_SIDE
        )
        if isinstance(decoded, DecodeFailure):
            raise TypeError(f"{path}: {decoded.reason}")
        return decoded

    def _write(self, photos: list[tuple[Decoded, Facts]]) -> list[ContentId]:
        rows = self.encoder.encode_pictures([decoded.picture for decoded, _ in photos])
        added = []
        with self.library.atomic() as revision:
            for (decoded, facts), vector in zip(photos, rows, strict=True):
                self._count += 1
                content_id = self.library.contents.put(f"{self._count:08}", facts)
                signature = signature_of(decoded.thumbnail)
                if signature is not None:
                    self.library.signatures.put({content_id: signature})
                embedding = Embedding(
                    content_id=content_id,
                    kind="image",
                    encoder_id=self.encoder.encoder_id,
                    vector=vector,
                )
                self.library.vectors.put([embedding], revision)
                added.append(content_id)
        return added
