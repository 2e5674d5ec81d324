"""Points on the earth as unit vectors: how near two are is told by their product, at all places."""

from __future__ import annotations

from math import cos, pi, radians, sin

_EARTH_KM = 6371.0088
"""The mean radius."""


def unit_vector(latitude: float, longitude: float) -> tuple[float, float, float]:
    """The point given in degrees."""
    north, east = radians(latitude), radians(longitude)
    return cos(north) * cos(east), cos(north) * sin(east), sin(north)


def nearness(km: float) -> float:
    """The product of two points so far apart on the sphere; more where they are nearer."""
    return cos(min(km / _EARTH_KM, pi))
