"""Which of the names that GeoNames has of a town are names: not codes, things, spellings."""

from __future__ import annotations

import unicodedata
from itertools import islice
from typing import TYPE_CHECKING, Final

from indexer.places.common_words import common_words
from storage.search_text import folded

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST_NAMES: Final = 60
"""Of a town; capitals are called something in each language there is."""
_CODE_LENGTH: Final = 3


def names_among(told: Iterable[str]) -> tuple[str, ...]:
    """Those of what is told that are names, so many as are kept."""
    return tuple(islice(filter(_is_name, filter(None, told)), _MOST_NAMES))


def _is_name(name: str) -> bool:
    """No code of an airport, no word for a thing, nothing only spelled in Latin letters."""
    is_spelled = unicodedata.category(name[0]) == "Ll"
    is_code = name.isascii() and name.isupper() and len(name) <= _CODE_LENGTH
    is_listed = any(sign in name for sign in ",،٬(")
    return not (is_spelled or is_code or is_listed or folded(name) in common_words())
