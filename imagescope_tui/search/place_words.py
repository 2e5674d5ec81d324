"""Where a photo was taken, as people read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from storage.safe_text import printable

if TYPE_CHECKING:
    from storage.records import Facts, Place

_FAR_KM: Final = 5
"""From here on a place is not where the photo was taken, but near it."""


def place_words(place: Place | None, facts: Facts | None) -> str:
    """`Trastevere, Rome, Italy`, `12 km from Rome, Italy`; as its owner wrote it, if he did.

    Args:
        place: the nearest one of the gazetteer.
        facts: of the photo.
    """
    written = _written(facts) if facts is not None else []
    is_whole = facts is not None and any((facts.city, facts.state, facts.country))
    named = [] if is_whole or place is None else [_named(place)]
    return printable(", ".join(dict.fromkeys((*written, *named))))


def _written(facts: Facts) -> list[str]:
    parts = (facts.location, facts.city, facts.state, facts.country)
    return [part for part in parts if part]


def _named(place: Place) -> str:
    names = (place.quarter, place.name, place.country)
    told = ", ".join(dict.fromkeys(name for name in names if name))
    return f"{place.distance_km:.0f} km from {told}" if place.distance_km >= _FAR_KM else told
