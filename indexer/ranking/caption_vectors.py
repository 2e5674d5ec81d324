"""The vector of a caption, in the space of the picture encoder or of one for captions."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.models.protocols import FloatMatrix, TextEncoder

PIECE_WORDS_MAX: Final = 40
"""So many words fit into the 64 or 77 tokens that a text tower reads; more would be cut off."""

_SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s+")


def caption_vectors(encoder: TextEncoder, captions: Sequence[str]) -> FloatMatrix:
    """One row per caption, of unit length, or zero where the encoder knows no word of it.

    A caption that is too long for the text tower is split into sentences, whose vectors are
    averaged and brought to unit length again.
    """
    pieces = [caption_pieces(caption) for caption in captions]
    rows = encoder.encode_texts([piece for parts in pieces for piece in parts])
    ends = accumulate(len(parts) for parts in pieces)
    pooled = [
        _pooled(rows[end - len(parts) : end]) for end, parts in zip(ends, pieces, strict=True)
    ]
    return np.stack(pooled) if pooled else np.zeros((0, encoder.dim), dtype=np.float32)


def caption_pieces(caption: str) -> list[str]:
    """The caption itself where it is short, else its sentences; a long sentence in equal parts."""
    if len(caption.split()) <= PIECE_WORDS_MAX:
        return [caption]
    return [part for piece in _SENTENCE_END.split(caption) for part in _parts_of(piece.split())]


def _parts_of(words: list[str]) -> list[str]:
    count = max(1, -(-len(words) // PIECE_WORDS_MAX))
    size = -(-len(words) // count)
    return [" ".join(words[start : start + size]) for start in range(0, len(words), size)]


def _pooled(rows: FloatMatrix) -> FloatMatrix:
    if len(rows) == 1:
        return np.asarray(rows[0], dtype=np.float32)
    mean = rows.mean(axis=0)
    length = float(np.linalg.norm(mean))
    return np.asarray(mean / length if length else mean, dtype=np.float32)
