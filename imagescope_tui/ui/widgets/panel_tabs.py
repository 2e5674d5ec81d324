"""The names of the side panel's pages, one of which is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

if TYPE_CHECKING:
    from textual import events
    from textual.visual import Visual

_GAP = 3


class PanelTabs(Widget):
    """One line; the shown page's name stands out also without colour."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "PanelTabs { height: 1; width: 1fr; padding: 0 1; }"

    active: reactive[int] = reactive(0)
    """The page that is shown, from 0."""

    class Chosen(Message):
        """A page was asked for."""

        def __init__(self, place: int) -> None:
            super().__init__()
            self.place = place

    def __init__(self, names: tuple[str, ...], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._names = names

    def render(self) -> Visual:
        """The names beside each other."""
        styles = ("$foreground-muted", "bold underline $text-primary")
        return Content(" " * _GAP).join(
            Content.styled(name, styles[place == self.active])
            for place, name in enumerate(self._names)
        )

    def on_click(self, event: events.Click) -> None:
        """The page whose name was clicked."""
        left = self.content_region.x - self.region.x
        for place, name in enumerate(self._names):
            if left <= event.x < left + len(name):
                self.post_message(self.Chosen(place))
            left += len(name) + _GAP
