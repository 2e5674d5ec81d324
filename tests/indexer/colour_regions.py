"""An encoder that tells colours apart, part by part: where something is, is known beforehand."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import numpy as np
from PIL import ImageColor

from indexer.models.protocols import Picture, PictureInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.models.protocols import FloatMatrix, Pixels, RegionVectors

COLOURS = ("red", "lime", "blue", "yellow", "magenta", "cyan", "white", "black")
_PALETTE = np.array([ImageColor.getrgb(name) for name in COLOURS], np.int32)


class ColourRegions:
    """A part's vector is how much of each colour it has; words that name no colour are chance."""

    encoder_id = "colour-regions/1"
    dim = 16
    fills_cores = False
    grid = (7, 7)

    def __init__(self, picture_input: PictureInput | None = None) -> None:
        self.picture_input = picture_input or PictureInput(width=56, height=56, fit="squash")
        self.asked: list[str] = []
        """Every text that was encoded."""

    def encode_pictures(self, pictures: Sequence[Picture]) -> FloatMatrix:
        return np.stack([self._shares(picture.pixels) for picture in pictures])

    def encode_regions(self, picture: Picture) -> RegionVectors | None:
        rows = [np.array_split(band, self.grid[1], 1) for band in self._bands(picture)]
        return np.stack([[self._shares(part) for part in row] for row in rows])

    def encode_texts(self, texts: Sequence[str]) -> FloatMatrix:
        self.asked += texts
        return np.stack([self._text(text) for text in texts])

    def known_words(self, text: str) -> None:
        return None

    def _bands(self, picture: Picture) -> list[Pixels]:
        return np.array_split(picture.pixels, self.grid[0], 0)

    def _shares(self, pixels: Pixels) -> FloatMatrix:
        flat = pixels.reshape(-1, 1, 3).astype(np.int32)
        nearest = np.argmin(((flat - _PALETTE) ** 2).sum(axis=2), axis=1)
        shares = np.bincount(nearest, minlength=self.dim).astype(np.float32)
        return np.asarray(shares / np.linalg.norm(shares), np.float32)

    def _text(self, text: str) -> FloatMatrix:
        named = [COLOURS.index(word) for word in text.split() if word in COLOURS]
        vector = np.random.default_rng(zlib.crc32(text.encode())).normal(size=self.dim)
        if named:
            vector = np.eye(self.dim)[named].sum(axis=0)
        if "xyzzy" in text:
            vector = np.zeros(self.dim)
        return np.asarray(vector / max(1e-9, float(np.linalg.norm(vector))), np.float32)
