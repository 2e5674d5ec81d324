"""Rows of vectors put together and in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from storage.vectors import VectorRows

if TYPE_CHECKING:
    from storage.records import FloatMatrix, IdVector

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


def with_meaning(rows: VectorRows) -> VectorRows:
    """Without zero rows: captions of which the encoder knows no word are as good as none."""
    if not len(rows.ids):
        return rows
    has_meaning = rows.matrix.any(axis=1)
    return VectorRows(ids=rows.ids[has_meaning], matrix=rows.matrix[has_meaning])
