"""How many colours Textual writes: what the terminal shows, and not what COLORTERM makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.color import ColorSystem
from textual import constants

from imagescope_tui.ui.pictures.few_colours import FewColours

if TYPE_CHECKING:
    from rich.console import Console
    from textual.app import App
    from textual.filter import LineFilter

    from imagescope_tui.ui.pictures.painting import ColourDepth

_SYSTEMS: dict[ColourDepth, ColorSystem] = {
    "true": ColorSystem.TRUECOLOR,
    "256": ColorSystem.EIGHT_BIT,
    "16": ColorSystem.STANDARD,
}
_DEPTHS: dict[str | None, ColourDepth] = {"truecolor": "true", "256": "256"}


def show_colours(app: App[int], filters: list[LineFilter], colours: ColourDepth) -> None:
    """Have the app write so many, but where TEXTUAL_COLOR_SYSTEM says how many.

    Args:
        app: gets the class `-sixteen` where it has no more.
        filters: the app's own; what it shows goes through them.
        colours: that the terminal has.
    """
    if constants.COLOR_SYSTEM == "auto":
        app.console._color_system = _SYSTEMS[colours]  # Textual makes it, by COLORTERM alone
    shown = colours_shown(app.console)
    if shown != "true":
        filters.append(FewColours(shown))
    app.set_class(shown == "16", "-sixteen")


def colours_shown(console: Console) -> ColourDepth:
    """How many it writes."""
    return _DEPTHS.get(console.color_system, "16")
