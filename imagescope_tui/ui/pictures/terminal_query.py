"""All questions to the terminal in one go, before the screen takes the keyboard.

Terminals answer what they know and are silent on the rest. The last question is one that all of
them answer, so that silence on the others is an answer as well, and no time is spent on waiting.
"""

from __future__ import annotations

import fcntl
import os
import select
import struct
import sys
import termios
import time
import tty
from dataclasses import replace
from typing import TYPE_CHECKING

from imagescope_tui.ui.pictures.colour_depth import colours_of, tmux_client
from imagescope_tui.ui.pictures.terminal_answers import (
    DEVICE_ANSWER,
    ODD_COLOUR,
    TerminalAnswers,
    told_cell,
    understood,
)

if TYPE_CHECKING:
    from imagescope_tui.terminal_hints import TerminalHints

_ODD = ";".join(map(str, ODD_COLOUR))
_TO_ALL = (
    "\x1b[>0q",  # what are you called? (XTVERSION)
    "\x1b]11;?\x1b\\",  # your background's colour?
)
_TO_TERMINALS_THEMSELVES = (
    "\x1b[16t",  # how many pixels has a cell? (XTWINOPS)
    "\x1bP+q524742\x1b\\",  # `RGB` in your terminfo? (XTGETTCAP)
    "\x1bP+q5463\x1b\\",  # `Tc`?
    f"\x1b[48;2;{_ODD}m\x1bP$qm\x1b\\\x1b[m",  # which background did I just choose? (DECRQSS)
    "\x1b[?5522$p",  # do you know Kitty's clipboard? (DECRQM)
    "\x1b_Gi=4711,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\",  # can you draw this pixel?
)
_AT_LAST = (
    "\r\x1b[K",  # some terminals print what they do not understand
    "\x1b[c",  # what are you? (DA1), which everybody answers
)
_MULTIPLEXERS = ("screen", "tmux")
"""How their TERM begins. tmux takes the pixel for its title, GNU screen prints the DCS outside."""
_SILENT = ("", "dumb", "linux")
"""Terminals, by TERM, that have nothing to tell, and may print the questions."""
_PATIENCE_SECONDS = 0.3
_PATIENCE_OVER_SSH_SECONDS = 1.0


def ask_terminal(hints: TerminalHints, *, over_ssh: bool, in_tmux: bool) -> TerminalAnswers:
    """What the terminal says of itself; what was typed meanwhile comes with it."""
    patience = _PATIENCE_OVER_SSH_SECONDS if over_ssh else _PATIENCE_SECONDS
    reply = b"" if hints.term in _SILENT else _conversation(_questions(hints), patience)
    tmux = tmux_client() if in_tmux else None
    answers = understood(reply, hints)
    return replace(
        answers,
        cell_pixels=_cell_by_system() or told_cell(reply) or answers.cell_pixels,
        colours=colours_of(reply, hints, tmux),
        tmux_client="" if tmux is None or tmux.is_true_colour else tmux.name,
    )


def _cell_by_system() -> tuple[int, int] | None:
    """Width and height of a cell in pixels, where the terminal told the system."""
    if sys.__stdout__ is None:
        return None
    try:
        window = fcntl.ioctl(sys.__stdout__.fileno(), termios.TIOCGWINSZ, bytes(8))
    except OSError:
        return None
    rows, columns, width, height = struct.unpack("HHHH", window)
    size = (width // columns, height // rows) if rows and columns else (0, 0)
    return size if all(size) else None


def _questions(hints: TerminalHints) -> str:
    themselves = () if hints.term.startswith(_MULTIPLEXERS) else _TO_TERMINALS_THEMSELVES
    return "".join((*_TO_ALL, *themselves, *_AT_LAST))


def _conversation(questions: str, patience: float) -> bytes:
    if sys.__stdin__ is None or sys.__stdout__ is None:
        return b""
    keyboard = sys.__stdin__.fileno()
    try:
        before = termios.tcgetattr(keyboard)
        tty.setcbreak(keyboard, termios.TCSANOW)
    except termios.error:
        return b""
    try:
        sys.__stdout__.write(questions)
        sys.__stdout__.flush()
        return _read_answers(keyboard, patience)
    finally:
        termios.tcsetattr(keyboard, termios.TCSANOW, before)


def _read_answers(keyboard: int, patience: float) -> bytes:
    answers = b""
    deadline = time.monotonic() + patience
    while not DEVICE_ANSWER.search(answers):
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([keyboard], [], [], left)[0]:
            break
        part = os.read(keyboard, 1024)
        if not part:
            break
        answers += part
    return answers
