"""Which way the terminal can show pictures; must be asked before the screen takes the keyboard."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from imagescope_tui.ui.settings import UiSettings

PictureProtocol: TypeAlias = Literal[
    "kitty", "sixel", "iterm", "octants", "sextants", "quadrants", "blocks", "off"
]


def choose_protocol(settings: UiSettings) -> PictureProtocol:
    """The way that was asked for, else the best the terminal has.

    Over ssh and in tmux pictures are half-blocks: real pixels are slow there, or do not arrive.
    """
    wanted = settings.images
    if wanted in ("octants", "sextants", "quadrants", "blocks", "off"):
        return wanted
    if not _is_terminal():
        return "blocks"
    if wanted == "auto":
        if settings.over_ssh or settings.in_tmux:
            return "blocks"
        from imagescope_tui.ui.pictures.terminal_query import ask_terminal

        graphics = ask_terminal()
        if graphics == "none":
            return "blocks"
        wanted = graphics
    # textual-image asks for the size of a cell when it is first imported; later it cannot.
    from imagescope_tui.ui.pictures.graphics import cell_pixels

    cell_pixels()
    return wanted


def _is_terminal() -> bool:
    return all(stream is not None and stream.isatty() for stream in (sys.__stdin__, sys.__stdout__))
