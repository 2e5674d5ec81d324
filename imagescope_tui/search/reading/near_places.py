"""What is near a place: `near Rome`, `bei München`, `near:41.9,12.5`.

`near the window` tells what is in the picture. Without a colon only a town makes it a place: one
that photos of the library were taken in, or a large one, the larger where it is not written with a
capital letter.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from imagescope_tui.search.reading.atoms import Phrases, atoms_of, plain
from imagescope_tui.search.reading.languages import ARTICLES, BREAKS
from imagescope_tui.search.reading.pieces import Piece
from storage.records import Circle, PhotoFilter
from storage.search_text import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imagescope_tui.search.reading.values import LineContext

NEAR_KM: Final = 100.0
"""What is farther from the middle of a town is not near it."""
_MOST_WORDS: Final = 4
"""Of the name of a town."""
_PEOPLE: Final = 15_000
_PEOPLE_UNCAPITALISED: Final = 100_000
_LEAST_LETTERS: Final = 3
_DEGREES: Final = re.compile(r"([+-]?\d{1,2}(?:\.\d+)?),\s?([+-]?\d{1,3}(?:\.\d+)?)(?![\w.])")
_CLOSING: Final = ",.;:!?)"
_WORDS: Final = (
    *("near", "near to", "close to", "bei", "nahe", "nahe bei", "in der Nähe von"),
    *("près de", "près d'", "proche de", "proche d'", "à côté de", "cerca de", "vicino a"),
    *("vicino ad", "presso"),
)
# Each is also a town, or what one is called in some language.
_THINGS: Final = frozenset(
    (
        *("bale", "bat", "bath", "batman", "beach", "bone", "boulder", "buffalo", "bush", "can"),
        *("cork", "essen", "gold", "hippo", "hull", "lake", "lime", "limo", "lion", "log"),
        *("male", "man", "mobile", "monster", "nice", "orange", "panda", "pet", "reading"),
        *("rest", "river", "salt", "sea", "split", "surprise", "tan", "tape", "tub", "turn"),
        *("van", "vine", "water"),
    )
)


def near_piece(text: str, start: int, context: LineContext, *, words_end: int) -> Piece | None:
    """What the words ask for that begin a text, which begins at `start` of the line.

    `words_end`: where in the text plain words end; degrees may look like something else.
    """
    atoms = atoms_of(text[:words_end])
    found = _near_words().at(atoms, 0)
    if found is None:
        return None
    last = atoms[found[1] - 1]
    begin = last.end + len(text[last.end :]) - len(text[last.end :].lstrip())
    if begin == last.end and last.text != "'":
        return None
    named = text[begin : max(words_end, begin)]
    return _degrees(text[begin:], start + begin) or near(named, start + begin, context)


def near(text: str, start: int, context: LineContext, *, is_sure: bool = False) -> Piece | None:
    """What is near the place that a text begins with; None where it begins with none.

    Args:
        text: it begins at `start` of the line.
        is_sure: it is a place, as the line says, however small.
    """
    if degrees := _degrees(text, start):
        return degrees
    for name in _names(text):
        point = _point(name, context) or (_any_town(name, context) if is_sure else None)
        if point is not None:
            return _piece(name, point, start + len(name))
    return None


def _degrees(text: str, start: int) -> Piece | None:
    found = _DEGREES.match(text)
    if found is None:
        return None
    point = float(found[1]), float(found[2])
    is_there = abs(point[0]) <= 90 and abs(point[1]) <= 180
    return _piece(found[0], point, start + found.end()) if is_there else None


@cache
def _near_words() -> Phrases[bool]:
    return Phrases((words, True) for words in _WORDS)


def _names(text: str) -> Iterator[str]:
    """What may be a town's name, the longest first."""
    words = list(re.finditer(r"\S+", text))[:_MOST_WORDS]
    if not words or (plain(words[0][0]) in ARTICLES and words[0][0].islower()):
        return
    has_capital = words[0][0][:1].isupper()
    for last in reversed(words):
        word = last[0].rstrip(_CLOSING)
        goes_on = last is not words[0] and (
            plain(word) in BREAKS | ARTICLES or (has_capital and word.islower())
        )
        if not goes_on:
            yield text[: last.end()].rstrip(_CLOSING)


def _point(name: str, context: LineContext) -> tuple[float, float] | None:
    key = " ".join(tokens(name))
    is_low = name.islower()
    if is_low and (name in _THINGS or len(key) < _LEAST_LETTERS):
        return None
    return context.names.place_points.get(key) or context.find_town(
        name, _PEOPLE_UNCAPITALISED if is_low else _PEOPLE
    )


def _any_town(name: str, context: LineContext) -> tuple[float, float] | None:
    """However small, where that is all that is said: to look for it takes a while."""
    return None if " " in name else context.find_town(name, 0)


def _piece(name: str, point: tuple[float, float], end: int) -> Piece:
    circle = Circle(latitude=point[0], longitude=point[1], radius_km=NEAR_KM)
    return Piece(label=f"near {name}", kind="place", end=end, filter=PhotoFilter(near=(circle,)))
