"""How many colours Textual writes: what the terminal shows, and not what COLORTERM makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.color import ColorSystem
from textual import constants

if TYPE_CHECKING:
    from rich.console import Console

    from imagescope_tui.ui.pictures.painting import ColourDepth

_SYSTEMS: dict[ColourDepth, ColorSystem] = {
    "true": ColorSystem.TRUECOLOR,
    "256": ColorSystem.EIGHT_BIT,
    "16": ColorSystem.STANDARD,
}
_DEPTHS: dict[str | None, ColourDepth] = {"truecolor": "true", "256": "256"}


def show_colours(console: Console, colours: ColourDepth) -> None:
    """Have the console write so many, but where TEXTUAL_COLOR_SYSTEM says how many."""
    if constants.COLOR_SYSTEM == "auto":
        console._color_system = _SYSTEMS[colours]  # Textual makes it, by COLORTERM alone


def colours_shown(console: Console) -> ColourDepth:
    """How many it writes."""
    return _DEPTHS.get(console.color_system, "16")
