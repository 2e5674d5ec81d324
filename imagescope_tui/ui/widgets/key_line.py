"""The keys that matter here, as many as fit; a click does what the key does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

if TYPE_CHECKING:
    from textual import events
    from textual.visual import Visual

    from imagescope_tui.ui.actions import Action

_GAP = 2


class KeyLine(Widget):
    """One line at the bottom; the last hint is always shown."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "KeyLine { height: 1; width: 1fr; padding: 0 1; }"

    class Clicked(Message):
        """A key hint was clicked."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def __init__(self, hints: tuple[Action, ...] = (), *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._hints = hints

    def show_hints(self, hints: tuple[Action, ...]) -> None:
        """Replace the hints; the last is kept where others do not fit."""
        if hints != self._hints:
            self._hints = hints
            self.refresh()

    def render(self) -> Visual:
        """The hints that fit."""
        return Content(" " * _GAP).join(
            Content.assemble(
                (hint.shown, "bold $text-primary"), " ", (hint.short, "$foreground-muted")
            )
            for hint in self._fitting()
        )

    def on_click(self, event: events.Click) -> None:
        """Do what the hint says."""
        left = self.content_region.x - self.region.x
        for hint in self._fitting():
            if left <= event.x < left + _width(hint):
                self.post_message(self.Clicked(hint.click))
            left += _width(hint) + _GAP

    def _fitting(self) -> list[Action]:
        if not self._hints:
            return []
        *others, last = self._hints
        room = self.content_size.width - _width(last)
        shown: list[Action] = []
        for hint in others:
            room -= _width(hint) + _GAP
            if room < 0:
                break
            shown.append(hint)
        return [*shown, last]


def _width(hint: Action) -> int:
    return cell_len(hint.shown) + 1 + cell_len(hint.short)
