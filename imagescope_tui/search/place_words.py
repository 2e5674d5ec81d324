"""Where a photo was taken, in a line of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.records import Facts
from storage.search_text import folded

if TYPE_CHECKING:
    from storage.records import Place


def place_words(place: Place | None, facts: Facts | None) -> str:
    """From the smallest to the largest: `Trastevere, Rome, Italy`; empty where nothing is known.

    What its owner wrote goes before what the gazetteer says. The state is told where no quarter
    does, for there are many towns of one name: `Rome, Georgia, United States`.
    """
    told = facts or Facts()
    if place is None or (told.city and told.country):
        return _line(told.location, told.city, told.state, told.country)
    return _line(
        told.location or place.quarter,
        told.city or place.name,
        told.state or place.state,
        told.country or place.country,
    )


def _line(*names: str | None) -> str:
    smallest, town, state, country = names
    shown = (smallest, town, None if smallest else state, country)
    # Each once: Singapore is in Singapore.
    return ", ".join({folded(name): name for name in shown if name}.values())
