"""Which way the terminal shows pictures, by what it answered and what the reader wants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from imagescope_tui.ui.pictures.glyphs import glyphs_of

if TYPE_CHECKING:
    from imagescope_tui.ui.pictures.terminal_answers import TerminalAnswers
    from imagescope_tui.ui.settings import ImageMode

PictureProtocol: TypeAlias = Literal[
    "kitty", "sixel", "iterm", "octants", "sextants", "quadrants", "blocks", "off"
]
_PIXELS = ("kitty", "sixel", "iterm")


def choose_protocol(
    wanted: ImageMode, answers: TerminalAnswers, *, is_remote: bool
) -> PictureProtocol:
    """The way that was asked for, else the best the terminal has.

    Args:
        wanted: `auto` for the best.
        answers: what the terminal says of itself.
        is_remote: over ssh or in tmux; pictures are made of characters then: real pixels are slow
            there, or do not arrive.
    """
    chosen = _best(answers, is_remote=is_remote) if wanted == "auto" else wanted
    if chosen in _PIXELS:
        from imagescope_tui.ui.pictures.graphics import prepare

        prepare(answers.cell_pixels)
    return chosen


def _best(answers: TerminalAnswers, *, is_remote: bool) -> PictureProtocol:
    if answers.graphics != "none" and not is_remote:
        return answers.graphics
    return glyphs_of(answers.name, answers.version)
