"""Moving pictures in memory: how far their best moment is ahead of the picture they are known by.

The picture's part of a stage-1 score is the most that any moment of a content gives. As it is
linear, <q, frame> = <q, picture> + <q, frame - picture>, whatever captions add to it: so of each
frame its lead over the picture is kept, and the best lead above 0 is added to the score of the
content. All frames are compared with every query; there are a dozen of a video, and none of most
contents.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from storage.frames import FrameRows
from storage.records import NO_ORIGIN, ContentId

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from storage.library import Library
    from storage.records import FloatMatrix, FloatVector, IdVector

_NEVER = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class BestMoment:
    """The moment of a moving picture that is nearest to a query."""

    lead: float
    """How much more its inner product is than that of the picture; above 0."""
    second: float


class FrameVectors:
    """All frames of one encoder, kept in step with the library; not thread-safe."""

    def __init__(self, library: Library, encoder_id: str) -> None:
        self._library = library
        self._encoder_id = encoder_id
        self._revision = _NEVER
        self._frame_ids: IdVector = np.zeros(0, dtype=np.int64)
        self._seconds: npt.NDArray[np.float64] = np.zeros(0, dtype=np.float64)
        self._ahead: FloatMatrix = np.zeros((0, 0), dtype=np.float32)
        self.ids: IdVector = np.zeros(0, dtype=np.int64)
        """Contents with frames, ascending."""
        self._counts: npt.NDArray[np.intp] = np.zeros(0, dtype=np.intp)

    def refresh(self) -> None:
        """Take in what was committed since the last time."""
        current = self._library.revision
        if current == self._revision:
            return
        fresh = self._library.frames.since(self._revision, self._encoder_id)
        stale = fresh.ids
        if len(self.ids):
            # A content whose picture is new has new frames, or none any more.
            written = self._library.vectors.ids_since(self._revision, self._encoder_id, NO_ORIGIN)
            stale = np.union1d(stale, written)
        self._revision = current
        self._replace(stale, fresh)

    def _replace(self, stale: IdVector, fresh: FrameRows) -> None:
        kept = ~np.isin(self._frame_ids, stale)
        if kept.all() and not len(fresh.ids):
            return
        known = FrameRows(
            ids=self._frame_ids[kept], seconds=self._seconds[kept], matrix=self._ahead[kept]
        )
        rows = _joined(known, self._leads_of(fresh))
        self._frame_ids, self._seconds, self._ahead = rows.ids, rows.seconds, rows.matrix
        self.ids, self._counts = np.unique(rows.ids, return_counts=True)

    def _leads_of(self, frames: FrameRows) -> FrameRows:
        """How far frames are ahead of their pictures; those without a picture are left out."""
        contents = [ContentId(int(one)) for one in np.unique(frames.ids)]
        pictures = self._library.vectors.among(contents, self._encoder_id)
        has_picture = np.isin(frames.ids, pictures.ids)
        if not has_picture.any():
            return _NO_FRAMES
        order = np.argsort(pictures.ids)
        ids = frames.ids[has_picture]
        places = order[np.searchsorted(pictures.ids[order], ids)]
        return FrameRows(
            ids=ids,
            seconds=frames.seconds[has_picture],
            matrix=frames.matrix[has_picture] - pictures.matrix[places],
        )

    def leads(self, query: FloatVector, wanted: npt.NDArray[np.bool_]) -> FloatVector:
        """What the best moment of each of `ids` adds to the inner product of its picture.

        It is 0 for those that are not wanted.
        """
        leads = np.zeros(len(self.ids), dtype=np.float32)
        counts = self._counts[wanted]
        if len(counts):
            # To gather most frames would cost more than to multiply them where they are.
            is_most = 2 * len(counts) > len(wanted)
            of_wanted = np.repeat(wanted, self._counts)
            products = (
                (self._ahead @ query)[of_wanted] if is_most else self._ahead[of_wanted] @ query
            )
            best = np.maximum.reduceat(products, np.cumsum(counts) - counts)
            leads[wanted] = np.maximum(best, np.float32(0.0))
        return leads

    def best(
        self, query: FloatVector, contents: Sequence[ContentId]
    ) -> dict[ContentId, BestMoment]:
        """The best moment of those of the contents in which one is ahead of the picture."""
        if not len(self.ids):
            return {}
        rows = np.flatnonzero(np.isin(self._frame_ids, np.asarray(contents, dtype=np.int64)))
        products = self._ahead[rows] @ query
        found: dict[ContentId, BestMoment] = {}
        # From worst to best, and of equal ones the earliest last: what is found last stays.
        for place in np.lexsort((-self._seconds[rows], products)):
            if products[place] > 0:
                content_id = ContentId(int(self._frame_ids[rows[place]]))
                found[content_id] = BestMoment(
                    lead=float(products[place]), second=float(self._seconds[rows[place]])
                )
        return found


def _joined(some: FrameRows, more: FrameRows) -> FrameRows:
    """Both, by content; each content is in one of them alone."""
    if not len(some.ids) or not len(more.ids):
        return some if len(some.ids) else more
    ids = np.concatenate([some.ids, more.ids])
    order = np.argsort(ids, kind="stable")
    return FrameRows(
        ids=ids[order],
        seconds=np.concatenate([some.seconds, more.seconds])[order],
        matrix=np.concatenate([some.matrix, more.matrix])[order],
    )


_NO_FRAMES = FrameRows(
    ids=np.zeros(0, dtype=np.int64),
    seconds=np.zeros(0, dtype=np.float64),
    matrix=np.zeros((0, 0), dtype=np.float32),
)
