"""One question to the terminal before the screen starts: does it draw pixels, and how?

textual-image asks too, but one thing after the other, waiting for answers that never come, and only
together with NumPy. Asked here in one go: every terminal answers the second question, so that
silence on the first is an answer as well.
"""

from __future__ import annotations

import os
import re
import select
import sys
import termios
import time
import tty
from typing import Literal, TypeAlias

Graphics: TypeAlias = Literal["kitty", "sixel", "none"]

_KITTY_QUESTION = "\x1b_Gi=4711,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
_DEVICE_QUESTION = "\x1b[c"
_KITTY_YES = re.compile(rb"\x1b_G[^\x1b]*;OK\x1b\\")
_DEVICE_ANSWER = re.compile(rb"\x1b\[\?([\d;]*)c")
_SIXEL_ATTRIBUTE = b"4"
_PATIENCE_SECONDS = 0.3


def ask_terminal() -> Graphics:
    """What the terminal says it can draw; keys pressed meanwhile are lost.

    Sixel goes first: some terminals claim Kitty's protocol without its placeholders, and draw
    Sixels well, while Kitty itself knows no Sixel.
    """
    answer = _conversation(_KITTY_QUESTION + _DEVICE_QUESTION)
    device = _DEVICE_ANSWER.search(answer)
    if device and _SIXEL_ATTRIBUTE in device[1].split(b";")[1:]:
        return "sixel"
    return "kitty" if _KITTY_YES.search(answer) else "none"


def _conversation(question: str) -> bytes:
    if sys.__stdin__ is None or sys.__stdout__ is None:
        return b""
    keyboard = sys.__stdin__.fileno()
    try:
        before = termios.tcgetattr(keyboard)
        tty.setcbreak(keyboard, termios.TCSANOW)
    except termios.error:
        return b""
    try:
        sys.__stdout__.write(question)
        sys.__stdout__.flush()
        return _read_answer(keyboard)
    finally:
        termios.tcsetattr(keyboard, termios.TCSANOW, before)


def _read_answer(keyboard: int) -> bytes:
    answer = b""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not _DEVICE_ANSWER.search(answer):
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([keyboard], [], [], left)[0]:
            break
        part = os.read(keyboard, 1024)
        if not part:
            break
        answer += part
    return answer
