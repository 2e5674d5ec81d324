"""What is asked, as a vector."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.models.protocols import TextEncoder
    from storage.records import FloatVector


def query_vector(
    encoder: TextEncoder, texts: Sequence[str], picture: FloatVector | None = None
) -> FloatVector:
    """Several texts count as their mean; words and a picture are summed and brought to length 1.

    Shape (dim,), zero where nothing is asked that the encoder knows. `picture` is a vector of the
    same space.
    """
    texts = [text for text in texts if text.strip()]
    words = encoder.encode_texts(texts).mean(axis=0) if texts else None
    if words is None:
        return np.zeros(encoder.dim, np.float32) if picture is None else picture
    if picture is None:
        return np.asarray(words, dtype=np.float32)
    return _unit(_unit(words) + picture)


def _unit(vector: FloatVector) -> FloatVector:
    length = float(np.linalg.norm(vector))
    return np.asarray(vector / length if length else vector, dtype=np.float32)
