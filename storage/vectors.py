"""Vectors as BLOBs, each with the id of the encoder that made it; the truth behind every index.

A vector of a picture has the origin NO_ORIGIN, one of a caption that of the caption.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from storage.records import NO_ORIGIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from storage.captions import Captions
    from storage.records import (
        ContentId,
        Embedding,
        EmbeddingKind,
        FloatMatrix,
        FloatVector,
        IdVector,
        OriginId,
    )
    from storage.sql import Sql

_CHUNK_ROWS = 5_000
_ROWID_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorRows:
    """Some vectors of one encoder: row i belongs to content ids[i]."""

    ids: IdVector
    matrix: FloatMatrix


class Vectors:
    """Reads and writes embeddings; vectors of two encoders or two origins are never mixed."""

    def __init__(self, sql: Sql, captions: Captions) -> None:
        self._sql = sql
        self._captions = captions

    def put(self, embeddings: Sequence[Embedding], revision: int) -> None:
        """Store vectors inside the caller's transaction, over older ones of the same encoder."""
        encoders = {item.encoder_id: encoder_key(self._sql, item.encoder_id) for item in embeddings}
        origins = {
            item.origin: self._captions.origin_id(item.origin) if item.origin else NO_ORIGIN
            for item in embeddings
        }
        self._sql.run_many(
            "INSERT OR REPLACE INTO embeddings (content_id, kind, encoder, origin, revision,"
            " vector) VALUES (?, ?, ?, ?, ?, ?)",
            [
                (
                    item.content_id,
                    item.kind,
                    encoders[item.encoder_id],
                    origins[item.origin],
                    revision,
                    vector_bytes(item.vector),
                )
                for item in embeddings
            ],
        )

    def encoder_ids(self) -> tuple[str, ...]:
        """Encoders with vectors in this library."""
        rows = self._sql.rows("SELECT encoder_id FROM encoders ORDER BY id")
        return tuple(str(row[0]) for row in rows)

    def of(
        self,
        content_id: ContentId,
        encoder_id: str,
        *,
        kind: EmbeddingKind = "image",
        origin: OriginId = NO_ORIGIN,
    ) -> FloatVector | None:
        """One vector, or None."""
        rows = self.among([content_id], encoder_id, kind=kind, origin=origin)
        return rows.matrix[0] if len(rows.ids) else None

    def among(
        self,
        content_ids: Sequence[ContentId],
        encoder_id: str,
        *,
        kind: EmbeddingKind = "image",
        origin: OriginId = NO_ORIGIN,
    ) -> VectorRows:
        """The vectors of those of the contents that have one."""
        rows = self._sql.rows_in(
            "SELECT content_id, vector FROM embeddings WHERE content_id IN ({keys})"
            f" AND kind = ? AND origin = ? AND {ENCODER}",
            content_ids,
            [kind, origin, encoder_id],
        )
        return vector_rows(rows)

    def since(
        self,
        revision: int,
        encoder_id: str,
        *,
        kind: EmbeddingKind = "image",
        origin: OriginId = NO_ORIGIN,
    ) -> VectorRows:
        """All vectors of an encoder that were written after a revision."""
        import numpy as np

        parts: list[VectorRows] = []
        # In the order of the index on revisions: any other would sort all rows for each stretch.
        after = (revision, _ROWID_MAX)
        while rows := self._sql.rows(
            "SELECT revision, rowid, content_id, vector FROM embeddings"
            f" WHERE kind = ? AND origin = ? AND {ENCODER} AND (revision, rowid) > (?, ?)"
            " ORDER BY revision, rowid LIMIT ?",
            [kind, origin, encoder_id, *after, _CHUNK_ROWS],
        ):
            after = rows[-1][:2]
            parts.append(vector_rows(row[2:] for row in rows))
        if not parts:
            return vector_rows(())
        ids = np.concatenate([part.ids for part in parts])
        matrix = np.empty((len(ids), parts[0].matrix.shape[1]), dtype=np.float32)
        end = len(ids)
        # Each part is let go of as it is copied: there may be gigabytes of them.
        while parts:
            part = parts.pop()
            matrix[end - len(part.ids) : end] = part.matrix
            end -= len(part.ids)
        return VectorRows(ids=ids, matrix=matrix)

    def ids_since(
        self,
        revision: int,
        encoder_id: str,
        origin: OriginId,
        *,
        caption_encoder_id: str | None = None,
    ) -> IdVector:
        """Contents whose picture's, or whose caption's vector was written after a revision."""
        import numpy as np

        rows = self._sql.rows(
            "SELECT content_id FROM embeddings WHERE kind = 'image' AND origin = 0"
            f" AND {ENCODER} AND revision > ?"
            " UNION SELECT content_id FROM embeddings WHERE kind = 'caption' AND origin = ?"
            f" AND {ENCODER} AND revision > ? ORDER BY 1",
            [encoder_id, revision, origin, caption_encoder_id or encoder_id, revision],
        )
        return np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))

    def count_by_encoder(self) -> dict[str, int]:
        """How many contents' pictures have a vector, for each encoder with vectors here."""
        rows = self._sql.rows(
            "SELECT encoder_id, (SELECT count(*) FROM embeddings"
            f" WHERE encoder = encoders.id AND kind = 'image' AND origin = {NO_ORIGIN})"
            " FROM encoders ORDER BY id"
        )
        return {str(encoder_id): int(count) for encoder_id, count in rows}

    def count(
        self, encoder_id: str, *, kind: EmbeddingKind = "image", origin: OriginId = NO_ORIGIN
    ) -> int:
        """How many contents have a vector of this encoder."""
        return int(
            self._sql.value(
                f"SELECT count(*) FROM embeddings WHERE kind = ? AND origin = ? AND {ENCODER}",
                [kind, origin, encoder_id],
            )
        )


def encoder_key(sql: Sql, encoder_id: str) -> int:
    """The number that stands for an encoder; given inside the caller's transaction."""
    sql.run("INSERT OR IGNORE INTO encoders (encoder_id) VALUES (?)", [encoder_id])
    return int(sql.value("SELECT id FROM encoders WHERE encoder_id = ?", [encoder_id]))


def vector_bytes(vector: FloatVector) -> bytes:
    """What is stored of a vector."""
    import numpy as np  # the screen opens libraries too, and starts without it

    return np.ascontiguousarray(vector, dtype="<f4").tobytes()


def vector_rows(rows: Iterable[tuple[Any, ...]]) -> VectorRows:
    """Vectors from rows of content id and BLOB."""
    import numpy as np

    pairs = list(rows)
    ids = np.fromiter((pair[0] for pair in pairs), dtype=np.int64, count=len(pairs))
    if not pairs:
        return VectorRows(ids=ids, matrix=np.zeros((0, 0), dtype=np.float32))
    joined = np.frombuffer(b"".join(pair[1] for pair in pairs), dtype="<f4")
    return VectorRows(ids=ids, matrix=joined.reshape(len(pairs), -1))


ENCODER = "encoder = (SELECT id FROM encoders WHERE encoder_id = ?)"
"""A condition on a table of vectors, to be used after AND."""
