"""`builtin`: the encoder that needs no weights, for colours, layout and the look of a photo.

It sees no things, faces, places or texts. docs/builtin-encoder.md says what it can find, measured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from indexer.models.builtin_pictures import PICTURE_INPUT, picture_vector
from indexer.models.builtin_space import DIM
from indexer.models.builtin_words import read_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.models.protocols import FloatMatrix, Picture, PictureInput

ENCODER_ID: Final = "builtin/1"
"""The number rises whenever the same photo or word would get another vector."""


class BuiltinEncoder:
    """An ImageTextEncoder without learned weights."""

    @property
    def encoder_id(self) -> str:
        """Name and version of the space."""
        return ENCODER_ID

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return DIM

    @property
    def picture_input(self) -> PictureInput:
        """A small square."""
        return PICTURE_INPUT

    @property
    def fills_cores(self) -> bool:
        """It takes a picture at a time, on one core."""
        return False

    def encode_pictures(self, pictures: Sequence[Picture]) -> FloatMatrix:
        """One unit row per picture."""
        rows = [picture_vector(picture) for picture in pictures]
        return np.stack(rows) if rows else np.zeros((0, DIM), dtype=np.float32)

    def encode_texts(self, texts: Sequence[str]) -> FloatMatrix:
        """One unit row per text; a zero row where it knows none of the words."""
        rows = [read_text(text).vector for text in texts]
        return np.stack(rows) if rows else np.zeros((0, DIM), dtype=np.float32)

    def known_words(self, text: str) -> frozenset[str]:
        """The words of a text, in lower case, that its vector rests on."""
        return read_text(text).known
