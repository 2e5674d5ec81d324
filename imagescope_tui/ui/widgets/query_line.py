"""Where one types what one looks for, and sees how it was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.actions import SkipAction
from textual.containers import Horizontal
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Input, Label

from imagescope_tui.ui.actions import bindings_of
from imagescope_tui.ui.kept import HISTORY_KEPT
from imagescope_tui.ui.widgets.chip_row import ChipRow
from imagescope_tui.ui.widgets.completing_input import CompletingInput
from imagescope_tui.ui.widgets.completion_list import CompletionList

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType

_WISH = "what are you looking for?"
_EDIT_WISH = "what should be different?"
_LIKE_WISH = "new search · Esc: back"


class QueryInput(CompletingInput):
    """The words; up recalls earlier ones, or moves in the list of completions."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_of("query")

    class Left(Message):
        """The reader goes on to the photos."""

    class Begun(Message):
        """Nothing is left of the line that was there; another one begins."""

    history: reactive[tuple[str, ...]] = reactive((), init=False, repaint=False)
    """Lines that can be recalled, the latest last."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(placeholder=_WISH, id=id)
        self._place: int | None = None
        self._draft = ""

    def remember(self) -> None:
        """Keep the line, so that it can be recalled."""
        line = self.value.strip()
        if line and self.history[-1:] != (line,):
            self.history = (*self.history, line)[-HISTORY_KEPT:]
        self._place = None

    def replace(self, text: str, start: int, end: int) -> None:
        """Put text in the place of what stands between two signs, or of all of it."""
        first, last = sorted((start, end))
        if first <= 0 and last >= len(self.value) > 0:
            self.post_message(self.Begun())
        super().replace(text, start, end)

    async def on_key(self, event: events.Key) -> None:
        """Keys that edit act here and now, in the order in which letters come.

        Who presses `/` to search, and is here already, means no slash; and with `?` the keys.
        """
        if not self.value and event.character in ("/", "?"):
            event.prevent_default().stop()
            if event.character == "?":
                await self.screen.run_action("help")
        elif not event.is_printable:
            for binding in self._bindings.key_to_bindings.get(event.key, ()):
                if await self.app.run_action(binding.action, self):
                    event.prevent_default().stop()
                    return

    def on_paste(self, event: events.Paste) -> None:
        """The screen looks first whether it is the path of a picture."""
        event.prevent_default()

    def action_recall(self, step: int) -> None:
        """Another completion where several are listed; else an earlier line, or a later one.

        Below the last line come the photos.
        """
        if self.is_choosing:
            self.action_step(step)
            return
        if self._place is None:
            if step > 0 or not self.history:
                self._leave() if step > 0 else None
                return
            self._draft, self._place = self.value, len(self.history)
        self._place = max(0, self._place + step)
        self.post_message(self.Begun())
        if self._place >= len(self.history):
            self._place = None
            self.value = self._draft
        else:
            self.value = self.history[self._place]
        self.cursor_position = len(self.value)
        self.close_offer()

    def action_leave(self) -> None:
        """To the photos, or out of a choice of completions first."""
        if self.is_choosing:
            self.close_offer()
        else:
            self._leave()

    def _leave(self) -> None:
        self.remember()
        self.post_message(self.Left())


class Outcome(Label):
    """What came of it; a click asks for another order."""

    class Clicked(Message):
        """The order is to be another one."""

    def on_click(self) -> None:
        """The order is named here, so it is changed here."""
        self.post_message(self.Clicked())


class QueryLine(Horizontal):
    """The words, the filters in them, and what came of it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_of("bar")

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._outcome = ""

    def compose(self) -> ComposeResult:
        """Prompt, words, chips, outcome."""
        yield Label("/", id="query-prompt")
        yield CompletionList(id="query-completions")
        yield QueryInput(id="query-input")
        yield ChipRow(id="query-chips")
        yield Outcome("", id="query-outcome", markup=False)

    class Changed(Message):
        """The line reads differently now."""

        def __init__(self, line: str) -> None:
            super().__init__()
            self.line = line

    class Submitted(Message):
        """The line is meant as it stands."""

    @property
    def input(self) -> QueryInput:
        """The words."""
        return self.query_one(QueryInput)

    @property
    def line(self) -> str:
        """What is typed."""
        return self.input.value

    @line.setter
    def line(self, line: str) -> None:
        self.input.value = line
        self.input.cursor_position = len(line)
        self.input.close_offer()

    def action_filters(self) -> None:
        """From the words to their filters, where there are some.

        Only an empty line leads further: who has typed something may go on typing.
        """
        if not self.line or not self.input.has_focus:
            raise SkipAction
        self.screen.set_focus(self.query_one(ChipRow))

    def show_chips(self, labels: tuple[str, ...]) -> None:
        """The filters that were understood."""
        self.query_one(ChipRow).labels = labels

    def show_wish(self, *, is_edit: bool, is_like: bool) -> None:
        """What an empty line asks for."""
        self.input.placeholder = _EDIT_WISH if is_edit else _LIKE_WISH if is_like else _WISH

    def show_outcome(self, text: str) -> None:
        """How many were found, and in which order they are."""
        if text != self._outcome:
            self._outcome = text
            self.query_one(Outcome).update(text)

    @on(Input.Changed, "#query-input")
    def _tell_change(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(event.value))

    @on(ChipRow.Typed)
    def _type_on(self, event: ChipRow.Typed) -> None:
        event.stop()
        self.screen.set_focus(self.input)
        self.input.insert_text_at_cursor(event.sign)

    @on(CompletingInput.Offered)
    def _show_ways(self, event: CompletingInput.Offered) -> None:
        self.query_one(CompletionList).show_ways(event.ways, event.place)

    @on(CompletionList.Picked)
    def _take_way(self, event: CompletionList.Picked) -> None:
        event.stop()
        self.input.take(event.place)

    @on(Input.Submitted, "#query-input")
    def _tell_submission(self, event: Input.Submitted) -> None:
        event.stop()
        self.input.close_offer()
        self.input.remember()
        self.post_message(self.Submitted())
