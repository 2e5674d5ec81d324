"""Vectors as BLOBs, each with the id of the encoder that made it; the truth behind every index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.records import (
        ContentId,
        Embedding,
        EmbeddingKind,
        FloatMatrix,
        FloatVector,
        IdVector,
    )
    from storage.settings import LibrarySettings
    from storage.sql import Sql

_CHUNK_ROWS = 5_000
_ROWID_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorRows:
    """Some vectors of one encoder: row i belongs to content ids[i]."""

    ids: IdVector
    matrix: FloatMatrix


class Vectors:
    """Reads and writes embeddings; vectors of two encoders are never mixed."""

    def __init__(self, sql: Sql, settings: LibrarySettings) -> None:
        self._sql = sql
        self._settings = settings

    def put(self, embeddings: Sequence[Embedding], revision: int) -> None:
        """Store vectors inside the caller's transaction, over older ones of the same encoder."""
        import numpy as np  # the screen opens libraries too, and starts without it

        encoders = {item.encoder_id: self._encoder(item.encoder_id) for item in embeddings}
        self._sql.run_many(
            "INSERT OR REPLACE INTO embeddings (content_id, kind, encoder, revision, vector)"
            " VALUES (?, ?, ?, ?, ?)",
            [
                (
                    item.content_id,
                    item.kind,
                    encoders[item.encoder_id],
                    revision,
                    np.ascontiguousarray(item.vector, dtype="<f4").tobytes(),
                )
                for item in embeddings
            ],
        )

    def _encoder(self, encoder_id: str) -> int:
        self._sql.run("INSERT OR IGNORE INTO encoders (encoder_id) VALUES (?)", [encoder_id])
        return int(self._sql.value("SELECT id FROM encoders WHERE encoder_id = ?", [encoder_id]))

    def encoder_ids(self) -> tuple[str, ...]:
        """Encoders with vectors in this library."""
        rows = self._sql.rows("SELECT encoder_id FROM encoders ORDER BY id")
        return tuple(str(row[0]) for row in rows)

    def of(
        self, content_id: ContentId, encoder_id: str, *, kind: EmbeddingKind = "image"
    ) -> FloatVector | None:
        """One vector, or None."""
        import numpy as np

        value = self._sql.value(
            f"SELECT vector FROM embeddings WHERE content_id = ? AND kind = ? AND {_ENCODER}",
            [content_id, kind, encoder_id],
        )
        return None if value is None else np.frombuffer(value, dtype="<f4")

    def since(self, revision: int, encoder_id: str, *, kind: EmbeddingKind = "image") -> VectorRows:
        """All vectors of an encoder that were written after a revision."""
        import numpy as np

        ids: list[int] = []
        parts: list[FloatMatrix] = []
        # In the order of the index on revisions: any other would sort all rows for each stretch.
        after = (revision, _ROWID_MAX)
        while rows := self._sql.rows(
            "SELECT revision, rowid, content_id, vector FROM embeddings"
            f" WHERE kind = ? AND {_ENCODER} AND (revision, rowid) > (?, ?)"
            " ORDER BY revision, rowid LIMIT ?",
            [kind, encoder_id, *after, _CHUNK_ROWS],
        ):
            after = rows[-1][:2]
            ids.extend(row[2] for row in rows)
            joined = b"".join(row[3] for row in rows)
            parts.append(np.frombuffer(joined, dtype="<f4").reshape(len(rows), -1))
        matrix = np.concatenate(parts) if parts else np.zeros((0, 0), dtype=np.float32)
        return VectorRows(ids=np.asarray(ids, dtype=np.int64), matrix=matrix)

    def count(self, encoder_id: str, *, kind: EmbeddingKind = "image") -> int:
        """How many contents have a vector of this encoder."""
        return int(
            self._sql.value(
                f"SELECT count(*) FROM embeddings WHERE kind = ? AND {_ENCODER}", [kind, encoder_id]
            )
        )


_ENCODER = "encoder = (SELECT id FROM encoders WHERE encoder_id = ?)"
