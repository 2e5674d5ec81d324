"""Every key, in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

if TYPE_CHECKING:
    from textual.app import ComposeResult

_GROUPS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Search",
        (
            ("/", "to the query line"),
            ("↑ ↓", "earlier and later queries"),
            ("Esc", "leave the line; then: all photos"),
            ("Backspace", "drop the last filter"),
            ("s", "pictures like the selected one"),
            ("b", "order by match, picture, words"),
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
            ("Tab", "photo, why it was found"),
            ("+ -", "larger, smaller pictures"),
        ),
    ),
    (
        "Photos",
        (
            ("o", "open in the viewer"),
            ("r", "show in the file manager"),
            ("y", "copy the path"),
            ("space", "mark, or not"),
            ("A u", "mark all that match, unmark all"),
            ("x", "export what is marked"),
        ),
    ),
    (
        "Library",
        (
            ("a", "add a folder"),
            ("i", "pause indexing, or go on"),
            ("Ctrl-R", "look through all folders again"),
            ("m", "models that see more"),
            ("d", "dismiss the note"),
            ("Ctrl-P", "every command by name"),
            ("q  Ctrl-Q", "quit"),
        ),
    ),
    (
        "In the query line",
        (
            ("2019 beach", "words: names, folders, captions"),
            ("date:2019..2021", "taken in these years"),
            ("before: after: since:", "2020, 2020-07, 2020-07-18"),
            ("in:FOLDER", "in or below a folder"),
            ("camera:x100 type:heic", "camera or lens; kind of file"),
            ("-people", "without this word"),
        ),
    ),
)


class HelpScreen(ModalScreen[None]):
    """Closes with the key that opened it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q,enter", "dismiss(None)", "close", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("up,k", "scroll(-1)", show=False),
    ]

    def compose(self) -> ComposeResult:
        """Groups of keys."""
        with VerticalScroll(id="help-box", classes="dialog"):
            yield Static("Keys", classes="dialog-title")
            for title, keys in _GROUPS:
                yield Static(_group(title, keys), classes="help-group")

    def action_scroll(self, lines: int) -> None:
        """Up or down."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def on_click(self) -> None:
        """A click closes too."""
        self.dismiss(None)


def _group(title: str, keys: tuple[tuple[str, str], ...]) -> Content:
    width = max(len(key) for _, group in _GROUPS for key, _ in group)
    lines = [
        Content.assemble((key.ljust(width + 2), "$primary"), meaning) for key, meaning in keys
    ]
    return Content("\n").join([Content.styled(title, "bold"), *lines])
