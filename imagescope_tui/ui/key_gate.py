"""Keys act in the order they came, also where several come at once.

Textual hands every key to the widget that has the focus when it is read, and looks for bindings
when that widget and those around it have let it pass. Of keys typed ahead the second is with the
old focus before the first has moved it: `/quick` would quit. Here a key is handed on only when the
one before it has been through, and what came of it has settled.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from textual.events import Key, Paste
from textual.message import Message
from textual.widgets import Input

from imagescope_tui.ui.pasted import on_one_line

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from textual.app import App
    from textual.events import Event
    from textual.widget import Widget

_ROUNDS = 4
"""A key is a message; the messages that come of it, and of those again, are as many rounds."""
_PATIENCE_SECONDS = 0.5
"""Whoever had the key may be gone with it, and what follows the key is lost."""


class KeyPassed(Message, verbose=True):
    """Follows a key, or the one before it, through all that may have to do with it."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


@dataclass(slots=True)
class KeyGate:
    """Lets one key or paste through at a time."""

    app: App[int]
    deliver: Callable[[Event], Awaitable[None]]
    """Does with a key what Textual does."""
    _waiting: deque[Event] = field(default_factory=deque)
    _number: int = 0
    """Counts the steps, so that what is late is known."""
    _rounds: int = 0
    _is_passing: bool = False

    async def take(self, event: Event) -> None:
        """Let it through when it is its turn."""
        self._waiting.extend(_as_typed(event))
        if not self._is_passing:
            await self._let_through()

    async def passed(self, message: KeyPassed) -> None:
        """One round is over."""
        if message.number == self._number:
            await self._go_on()

    async def _go_on(self) -> None:
        if self._rounds:
            self._rounds -= 1
            await self._follow()
        elif self._waiting:
            await self._let_through()
        else:
            self._is_passing = False

    async def _let_through(self) -> None:
        event, target = self._waiting.popleft(), self.app.focused or self.app.screen
        self._is_passing = True
        self._rounds = 0 if _only_types(event, target) else _ROUNDS
        await self.deliver(event)
        await self._follow(target)

    async def _follow(self, target: Widget | None = None) -> None:
        self._number += 1
        number = self._number
        target = target or self.app.focused or self.app.screen
        if target.post_message(KeyPassed(number)):
            self.app.set_timer(_PATIENCE_SECONDS, lambda: self._give_up(number))
        else:
            await self._go_on()

    async def _give_up(self, number: int) -> None:
        if number == self._number and self._is_passing:
            await self._go_on()


def _only_types(event: Event, target: Widget) -> bool:
    """Whether it is a letter in a line of text, which moves nothing else."""
    is_letter = isinstance(event, Key) and (event.character or "").isalnum()
    return is_letter and isinstance(target, Input)


def _as_typed(event: Event) -> Iterator[Event]:
    """Esc and a letter that came together are two keys, where nothing is bound to Alt.

    What is pasted is on one line, of which Textual's own would take the first of several alone.
    """
    if isinstance(event, Key) and event.key.startswith("alt+") and event.character:
        yield Key("escape", "\x1b")
        yield Key(event.character, event.character)
    elif isinstance(event, Paste):
        yield Paste(on_one_line(event.text))
    else:
        yield event
