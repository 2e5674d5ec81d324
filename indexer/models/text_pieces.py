"""Pieces that a large picture is looked at in, and which findings of text they cut."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE_SIDE: Final = 1280
"""Of what a detector looks at in one go, in pixels: its memory grows with it."""
_OVERLAP: Final = 256
_AT_EDGE: Final = 3.0


class Area(NamedTuple):
    """In pixels from the upper left corner of the picture."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> tuple[float, float]:
        """Its middle."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def holds(self, other: Area) -> bool:
        """Whether the other one's middle lies in it."""
        x, y = other.middle
        return self.left <= x <= self.right and self.top <= y <= self.bottom


def pieces_of(width: int, height: int) -> Iterator[Area]:
    """Areas that cover the picture and overlap each other."""
    for top in _starts(height):
        for left in _starts(width):
            right, bottom = min(left + PIECE_SIDE, width), min(top + PIECE_SIDE, height)
            yield Area(left, top, right, bottom)


def is_cut(finding: Area, piece: Area, width: int, height: int) -> bool:
    """Whether it ends at an edge of the piece that is none of the picture."""
    return (
        (0 < piece.left > finding.left - _AT_EDGE)
        or (0 < piece.top > finding.top - _AT_EDGE)
        or (width > piece.right < finding.right + _AT_EDGE)
        or (height > piece.bottom < finding.bottom + _AT_EDGE)
    )


def _starts(length: int) -> range:
    step = PIECE_SIDE - _OVERLAP
    return range(0, max(1, length - _OVERLAP), step)
