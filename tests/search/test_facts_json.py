from __future__ import annotations

from imagescope_tui.search.facts_json import facts_to_json
from storage.records import Facts


def test_what_a_photo_says_of_itself_is_told_to_programs() -> None:
    facts = Facts(
        city="Sintra",
        country="Portugal",
        people=("Anna", "Ben"),
        artist="Jo",
        rating=4,
        is_favourite=True,
        damage="a part is missing",
        notes=("only the first 1000 keywords are kept",),
    )
    assert facts_to_json(facts, None) == {
        "place": "Sintra, Portugal",
        "people": ["Anna", "Ben"],
        "artist": "Jo",
        "rating": 4,
        "favourite": True,
        "damage": "a part is missing",
        "notes": ["only the first 1000 keywords are kept"],
    }


def test_what_is_not_known_is_null_or_empty() -> None:
    told = facts_to_json(None, None)
    assert told["place"] is told["artist"] is told["rating"] is told["damage"] is None
    assert told["people"] == told["notes"] == []
    assert told["favourite"] is False
