"""A library whose vectors are known, and encoders that put each text at a fixed random place."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from indexer.models.protocols import PictureInput
from storage.records import Caption, CaptionOrigin, ContentId, Embedding, Facts, FileState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.models.protocols import FloatMatrix, Picture
    from storage.library import Library

PICTURES = "pictures"
WORDS = "words"
ORIGIN = CaptionOrigin(model_id="m", prompt_id="p")
_DIMS = {PICTURES: 6, WORDS: 4}


@dataclass(frozen=True)
class RandomEncoder:
    """Says the same of the same text, and nothing that makes sense."""

    encoder_id: str
    dim: int
    picture_input: PictureInput = PictureInput(width=8, height=8, fit="squash")  # noqa: RUF009
    fills_cores: bool = False

    def encode_texts(self, texts: Sequence[str]) -> FloatMatrix:
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        seeds = [zlib.crc32(f"{self.encoder_id} {text}".encode()) for text in texts]
        return unit_rows([np.random.default_rng(seed).normal(size=self.dim) for seed in seeds])

    def encode_pictures(self, pictures: Sequence[Picture]) -> FloatMatrix:
        raise NotImplementedError

    def known_words(self, text: str) -> frozenset[str] | None:
        return None


def encoder_of(space: str) -> RandomEncoder:
    return RandomEncoder(encoder_id=f"{space}/test", dim=_DIMS[space])


def unit_rows(rows: object) -> FloatMatrix:
    made = np.asarray(rows, dtype=np.float32)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)


@dataclass
class Shelved:
    """Photos whose vectors are known; row i belongs to ids[i]."""

    library: Library
    ids: list[ContentId]
    pictures: FloatMatrix
    captions: dict[str, FloatMatrix]

    def caption(self, places: Sequence[int], space: str, text: str = "words") -> None:
        with self.library.atomic(changes_photos=False) as revision:
            self.library.captions.put(
                [
                    Caption(content_id=self.ids[place], text=text, model_id="m", prompt_id="p")
                    for place in places
                ]
            )
            self.library.vectors.put(
                [
                    Embedding(
                        content_id=self.ids[place],
                        kind="caption",
                        encoder_id=encoder_of(space).encoder_id,
                        vector=self.captions[space][place],
                        origin=ORIGIN,
                    )
                    for place in places
                ],
                revision,
            )


def shelve(library: Library, count: int, *, folder: str = "") -> Shelved:
    """Put photos with random vectors into a library, as the indexer would."""
    random = np.random.default_rng(len(folder))
    pictures = unit_rows(random.normal(size=(count, _DIMS[PICTURES])))
    encoder_id = encoder_of(PICTURES).encoder_id
    states = [
        FileState(name=f"{n}.jpg", size_bytes=9, mtime_ns=10**18 - n, ctime_ns=1, inode=n)
        for n in range(count)
    ]
    ids: list[ContentId] = []
    with library.atomic() as revision:
        root = library.roots.add(Path("/photos") / folder)
        library.files.add(root.id, "", states)
        for photo in library.contents.unread(now=0, limit=count):
            ids.append(library.contents.put(f"{folder} {len(ids)}", Facts(width=1, height=1)))
            library.contents.assign(photo, ids[-1])
        library.vectors.put(
            [
                Embedding(content_id=one, kind="image", encoder_id=encoder_id, vector=vector)
                for one, vector in zip(ids, pictures, strict=True)
            ],
            revision,
        )
    captions = {space: unit_rows(random.normal(size=(count, dim))) for space, dim in _DIMS.items()}
    return Shelved(library, ids, pictures, captions)
