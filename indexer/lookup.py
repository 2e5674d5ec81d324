"""Answers which photos are nearest to words or to a picture."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from indexer.answers import NearestAnswer, NearPhoto
from indexer.decode_failures import DecodeFailure
from indexer.query_vectors import query_vector
from storage.fused_vectors import CAPTION_WEIGHT
from storage.hnsw import graph_mark, load_graph
from storage.vector_index import HNSW_FROM_ROWS, VectorIndex

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from indexer.decoding import Decoded
    from indexer.models.protocols import ImageTextEncoder
    from storage.library import Library
    from storage.records import ContentId, FloatVector, Neighbours, PhotoFilter

_SPARE = 16


class VectorLookup:
    """One encoder over one library; belongs to the thread that opened the library."""

    def __init__(
        self,
        library: Library,
        encoder: ImageTextEncoder,
        decode: Callable[[Path], Decoded | DecodeFailure],
        *,
        use_graph: bool = True,
        caption_weight: float = CAPTION_WEIGHT,
    ) -> None:
        self._library = library
        self._encoder = encoder
        self._decode = decode
        self.index = VectorIndex(library, encoder.encoder_id, caption_weight=caption_weight)
        # One search alone is answered sooner exactly than a graph is loaded.
        self._use_graph = use_graph
        self._graph_mark = 0

    def nearest(
        self,
        *,
        texts: Sequence[str] = (),
        picture: Path | None = None,
        without: Path | None = None,
        photo_filter: PhotoFilter,
        limit: int,
    ) -> NearestAnswer:
        """The photos whose vectors are nearest to the texts, the picture, or both together.

        Several texts count as their mean. Words and a picture are summed. The picture itself,
        the photo at `without`, and their copies are left out.
        """
        self.refresh()
        reference, problem = self._reference(picture)
        if problem:
            return NearestAnswer(encoder_id=self._encoder.encoder_id, problem=problem)
        query = query_vector(self._encoder, texts, reference)
        if not query.any():
            return NearestAnswer(
                encoder_id=self._encoder.encoder_id, has_meaning=False, words_known=()
            )
        own = {self._content_at(picture), self._content_at(without)}
        found = self._search(query, photo_filter, limit + _SPARE)
        known = self._encoder.known_words(" ".join(texts))
        return replace(
            self._answer(query, found, photo_filter, limit, without=own),
            words_known=None if known is None else tuple(sorted(known)),
        )

    def refresh(self) -> None:
        """Take in what was committed since the last time."""
        self.index.refresh()
        if not self._use_graph or len(self.index) < HNSW_FROM_ROWS:
            return
        mark = graph_mark(self._library.folder)
        if mark != self._graph_mark:
            self._graph_mark = mark
            self.index.use_graph(load_graph(self._library.folder, self.index.space))

    def _search(self, query: FloatVector, photo_filter: PhotoFilter, limit: int) -> Neighbours:
        if photo_filter.is_empty:
            return self.index.search(query, limit)
        allowed = self._library.photos.contents_passing(photo_filter)
        return self.index.search(query, limit, allowed=allowed)

    def _reference(self, picture: Path | None) -> tuple[FloatVector | None, str]:
        if picture is None:
            return None, ""
        content_id = self._content_at(picture)
        if content_id is not None:
            stored = self._library.vectors.of(content_id, self._encoder.encoder_id)
            if stored is not None:
                return stored, ""
        outcome = self._decode(picture)
        if isinstance(outcome, DecodeFailure):
            return None, outcome.reason
        return self._encoder.encode_pictures([outcome.picture])[0], ""

    def _content_at(self, picture: Path | None) -> ContentId | None:
        photo = self._library.photos.at(picture) if picture is not None else None
        return photo.content_id if photo else None

    def _answer(
        self,
        query: FloatVector,
        found: Neighbours,
        photo_filter: PhotoFilter,
        limit: int,
        *,
        without: AbstractSet[ContentId | None],
    ) -> NearestAnswer:
        items = [item for item in found.items if item.content_id not in without][:limit]
        contents = [item.content_id for item in items]
        photos = self._library.photos.of_contents(contents, photo_filter)
        parts = self.index.parts(query, contents)
        return NearestAnswer(
            encoder_id=self._encoder.encoder_id,
            photos=tuple(
                NearPhoto(
                    photo_id=photo_id,
                    content_id=item.content_id,
                    score=item.score,
                    picture=parts[item.content_id].picture,
                    caption=parts[item.content_id].caption,
                )
                for item in items
                if item.content_id in parts
                for photo_id in photos.get(item.content_id, ())
            ),
            mean=found.mean,
            deviation=found.deviation,
        )
