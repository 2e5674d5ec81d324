"""What a photo says of itself, as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imagescope_tui.search.place_words import place_words
from storage.records import Facts

if TYPE_CHECKING:
    from storage.records import Place


def facts_to_json(facts: Facts | None, place: Place | None) -> dict[str, Any]:
    """Where, who, by whom, how its owner marked it, and what is wrong with it."""
    told = facts or Facts()
    return {
        "place": place_words(place, facts) or None,
        "people": list(told.people),
        "artist": told.artist,
        "rating": told.rating,
        "favourite": told.is_favourite,
        "damage": told.damage,
        "notes": list(told.notes),
    }
