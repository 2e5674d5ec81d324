"""The characters that divide a cell, and which of its parts each one fills.

The parts are numbered as Unicode numbers them: from the top, in each row from the left. Bit `n` of
a pattern says whether part `n` has the colour of the character; the other parts show the colour
behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

GlyphMode: TypeAlias = Literal["octants", "sextants", "quadrants", "blocks"]

_QUADRANTS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"
_FIRST_SEXTANT, _FIRST_OCTANT = 0x1FB00, 0x1CD00
# Patterns of sextants and of octants that were characters before; Unicode left them out of the
# rows of the new ones, which go on in the order of the patterns.
_OLDER_SEXTANTS = {0: " ", 0b010101: "▌", 0b101010: "▐", 0b111111: "█"}
_OLDER_OCTANTS = {
    0b00000001: "\U0001cea8",  # left half upper one quarter
    0b00000010: "\U0001ceab",  # right half upper one quarter
    0b00000011: "\U0001fb82",  # upper one quarter
    0b00010100: "\U0001fbe6",  # middle left one quarter
    0b00101000: "\U0001fbe7",  # middle right one quarter
    0b00111111: "\U0001fb85",  # upper three quarters
    0b01000000: "\U0001cea3",  # left half lower one quarter
    0b10000000: "\U0001cea0",  # right half lower one quarter
    0b11000000: "▂",
    0b11111100: "▆",
}


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One character for each pattern of a cell of `columns` × `rows` parts."""

    columns: int
    rows: int
    characters: tuple[str, ...]


@lru_cache(maxsize=4)
def glyphs_in(mode: GlyphMode) -> Glyphs:
    """The characters of this way to draw."""
    if mode == "blocks":
        return Glyphs(1, 2, tuple(" ▀▄█"))
    if mode == "quadrants":
        return Glyphs(2, 2, tuple(_QUADRANTS))
    if mode == "sextants":
        return Glyphs(2, 3, _in_order(6, _FIRST_SEXTANT, _OLDER_SEXTANTS))
    quarters = {_as_octants(pattern): text for pattern, text in enumerate(_QUADRANTS)}
    return Glyphs(2, 4, _in_order(8, _FIRST_OCTANT, quarters | _OLDER_OCTANTS))


def _in_order(parts: int, first: int, older: dict[int, str]) -> tuple[str, ...]:
    code, characters = first, []
    for pattern in range(2**parts):
        characters.append(older.get(pattern) or chr(code))
        code += pattern not in older
    return tuple(characters)


def _as_octants(quadrants: int) -> int:
    """The same pattern with each quadrant as two octants, one above the other."""
    upper, lower = quadrants & 0b11, quadrants >> 2
    return upper * 0b101 | lower * 0b1010000
