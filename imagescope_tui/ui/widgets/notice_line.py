"""The most pressing notice, on one quiet line that can be dismissed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.message import Message

from imagescope_tui.ui.widgets.edge_line import EdgeLine

if TYPE_CHECKING:
    from textual import events

    from imagescope_tui.ui.notices import Notice

_SIGNS = {"info": "ⓘ", "warning": "!", "error": "✗"}
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
        more = f"+{len(waiting) - 1} more  " if len(waiting) > 1 else ""
        self.show(
            Content.assemble((f"{_SIGNS[first.tone]} ", style), (first.text, style)),
            Content.styled(f"{more}d ✕", "$foreground-muted"),
        )

    def on_click(self, event: events.Click) -> None:
        """A click on the cross dismisses."""
        if event.x >= self.size.width - 5:
            self.post_message(self.Dismissed())
