"""The keys that matter here, as many as fit; a click does what the key does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content
from textual.message import Message
from textual.widget import Widget

if TYPE_CHECKING:
    from textual import events
    from textual.visual import Visual

_GAP = 2


@dataclass(frozen=True, slots=True)
class KeyHint:
    """A key, what it does in a word, and the action behind it."""

    key: str
    label: str
    action: str

    @property
    def width(self) -> int:
        """Cells it takes."""
        return len(self.key) + 1 + len(self.label)


class KeyLine(Widget):
    """One line at the bottom; the last hint is always shown."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "KeyLine { height: 1; width: 1fr; padding: 0 1; }"

    class Clicked(Message):
        """A key hint was clicked."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def __init__(self, hints: tuple[KeyHint, ...] = (), *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._hints = hints

    def show_hints(self, hints: tuple[KeyHint, ...]) -> None:
        """Replace the hints; the last is kept where others do not fit."""
        if hints != self._hints:
            self._hints = hints
            self.refresh()

    def render(self) -> Visual:
        """The hints that fit."""
        return Content(" " * _GAP).join(
            Content.assemble(
                (hint.key, "bold $text-primary"), " ", (hint.label, "$foreground-muted")
            )
            for hint in self._fitting()
        )

    def on_click(self, event: events.Click) -> None:
        """Do what the hint says."""
        left = self.content_region.x - self.region.x
        for hint in self._fitting():
            if left <= event.x < left + hint.width:
                self.post_message(self.Clicked(hint.action))
            left += hint.width + _GAP

    def _fitting(self) -> list[KeyHint]:
        if not self._hints:
            return []
        *others, last = self._hints
        room = self.content_size.width - last.width
        shown: list[KeyHint] = []
        for hint in others:
            room -= hint.width + _GAP
            if room < 0:
                break
            shown.append(hint)
        return [*shown, last]
