"""What else the places are called that owners wrote into their photos."""

from __future__ import annotations

from functools import cache

from indexer.places.lookup import largest_town
from indexer.places.names import all_state_names, country_names
from storage.place_names import name_keys

_LARGE = 15_000
"""Where no country tells which town is meant, it is a large one."""


def other_names_of(
    city: str | None, state: str | None, country: str | None
) -> dict[str, tuple[str, ...]]:
    """The names of each of the three that is told, in other languages; empty where none is known.

    Of towns and states of one name that of the country is meant.
    """
    names: dict[str, tuple[str, ...]] = {}
    code = _country_code(country or "")
    if country is not None:
        names[country] = country_names(code) if code else ()
    if state is not None:
        names[state] = names.get(state, ()) + _state_names(state, code)
    if city is not None:
        # The smaller file, which is soon looked through, has most of those that are written.
        town = largest_town(city, _LARGE, code) or (largest_town(city, 0, code) if code else None)
        names[city] = names.get(city, ()) + ((town.name, *town.other_names) if town else ())
    return names


def _country_code(name: str) -> str:
    """Two letters; empty where no country is called so."""
    known = _countries()
    return next((known[key] for key in sorted(name_keys(name)) if key in known), "")


@cache
def _countries() -> dict[str, str]:
    """The code of each country by the keys of its names, and of its codes such as `USA`."""
    from babel import Locale
    from babel.core import get_global

    codes = [code for code in map(str, Locale("en").territories) if code.isalpha()]
    aliases = {
        str(alias): str(meant[0])
        for alias, meant in get_global("territory_aliases").items()
        if str(alias).isalpha() and len(meant) == 1
    }
    named = [(code, (code, *country_names(code))) for code in codes]
    named += [(code, (alias,)) for alias, code in aliases.items()]
    return {key: code for code, names in named for name in names for key in name_keys(name)}


def _state_names(name: str, country_code: str) -> tuple[str, ...]:
    """Of the one state that is called so; empty where there are several, or none."""
    keys = name_keys(name)
    found = [
        names
        for code, names in all_state_names().items()
        if code.startswith(country_code) and any(keys & name_keys(other) for other in names)
    ]
    return found[0] if len(found) == 1 else ()
