"""Filters the query line understood, each of which can be dropped by key or mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from imagescope_tui.ui import wording
from storage.safe_text import printable

if TYPE_CHECKING:
    from textual import events
    from textual.geometry import Size
    from textual.visual import Visual

_LABEL_CELLS = 24
_GAP = 1


class ChipRow(Widget):
    """`‹2019–2021 ✕›` side by side; those that do not fit are counted."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "ChipRow { height: 1; width: auto; max-width: 60%; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "step(-1)", "previous filter", show=False),
        Binding("right,l", "step(1)", "next filter", show=False),
        Binding("backspace,delete,enter,x", "drop", "drop the filter", show=False),
    ]

    labels: reactive[tuple[str, ...]] = reactive((), layout=True)
    place: reactive[int] = reactive(0)
    """The chip that keys act on, from 0."""

    class Dropped(Message):
        """A filter is to go."""

        def __init__(self, place: int) -> None:
            super().__init__()
            self.place = place

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
        for place, text in enumerate(self._texts()):
            right = left + cell_len(text)
            if right - 3 <= event.x < right:
                self.post_message(self.Dropped(place))
            left = right + _GAP

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """All chips beside each other."""
        return sum(cell_len(text) + _GAP for text in self._texts())

    def render(self) -> Visual:
        """The chips that fit, then how many do not."""
        parts: list[Content] = []
        room = self.content_size.width
        texts = self._texts()
        for place, text in enumerate(texts):
            hidden = f"+{len(texts) - place}"
            is_last = place == len(texts) - 1
            needed = cell_len(text) + (0 if is_last else _GAP + len(hidden))
            if needed > room:
                parts.append(Content.styled(hidden, "$foreground-muted"))
                break
            is_here = self.has_focus and place == self.place
            parts.append(Content.styled(text, "reverse bold" if is_here else "$text-primary"))
            room -= cell_len(text) + _GAP
        return Content(" " * _GAP).join(parts)

    def _texts(self) -> list[str]:
        return [f"‹{wording.fit(printable(label), _LABEL_CELLS)} ✕›" for label in self.labels]
