"""Lines of cells with their codes for the terminal written before they are drawn.

To write those of a screen full of pictures takes longer than a key may wait. So a painting's are
written where it is painted, in a thread, and lines that are put together of written ones are not
written again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Self

from rich.segment import Segment
from textual.filter import ANSIToTruecolor
from textual.strip import Strip

from imagescope_tui.ui.pictures.few_colours import FewColours

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console
    from rich.style import Style
    from textual.color import Color
    from textual.filter import LineFilter
    from textual.widget import Widget

    from imagescope_tui.ui.pictures.painting import Painting


class PaintedCells(Strip):
    """Cells in the very colours that the terminal is to show."""

    def apply_filter(self, filter: LineFilter, background: Color) -> Strip:
        """Themselves, where the filter only changes how colours are told."""
        if isinstance(filter, (ANSIToTruecolor, FewColours)):
            return self
        return super().apply_filter(filter, background)


class PartedLine(Strip):
    """A line of parts, each with codes of its own: where it is cut between them, they are kept."""

    __slots__ = ("_codes", "_pieces", "parts")

    def __init__(self, parts: Iterable[Strip]) -> None:
        self.parts = tuple(parts)
        self._codes = ""
        self._pieces: dict[tuple[int, ...], list[Strip]] = {}
        segments = [segment for part in self.parts for segment in part]
        super().__init__(segments, sum(part.cell_length for part in self.parts))

    def render(self, console: Console) -> str:
        """The codes of the parts."""
        if not self._codes:
            self._codes = "".join([part.render(console) for part in self.parts])
        return self._codes

    def crop(self, start: int, end: int | None = None) -> Strip:
        """The cells from `start` until before `end`."""
        end = self.cell_length if end is None else end
        if start <= 0 and end >= self.cell_length:
            return self
        kept: list[Strip] = []
        at = 0
        for part in self.parts:
            first, last = max(0, start - at), min(end - at, part.cell_length)
            if first < last:
                kept.append(part.crop(first, last))
            at += part.cell_length
        return PartedLine(kept)

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        """The line cut at these cells."""
        wanted = tuple(cut for cut in cuts if cut <= self.cell_length)
        if wanted not in self._pieces:
            pairs = pairwise((0, *wanted))
            self._pieces[wanted] = [self.crop(first, last) for first, last in pairs]
        return self._pieces[wanted]


def with_codes(painting: Painting, console: Console) -> Painting:
    """The painting, its codes for the console's terminal written; takes a while."""
    lines = tuple(_painted(line) for line in painting.lines)
    for part in (part for line in lines for part in _parts_of(line)):
        if isinstance(part, PaintedCells):
            part.render(console)
    return replace(painting, lines=lines)


def _parts_of(line: Strip) -> tuple[Strip, ...]:
    """What the line was put together of."""
    return line.parts if isinstance(line, PartedLine) else (line,)


def _painted(line: Strip) -> Strip:
    """The line in parts: what is painted, and what has the colour that is beneath."""
    parts = [
        PaintedCells(segments) if is_painted else Strip(segments)
        for is_painted, segments in groupby(line, key=lambda segment: bool(segment.style))
    ]
    return parts[0] if len(parts) == 1 else PartedLine(parts)


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes a widget's lines as the terminal gets them."""

    console: Console
    filters: Sequence[LineFilter]
    background: Color
    ground: Style
    """The look of cells that have none."""
    _blanks: dict[str, Strip] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, widget: Widget) -> Self:
        """As the widget looks now."""
        background = widget.background_colors[1]
        return cls(
            widget.app.console, tuple(widget.get_line_filters()), background, widget.rich_style
        )

    def written(self, *lines: Strip) -> tuple[Strip, ...]:
        """The parts of one line, with their codes; those that have them are kept."""
        parts = tuple(self._looked(part) for line in lines for part in _parts_of(line))
        for part in parts:
            part.render(self.console)
        return parts

    def _looked(self, part: Strip) -> Strip:
        if not isinstance(part, PaintedCells) and not any(segment.style for segment in part):
            return self._blank(part.text)
        for each in self.filters:
            part = part.apply_filter(each, self.background)
        return part

    def _blank(self, text: str) -> Strip:
        if text not in self._blanks:
            self._blanks[text] = self._looked(Strip([Segment(text, self.ground)]))
        return self._blanks[text]
