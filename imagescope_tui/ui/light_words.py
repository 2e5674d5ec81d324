"""The light on a word of the search: where it falls, and what the line below the picture says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagescope_tui.search.where_words import where_words
from imagescope_tui.ui.photo_words import Line
from imagescope_tui.ui.pictures.key import LightMap
from storage.safe_text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.answers import WhereAnswer


def light_of(answer: WhereAnswer | None, lit: int | None) -> LightMap | None:
    """What is light and what is dark by one of the words; None where all is shown as it is."""
    if lit is None or answer is None or answer.words is None or lit >= len(answer.words):
        return None
    return LightMap(rows=answer.words[lit].light, area=answer.area)


def light_words(
    words: Sequence[str], lit: int | None, answer: WhereAnswer | None
) -> tuple[Line, Line]:
    """How sure and where, and what the key does next; `lit` is the word that has the light."""
    if not words:
        return Line(""), Line("")
    if lit is None or lit >= len(words):
        quoted = ", ".join(f"“{printable(word)}”" for word in words)
        return Line(f"w shows where {quoted} {_are(words)}", "quiet"), Line("")
    following = words[lit + 1] if lit + 1 < len(words) else ""
    after = Line(f"w: {printable(following)}" if following else "w: light on all", "quiet")
    if answer is None:
        return Line(f"looking for “{printable(words[lit])}” …", "quiet"), after
    if answer.words is None:
        return Line(_why_dark(answer), "warning"), after
    told = answer.words[lit]
    return Line(printable(where_words(told)), "title" if told.place else "warning"), after


def _are(words: Sequence[str]) -> str:
    return "are" if len(words) > 1 else "is"


def _why_dark(answer: WhereAnswer) -> str:
    if answer.problem:
        return f"cannot be looked at: {printable(answer.problem)}"
    return "this model cannot tell where"
