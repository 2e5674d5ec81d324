"""One row per content that gives the published stage-1 score as an inner product.

ImageScope (Luo et al., 2025) scores (1 - τ) <q, picture> + τ <q, caption>, which is linear in q:
the rows (1 - τ) picture + τ caption, not brought to unit length again, give it exactly. A content
without caption takes the mean caption vector; as that one moves with every caption, its part is
added to the scores and not to the rows. Without any caption the rows are the pictures' vectors.

Captions of an encoder of their own are in another space, and the score is as linear: the rows are
[(1 - τ) picture ; τ caption], side by side, and a query is [picture query ; caption query].

Of a moving picture <q, picture> is that of its best moment: see storage.frame_vectors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from storage.frame_vectors import FrameVectors
from storage.hnsw import VectorSpace
from storage.records import NO_ORIGIN, ContentId, OriginId
from storage.vector_cache import TOKEN_KEY, RowsCard, StoredRows, load_rows, read_card
from storage.vector_rows import (
    NO_ROWS,
    by_content,
    content_ids,
    joined,
    ordered,
    others,
    products,
    scaled,
    with_meaning,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from storage.library import Library
    from storage.records import FloatMatrix, FloatVector, IdVector
    from storage.vectors import VectorRows

CAPTION_WEIGHT = 0.15
"""τ of the publication."""

_GATHERED_SHARE = 16
_ROOM_SHARE = 8
_NEVER = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreParts:
    """The inner products a score is made of."""

    picture: float
    """Of a moving picture that of its best moment."""
    caption: float | None
    """None where there is no caption, or one of which the encoder knows no word."""
    second: float | None = None
    """The best moment of a moving picture; None for a still."""


class FusedVectors:
    """All vectors of one encoder in memory, kept in step with the library; not thread-safe."""

    def __init__(
        self,
        library: Library,
        encoder_id: str,
        caption_weight: float,
        caption_encoder_id: str | None = None,
    ) -> None:
        """`caption_encoder_id` None: captions are in the space of the pictures."""
        self.encoder_id = encoder_id
        self.caption_encoder_id = caption_encoder_id
        self.caption_weight = caption_weight
        self._library = library
        self._frames = FrameVectors(library, encoder_id)
        self._forget(NO_ORIGIN)

    def _forget(self, origin: OriginId) -> None:
        self.origin = origin
        self.revision = _NEVER
        self.ids: IdVector = np.zeros(0, dtype=np.int64)
        self._room: FloatMatrix = np.zeros((0, 0), dtype=np.float32)
        self._is_captioned: npt.NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)
        self._takes_mean: FloatVector = np.zeros(0, dtype=np.float32)
        self._caption_sum = np.zeros(0, dtype=np.float64)
        self._captions = 0
        self._has_shares = False
        self._picture_dim = 0
        self._moving: npt.NDArray[np.intp] = np.zeros(0, dtype=np.intp)
        self._is_at_hand: npt.NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)
        self._stored: StoredRows | None = None

    @property
    def matrix(self) -> FloatMatrix:
        """Row i belongs to content ids[i]."""
        return self._room[: len(self.ids)]

    # -- keeping in step ---------------------------------------------------------------------

    @property
    def space(self) -> VectorSpace:
        """What the rows are."""
        return VectorSpace(
            encoder_id=self.encoder_id,
            dim=self._room.shape[1],
            caption_weight=self.caption_weight,
            origin=self.origin,
            caption_encoder_id=self.caption_encoder_id or "",
        )

    def refresh(self) -> IdVector:
        """Take in what was committed since the last time; the contents whose rows are new."""
        current = self._library.revision
        if current == self.revision:
            return NO_ROWS.ids
        origin = self._library.captions.active_id()
        if origin != self.origin:
            self._forget(origin)
        if self.revision == _NEVER:
            self._adopt_stored()
        pictures = self._library.vectors.since(self.revision, self.encoder_id)
        captions = self._captions_since(self.revision)
        if self.revision != _NEVER:
            pictures = joined(pictures, self._pictures_of(others(captions, pictures)))
            captions = joined(captions, self._captions_of(others(pictures, captions)))
        self.revision = current
        if len(pictures.ids):
            self._take_in(ordered(pictures), captions)
        self._refresh_frames()
        return np.sort(pictures.ids)

    def _adopt_stored(self) -> None:
        card = read_card(self._library.folder, self._library.settings.get(TOKEN_KEY))
        if card is None or not self.can_adopt(card):
            return
        stored = load_rows(self._library.folder, card)
        if stored is None:
            return
        self._stored = stored
        self.ids, self._room = stored.ids, stored.room
        self._is_captioned = stored.is_captioned
        self._takes_mean = (~stored.is_captioned).astype(np.float32)
        self._caption_sum = stored.caption_sum.copy()
        self._captions, self._has_shares = card.captions, card.has_shares
        self._picture_dim, self.revision = card.picture_dim, card.revision

    def can_adopt(self, card: RowsCard) -> bool:
        """Whether stored rows are what the rows here would be at their revision."""
        wanted = VectorSpace(
            encoder_id=self.encoder_id,
            dim=card.space.dim,
            caption_weight=self.caption_weight,
            origin=self._library.captions.active_id(),
            caption_encoder_id=self.caption_encoder_id or "",
        )
        return card.space == wanted and card.revision <= self._library.revision

    def to_store(
        self, token: str, is_live: npt.NDArray[np.bool_], photos_revision: int
    ) -> StoredRows:
        """All that `_adopt_stored` takes over; room, size and checksum are the file's."""
        card = RowsCard(
            token=token,
            space=self.space,
            revision=self.revision,
            photos_revision=photos_revision,
            rows=len(self.ids),
            picture_dim=self._picture_dim,
            captions=self._captions,
            has_shares=self._has_shares,
        )
        return StoredRows(
            card=card,
            ids=self.ids,
            is_captioned=self._is_captioned,
            is_live=is_live,
            caption_sum=self._caption_sum,
            room=self._room,
        )

    def stored_live(self, photos_revision: int) -> npt.NDArray[np.bool_] | None:
        """Which contents have a photo, where that was stored for these rows and this revision."""
        stored = self._stored
        if stored is None or stored.card.photos_revision != photos_revision:
            return None
        return stored.is_live if len(stored.is_live) == len(self.ids) else None

    def _refresh_frames(self) -> None:
        self._frames.refresh()
        if not len(self._frames.ids) or not len(self.ids):
            self._moving = self._moving[:0]
            return
        # Sought one by one: to compare few contents with a million at once would sort them all.
        places = np.searchsorted(self.ids, self._frames.ids)
        within = np.minimum(places, len(self.ids) - 1)
        self._is_at_hand = self.ids[within] == self._frames.ids
        self._moving = places[self._is_at_hand]

    def _captions_since(self, revision: int) -> VectorRows:
        if self.origin == NO_ORIGIN:
            return NO_ROWS
        return with_meaning(
            self._library.vectors.since(
                revision, self._encoder_of_captions, kind="caption", origin=self.origin
            )
        )

    def _pictures_of(self, ids: IdVector) -> VectorRows:
        return self._library.vectors.among(content_ids(ids), self.encoder_id)

    def _captions_of(self, ids: IdVector) -> VectorRows:
        if self.origin == NO_ORIGIN:
            return NO_ROWS
        return with_meaning(
            self._library.vectors.among(
                content_ids(ids), self._encoder_of_captions, kind="caption", origin=self.origin
            )
        )

    @property
    def _encoder_of_captions(self) -> str:
        return self.caption_encoder_id or self.encoder_id

    def _take_in(self, pictures: VectorRows, captions: VectorRows) -> None:
        """Compute the rows of contents from all that is known of them now."""
        captions = ordered(captions)
        of_caption = np.searchsorted(pictures.ids, captions.ids)
        # A caption whose photo has no vector of this encoder has no row to go to.
        has_row = np.isin(captions.ids, pictures.ids, assume_unique=True)
        of_caption, vectors = of_caption[has_row], captions.matrix[has_row]
        self._picture_dim = pictures.matrix.shape[1]
        self._forget_captions_of(pictures)
        if len(vectors):
            self._count_in(vectors)
        rows = self._widened(scaled(pictures.matrix, self.picture_share))
        if len(vectors):
            rows[of_caption, self._caption_columns] += np.float32(self.caption_weight) * vectors
        is_captioned = np.zeros(len(rows), dtype=np.bool_)
        is_captioned[of_caption] = True
        self._merge(pictures.ids, rows, is_captioned)
        self._takes_mean = (~self._is_captioned).astype(np.float32)

    @property
    def picture_share(self) -> float:
        """How much of a score is the picture's: 1 - τ where there are captions, else 1."""
        return 1.0 - self.caption_weight if self._has_shares else 1.0

    @property
    def _caption_columns(self) -> slice:
        """Where in a row the caption is: on the picture, or beside it."""
        return slice(self._picture_dim if self.caption_encoder_id else 0, None)

    def _widened(self, rows: FloatMatrix) -> FloatMatrix:
        """With room beside the picture, where captions are in a space of their own."""
        if not self.caption_encoder_id or not self._has_shares or not rows.size:
            return rows
        room = np.zeros((len(rows), len(self._caption_sum)), dtype=np.float32)
        return np.hstack([rows, room])

    def _count_in(self, vectors: FloatMatrix) -> None:
        if not self._has_shares:
            # The first captions: until now the pictures counted alone.
            self._has_shares = True
            self._caption_sum = np.zeros(vectors.shape[1], dtype=np.float64)
            self._room = self._widened(self.matrix * np.float32(1.0 - self.caption_weight))
        self._captions += len(vectors)
        self._caption_sum += vectors.sum(axis=0, dtype=np.float64)

    def _forget_captions_of(self, pictures: VectorRows) -> None:
        """Take captions that come anew out of the mean: what a row holds beside its picture."""
        places = np.searchsorted(self.ids, pictures.ids)
        known = np.flatnonzero(np.isin(pictures.ids, self.ids, assume_unique=True))
        known = known[self._is_captioned[places[known]]]
        if not len(known):
            return
        within = self.matrix[places[known]]
        if not self.caption_encoder_id:
            within = within - np.float32(self.picture_share) * pictures.matrix[known]
        within = within[:, self._caption_columns]
        if self.caption_weight:
            total = within.sum(axis=0, dtype=np.float64)
            self._caption_sum -= total / self.caption_weight
        self._captions -= len(known)
        self._is_captioned[places[known]] = False

    def _merge(self, ids: IdVector, rows: FloatMatrix, is_captioned: npt.NDArray[np.bool_]) -> None:
        known = np.isin(ids, self.ids, assume_unique=True)
        places = np.searchsorted(self.ids, ids[known])
        if len(places):
            self.matrix[places] = rows[known]
            self._is_captioned[places] = is_captioned[known]
        if known.all():
            return
        if not len(self.ids):
            self.ids, self._room, self._is_captioned = ids, rows, is_captioned
            return
        last = self.ids[-1]
        self._append(rows[~known])
        self.ids = np.concatenate([self.ids, ids[~known]])
        self._is_captioned = np.concatenate([self._is_captioned, is_captioned[~known]])
        if ids[~known][0] < last:
            order = np.argsort(self.ids)
            self._room = self.matrix[order]
            self.ids, self._is_captioned = self.ids[order], self._is_captioned[order]

    def _append(self, rows: FloatMatrix) -> None:
        """Put rows behind the last one; rarely all are copied to where there is more room."""
        have, needed = len(self.ids), len(self.ids) + len(rows)
        if needed > len(self._room):
            room = np.empty((needed + needed // _ROOM_SHARE, rows.shape[1]), dtype=np.float32)
            room[:have] = self.matrix
            self._room = room
        self._room[have:needed] = rows

    # -- scoring -----------------------------------------------------------------------------

    def scores(
        self, query: FloatVector, rows: npt.NDArray[np.intp] | slice | None = None
    ) -> FloatVector:
        """The published score of each row, or of those given.

        `query` has shape (dim,), or (dim + caption dim,) for captions in a space of their own.
        """
        if rows is None:
            rows = slice(None)
        elif not isinstance(rows, slice) and len(rows) * _GATHERED_SHARE > len(self.ids):
            # To gather many rows costs more than to multiply them all.
            return self.scores(query)[rows]
        # Until the first caption there are no columns for captions.
        query = query[: self.matrix.shape[1]]
        scores = products(self.matrix[rows], query)
        if self._captions:
            mean = np.float32(self._mean_part() @ query[self._caption_columns])
            scores += mean * self._takes_mean[rows]
        if len(self._moving):
            self._lift(scores, query, rows)
        return scores

    def _lift(
        self, scores: FloatVector, query: FloatVector, rows: npt.NDArray[np.intp] | slice
    ) -> None:
        """Give moving pictures the score of their best moment."""
        query, share = query[: self._picture_dim], np.float32(self.picture_share)
        if isinstance(rows, slice) and rows == slice(None):
            leads = self._frames.leads(query, self._is_at_hand)
            scores[self._moving] += share * leads[self._is_at_hand]
            return
        scored = np.arange(len(self.ids))[rows]
        places = np.minimum(np.searchsorted(self._moving, scored), len(self._moving) - 1)
        is_moving = self._moving[places] == scored
        moving = np.flatnonzero(self._is_at_hand)[places[is_moving]]
        wanted = np.zeros(len(self._is_at_hand), dtype=np.bool_)
        wanted[moving] = True
        scores[is_moving] += share * self._frames.leads(query, wanted)[moving]

    @property
    def moving_ids(self) -> IdVector:
        """Contents with further moments, ascending."""
        return self.ids[self._moving]

    def _mean_part(self) -> FloatVector:
        """What a content without caption has in its place, τ times the mean caption vector."""
        mean = self.caption_weight * self._caption_sum / max(1, self._captions)
        return np.asarray(mean, dtype=np.float32)

    def whole_rows(self) -> FloatMatrix:
        """The rows with the mean caption vector where there is none: what a graph is built of."""
        if not self._captions:
            return self.matrix
        whole = self.matrix.copy()
        whole[~self._is_captioned, self._caption_columns] += self._mean_part()
        return whole

    @property
    def captioned(self) -> int:
        """How many rows rest on a caption of their own."""
        return self._captions

    def mean_caption(self, query: FloatVector) -> float:
        """What the mean caption vector says to a query; 0 where there is no caption."""
        if not self._captions:
            return 0.0
        return float(self._caption_sum @ query[self._caption_columns] / self._captions)

    def parts(self, query: FloatVector, ids: Sequence[ContentId]) -> dict[ContentId, ScoreParts]:
        """What the scores of these contents are made of, from their own vectors."""
        wanted = np.asarray(ids, dtype=np.int64)
        captions = by_content(self._captions_of(wanted), query[self._caption_columns])
        of_picture = query[: self._picture_dim]
        seconds = self._library.contents.seconds_of(ids)
        best = self._frames.best(of_picture, ids)
        return {
            content_id: ScoreParts(
                picture=picture + (best[content_id].lead if content_id in best else 0.0),
                caption=captions.get(content_id),
                second=(best[content_id].second if content_id in best else seconds.get(content_id)),
            )
            for content_id, picture in by_content(self._pictures_of(wanted), of_picture).items()
        }
