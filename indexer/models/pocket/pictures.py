"""Pictures as pocket sees them: one vector for the whole, and one for each part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from indexer.models.pocket.network import Network
from indexer.models.pocket.weights import PICTURE, REGIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.models.pocket.parts import Parts
    from indexer.models.pocket.weights import Weights
    from indexer.models.protocols import FloatMatrix, Picture, RegionVectors


class PictureSide:
    """The networks of pictures."""

    def __init__(self, weights: Weights, parts: Parts) -> None:
        self._dim = weights.dim
        self._parts = parts
        self._network = Network(weights, PICTURE, is_optimised=True)
        self._regions = Network(weights, REGIONS, is_optimised=True)

    def encode(self, pictures: Sequence[Picture]) -> FloatMatrix:
        """One unit row per picture.

        Raises:
            ModelMissing, ModelUnusable: as Network.run says.
        """
        if not pictures:
            return np.zeros((0, self._dim), dtype=np.float32)
        return np.concatenate(self._parts.map(self._vectors, pictures))

    def encode_regions(self, picture: Picture) -> RegionVectors:
        """One unit vector per cell; raises as `encode` does."""
        cells = self._network.run("map", pixels=picture.pixels[None])
        found: RegionVectors = self._regions.run("regions", map=cells)[0]
        return found

    def _vectors(self, pictures: Sequence[Picture]) -> FloatMatrix:
        pixels = np.stack([picture.pixels for picture in pictures])
        return self._network.run("vectors", pixels=pixels)
