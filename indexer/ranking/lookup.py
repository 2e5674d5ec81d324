"""Answers which photos are nearest to words or to a picture."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from indexer.answers import ChanceLine, NearestAnswer, NearPhoto
from indexer.models.calibration import CalibratedEncoder
from indexer.models.seen_words import SeeingEncoder
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
    from indexer.questions import PictureQuestion
    from storage.library import Library
    from storage.records import ContentId, FloatVector, Neighbour, Neighbours, PhotoFilter

_SPARE = 16
_JOINING = frozenset(
    {*("a", "an", "and", "at", "by", "for", "from", "in", "of", "on"), *("the", "to", "with")}
)
_AWAY = 0.5
"""How much what is not wanted counts, against what is."""

_log = logging.getLogger(__name__)


class _NoPicture(Exception):
    """A picture that cannot be compared with."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _trimmed(words: Sequence[str]) -> str:
    """Without what joined them to words that are gone: `dog in` is about a dog."""
    first, last = 0, len(words)
    while first < last and words[first].lower() in _JOINING:
        first += 1
    while last > first and words[last - 1].lower() in _JOINING:
        last -= 1
    return " ".join(words[first:last])


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

    def nearest(self, question: PictureQuestion) -> NearestAnswer:
        """The photos whose vectors are nearest to what is asked."""
        self.refresh()
        encoder_id = self._encoder.encoder_id
        try:
            reference = self._reference(question.pictures, question.unlike)
        except _NoPicture as problem:
            return NearestAnswer(encoder_id=encoder_id, problem=problem.reason)
        texts, named = self._to_see(question.texts)
        query = self._query(texts, reference)
        if not query.any():
            return NearestAnswer(
                encoder_id=encoder_id, has_meaning=False, words_known=(), words_named=named
            )
        found = self._search(query, question.photo_filter, question.limit + _SPARE)
        known = self._known_words(question.texts)
        return replace(
            self._answer(query, found, question),
            captioned=self._captioned(found),
            words_known=None if known is None else tuple(sorted(known)),
            words_named=named,
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

    def _captioned(self, found: Neighbours) -> int:
        """About how many of the photos that were compared have a caption."""
        return round(self.index.captioned * min(1.0, found.scored / max(1, len(self.index))))

    def _left_out(self, question: PictureQuestion) -> set[ContentId | None]:
        paths = [*question.pictures, *question.unlike]
        if question.without is not None:
            paths.append(question.without)
        return {self._content_at(path) for path in paths}

    def _others(
        self,
        query: FloatVector,
        contents: Sequence[ContentId],
        known: AbstractSet[ContentId | None],
    ) -> tuple[Neighbour, ...]:
        """Contents that are told of although others are nearer."""
        more = np.array(sorted(set(contents) - known), np.int64)
        return self.index.search(query, len(more), allowed=more).items if len(more) else ()

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
        text = " ".join(texts)
        seen = self._seen_words(text)
        return self._encoder.known_words(text) if seen is None else seen

    def _seen_words(self, text: str) -> frozenset[str] | None:
        encoder = self._encoder
        return encoder.seen_words(text) if isinstance(encoder, SeeingEncoder) else None

    def _to_see(self, texts: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The texts without the words that only names know, and these in lower case.

        `Toshi` in `Toshi in the snow` is the name of a folder. To the encoder it is some letters,
        which pull the text away from the snow.
        """
        kept: list[str] = []
        named: dict[str, None] = {}
        for text in texts:
            seen = self._seen_words(text)
            unseen = [] if seen is None else [w for w in text.split() if w.lower() not in seen]
            known = self._library.words.known(unseen) if unseen else frozenset()
            named |= dict.fromkeys(word.lower() for word in unseen if word in known)
            kept.append(_trimmed([word for word in text.split() if word not in known]))
        return (tuple(kept), tuple(named)) if named else (tuple(texts), ())

    def _reference(self, pictures: Sequence[Path], unlike: Sequence[Path]) -> FloatVector | None:
        """One vector for all pictures; None for none.

        Rocchio's way (1971): the mean of what is wanted less a share of the mean of what is not.
        """
        if not pictures and not unlike:
            return None
        towards, away = self._mean_of(pictures), self._mean_of(unlike)
        reference = towards - (_AWAY * away if pictures else away)
        length = float(np.linalg.norm(reference))
        return np.asarray(reference / length if length else reference, dtype=np.float32)

    def _mean_of(self, pictures: Sequence[Path]) -> FloatVector:
        mean = np.zeros(self._encoder.dim, dtype=np.float32)
        for path in pictures:
            mean += self._vector_of(path) / len(pictures)
        return mean

    def _vector_of(self, picture: Path) -> FloatVector:
        """Raises _NoPicture where it cannot be read."""
        content_id = self._content_at(picture)
        if content_id is not None:
            stored = self._library.vectors.of(content_id, self._encoder.encoder_id)
            if stored is not None:
                return stored
        # With it Pillow is loaded, which searches by words do without.
        from indexer.decoding.failures import DecodeFailure

        outcome = self._decode(picture)
        if isinstance(outcome, DecodeFailure):
            raise _NoPicture(f"{picture} cannot be compared with: {outcome.reason}")
        encoded: FloatVector = self._encoder.encode_pictures([outcome.picture])[0]
        return encoded

    def _content_at(self, picture: Path) -> ContentId | None:
        photo = self._library.photos.at(picture)
        return photo.content_id if photo else None

    def _answer(
        self, query: FloatVector, found: Neighbours, question: PictureQuestion
    ) -> NearestAnswer:
        without = self._left_out(question)
        limit = question.limit if self._weighed(query) is None else 2 * question.limit
        items = [item for item in found.items if item.content_id not in without][:limit]
        items += self._others(query, question.also, {item.content_id for item in items} | without)
        contents = [item.content_id for item in items]
        photos = self._library.photos.of_contents(contents, question.photo_filter)
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
