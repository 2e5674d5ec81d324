"""Rows of vectors put together and in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from storage.records import ContentId
from storage.vectors import VectorRows

if TYPE_CHECKING:
    from storage.records import FloatMatrix, FloatVector, IdVector

_ROWS_OF_ONE_THREAD = 16_384
NO_ROWS = VectorRows(ids=np.zeros(0, dtype=np.int64), matrix=np.zeros((0, 0), dtype=np.float32))


def others(some: VectorRows, present: VectorRows) -> IdVector:
    """Contents of `some` that `present` has not."""
    return np.setdiff1d(some.ids, present.ids, assume_unique=True)


def joined(rows: VectorRows, more: VectorRows) -> VectorRows:
    """Both, one after the other."""
    if not len(more.ids):
        return rows
    if not len(rows.ids):
        return more
    return VectorRows(
        ids=np.concatenate([rows.ids, more.ids]),
        matrix=np.concatenate([rows.matrix, more.matrix]),
    )


def scaled(rows: FloatMatrix, share: float) -> FloatMatrix:
    """The rows times a number, to be written to; copied only where that must be."""
    if share == 1.0 and rows.flags.writeable:
        return rows
    return rows * np.float32(share)


def ordered(rows: VectorRows) -> VectorRows:
    """By content id; gigabytes that are in order already are not copied."""
    if np.all(rows.ids[1:] > rows.ids[:-1]):
        return rows
    order = np.argsort(rows.ids)
    return VectorRows(ids=rows.ids[order], matrix=rows.matrix[order])


def products(rows: FloatMatrix, query: FloatVector) -> FloatVector:
    """The inner product of each row, shape (rows, dim), with a vector."""
    if len(rows) > _ROWS_OF_ONE_THREAD:
        many: FloatVector = rows @ query
        return many
    # No thread of a matrix product is waited for: on a busy machine that takes ten times as long.
    few: FloatVector = np.einsum("j,ij->i", query, rows)
    return few


def with_meaning(rows: VectorRows) -> VectorRows:
    """Without zero rows: captions of which the encoder knows no word are as good as none."""
    if not len(rows.ids):
        return rows
    has_meaning = rows.matrix.any(axis=1)
    return VectorRows(ids=rows.ids[has_meaning], matrix=rows.matrix[has_meaning])


def by_content(rows: VectorRows, query: FloatVector) -> dict[ContentId, float]:
    """The inner products by the contents they are of."""
    found = rows.matrix @ query if len(rows.ids) else ()
    return dict(zip(content_ids(rows.ids), map(float, found), strict=True))


def content_ids(ids: IdVector) -> list[ContentId]:
    """As the other tables have them."""
    return [ContentId(int(content_id)) for content_id in ids]
