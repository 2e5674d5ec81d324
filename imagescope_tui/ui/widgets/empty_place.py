"""A place without photos that says why, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Center, Middle
from textual.content import Content
from textual.widgets import Static

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from imagescope_tui.ui.empty_words import EmptyWords


class EmptyPlace(Middle):
    """A title and a few quiet lines in the middle."""

    def compose(self) -> ComposeResult:
        """One block of text."""
        with Center():
            yield Static(id="empty-words", markup=False)

    def show_words(self, words: EmptyWords) -> None:
        """Replace what is said."""
        title = Content.styled(words.title, "bold")
        lines = [Content.styled(line, "$foreground-muted") for line in words.lines]
        self.query_one(Static).update(Content("\n").join([title, Content(), *lines]))
