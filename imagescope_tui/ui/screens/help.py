"""Every key, in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Container, Vertical, VerticalScroll
from textual.screen import ModalScreen

from imagescope_tui.ui.actions import bindings_of, told_by_group, told_in
from imagescope_tui.ui.widgets.key_group import KeyGroup, key_cells

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

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
_SEARCH, _TYPING, *_OTHERS = told_by_group().items()
_GROUPS = (_SEARCH, _TYPING, ("A query may say", _EXAMPLES), *_OTHERS)
_KEY_CELLS = key_cells(row for _, rows in _GROUPS for row in rows)


def _left_count() -> int:
    """How many groups the left column has, so that both are as long as can be."""
    lines = [len(rows) + 2 for _, rows in _GROUPS]
    return min(range(len(lines)), key=lambda count: abs(sum(lines[:count]) - sum(lines[count:])))


class HelpScreen(ModalScreen[None]):
    """Closes with the key that opened it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_of("help")

    def compose(self) -> ComposeResult:
        """Groups of keys in two columns, or in one."""
        with VerticalScroll(id="help-box", classes="dialog", can_focus=False) as box:
            box.border_title = "Keys"
            box.border_subtitle = told_in("help")
            with Container(id="help-columns"):
                for groups in (_GROUPS[: _left_count()], _GROUPS[_left_count() :]):
                    with Vertical(classes="help-column"):
                        for title, rows in groups:
                            yield KeyGroup(title, tuple(rows), _KEY_CELLS)

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
