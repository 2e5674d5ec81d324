"""Which way the terminal can show pictures; must be asked before the screen takes the keyboard."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from imagescope_tui.ui.settings import UiSettings

PictureProtocol: TypeAlias = Literal["kitty", "sixel", "blocks", "off"]


def choose_protocol(settings: UiSettings) -> PictureProtocol:
    """The way that was asked for, else the best the terminal has.

    Over ssh and in tmux pictures are half-blocks: real pixels are slow there, or do not arrive.
    """
    if settings.images != "auto":
        return _prepared(settings.images)
    if settings.over_ssh or settings.in_tmux or not _is_terminal():
        return "blocks"
    return _asked()


def _is_terminal() -> bool:
    return all(stream is not None and stream.isatty() for stream in (sys.__stdin__, sys.__stdout__))


def _prepared(protocol: PictureProtocol) -> PictureProtocol:
    if protocol in ("kitty", "sixel"):
        if not _is_terminal():
            return "blocks"
        _learn_cell_size()
    return protocol


def _asked() -> PictureProtocol:
    # Importing it sends the terminal two questions and waits a tenth of a second for each answer.
    from textual_image import renderable

    if renderable.Image is renderable.SixelImage:
        found: PictureProtocol = "sixel"
    elif renderable.Image is renderable.TGPImage:
        found = "kitty"
    else:
        return "blocks"
    _learn_cell_size()
    return found


def _learn_cell_size() -> None:
    from imagescope_tui.ui.pictures.graphics import cell_pixels

    cell_pixels()
