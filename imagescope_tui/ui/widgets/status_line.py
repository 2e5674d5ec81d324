"""How far the search is, and where in the photos one is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from imagescope_tui.ui.status_words import place_words
from imagescope_tui.ui.widgets.edge_line import EdgeLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imagescope_tui.ui.status_words import Words


class StatusLine(EdgeLine):
    """Trouble stands out, and so does that photos are marked."""

    def show_status(self, words: Sequence[Words], *, index: int, count: int, marked: int) -> None:
        """What the search says, then the place of the selected photo."""
        parts = [
            Content.styled(word.text, "$text-warning" if word.is_trouble else "$foreground-muted")
            for word in words
        ]
        style = "bold" if marked else "$foreground-muted"
        place = Content.styled(place_words(index, count, marked), style)
        self.show(Content(" · ").join(parts), place)
