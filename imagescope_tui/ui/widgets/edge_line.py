"""One line with something at its left and something at its right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widget import Widget

if TYPE_CHECKING:
    from textual.visual import Visual


class EdgeLine(Widget):
    """Left and right text on one line; where both do not fit, the left is cut, with a sign."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "EdgeLine { height: 1; width: 1fr; padding: 0 1; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._left = Content()
        self._right = Content()

    def show(self, left: Content, right: Content) -> None:
        """Replace both texts."""
        if not (left.is_same(self._left) and right.is_same(self._right)):
            self._left, self._right = left, right
            self.refresh()

    def render(self) -> Visual:
        """The line at the width there is."""
        width = self.content_size.width
        right = self._right if self._right.cell_length < width else Content()
        room = width - right.cell_length
        left = self._left
        if left.cell_length > max(0, room - 2 * bool(right)):
            left = left.truncate(max(0, room - 2 * bool(right)), ellipsis=True)
        return left + Content(" " * (room - left.cell_length)) + right
