"""`pocket`: a small learned encoder of pictures and texts; its weights come with the program.

docs/pocket-encoder.md says what it was trained on, what it finds and what it cannot see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.models.pocket.parts import Parts
from indexer.models.pocket.pictures import PictureSide
from indexer.models.pocket.texts import TextSide
from indexer.models.pocket.weights import WEIGHTS_FOLDER, find_weights
from indexer.models.protocols import PictureInput

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from indexer.models.calibration import Calibration
    from indexer.models.pocket.weights import Weights
    from indexer.models.protocols import FloatMatrix, Picture, RegionVectors


class PocketEncoder:
    """An ImageTextEncoder, TextEncoder and RegionEncoder; each side is opened when it is asked.

    Whatever is asked of either side raises ModelMissing or ModelUnusable where its weights are
    missing or damaged, or onnxruntime cannot run them here.
    """

    def __init__(self, weights: Weights, *, threads: int = 0) -> None:
        self._weights = weights
        parts = Parts(threads)
        self._pictures = PictureSide(weights, parts)
        self._texts = TextSide(weights, parts)

    @property
    def encoder_id(self) -> str:
        """Version and content of the weights."""
        return self._weights.encoder_id

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self._weights.dim

    @property
    def picture_input(self) -> PictureInput:
        """The whole photo, squashed to a square."""
        side = self._weights.side
        return PictureInput(width=side, height=side, fit="squash")

    @property
    def calibration(self) -> Calibration | None:
        """What nearness is worth."""
        return self._weights.calibration

    @property
    def fills_cores(self) -> bool:
        """Its threads wait for nothing, and so share cores with decoding well."""
        return False

    def encode_pictures(self, pictures: Sequence[Picture]) -> FloatMatrix:
        """One unit row per picture."""
        return self._pictures.encode(pictures)

    def encode_regions(self, picture: Picture) -> RegionVectors:
        """One unit vector per cell of the photo."""
        return self._pictures.encode_regions(picture)

    def encode_texts(self, texts: Sequence[str]) -> FloatMatrix:
        """One unit row per text; a zero row where nothing of it can be read."""
        return self._texts.encode(texts)

    def known_words(self, text: str) -> frozenset[str] | None:
        """The words of a text, in lower case, that could be read; None where all could."""
        return self._texts.known_words(text)

    def seen_words(self, text: str) -> frozenset[str] | None:
        """The words of a text, in lower case, that pictures answer to; None where nobody knows."""
        return self._texts.seen_words(text)


def load_pocket(folder: Path = WEIGHTS_FOLDER, *, threads: int = 0) -> PocketEncoder:
    """The encoder whose weights are in a folder; `threads` 0 for every core there is for us.

    Raises:
        ModelMissing, ModelUnusable: a file is missing, or has not the size it should have.
    """
    return PocketEncoder(find_weights(folder), threads=threads)
