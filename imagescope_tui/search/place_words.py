"""Where a photo was taken, in a line of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from storage.place_names import shown_names
from storage.records import Facts
from storage.safe_text import printable
from storage.search_text import folded

if TYPE_CHECKING:
    from storage.records import Place

_FAR_KM: Final = 5
"""From here on a place is not where the photo was taken, but near it."""


def place_words(place: Place | None, facts: Facts | None) -> str:
    """From the smallest to the largest: `Trastevere, Rome, Italy`; empty where nothing is known.

    What its owner wrote goes before what the gazetteer says. The state is told where no quarter
    does, for there are many towns of one name: `Rome, Georgia, United States`. Of what is far the
    distance is told.
    """
    told = facts or Facts()
    if place is None or (told.city and told.country):
        return _line(told.location, told.city, told.state, told.country)
    line = _line(
        told.location or place.quarter,
        told.city or place.name,
        told.state or place.state,
        told.country or place.country,
    )
    is_near = place.distance_km < _FAR_KM or told.location or told.city
    return line if is_near else f"{place.distance_km:.0f} km from {line}"


def place_names(place: Place | None, facts: Facts | None) -> tuple[str, ...]:
    """All that the place is called by its owner and by the gazetteer, in their own spelling."""
    told = facts or Facts()
    written = (told.location, told.city, told.state, told.country)
    return (*filter(None, written), *(shown_names(place) if place else ()))


def _line(*names: str | None) -> str:
    smallest, town, state, country = names
    shown = (smallest, town, None if smallest else state, country)
    # Each once: Singapore is in Singapore.
    return printable(", ".join({folded(name): name for name in shown if name}.values()))
