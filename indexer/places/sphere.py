"""Distances on the earth, taken as a sphere, by the straight lines between its points.

Straight lines order points as the ways around the sphere do, know neither poles nor date line, and
are what a k-d tree measures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats: TypeAlias = npt.NDArray[np.float64]
Numbers: TypeAlias = npt.NDArray[np.int64]

EARTH_KM = 6371.0088
"""The mean radius."""


def unit_vectors(
    latitudes: Floats | Sequence[float], longitudes: Floats | Sequence[float]
) -> Floats:
    """Points given in degrees as unit vectors, shape (n, 3)."""
    north, east = np.radians(latitudes), np.radians(longitudes)
    level = np.cos(north)
    return np.column_stack((level * np.cos(east), level * np.sin(east), np.sin(north)))


def straight(km: Floats) -> Floats:
    """The straight line between points that are so far apart on the sphere, in radii."""
    return np.asarray(2.0 * np.sin(np.minimum(km / (2.0 * EARTH_KM), np.pi / 2.0)))


def around(line: Floats) -> Floats:
    """The way in km around the sphere between points whose straight line is so many radii."""
    return np.asarray(2.0 * EARTH_KM * np.arcsin(np.minimum(line / 2.0, 1.0)))
