"""The stage-1 scores of every content of a library, exactly, with the sides they are made of.

For evaluation: nothing is approximated, left out or cut short, and both sides stay apart. A search
of a user's library goes through indexer.ranking.lookup, which keeps a row per content. Published
methods have one vector per photo: of a moving picture only the one that stands for it is scored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from indexer.ranking.query_vectors import query_vector
from storage.fused_vectors import CAPTION_WEIGHT
from storage.records import NO_ORIGIN, PhotoFilter

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from indexer.models.protocols import ImageTextEncoder, TextEncoder
    from storage.library import Library
    from storage.records import FloatMatrix, FloatVector, IdVector
    from storage.vectors import VectorRows


@dataclass(frozen=True, slots=True, kw_only=True)
class SideScores:
    """Scores of all contents for one request, each of shape (contents,), in the order of `ids`."""

    fused: FloatVector
    """The published (1 - τ) picture + τ caption; `picture` where there is no caption at all."""
    picture: FloatVector
    caption: FloatVector | None
    """None where there is no caption at all; a content without one has the mean of the others."""


class StageOne:
    """All vectors of a library, picture and caption side by side; belongs to one thread."""

    def __init__(
        self,
        library: Library,
        encoder: ImageTextEncoder,
        caption_encoder: TextEncoder | None = None,
        *,
        caption_weight: float = CAPTION_WEIGHT,
    ) -> None:
        """`caption_encoder` None: captions are in the space of the pictures."""
        self._library = library
        self._encoder = encoder
        self._caption_encoder = caption_encoder
        self.caption_weight = caption_weight
        self._revision = -1
        self.ids: IdVector = np.zeros(0, dtype=np.int64)
        """The contents of photos that are not deleted and have a vector, ascending."""
        self._pictures: FloatMatrix = np.zeros((0, 0), dtype=np.float32)
        self._captions: FloatMatrix | None = None
        self.is_captioned: npt.NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)
        """Which of the contents have a caption that says something to its encoder."""
        self._read_ahead: dict[str, dict[str, FloatVector]] = {}

    def refresh(self) -> None:
        """Take in what was committed since the last time.

        Raises:
            StorageError: the library cannot be read.
        """
        if self._library.revision == self._revision:
            return
        self._revision = self._library.revision
        live = self._library.photos.contents_passing(PhotoFilter())
        rows = self._library.vectors.since(-1, self._encoder.encoder_id)
        order = np.argsort(rows.ids)
        order = order[np.isin(rows.ids[order], live)]
        self.ids, self._pictures = rows.ids[order], rows.matrix[order]
        self._put_captions(self._caption_rows())

    def read_ahead(self, texts: Sequence[str]) -> None:
        """Encode texts that `scores` will be asked for one by one: together they take less time."""
        if not texts:
            return
        encoders = [self._encoder, *([self._caption_encoder] if self._caption_encoder else [])]
        for encoder in encoders:
            rows = encoder.encode_texts(texts)
            self._read_ahead[encoder.encoder_id] = dict(zip(texts, rows, strict=True))

    def scores(self, texts: Sequence[str], picture_vector: FloatVector | None = None) -> SideScores:
        """The scores of all contents for the mean of the texts, a picture's vector, or both.

        `picture_vector` has shape (dim,) and is of the picture encoder; a caption encoder of its
        own knows nothing of it.
        """
        query = self._query(self._encoder, texts, picture_vector)
        picture = _products(self._pictures, query) if len(self.ids) else _NO_SCORES
        if self._captions is None:
            return SideScores(fused=picture, picture=picture, caption=None)
        if self._caption_encoder is not None:
            query = self._query(self._caption_encoder, texts, None)
        caption = _products(self._captions, query)
        weight = np.float32(self.caption_weight)
        fused = (1 - weight) * picture + weight * caption
        return SideScores(fused=fused, picture=picture, caption=caption)

    def _query(
        self, encoder: TextEncoder, texts: Sequence[str], picture: FloatVector | None
    ) -> FloatVector:
        if len(texts) == 1 and picture is None:
            known = self._read_ahead.get(encoder.encoder_id, {}).get(texts[0])
            if known is not None:
                return known
        return query_vector(encoder, texts, picture)

    def _caption_rows(self) -> VectorRows | None:
        origin = self._library.captions.active_id()
        if origin == NO_ORIGIN:
            return None
        encoder = self._caption_encoder or self._encoder
        return self._library.vectors.since(-1, encoder.encoder_id, kind="caption", origin=origin)

    def _put_captions(self, rows: VectorRows | None) -> None:
        self._captions = None
        self.is_captioned = np.zeros(len(self.ids), dtype=np.bool_)
        if rows is None or not len(rows.ids):
            return
        kept = rows.matrix.any(axis=1) & np.isin(rows.ids, self.ids)
        if not kept.any():
            return
        ids, matrix = rows.ids[kept], rows.matrix[kept]
        mean = matrix.mean(axis=0, dtype=np.float64).astype(np.float32)
        self._captions = np.tile(mean, (len(self.ids), 1))
        places = np.searchsorted(self.ids, ids)
        self._captions[places] = matrix
        self.is_captioned[places] = True


def _products(rows: FloatMatrix, query: FloatVector) -> FloatVector:
    # Row by row: equal rows get equal scores, and no thread of a matrix product is waited for,
    # which on a busy machine takes longer than the work.
    products: FloatVector = np.einsum("j,ij->i", query, rows)
    return products


_NO_SCORES: FloatVector = np.zeros(0, dtype=np.float32)
