"""The most pressing notice, on one quiet line that can be dismissed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.message import Message

from imagescope_tui.ui.widgets.edge_line import EdgeLine

if TYPE_CHECKING:
    from textual import events

    from imagescope_tui.ui.notices import Notice

_SPARE = 3
"""Cells for the sign, and for the edges."""
_SIGNS = {"info": "•", "warning": "!", "error": "✗"}
_STYLES = {"info": "$foreground-muted", "warning": "$text-warning", "error": "bold $text-error"}


class NoticeLine(EdgeLine):
    """Hidden where there is nothing to say."""

    class Dismissed(Message):
        """The reader has seen it."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.display = False

    def show_notices(self, waiting: tuple[Notice, ...]) -> None:
        """Show the first, and how many are behind it."""
        self.display = bool(waiting)
        if not waiting:
            return
        first = waiting[0]
        style = _STYLES[first.tone]
        right = f"+{len(waiting) - 1} more  d ✕" if len(waiting) > 1 else "d ✕"
        room = self.app.size.width - len(right) - 2 * _SPARE
        text = first.brief if first.brief and cell_len(first.text) > room else first.text
        self.show(
            Content.styled(f"{_SIGNS[first.tone]} {text}", style),
            Content.styled(right, "$foreground-muted"),
        )

    def on_click(self, event: events.Click) -> None:
        """A click on the cross dismisses."""
        if event.x >= self.size.width - 5:
            self.post_message(self.Dismissed())
