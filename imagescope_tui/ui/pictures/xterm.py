"""The colours that a terminal has by number; plain numbers, for the screen starts without numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Literal

FIRST_FIXED_COLOUR = 16
"""Numbers below it are for the terminal's theme to choose."""
_CUBE_STEPS = (0, 95, 135, 175, 215, 255)
# xterm's own; other terminals and themes differ, and cannot all be asked.
_XTERM_16 = (
    *((0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0)),
    *((0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229)),
    *((127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0)),
    *((92, 92, 255), (255, 0, 255), (0, 255, 255), (255, 255, 255)),
)


def numbered_colours(depth: Literal["256", "16"]) -> dict[int, tuple[int, int, int]]:
    """The colours used of a terminal's: red, green and blue by number.

    Of 256 the 240 that every terminal shows alike: a cube of 216 and 24 greys.
    """
    if depth == "16":
        return dict(enumerate(_XTERM_16))
    cube = [(r, g, b) for r in _CUBE_STEPS for g in _CUBE_STEPS for b in _CUBE_STEPS]
    greys = [(8 + 10 * step,) * 3 for step in range(24)]
    return dict(enumerate((*cube, *greys), start=FIRST_FIXED_COLOUR))
