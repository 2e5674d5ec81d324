"""What countries, states and towns are called, in English and besides."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from storage.search_text import folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from indexer.places.towns import Town

_LANGUAGES: Final = ("de", "fr", "es", "it")
"""Besides English and those of the country itself."""
_MOST_NAMES: Final = 60
"""Of a town; capitals are called something in each language there is."""
_CODE_LENGTH: Final = 3
# Nicknames and descriptions: who looks for a garden does not mean Singapore, the Garden City.
_COMMON_WORDS: Final = frozenset(
    (
        *("city", "town", "village", "garden", "state", "district", "province", "region", "county"),
        *("republic", "kingdom", "municipality", "metropolis", "the", "of", "and", "big", "little"),
        *("red", "black", "white", "golden", "dot", "apple", "motor", "light", "lights", "windy"),
        *("eternal", "queen", "pearl", "gateway", "capital", "old", "mile", "high", "second"),
    )
)


def other_names(town: Town, quarter: Town) -> tuple[str, ...]:
    """What the town and its quarter are called besides their names."""
    others = (*_told_names(town), *(_told_names(quarter) if quarter != town else ()))
    return tuple(_unlike(others, (town.name, quarter.name)))


def region_names(town: Town) -> tuple[str, ...]:
    """What the state and the country of a town are called besides the first name of each."""
    states, countries = state_names(town.state_code), country_names(town.country_code)
    return tuple(_unlike((*states[1:], *countries[1:]), (*states[:1], *countries[:1])))


def _told_names(town: Town) -> Iterable[str]:
    return [name for name in town.other_names if _is_name(name)][:_MOST_NAMES]


def _is_name(name: str) -> bool:
    """No code of an airport, no description, nothing that was only spelled in Latin letters."""
    is_spelled = unicodedata.category(name[0]) == "Ll"
    is_code = name.isascii() and name.isupper() and len(name) <= _CODE_LENGTH
    is_listed = any(sign in name for sign in ",،٬(")
    return not (is_spelled or is_code or is_listed or _COMMON_WORDS & set(folded(name).split()))


def _unlike(names: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    seen = set(map(folded, known))
    for name in names:
        if (key := folded(name)) not in seen:
            seen.add(key)
            yield name


def state_name(code: str) -> str | None:
    """What the state is called in English, or as it calls itself; None where that is not known."""
    return next(iter(state_names(code)), None)


def state_names(code: str) -> tuple[str, ...]:
    """All names of a state; empty where it is not known."""
    return _states().get(code, ())


@cache
def _states() -> dict[str, tuple[str, ...]]:
    text = files("indexer.places").joinpath("states.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines())
    return {code: tuple(names.split("|")) for code, names in rows}


def country_name(code: str) -> str:
    """In English."""
    return country_names(code)[0]


@lru_cache(512)
def country_names(code: str) -> tuple[str, ...]:
    """In English first, then in four languages and its own; the code alone where none is known."""
    from babel import Locale
    from babel.core import get_global

    spoken = get_global("territory_languages").get(code, {})
    own = [name for name, told in spoken.items() if told.get("official_status") == "official"]
    locales = (Locale.parse(name) for name in ("en", *_LANGUAGES, *filter(_is_known, own)))
    names = (locale.territories.get(code, "") for locale in locales)
    return tuple(dict.fromkeys(filter(None, names))) or (code,)


def _is_known(language: str) -> bool:
    from babel.localedata import exists

    return exists(language)
