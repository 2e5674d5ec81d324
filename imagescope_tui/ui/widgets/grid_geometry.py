"""Where the cards of a grid lie; pure arithmetic in cells."""

from __future__ import annotations

from dataclasses import dataclass

CARD_WIDTHS = (18, 22, 26, 34, 44, 60)
"""Wished widths of a card, from the smallest to the largest."""
DEFAULT_SIZE = 2
FRAME = 1
"""Cells around a picture on each side: frame, month and label."""
_PICTURE_SHAPE = 0.7 / 2
"""Rows per column of a picture: between 3:2 and 4:3, a cell being twice as high as wide."""
_TEXT_CARD_HEIGHT = 5


@dataclass(frozen=True, slots=True)
class GridGeometry:
    """A grid of equal cards that fills its place as evenly as it can."""

    columns: int
    card_width: int
    card_height: int
    rows_shown: int
    spare_height: int
    """Lines below the last whole row."""

    @property
    def page(self) -> int:
        """Cards on one screen."""
        return self.columns * self.rows_shown

    def rows(self, count: int) -> int:
        """Rows that so many cards take."""
        return -(-count // self.columns)

    def virtual_height(self, count: int) -> int:
        """Lines of all rows; a last screen ends with whole rows too."""
        rows = self.rows(count)
        spare = self.spare_height if rows > self.rows_shown else 0
        return rows * self.card_height + spare

    def index_at(self, x: int, y: int, count: int) -> int | None:
        """The card at a place below the grid's first line, if there is one."""
        column = x // self.card_width
        index = y // self.card_height * self.columns + column
        return index if column < self.columns and 0 <= index < count else None

    def snapped(self, line: float) -> int:
        """The nearest line on which a row begins."""
        return round(line / self.card_height) * self.card_height


def lay_out(width: int, height: int, *, card_width: int, is_text: bool = False) -> GridGeometry:
    """Cards of about the wished width in a place of so many cells."""
    columns = max(1, width // card_width)
    actual_width = max(8, width // columns)
    wished_height = _TEXT_CARD_HEIGHT
    if not is_text:
        wished_height = round((actual_width - 2 * FRAME) * _PICTURE_SHAPE) + 2 * FRAME
    rows = max(1, round(height / wished_height))
    card_height = max(3, height // rows)
    return GridGeometry(
        columns=columns,
        card_width=actual_width,
        card_height=card_height,
        rows_shown=max(1, height // card_height),
        spare_height=max(0, height - height // card_height * card_height),
    )
