"""Filters the query line understood, each of which can be dropped by key or mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from imagescope_tui.ui import wording
from imagescope_tui.ui.actions import bindings_of
from storage.safe_text import printable

if TYPE_CHECKING:
    from textual import events
    from textual.binding import BindingType
    from textual.geometry import Size
    from textual.visual import Visual

    from imagescope_tui.ui.actions import Situation

_LABEL_CELLS = 24
_GAP = 1


class ChipRow(Widget):
    """`‹2019–2021 ✕›` side by side; those that do not fit are counted."""

    ALLOW_SELECT = False
    FOCUS_ON_CLICK = False
    DEFAULT_CSS = "ChipRow { height: 1; width: auto; max-width: 60%; }"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("chips")

    situation: ClassVar[Situation] = "chips"
    labels: reactive[tuple[str, ...]] = reactive((), layout=True)
    place: reactive[int] = reactive(0)
    """The chip that keys act on, from 0."""

    class Dropped(Message):
        """A filter is to go."""

        def __init__(self, place: int) -> None:
            super().__init__()
            self.place = place

    class Typed(Message):
        """A sign for the line, from somebody who types on."""

        def __init__(self, sign: str) -> None:
            super().__init__()
            self.sign = sign

    def on_key(self, event: events.Key) -> None:
        """No sign is a command here; `/` leads to the line by itself, and `?` tells the keys."""
        if event.character and event.is_printable and event.character not in "/?":
            event.prevent_default().stop()
            self.post_message(self.Typed(event.character))

    def watch_labels(self) -> None:
        """Nothing to focus where there is nothing."""
        self.can_focus = bool(self.labels)
        self.place = max(0, min(self.place, len(self.labels) - 1))

    def action_step(self, steps: int) -> None:
        """To another chip."""
        self.place = max(0, min(self.place + steps, len(self.labels) - 1))

    def action_drop(self) -> None:
        """Drop the chip the keys are at."""
        if self.labels:
            self.post_message(self.Dropped(self.place))

    def on_click(self, event: events.Click) -> None:
        """A click on a cross drops its chip."""
        left = 0
        for place, text in self._shown():
            right = left + cell_len(text)
            if right - 3 <= event.x < right:
                self.post_message(self.Dropped(place))
            left = right + _GAP

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """All chips beside each other."""
        return sum(cell_len(text) + _GAP for text in self._texts())

    def render(self) -> Visual:
        """The chips that fit, then how many do not."""
        shown = self._shown()
        parts = [
            Content.styled(text, self._style(is_here=self.has_focus and place == self.place))
            for place, text in shown
        ]
        if len(shown) < len(self.labels):
            parts.append(Content.styled(f"+{len(self.labels) - len(shown)}", "$foreground-muted"))
        return Content(" " * _GAP).join(parts)

    @staticmethod
    def _style(*, is_here: bool) -> str:
        return "reverse bold" if is_here else "$text-primary"

    def _shown(self) -> list[tuple[int, str]]:
        """Those that fit, from the first, or from the one the keys are at."""
        chips = list(enumerate(self._texts()))
        width = self.content_size.width
        if sum(cell_len(text) + _GAP for _, text in chips) <= width + _GAP:
            return chips
        shown: list[tuple[int, str]] = []
        room = width - len(f"+{len(chips)}")
        for place, text in chips[self.place if self.has_focus else 0 :]:
            room -= cell_len(text) + _GAP
            if room < 0:
                break
            shown.append((place, text))
        return shown

    def _texts(self) -> list[str]:
        return [f"‹{wording.fit(printable(label), _LABEL_CELLS)} ✕›" for label in self.labels]
