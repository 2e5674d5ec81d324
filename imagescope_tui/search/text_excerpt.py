"""What to show of text that was read in a picture: the rows in which words of the query stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.safe_text import printable
from storage.search_text import folded

if TYPE_CHECKING:
    from collections.abc import Iterable

_LENGTH_MAX = 160


def text_excerpt(text: str, words: Iterable[str] = ()) -> str:
    """In one line and cut; from the beginning where no row holds any of the words."""
    rows = text.split("\n")
    wanted = [folded(word) for word in words]
    holding = [row for row in rows if any(word in folded(row) for word in wanted)]
    told = printable(" · ".join(holding) if holding else " ".join(rows))
    return told if len(told) <= _LENGTH_MAX else f"{told[:_LENGTH_MAX].rstrip()}…"
