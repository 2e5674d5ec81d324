"""What countries and states are called, in English and besides, and with them a town."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from indexer.places.town_records import Town

_LANGUAGES: Final = ("de", "fr", "es", "it")
"""Besides English and those of the country itself."""


def other_names(town: Town, quarter: Town) -> tuple[tuple[str, str], ...]:
    """Pairs of a name of the town, its quarter, state or country, and what is called so besides."""
    pairs = [(place.name, other) for place in {town, quarter} for other in place.other_names]
    for names in (state_names(quarter.state_code), country_names(town.country_code)):
        pairs += [(names[0], other) for other in names[1:]]
    return tuple(sorted(pairs))


def state_name(code: str) -> str | None:
    """What the state is called in English, or as it calls itself; None where that is not known."""
    return next(iter(state_names(code)), None)


def state_names(code: str) -> tuple[str, ...]:
    """All names of a state; empty where it is not known."""
    return all_state_names().get(code, ())


@cache
def all_state_names() -> dict[str, tuple[str, ...]]:
    """The names of each state, by codes such as `DE.02`."""
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
