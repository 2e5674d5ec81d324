"""Answers which photos are nearest to words or to a picture."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from indexer.answers import ChanceLine, NearestAnswer, NearPhoto
from indexer.models.calibration import CalibratedEncoder
from indexer.ranking.chances import Spread, chance_line
from indexer.ranking.query_vectors import query_vector
from indexer.ranking.side_weights import stored_side_weights
from storage.fused_vectors import CAPTION_WEIGHT
from storage.graph_process import GraphProcess
from storage.graph_upkeep import GRAPH_SETTING
from storage.vector_index import HNSW_FROM_ROWS, VectorIndex

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from indexer.answers import SideWeights
    from indexer.decoding.failures import DecodeFailure
    from indexer.decoding.photo import Decoded
    from indexer.models.protocols import ImageTextEncoder, TextEncoder
    from storage.library import Library
    from storage.records import ContentId, FloatVector, Neighbours, PhotoFilter

_SPARE = 16

_log = logging.getLogger(__name__)


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
        caption_encoder: TextEncoder | None = None,
    ) -> None:
        """`caption_encoder` None: captions are in the space of the pictures."""
        self._library = library
        self._encoder = encoder
        self._decode = decode
        self._caption_encoder = caption_encoder
        self._caption_weight = caption_weight
        self.index = VectorIndex(
            library,
            encoder.encoder_id,
            caption_weight=caption_weight,
            caption_encoder_id=caption_encoder.encoder_id if caption_encoder else None,
        )
        self._weights: SideWeights | None = None
        self._weights_revision = -1
        # One search alone is answered sooner exactly than a graph is loaded.
        self._use_graph = use_graph
        self._graph_mark: str | None = None
        self._graph: GraphProcess | None = None
        self._is_graph_used = False

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
        query = self._query(texts, reference)
        if not query.any():
            return NearestAnswer(
                encoder_id=self._encoder.encoder_id, has_meaning=False, words_known=()
            )
        own = {self._content_at(picture), self._content_at(without)}
        found = self._search(query, photo_filter, limit + _SPARE)
        most = limit if self._weighed(query) is None else 2 * limit
        known = self._known_words(texts)
        return replace(
            self._answer(query, found, photo_filter, most, without=own),
            words_known=None if known is None else tuple(sorted(known)),
            chances=self._chances(texts, query, found) if reference is None else None,
        )

    def refresh(self) -> None:
        """Take in what was committed since the last time."""
        self.index.refresh()
        if self._library.revision != self._weights_revision:
            self._weights_revision = self._library.revision
            reader = self._caption_encoder or self._encoder
            self._weights = stored_side_weights(
                self._library, self._encoder.encoder_id, reader.encoder_id
            )
        if not self._use_graph or len(self.index) < HNSW_FROM_ROWS:
            return
        mark = self._library.settings.get(GRAPH_SETTING)
        if mark != self._graph_mark:
            self._graph_mark = mark
            self._replace_graph(mark)
        if self._graph is not None and not self._is_graph_used and self._graph.is_settled:
            self._is_graph_used = True
            self.index.use_graph(self._graph if self._graph.has_graph else None)

    def _replace_graph(self, mark: str | None) -> None:
        """Let go of the graph, and load the one of the mark while exact answers go on."""
        self.close()
        self.index.use_graph(None)
        if mark is not None:
            try:
                self._graph = GraphProcess(self._library.folder, self.index.space, mark)
            except OSError as error:
                _log.warning("the graph cannot be loaded: %s", error)

    def close(self) -> None:
        """End what was started."""
        graph, self._graph = self._graph, None
        self._is_graph_used = False
        if graph is not None:
            graph.close()

    def _search(self, query: FloatVector, photo_filter: PhotoFilter, limit: int) -> Neighbours:
        allowed = None
        if not photo_filter.is_empty:
            allowed = self._library.photos.contents_passing(photo_filter)
        found = self.index.search(query, limit, allowed=allowed)
        weighed = self._weighed(query)
        if weighed is None:
            return found
        # What the published weight leaves far behind may be first by the weights of this library.
        known = {item.content_id for item in found.items}
        others = self.index.search(weighed, limit, allowed=allowed).items
        more = np.array([i.content_id for i in others if i.content_id not in known], np.int64)
        if not len(more):
            return found
        added = self.index.search(query, len(more), allowed=np.sort(more)).items
        return replace(found, items=(*found.items, *added))

    def _weighed(self, query: FloatVector) -> FloatVector | None:
        """The query that ranks by the learned weights, where the sides are apart in the index."""
        weights, tau = self._weights, self._caption_weight
        if self._caption_encoder is None or weights is None or not 0 < tau < 1:
            return None
        dim = self._encoder.dim
        parts = query[:dim] * (weights.picture / (1 - tau)), query[dim:] * (weights.caption / tau)
        return np.concatenate(parts).astype(np.float32)

    def _query(self, texts: Sequence[str], reference: FloatVector | None) -> FloatVector:
        query = query_vector(self._encoder, texts, reference)
        if self._caption_encoder is None:
            return query
        return np.concatenate([query, query_vector(self._caption_encoder, texts)])

    def _chances(
        self, texts: Sequence[str], query: FloatVector, found: Neighbours
    ) -> ChanceLine | None:
        """The line over scores: such a score is the cosine, shortened, and the captions' part."""
        encoder = self._encoder
        calibration = encoder.calibration if isinstance(encoder, CalibratedEncoder) else None
        # A mean of several texts is shorter than one of them.
        length = self.index.picture_share * float(np.linalg.norm(query[: encoder.dim]))
        if calibration is None or length <= 0:
            return None
        mean_caption = self._caption_weight * self.index.mean_caption(query)
        spread = Spread(
            mean=(found.mean - mean_caption) / length,
            deviation=found.deviation / length,
            photos=found.scored,
        )
        line = chance_line(calibration, spread, texts)
        slope = line.slope / length
        return ChanceLine(slope=slope, intercept=line.intercept - slope * mean_caption)

    def _known_words(self, texts: Sequence[str]) -> frozenset[str] | None:
        """The words that count; None where all do, as they do for an encoder of sentences."""
        if self._caption_encoder is not None:
            return None
        return self._encoder.known_words(" ".join(texts))

    def _reference(self, picture: Path | None) -> tuple[FloatVector | None, str]:
        if picture is None:
            return None, ""
        content_id = self._content_at(picture)
        if content_id is not None:
            stored = self._library.vectors.of(content_id, self._encoder.encoder_id)
            if stored is not None:
                return stored, ""
        # With it Pillow is loaded, which searches by words do without.
        from indexer.decoding.failures import DecodeFailure

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
                    second=parts[item.content_id].second,
                )
                for item in items
                if item.content_id in parts
                for photo_id in photos.get(item.content_id, ())
            ),
            mean_caption=self.index.mean_caption(query),
            weights=self._weights,
            mean=found.mean,
            deviation=found.deviation,
        )
