"""Every key, in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

if TYPE_CHECKING:
    from textual.app import ComposeResult

_KEY_CELLS = 22
_GROUPS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Search",
        (
            ("/", "to the query line"),
            ("↑ ↓", "earlier and later queries"),
            ("Tab  →", "complete what is typed"),
            ("Enter", "ask the models too"),
            ("Esc", "leave, go back, all photos"),
            ("Backspace", "drop the last filter"),
            ("s", "pictures like this one"),
            ("e", "this one, but different"),
            ("c", "refine by a further line"),
            ("n", "forget it all, ask anew"),
            ("b", "by match, newest, oldest"),
            ("Ctrl-C", "stop the search; twice: quit"),
        ),
    ),
    (
        "Move",
        (
            ("← ↓ ↑ →  h j k l", "other photos"),
            ("PgUp PgDn", "a screen up, down"),
            ("Home End  g G", "first, last photo"),
            ("Enter", "large, and back"),
            ("Tab", "photo, why, chat"),
            ("w", "where it is: word by word"),
            ("+ -", "larger, smaller pictures"),
            ("J K", "more of the panel, and back"),
        ),
    ),
    (
        "Photos",
        (
            ("o", "open in the viewer"),
            ("r", "show in the file manager"),
            ("y", "copy the path"),
            ("v", "all of a burst, or one"),
            ("space", "mark, or not"),
            ("A  u", "mark all found, unmark all"),
            ("x", "export what is marked"),
        ),
    ),
    (
        "Library",
        (
            ("a", "add a folder"),
            ("i", "pause indexing, or go on"),
            ("Ctrl-R", "look at all folders again"),
            ("m", "models that see more"),
            ("d", "dismiss the note"),
            ("Ctrl-P", "every command by name"),
            ("q  Ctrl-Q", "quit"),
        ),
    ),
    (
        "In the chat",
        (
            ("Esc  ↑ ↓", "to the lines that were said"),
            ("u", "undo the line"),
        ),
    ),
    (
        "In the query line",
        (
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
        ),
    ),
)


class HelpScreen(ModalScreen[None]):
    """Closes with the key that opened it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q,enter", "dismiss(None)", "close", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("pagedown,space", "scroll(10)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
    ]

    def compose(self) -> ComposeResult:
        """Groups of keys in two columns, or in one."""
        with VerticalScroll(id="help-box", classes="dialog", can_focus=False) as box:
            box.border_title = "Keys"
            box.border_subtitle = "Esc closes"
            with Container(id="help-columns"):
                for groups in (_GROUPS[:2], _GROUPS[2:]):
                    with Vertical(classes="help-column"):
                        for title, keys in groups:
                            yield Static(_group(title, keys), classes="help-group")

    def action_scroll(self, lines: int) -> None:
        """Up or down."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def on_click(self) -> None:
        """A click closes too."""
        self.dismiss(None)


def _group(title: str, keys: tuple[tuple[str, str], ...]) -> Content:
    lines = [
        Content.assemble((key.ljust(_KEY_CELLS), "$text-primary"), meaning) for key, meaning in keys
    ]
    return Content("\n").join([Content.styled(title, "bold"), *lines])
