"""How lines of words look: colour where it means something, never read as markup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

if TYPE_CHECKING:
    from imagescope_tui.ui.photo_words import Line

_STYLES = {
    "": "",
    "title": "bold",
    "head": "bold $text-primary",
    "quiet": "$foreground-muted",
    "warning": "$text-warning",
    "accepted": "bold $text-accent",
}


def as_content(lines: list[Line]) -> Content:
    """Lines with their looks; the text is never read as markup."""
    return Content("\n").join(Content.styled(line.text, _STYLES[line.emphasis]) for line in lines)
