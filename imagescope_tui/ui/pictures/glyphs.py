"""Which of the characters that make pictures a terminal draws itself, whatever its font has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from imagescope_tui.ui.pictures.terminal_answers import Version

Glyphs: TypeAlias = Literal["octants", "sextants", "quadrants", "blocks"]

LINUX_CONSOLE = "linux"
# By notcurses' table of terminals (termdesc.c) for sextants, and by the terminals' notes on their
# releases for octants. A version that nobody is sure of is left out: quadrants look well
# everywhere, and a glyph that is missing looks like a broken screen.
_SINCE: dict[str, tuple[tuple[Version, Glyphs], ...]] = {
    "kitty": (((0, 40), "octants"), ((0, 20), "sextants")),
    "foot": (((1, 21), "octants"), ((1, 8), "sextants")),
    "ghostty": (((1, 2), "octants"), ((1, 0), "sextants")),
    "vte": (((8000,), "octants"), ((6200,), "sextants")),
    "wezterm": (((2021_08_14,), "sextants"),),
    "contour": (((0, 3), "sextants"),),
}


def glyphs_of(name: str, version: Version) -> Glyphs:
    """The finest that are surely there; the Linux console has half-blocks alone.

    Args:
        name: of the terminal, in small letters; tmux for all that is shown in tmux.
        version: its numbers; none where it does not tell them.
    """
    if name == LINUX_CONSOLE:
        return "blocks"
    for since, glyphs in _SINCE.get(name, ()):
        if version >= since:
            return glyphs
    return "quadrants"
