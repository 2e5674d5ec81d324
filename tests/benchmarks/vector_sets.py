"""Vectors that lie as an encoder's do: pictures in clusters, and texts beside them.

A mixture of 1,000 Gaussians on the unit sphere stands for the pictures. A text's vector leans
towards a cluster, but all texts share an offset that no picture has (the modality gap), so that
the best picture is far away and many are about equally far: the hard case for a graph.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from storage.records import FloatMatrix

DIM = 512
_CLUSTERS = 1_000
_COSINE_TO_CLUSTER = 0.7
_GAP = 1.6
_CHUNK = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorSet:
    """Unit rows of single precision."""

    pictures: FloatMatrix
    picture_queries: FloatMatrix
    text_queries: FloatMatrix


def make_vectors(count: int, queries: int, seed: int = 0) -> VectorSet:
    """So many pictures, and queries of both kinds that are not among them."""
    source = np.random.default_rng(seed)
    centres = _unit(source.normal(size=(_CLUSTERS, DIM)).astype(np.float32))
    pictures = np.empty((count, DIM), dtype=np.float32)
    for start in range(0, count, _CHUNK):
        part = pictures[start : start + _CHUNK]
        part[:] = _around(centres, len(part), source)
    offset = _unit(source.normal(size=(1, DIM)).astype(np.float32))
    return VectorSet(
        pictures=pictures,
        picture_queries=_around(centres, queries, source),
        text_queries=_unit(_around(centres, queries, source) + _GAP * offset),
    )


def _around(centres: FloatMatrix, count: int, source: np.random.Generator) -> FloatMatrix:
    chosen = centres[source.integers(0, len(centres), count)]
    spread = np.sqrt(1 / _COSINE_TO_CLUSTER**2 - 1) / np.sqrt(DIM)
    noise = source.standard_normal((count, DIM), dtype=np.float32)
    return _unit(chosen + np.float32(spread) * noise)


def _unit(rows: FloatMatrix) -> FloatMatrix:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / lengths, dtype=np.float32)
