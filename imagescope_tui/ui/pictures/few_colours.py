"""Words and lines in the colours of a terminal that has few: like those wanted, and readable.

Rich rounds each colour alone and by its channels, so that dark panels become blue, and quiet words
vanish in what is behind them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from rich.color import Color, ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import Color as ScreenColor
from textual.color import rgb_to_lab
from textual.filter import LineFilter

from imagescope_tui.ui.pictures.xterm import numbered_colours

if TYPE_CHECKING:
    from textual.color import Lab

_READABLE = 4.5
"""Contrast of small text that can be read well, after WCAG 2."""


class FewColours(LineFilter):
    """Turns colours of red, green and blue into the terminal's own."""

    def __init__(self, depth: Literal["256", "16"]) -> None:
        super().__init__()
        self._depth = depth

    def apply(self, segments: list[Segment], background: ScreenColor) -> list[Segment]:
        """The same text in colours that the terminal has."""
        return [
            Segment(text, style and self._turned(style, text), control)
            for text, style, control in segments
        ]

    def _turned(self, style: Style, text: str) -> Style:
        is_words = any(map(str.isalnum, text))
        return in_few_colours(style, self._depth, is_words=is_words)


@lru_cache(maxsize=8_192)
def in_few_colours(style: Style, depth: Literal["256", "16"], *, is_words: bool) -> Style:
    """The look with the nearest colours of the terminal's.

    Words have as much contrast as reading takes, lines at most that and no more than before.
    """
    front, behind = style.color, style.bgcolor
    back = _nearest(_rgb(behind), depth) if _is_free(behind) else None
    fore = None
    if _is_free(front):
        wanted = _READABLE if is_words else min(_READABLE, _contrast_of(style))
        against = numbered_colours(depth)[back] if back is not None else None
        fore = _nearest(_rgb(front), depth, against, wanted)
    return style + Style(
        color=None if fore is None else Color.from_ansi(fore),
        bgcolor=None if back is None else Color.from_ansi(back),
    )


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """From 1, the same, to 21, black on white; as WCAG 2 defines it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _contrast_of(style: Style) -> float:
    return contrast(_rgb(style.color), _rgb(style.bgcolor)) if style.bgcolor else 1.0


def _luminance(colour: tuple[int, int, int]) -> float:
    shares = (channel / 255 for channel in colour)
    linear = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return sum(w * part for w, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _is_free(color: Color | None) -> bool:
    return color is not None and color.type is ColorType.TRUECOLOR


def _rgb(color: Color | None) -> tuple[int, int, int]:
    red, green, blue = (color or Color.default()).get_truecolor()
    return red, green, blue


@lru_cache(maxsize=8_192)
def _nearest(
    colour: tuple[int, int, int],
    depth: Literal["256", "16"],
    against: tuple[int, int, int] | None = None,
    wanted: float = 1.0,
) -> int:
    """The number of the nearest in CIELAB that has so much contrast, if one has it."""
    lab = _lab(colour)
    known = numbered_colours(depth)

    def rank(number: int) -> tuple[float, float]:
        reached = wanted if against is None else min(wanted, contrast(known[number], against))
        return -reached, _distance(lab, _lab(known[number]))

    return min(known, key=rank)


@lru_cache(maxsize=8_192)
def _lab(colour: tuple[int, int, int]) -> Lab:
    return rgb_to_lab(ScreenColor(*colour))


def _distance(one: Lab, other: Lab) -> float:
    return (one.L - other.L) ** 2 + (one.a - other.a) ** 2 + (one.b - other.b) ** 2
