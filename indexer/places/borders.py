"""Which country a point lies in: that of its time zone, whose borders are known as polygons."""

from __future__ import annotations

from functools import cache

_NOBODYS = frozenset({"ZZ", "001"})


def countries_at(latitude: float, longitude: float) -> frozenset[str]:
    """Two letters each; several where that is disputed, none on the high seas."""
    import tzfpy  # 35 MB, for who has places to name

    territories = _territories()
    zones = tzfpy.get_tzs(longitude, latitude)
    return frozenset(territories[zone] for zone in zones if zone in territories) - _NOBODYS


@cache
def _territories() -> dict[str, str]:
    from babel.core import get_global

    return dict(get_global("zone_territories"))
