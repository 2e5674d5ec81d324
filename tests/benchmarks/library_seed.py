"""Fills a library as if the indexer had read every photo in it, at a fraction of the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from indexer.folders.scanner import Scanner
from indexer.formats import PHOTO_EXTENSIONS
from indexer.models.encoders import load_encoder
from storage.library import THUMBNAILS_NAME, Library
from storage.records import Embedding, Facts
from storage.thumbnails import THUMBNAIL_SIDE, ThumbnailCache
from tests.benchmarks.photo_files import make_small_photos, small_jpeg

if TYPE_CHECKING:
    from pathlib import Path

    from indexer.models.protocols import ImageTextEncoder
    from storage.contents import PendingPhoto

_BATCH = 2_000
_COMPLETE_NAME = "complete"
# More than any screen shows of the newest photos.
_THUMBNAILS = 400


def make_library(folder: Path, count: int) -> Path:
    """A library in which so many small photos count as indexed by `pocket`; made only once."""
    place = folder / f"library-{count}"
    if (place / _COMPLETE_NAME).exists():
        return place
    root = make_small_photos(folder, count)
    with Library.open_writer(place) as library:
        with library.atomic():
            known = library.roots.add(root)
        Scanner(library, PHOTO_EXTENSIONS).scan_root(known)
        mark_as_read(library, thumbnails=_THUMBNAILS)
    (place / _COMPLETE_NAME).touch()
    return place


def mark_as_read(
    library: Library, *, thumbnails: int = 0, encoder: ImageTextEncoder | None = None
) -> None:
    """Give every photo that waits a content, facts and a vector, and the newest a thumbnail.

    The vectors are random; `pocket` is said to have made them unless another encoder is given.
    """
    encoder = encoder or load_encoder("pocket", models_folder=None)
    with library.atomic():
        library.settings.put("encoder_id", encoder.encoder_id)
    cache = ThumbnailCache(library.folder / THUMBNAILS_NAME, 2_000_000_000)
    jpeg = small_jpeg((90, 140, 60))
    while batch := library.contents.unread(now=0.0, limit=_BATCH):
        _read(library, encoder, batch)
        for photo in batch[:thumbnails]:
            cache.write(_hash_of(photo), THUMBNAIL_SIDE, jpeg)
        thumbnails = max(0, thumbnails - len(batch))


def _read(library: Library, encoder: ImageTextEncoder, batch: list[PendingPhoto]) -> None:
    vectors = np.random.default_rng(batch[0].photo_id).normal(size=(len(batch), encoder.dim))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    with library.atomic() as revision:
        embeddings: list[Embedding] = []
        for photo, vector in zip(batch, vectors, strict=True):
            facts = Facts(width=64, height=48, format="JPEG", camera="Fujifilm X-T3")
            content_id = library.contents.put(_hash_of(photo), facts)
            library.contents.assign(photo, content_id)
            embeddings.append(
                Embedding(
                    content_id=content_id,
                    kind="image",
                    encoder_id=encoder.encoder_id,
                    vector=vector,
                )
            )
        library.vectors.put(embeddings, revision)
        library.words.refresh([photo.photo_id for photo in batch])


def _hash_of(photo: PendingPhoto) -> str:
    return f"{photo.photo_id:032x}"
