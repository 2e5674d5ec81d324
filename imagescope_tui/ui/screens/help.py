"""Every key, in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from imagescope_tui.ui.actions import bindings_of, told_by_group, told_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.app import ComposeResult
    from textual.binding import BindingType

_KEY_CELLS = 22
_EXAMPLES = (
    ("beach last summer", "pictures, names, dates"),
    ("cat OR dog", "either will do"),
    ("without people", "also -people, not at night"),
    ('"cake birthday"', "exactly these words"),
    ("date:2019..2021", "also before: after: since:"),
    ("in:FOLDER", "in or below a folder"),
    ("camera:x100", "camera or lens"),
    ("type:heic", "kind of file"),
    ("rating:4", "so many stars, or more"),
    ("person:Anna", "who is there"),
    ("place:Italy", "taken there"),
    ("near:Rome", "within 100 km"),
    ("has:gps has:text", "a place, text to be read"),
    ("is:favourite", "also is:damaged"),
    ("is:portrait", "also is:screenshot"),
    ("@name", "a search saved by S"),
)
"""Of what the query line understands."""
_GROUPS = (*told_by_group().items(), ("In the query line", _EXAMPLES))
_LEFT: tuple[str, ...] = ("Search", "Move", "In the large photo", "On the library page")
"""The groups of the left column."""


class HelpScreen(ModalScreen[None]):
    """Closes with the key that opened it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_of("help")

    def compose(self) -> ComposeResult:
        """Groups of keys in two columns, or in one."""
        with VerticalScroll(id="help-box", classes="dialog", can_focus=False) as box:
            box.border_title = "Keys"
            box.border_subtitle = told_in("help")
            with Container(id="help-columns"):
                for is_left in (True, False):
                    with Vertical(classes="help-column"):
                        for title, keys in _GROUPS:
                            if (title in _LEFT) is is_left:
                                yield Static(_group(title, keys), classes="help-group")

    def action_scroll(self, lines: int) -> None:
        """Up or down."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_scroll_pages(self, pages: int) -> None:
        """A screen up or down, but for a line that stays in view."""
        self.action_scroll(pages * (self.query_one(VerticalScroll).content_size.height - 1))

    def action_first(self) -> None:
        """To the first key."""
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def action_last(self) -> None:
        """To the last key."""
        self.query_one(VerticalScroll).scroll_end(animate=False)

    def on_click(self) -> None:
        """A click closes too."""
        self.dismiss(None)


def _group(title: str, keys: Iterable[tuple[str, str]]) -> Content:
    lines = [
        Content.assemble((key.ljust(_KEY_CELLS), "$text-primary"), meaning) for key, meaning in keys
    ]
    return Content("\n").join([Content.styled(title, "bold"), *lines])
