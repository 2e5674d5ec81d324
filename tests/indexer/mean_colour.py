"""An encoder that really looks, and costs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from indexer.models.protocols import Picture, PictureInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.models.protocols import FloatMatrix


class MeanColour:
    """An encoder that really looks: a picture's vector is its mean colour."""

    picture_input = PictureInput(width=4, height=4, fit="squash")
    dim = 3

    def __init__(
        self,
        encoder_id: str = "mean-colour/1",
        refuses: int | None = None,
        *,
        fills_cores: bool = False,
    ) -> None:
        self.encoder_id = encoder_id
        self.fills_cores = fills_cores
        self.calls = 0
        self.at_once: list[int] = []
        """How many pictures came with each call."""
        self._refuses = refuses

    def encode_pictures(self, pictures: Sequence[Picture]) -> FloatMatrix:
        if any(picture.width == self._refuses for picture in pictures):
            raise RuntimeError("out of memory")
        self.calls += len(pictures)
        self.at_once.append(len(pictures))
        means = np.stack([picture.pixels.mean(axis=(0, 1)) for picture in pictures]) + 1.0
        lengths = np.linalg.norm(means, axis=1, keepdims=True)
        return np.asarray(means / lengths, dtype=np.float32)

    def encode_texts(self, texts: Sequence[str]) -> FloatMatrix:
        return np.zeros((len(texts), 3), dtype=np.float32)

    def known_words(self, text: str) -> frozenset[str]:
        return frozenset()
