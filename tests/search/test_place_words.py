"""How the place of a photo is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imagescope_tui.search.place_words import place_words
from storage.records import Facts, Place


def place(name: str, country: str, *, quarter: str | None = None, state: str | None) -> Place:
    return Place(
        name=name,
        quarter=quarter,
        state=state,
        country=country,
        country_code="XX",
        latitude=1.0,
        longitude=2.0,
    )


ROME = place("Rome", "Italy", quarter="Trastevere", state="Lazio")
GEORGIA = place("Rome", "United States", state="Georgia")


@pytest.mark.parametrize(
    ("where", "facts", "words"),
    [
        (ROME, None, "Trastevere, Rome, Italy"),
        (GEORGIA, Facts(), "Rome, Georgia, United States"),
        (place("Singapore", "Singapore", state=None), None, "Singapore"),
        (place("Berlin", "Germany", state="Berlin"), None, "Berlin, Germany"),
        (ROME, Facts(location="Grandma’s house"), "Grandma’s house, Rome, Italy"),
        (ROME, Facts(city="Roma", country="Italia"), "Roma, Italia"),
        (ROME, Facts(country="Italia"), "Trastevere, Rome, Italia"),
        (None, Facts(city="Lisboa", state="Lisboa", country="Portugal"), "Lisboa, Portugal"),
        (None, Facts(country="Portugal"), "Portugal"),
        (None, Facts(), ""),
        (replace(ROME, distance_km=12.4), None, "12 km from Trastevere, Rome, Italy"),
        (ROME, Facts(city="Roma\x1b", country="Italia"), "Roma, Italia"),
        (None, None, ""),
    ],
)
def test_a_place_is_told_from_the_smallest_to_the_largest(
    where: Place | None, facts: Facts | None, words: str
) -> None:
    assert place_words(where, facts) == words
