"""A line that can be completed as it is typed; what is typed so far always counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.actions import SkipAction
from textual.geometry import Region
from textual.message import Message
from textual.widgets import Input

if TYPE_CHECKING:
    from imagescope_tui.search.completion import Completer, Completion
    from imagescope_tui.ui.actions import Situation


class CompletingInput(Input):
    """Tab takes the best completion, and again the next; → at the end of the line the best."""

    class Offered(Message):
        """There are other ways to go on, or none."""

        def __init__(self, ways: tuple[Completion, ...], place: int) -> None:
            super().__init__()
            self.ways = ways
            self.place = place
            """Of the way that was taken, or is next."""

    completer: Completer | None = None
    """None until the library's names are known."""

    def __init__(self, *, placeholder: str, id: str | None = None) -> None:
        super().__init__(placeholder=placeholder, compact=True, select_on_focus=False, id=id)
        self._ways: tuple[Completion, ...] = ()
        self._taken: int | None = None
        """The place of the way that the line shows, while keys go through them."""
        self._is_chosen = False
        """Whether arrows led to that way, so that Tab means it and not the next."""
        self._completed = ""
        """The line as the last completion left it."""
        self._looked_at = ("", 0)

    @property
    def is_offering(self) -> bool:
        """Whether there is a way to go on."""
        return bool(self._ways)

    @property
    def is_choosing(self) -> bool:
        """Whether there are several."""
        return len(self._ways) > 1

    @property
    def situation(self) -> Situation:
        """What the keys do here now."""
        if self.is_choosing:
            return "choosing"
        return "completing" if self.is_offering else "query"

    @property
    def is_half_typed(self) -> bool:
        """Whether a filter is being completed."""
        return self.finished != self.value

    @property
    def finished(self) -> str:
        """The line without the filter that is being completed; all of it where none is."""
        line, end = self.value, self.cursor_position
        if not self._ways or (self._taken is not None and self._ways[self._taken].kind != "filter"):
            return line
        start = self._ways[0].start
        is_filter = ":" in line[start:end] or line[start:end].startswith("@")
        return line[:start] + line[end:] if is_filter else line

    def on_input_changed(self) -> None:
        """Look for ways to go on from what is typed now."""
        self._look_up()

    def watch_selection(self) -> None:
        """Look for ways to go on from where the cursor is, once text and cursor are settled."""
        self.call_later(self._look_up)

    def on_resize(self) -> None:
        """The cursor stays in sight where chips leave the line less room."""
        column = cell_len(self.value[: self.cursor_position])
        self.scroll_to_region(Region(column, 0, 1, 1), force=True, animate=False)

    def on_blur(self) -> None:
        """Elsewhere nothing is completed."""
        self.close_offer()

    def close_offer(self) -> None:
        """Offer nothing for the line as it is."""
        self._looked_at = (self.value, self.cursor_position)
        self._offer(())

    def action_complete(self) -> None:
        """Take a way to go on, or the one that was chosen; where there is none others get the key.

        Not so right behind a completion: who presses it there means to complete more.
        """
        if self._taken is not None and self._ways[self._taken].kind == "filter":
            self._offer(self._found())
        if not self._ways:
            if self.value and self.value == self._completed:
                return
            raise SkipAction
        if self._is_chosen:
            self.close_offer()
            return
        place = 0 if self._taken is None else (self._taken + 1) % len(self._ways)
        way = self._ways[place]
        self._write(way)
        if len(self._ways) == 1 or way.kind == "filter":
            # What comes behind a filter is another question.
            self._offer(self._found())
        else:
            self._offer(self._ways, place)

    def action_cursor_right(self, select: bool = False) -> None:
        """One sign on; at the end of the line take the best way to go on."""
        if self._ways and self._taken is None and self.cursor_at_end and not select:
            self.take(0)
        else:
            super().action_cursor_right(select)

    def action_step(self, steps: int) -> None:
        """Move on among the ways that are listed; the line shows where."""
        place = ((self._taken or 0) + steps) % len(self._ways)
        self._write(self._ways[place])
        self._offer(self._ways, place)
        self._is_chosen = True

    def take(self, place: int) -> None:
        """Go on this way, and from there."""
        self._write(self._ways[place])
        self._offer(self._found())

    def _write(self, way: Completion) -> None:
        self._looked_at = (way.text, way.cursor)
        self._completed = way.text
        self.value = way.text
        self.cursor_position = way.cursor

    def _look_up(self) -> None:
        if self._looked_at != (self.value, self.cursor_position):
            self._looked_at = (self.value, self.cursor_position)
            self._offer(self._found())

    def _found(self) -> tuple[Completion, ...]:
        if self.completer is None or not self.has_focus:
            return ()
        return self.completer.complete(self.value, self.cursor_position)

    def _offer(self, ways: tuple[Completion, ...], taken: int | None = None) -> None:
        self._is_chosen = False
        if (ways, taken) != (self._ways, self._taken) or ways:
            self._ways, self._taken = ways, taken
            self.post_message(self.Offered(ways, taken or 0))
        # A suggester of Textual's would know nothing of the cursor.
        self._suggestion = self.value + self._rest() if self.cursor_at_end else ""

    def _rest(self) -> str:
        """What the best way would add, as it is shown behind the cursor."""
        if not self._ways or self._taken is not None:
            return ""
        best, end = self._ways[0], len(self.value)
        goes_on = best.text[:end].casefold() == self.value.casefold()
        rest = best.text[end:] if goes_on else f" → {best.label}"
        is_counted = best.count is not None and len(self._ways) == 1
        return f"{rest}  {best.count:,}" if is_counted else rest
