"""Textual's way to the terminal, where early keys are not lost and late answers are no keys.

Textual reads what it does not know as keys: an answer that comes late, or to what is asked while
the screen is open, would be typed into the query, or command.
"""

from __future__ import annotations

import os
import re
import select
from codecs import getincrementaldecoder
from typing import TYPE_CHECKING, Any, Protocol, cast

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Key, Paste

from imagescope_tui.ui.messages import TerminalSaid

if TYPE_CHECKING:
    import threading

    from textual.app import App
    from textual.message import Message

    from imagescope_tui.ui.pictures.terminal_answers import TerminalAnswers

_ANSWER = re.compile(
    r"\x1b(?:\](?:11|5522);[^\x1b\x07]*(?:\x1b\\|\x07)"  # OSC: a colour, the clipboard
    r"|P[01>][^\x1b]*\x1b\\"  # DCS: name, terminfo, rendition
    r"|_G[^\x1b]*\x1b\\"  # APC: Kitty's pictures
    r"|\[\?(?:[\d;]*c|5522;\d\$y))"  # CSI: device, mode
)
_BEGUN = re.compile(r"\x1b(?:\](?:11|5522);[^\x1b\x07]*|P[01>][^\x1b]*|_G[^\x1b]*)\x1b?\Z")
_BREATH_SECONDS = 0.1


class AnswerSieve:
    """Takes the terminal's answers from among the keys."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> tuple[str, tuple[str, ...]]:
        """The keys, and the answers that were complete; one that is not is held back."""
        text, self._held = self._held + text, ""
        answers = tuple(found[0] for found in _ANSWER.finditer(text))
        keys = _ANSWER.sub("", text)
        begun = _BEGUN.search(keys)
        if begun:
            keys, self._held = keys[: begun.start()], begun[0]
        return keys, answers

    def release(self) -> str:
        """What was held back, after a silence: it was no answer."""
        held, self._held = self._held, ""
        return held


class _Started(Protocol):
    """An app that was started with what the terminal had answered."""

    answers: TerminalAnswers
    takes_keys: threading.Event
    """Set when somebody has the focus; before, Textual drops keys."""


class TerminalDriver(LinuxDriver):
    """Reads the keyboard."""

    def __init__(self, app: App[object], **options: Any) -> None:  # noqa: ANN401
        super().__init__(app, **options)
        self._started = cast("_Started", app)
        self._early: list[Message] = []
        """Keys that nobody can take yet."""
        self._typed = self._started.answers.typed

    def run_input_thread(self) -> None:
        """Read keys until the screen is closed."""
        parser, sieve = XTermParser(self._debug), AnswerSieve()
        decode = getincrementaldecoder("utf-8")("replace").decode
        # Once: reading begins anew after the program was in the background.
        keys, self._typed = decode(self._typed), b""
        while not self.exit_event.is_set():
            self._send(parser, keys)
            if select.select([self.fileno], [], [], _BREATH_SECONDS)[0]:
                keys, answers = sieve.feed(decode(os.read(self.fileno, 4096)))
                for answer in answers:
                    self._app.post_message(TerminalSaid(answer))
            else:
                keys = sieve.release()

    def _send(self, parser: XTermParser, keys: str) -> None:
        # To the parser no text is the end of all.
        events = (*(parser.feed(keys) if keys else ()), *parser.tick())
        are_keys_taken = self._started.takes_keys.is_set()
        if are_keys_taken:
            events, self._early = (*self._early, *events), []
        for event in events:
            if isinstance(event, Key | Paste) and not are_keys_taken:
                self._early.append(event)
            else:
                self.process_message(event)
