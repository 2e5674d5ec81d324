from __future__ import annotations

from dataclasses import replace

import pytest

from imagescope_tui.search.place_words import place_words
from storage.records import Facts, Place

ROME = Place(name="Rome", country="Italy", country_code="IT", latitude=41.9, longitude=12.5)


@pytest.mark.parametrize(
    ("place", "facts", "words"),
    [
        (ROME, None, "Rome, Italy"),
        (replace(ROME, quarter="Trastevere", state="Lazio"), None, "Trastevere, Rome, Italy"),
        (replace(ROME, distance_km=12.4), Facts(), "12 km from Rome, Italy"),
        (ROME, Facts(city="Roma\x1b"), "Roma"),
        (ROME, Facts(location="Bar"), "Bar, Rome, Italy"),
        (
            None,
            Facts(city="Sintra", state="Lisboa", country="Portugal"),
            "Sintra, Lisboa, Portugal",
        ),
        (None, Facts(latitude=1.0, longitude=2.0), ""),
        (None, None, ""),
    ],
)
def test_a_place_is_told_as_its_owner_wrote_it_else_by_the_nearest_name(
    place: Place | None, facts: Facts | None, words: str
) -> None:
    assert place_words(place, facts) == words
