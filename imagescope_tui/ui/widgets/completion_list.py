"""The ways in which a line can go on, below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from imagescope_tui.ui import wording

if TYPE_CHECKING:
    from textual import events
    from textual.geometry import Size
    from textual.visual import Visual

    from imagescope_tui.search.completion import Completion

_LABEL_CELLS = 48
_GAP = 2


class CompletionList(Widget):
    """`in:Italy  1,234` below each other; shown only where there is a choice."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    CompletionList {
        overlay: screen; width: auto; height: auto; padding: 0 1; background: $panel; display: none;
    }
    """

    class Picked(Message):
        """One of them was clicked."""

        def __init__(self, place: int) -> None:
            super().__init__()
            self.place = place

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ways: tuple[Completion, ...] = ()
        self._place = 0

    @property
    def is_open(self) -> bool:
        """Whether there is a choice."""
        return len(self._ways) > 1

    def show_ways(self, ways: tuple[Completion, ...], place: int) -> None:
        """Show them, with a mark on the one that is next, or was taken."""
        self._ways, self._place = ways, place
        self.display = self.is_open
        self.refresh(layout=True)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as the widest, as far as the screen is."""
        room = min(_LABEL_CELLS, viewport.width // 2)
        labels = (min(cell_len(way.label), room) for way in self._ways)
        counts = (cell_len(_count(way)) for way in self._ways)
        return max(labels, default=0) + _GAP + max(counts, default=0)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """A line for each."""
        return len(self._ways)

    def render(self) -> Visual:
        """Labels at the left, counts at the right."""
        width = self.content_size.width
        return Content("\n").join(
            self._line(way, width, is_here=place == self._place)
            for place, way in enumerate(self._ways)
        )

    @staticmethod
    def _line(way: Completion, width: int, *, is_here: bool) -> Content:
        count = _count(way)
        room = width - _GAP - cell_len(count)
        label = wording.fit(way.label, room)
        gap = " " * (width - cell_len(label) - cell_len(count))
        quiet = "" if is_here else "$foreground-muted"
        line = Content.assemble(label, gap, (count, quiet))
        return line.stylize("reverse") if is_here else line

    def on_click(self, event: events.Click) -> None:
        """Take the one that was clicked."""
        place = event.get_content_offset(self)
        if place is not None and place.y < len(self._ways):
            self.post_message(self.Picked(place.y))


def _count(way: Completion) -> str:
    return "" if way.count is None else f"{way.count:,}"
