"""Keys and what they do, one below the other."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.geometry import Size
    from textual.visual import Visual

    KeyRow = tuple[str, str]
    """A key, and what it does."""

_GAP = 2


def key_cells(rows: Iterable[KeyRow]) -> int:
    """How wide the column of keys is, and the gap behind it."""
    return max(cell_len(key) for key, _ in rows) + _GAP


def laid_out(rows: Iterable[KeyRow], keys: int, width: int) -> list[KeyRow]:
    """The lines of both columns: what is too long goes on below itself, beside no key.

    Args:
        rows: in their order.
        keys: cells of the column of keys, with the gap behind it.
        width: cells of both columns.
    """
    return [
        (key if not place else "", part)
        for key, meaning in rows
        for place, part in enumerate(wrap(meaning, max(1, width - keys)))
    ]


class KeyGroup(Widget):
    """A title, and its keys."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "KeyGroup { width: 1fr; height: auto; }"

    def __init__(self, title: str, rows: tuple[KeyRow, ...], keys: int) -> None:
        """`keys`: cells of the column of keys, with the gap behind it."""
        super().__init__()
        self._title = title
        self._rows = rows
        self._keys = keys

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as it has in this width."""
        return 1 + len(laid_out(self._rows, self._keys, width))

    def render(self) -> Visual:
        """Title and lines."""
        lines = [
            Content.assemble((key + " " * (self._keys - cell_len(key)), "$text-primary"), meaning)
            for key, meaning in laid_out(self._rows, self._keys, self.content_size.width)
        ]
        return Content("\n").join([Content.styled(self._title, "bold"), *lines])
