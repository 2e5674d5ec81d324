"""Further moments of moving pictures: each a vector of its own, beside the one in `embeddings`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.vectors import ENCODER, encoder_key, vector_bytes, vector_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

    from storage.records import ContentId, EmbeddedFrame, FloatMatrix, IdVector
    from storage.sql import Sql


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameRows:
    """Some frames of one encoder: row i is of content ids[i] at seconds[i]."""

    ids: IdVector
    """Ascending, once for each frame."""
    seconds: npt.NDArray[np.float64]
    """Ascending within a content."""
    matrix: FloatMatrix


class Frames:
    """Reads and writes frames; the frames of a content are replaced all at once."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def put(
        self,
        content_id: ContentId,
        encoder_id: str,
        frames: Sequence[EmbeddedFrame],
        revision: int,
    ) -> None:
        """Store the frames of a content inside the caller's transaction, in place of all before."""
        key = encoder_key(self._sql, encoder_id)
        self._sql.run("DELETE FROM frames WHERE content_id = ? AND encoder = ?", [content_id, key])
        self._sql.run_many(
            "INSERT OR REPLACE INTO frames (content_id, encoder, second, revision, vector)"
            " VALUES (?, ?, ?, ?, ?)",
            [
                (content_id, key, frame.second, revision, vector_bytes(frame.vector))
                for frame in frames
            ],
        )

    def since(self, revision: int, encoder_id: str) -> FrameRows:
        """All frames of an encoder that were written after a revision."""
        import numpy as np  # the screen opens libraries too, and starts without it

        found = self._sql.rows(
            "SELECT content_id, vector, second FROM frames"
            f" WHERE {ENCODER} AND revision > ? ORDER BY content_id, second",
            [encoder_id, revision],
        )
        rows = vector_rows(row[:2] for row in found)
        seconds = np.fromiter((row[2] for row in found), dtype=np.float64, count=len(found))
        return FrameRows(ids=rows.ids, seconds=seconds, matrix=rows.matrix)
