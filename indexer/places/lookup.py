"""Where a town is, by any of its names, without reading what is known of all others."""

from __future__ import annotations

import json
import mmap
import re
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from indexer.places.names import country_names
from indexer.places.town_records import town_at, towns_file
from storage.place_names import name_keys
from storage.search_text import folded

if TYPE_CHECKING:
    from indexer.places.town_records import Town

_LARGE = 15_000
"""So many people live in each town of the smaller file, which is looked through in a moment."""
_MOST_OF_ONE_NAME = 500
_LEAST_LETTERS = 2
_ANSWERS_AT_HAND = 256


@lru_cache(_ANSWERS_AT_HAND)
def find_town(name: str, people: int = 0) -> tuple[float, float] | None:
    """Where the largest town of that name is, in degrees, north and east; None for none.

    San Marino is first of all that in the country San Marino.

    Args:
        name: in any language, case, accents and all.
        people: only towns of so many.
    """
    meant = largest_town(name, people)
    return None if meant is None else (meant.latitude, meant.longitude)


def largest_town(name: str, people: int = 0, country_code: str = "") -> Town | None:
    """The largest town of that name, of one country where its code is given; None for none."""
    keys = name_keys(name)
    if max(map(len, keys), default=0) < _LEAST_LETTERS:
        return None
    path = towns_file(_LARGE if people >= _LARGE else 500)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        spelled = _spelled(name)
        places = (found.start() for found in islice(spelled.finditer(text), _MOST_OF_ONE_NAME))
        towns = [town_at(text, place) for place in places]
    called = [
        town
        for town in towns
        if town.population >= people
        and country_code in ("", town.country_code)
        and _is_called(town, keys)
    ]
    return max(called, key=lambda town: (_is_country(town, keys), town.population), default=None)


def _spelled(name: str) -> re.Pattern[bytes]:
    """How the file has it: in JSON, as it is or without accents, alone or in a list."""
    ways = {name.lower(), name.title(), folded(name)}
    either = b"|".join(re.escape(json.dumps(way).encode()) for way in sorted(ways))
    return re.compile(rb"(?i)(?:" + either + rb")(?=[,\]])")


def _is_country(town: Town, keys: frozenset[str]) -> bool:
    return any(keys & name_keys(name) for name in country_names(town.country_code))


def _is_called(town: Town, keys: frozenset[str]) -> bool:
    return any(keys & name_keys(name) for name in (town.name, *town.other_names))
