"""What is worth knowing of how the query line was read, below it."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from imagescope_tui.ui import wording
from storage.safe_text import printable

_MOST_LINES = 4
_SIGN_CELLS = 2


class ReadingNotes(Static):
    """Parts of the line that were refused, then what was guessed; hidden where there is neither."""

    DEFAULT_CSS = "ReadingNotes { height: auto; width: 1fr; padding: 0 1; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._problems: tuple[str, ...] = ()
        self._hints: tuple[str, ...] = ()
        self.display = False

    def show_notes(self, problems: tuple[str, ...], hints: tuple[str, ...]) -> None:
        """Other notes, in as few lines as they need."""
        if (problems, hints) != (self._problems, self._hints):
            self._problems, self._hints = problems, hints
            self._draw()

    def on_resize(self) -> None:
        """They break elsewhere."""
        self._draw()

    def _draw(self) -> None:
        lines = note_lines(self._problems, self._hints, self.app.size.width - 2)
        self.display = bool(lines)
        self.update(Content("\n").join(Content.styled(text, style) for text, style in lines))


def note_lines(
    problems: tuple[str, ...], hints: tuple[str, ...], width: int
) -> list[tuple[str, str]]:
    """Lines of so many cells and their looks; what does not fit is told by a sign."""
    told = [
        *((f"! {printable(text)}", "$text-warning") for text in problems),
        *((f"• {printable(text)}", "$foreground-muted") for text in hints),
    ]
    lines = [
        (line, style) for text, style in told for line in wording.hanging(text, width, _SIGN_CELLS)
    ]
    if len(lines) <= _MOST_LINES:
        return lines
    *shown, (last, style) = lines[:_MOST_LINES]
    return [*shown, (f"{wording.fit_end(last, width - 2)} …", style)]
