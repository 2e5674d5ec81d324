"""The conversation about a search: its turns, and a line at the bottom that adds one."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input, Static

from imagescope_tui.ui.actions import bindings_of
from imagescope_tui.ui.chat_words import ChatView, turn_lines
from imagescope_tui.ui.widgets.line_looks import as_content
from imagescope_tui.ui.widgets.reference_strip import ReferenceStrip

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.content import Content
    from textual.geometry import Size
    from textual.visual import Visual

    from imagescope_tui.ui.photo_words import Line


class ChatInput(Input):
    """What is said next."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_of("chat")

    class Left(Message):
        """The reader goes to the lines that were said."""

    def action_leave(self) -> None:
        """To the lines that were said."""
        self.post_message(self.Left())


class TurnList(Widget, can_focus=True):
    """The lines that were said; one of them is chosen while the keys are here."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_of("lines")

    chat: reactive[ChatView] = reactive(ChatView(), layout=True)
    place: reactive[int] = reactive(0)
    """The chosen line, from 0."""

    class Undone(Message):
        """A line is taken back."""

        def __init__(self, place: int) -> None:
            super().__init__()
            self.place = place

    class Left(Message):
        """The reader goes on to the photos."""

    class LeftAtBottom(Message):
        """The selection would go down from the last line."""

    def watch_chat(self) -> None:
        """The last line is the chosen one, where others came or went."""
        self.place = max(0, len(self.chat.turns) - 1)

    def watch_has_focus(self, has_focus: bool) -> None:
        """A line is chosen only while the keys are here."""
        super().watch_has_focus(has_focus)
        self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many rows as the lines have at the width they get."""
        return self._words(width).get_height(self.styles.get_rules(), width)

    def render(self) -> Visual:
        """The lines, broken where the width asks for it."""
        return self._words(self.content_size.width)

    def action_step(self, steps: int) -> None:
        """To another line."""
        if self.place + steps >= len(self.chat.turns):
            self.post_message(self.LeftAtBottom())
        else:
            self.place = max(0, self.place + steps)

    def action_undo(self) -> None:
        """Take the chosen line back."""
        if self.chat.turns:
            self.post_message(self.Undone(self.place))

    def action_leave(self) -> None:
        """To the photos."""
        self.post_message(self.Left())

    def _words(self, width: int) -> Content:
        blocks: list[Line] = []
        for place in range(len(self.chat.turns)):
            is_chosen = self.has_focus and place == self.place
            blocks += turn_lines(self.chat, place, width, is_chosen=is_chosen)
        return as_content(blocks)


class ChatPane(Vertical):
    """How the request reads now, the lines that led to it, and the next one."""

    class Said(Message):
        """A further line."""

        def __init__(self, line: str) -> None:
            super().__init__()
            self.line = line

    class Left(Message):
        """The reader goes on to the photos."""

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield ReferenceStrip(id=f"{self.id}-reference")
        with VerticalScroll(classes="chat-scroll", can_focus=False):
            yield TurnList(classes="chat-turns")
            yield Static(classes="chat-head", markup=False)
        yield ChatInput(
            placeholder="say more …", compact=True, select_on_focus=False, classes="chat-input"
        )

    def show_chat(self, chat: ChatView) -> None:
        """The conversation has gone on."""
        self.query_one(ReferenceStrip).show(chat.reference)
        turns = self.query_one(TurnList)
        turns.display = bool(chat.turns)
        if chat.turns != turns.chat.turns:
            turns.chat = chat
            self.query_one(VerticalScroll).scroll_end(animate=False)
        self.query_one(".chat-head", Static).update(as_content(list(chat.head)))

    def say_more(self) -> None:
        """To the input."""
        self.screen.set_focus(self.query_one(ChatInput))

    @on(TurnList.Left)
    def leave(self) -> None:
        """To the photos."""
        self.post_message(self.Left())

    @property
    def is_typing(self) -> bool:
        """Whether letters are written, and are no keys."""
        return self.query_one(ChatInput).has_focus

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        line = event.value.strip()
        if line:
            event.input.value = ""
            self.post_message(self.Said(line))

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()

    @on(ChatInput.Left)
    def to_the_lines(self) -> None:
        """To the lines that were said, or to the photos where none were."""
        turns = self.query_one(TurnList)
        if turns.display:
            self.screen.set_focus(turns)
        else:
            self.leave()

    @on(TurnList.LeftAtBottom)
    def _to_the_input(self) -> None:
        self.say_more()
