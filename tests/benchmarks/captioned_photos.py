"""Real photos with a model's captions as a library, and people's captions as searches in it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from PIL import Image

from imagescope_tui.evaluation.runs.sides import side_records
from imagescope_tui.search.query_language import word_index_terms
from imagescope_tui.search.retriever import WordAnswer, WordHit, rank
from imagescope_tui.search.types import SearchOptions
from indexer.answers import NearestAnswer, NearPhoto
from indexer.caption_vectors import caption_vectors
from indexer.models.protocols import Picture
from indexer.side_weights import keep_side_weights, stored_side_weights
from indexer.stage_one import StageOne
from storage.records import (
    Caption,
    CaptionOrigin,
    ContentId,
    Embedding,
    Facts,
    FileState,
    PhotoFilter,
    PhotoId,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from imagescope_tui.evaluation.galleries.gallery import Gallery
    from indexer.answers import SideWeights
    from indexer.models.protocols import FloatMatrix, ImageTextEncoder, TextEncoder
    from storage.library import Library
    from storage.records import EmbeddingKind

_MODEL = "blip2_base"


@dataclass(frozen=True, slots=True, kw_only=True)
class Captioned:
    """Photos by name, ascending, each with a model's caption; and searches, each for one photo."""

    folder: Path
    names: tuple[str, ...]
    captions: tuple[str, ...]
    queries: tuple[tuple[str, int], ...]
    """Text, and the place of its photo."""


def read_captioned(folder: Path) -> Captioned:
    """The photos that have a stored machine caption, and what people wrote of them."""
    stored = {row["image_id"]: row[_MODEL] for row in _rows(folder / "captions_machine_blip2.csv")}
    names = tuple(sorted(name for name, caption in stored.items() if caption.strip()))
    places = {name: place for place, name in enumerate(names)}
    told = [(row["caption"], row["image_id"]) for row in _rows(folder / "captions_en.csv")]
    return Captioned(
        folder=folder / "images224",
        names=names,
        captions=tuple(stored[name] for name in names),
        queries=tuple((text, places[name]) for text, name in told if name in places),
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


class Remembering:
    """An encoder that has read all texts before, many at once."""

    def __init__(self, encoder: TextEncoder, texts: Sequence[str]) -> None:
        self._encoder = encoder
        self._places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
        self._known = encoder.encode_texts(list(self._places))

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever else the encoder has
        return getattr(self._encoder, name)

    def encode_texts(self, texts: Sequence[str]) -> FloatMatrix:
        if all(text in self._places for text in texts):
            return self._known[[self._places[text] for text in texts]]
        return self._encoder.encode_texts(texts)


class CaptionedGallery:
    """A library of captioned photos, asked as the product asks its own; ids are places + 1."""

    def __init__(
        self,
        library: Library,
        photos: Captioned,
        encoder: ImageTextEncoder,
        caption_encoder: TextEncoder | None,
        *,
        captioned: int | None = None,
    ) -> None:
        """`captioned` photos have a caption, all by default."""
        self._library = library
        self._photos = photos
        self._encoder = encoder
        self._caption_encoder = caption_encoder
        self._put(len(photos.names) if captioned is None else captioned)
        self._stage = StageOne(library, encoder, caption_encoder)
        self._stage.refresh()

    def __len__(self) -> int:
        return len(self._photos.names)

    @cached_property
    def weights(self) -> SideWeights | None:
        reader = self._caption_encoder or self._encoder
        return stored_side_weights(self._library, self._encoder.encoder_id, reader.encoder_id)

    @property
    def pictures(self) -> CaptionedGallery:
        return self

    @property
    def words(self) -> CaptionedGallery:
        return self

    def name_of(self, photo_id: PhotoId) -> str:
        return self._photos.names[photo_id - 1]

    def photo_id_of(self, name: str) -> PhotoId:
        return PhotoId(self._photos.names.index(name) + 1)

    async def nearest(self, *, texts: Sequence[str], limit: int, **_: object) -> NearestAnswer:
        scores = self._stage.scores(texts)
        order = np.argsort(-scores.fused, kind="stable")[:limit]
        has_caption, caption = self._stage.is_captioned, scores.caption
        mean = 0.0 if caption is None else float(caption[has_caption].mean())
        return NearestAnswer(
            encoder_id=self._encoder.encoder_id,
            photos=tuple(
                NearPhoto(
                    photo_id=PhotoId(int(self._stage.ids[row])),
                    content_id=ContentId(int(self._stage.ids[row])),
                    score=float(scores.fused[row]),
                    picture=float(scores.picture[row]),
                    caption=float(caption[row])
                    if caption is not None and has_caption[row]
                    else None,
                )
                for row in order
            ),
            mean=float(scores.fused.mean()),
            deviation=float(scores.fused.std()),
            mean_caption=mean,
            weights=self.weights,
        )

    async def matching(
        self, words: Sequence[str], photo_filter: PhotoFilter, *, limit: int
    ) -> WordAnswer:
        found = self._library.words.search(words, photo_filter, limit=limit)
        return WordAnswer(
            hits=tuple(
                WordHit(
                    photo_id=match.photo_id,
                    content_id=ContentId(int(match.photo_id)),
                    score=match.score,
                    caption_score=match.caption_score,
                )
                for match in found
            )
        )

    async def ranks(self, text: str, place: int) -> dict[str, int]:
        """The rank of a photo by each side alone and by all together, `fused`."""
        name, everything = self._photos.names[place], len(self)
        sides = await side_records(cast("Gallery", self), text, [name])
        told = {side: record.target_ranks[0] or everything for side, record in sides.items()}
        nearest = await self.nearest(texts=[text], limit=everything)
        hits = await self.matching(word_index_terms(text), PhotoFilter(), limit=everything)
        options = SearchOptions(rank_by="fused", limit=everything, fold_copies=False)
        ranking = [candidate.photo_id for candidate in rank(nearest, hits, options)]
        return {**told, "fused": ranking.index(PhotoId(place + 1)) + 1}

    # -- filling the library -------------------------------------------------------------------

    def _put(self, captioned: int) -> None:
        library, photos = self._library, self._photos
        with library.atomic() as revision:
            root = library.roots.add(photos.folder)
            states = [_state(f"{name}.jpg", inode) for inode, name in enumerate(photos.names)]
            ids = library.files.add(root.id, "", states)
            waiting = {
                item.photo_id: item for item in library.contents.unread(now=0, limit=len(ids))
            }
            for place, photo_id in enumerate(ids):
                content = library.contents.put(str(place), Facts(width=1, height=1))
                library.contents.assign(waiting[photo_id], content)
            library.vectors.put(self._embeddings("image", self._picture_rows()), revision)
            library.captions.put(self._stored_captions()[:captioned])
            rows = caption_vectors(self._caption_encoder or self._encoder, photos.captions)
            library.vectors.put(self._embeddings("caption", rows)[:captioned], revision)
            library.words.refresh(ids)
        keep_side_weights(library, self._encoder, self._caption_encoder)

    def _picture_rows(self) -> FloatMatrix:
        wanted = self._encoder.picture_input
        pictures = []
        for name in self._photos.names:
            with Image.open(self._photos.folder / f"{name}.jpg") as image:
                width, height = image.size
                small = image.convert("RGB").resize(
                    (wanted.width, wanted.height), Image.Resampling.BILINEAR
                )
            pictures.append(Picture(pixels=np.asarray(small), width=width, height=height))
        return self._encoder.encode_pictures(pictures)

    def _stored_captions(self) -> list[Caption]:
        return [
            Caption(content_id=ContentId(number), text=text, model_id=_MODEL, prompt_id="stored")
            for number, text in enumerate(self._photos.captions, start=1)
        ]

    def _embeddings(self, kind: EmbeddingKind, rows: FloatMatrix) -> list[Embedding]:
        reader = self._caption_encoder or self._encoder
        return [
            Embedding(
                content_id=ContentId(number),
                kind=kind,
                encoder_id=(reader if kind == "caption" else self._encoder).encoder_id,
                vector=row,
                origin=CaptionOrigin(model_id=_MODEL, prompt_id="stored")
                if kind == "caption"
                else None,
            )
            for number, row in enumerate(rows, start=1)
        ]


def _state(name: str, inode: int) -> FileState:
    return FileState(name=name, size_bytes=9, mtime_ns=10**18 - inode, ctime_ns=1, inode=inode)
