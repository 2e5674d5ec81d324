"""A terminal of our own: runs a program in it, answers what it asks, and sees what it draws."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from typing import TYPE_CHECKING, Self

from tests.benchmarks.index_command import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

SIZE = (120, 40)
"""Columns and rows, where nothing else is asked for."""
_CELL = (9, 18)
_ESCAPES = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
    rb"|\x1b[P_^][^\x1b]*\x1b\\|\x1b[ -/]*[0-~]"
)
_ANSWERS = (
    # Attributes of a plain terminal, without pixels; and: frames may be sent as wholes.
    (re.compile(rb"\x1b\[c"), b"\x1b[?62;22c"),
    (re.compile(rb"\x1b\[\?2026\$p"), b"\x1b[?2026;2$y"),
)
_QUESTION_BYTES_MAX = 16
_FRAME_ENDS = b"\x1b[?2026l"
_READ_BYTES = 1 << 16
_END_SECONDS = 15


class Terminal:
    """Entered: the program runs; left: it is ended."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] = os.environ,
        size: tuple[int, int] = SIZE,
        folder: Path = PROJECT,
    ) -> None:
        """`size` is in columns and rows; the program runs in `folder`."""
        self._command = command
        self._environment = environment
        self._size = size
        self._folder = folder
        self.forget()

    def __enter__(self) -> Self:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, _window(self._size))
        environment = {**self._environment, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        for name in ("TMUX", "SSH_CONNECTION", "SSH_TTY"):
            environment.pop(name, None)
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            self._command,
            cwd=self._folder,
            env=environment,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        return self

    def __exit__(self, *_: object) -> None:
        # What it still draws must go somewhere, or it cannot end.
        if self.process.poll() is None:
            self.type("\x11")
        self._look_until(lambda: self.process.poll() is not None, _END_SECONDS)
        self.process.kill()
        self.process.wait()
        os.close(self._ours)

    @property
    def seen(self) -> bytes:
        """Every byte that the program sent, since `forget`."""
        return self._seen

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._ours, keys.encode())

    def resize(self, size: tuple[int, int]) -> None:
        """Give the window other columns and rows, and say so, as a terminal does."""
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, _window(size))
        self.process.send_signal(signal.SIGWINCH)

    def forget(self) -> None:
        """Look only at what is drawn from now on."""
        self._seen = b""
        self._text = b""
        self._looked_until = 0

    def watch(self, seconds: float) -> None:
        """Let the program draw for so long."""
        self._look_until(lambda: False, seconds)

    def status_at_end(self, patience: float = 60) -> int | None:
        """Let the program draw until it ends; its exit status, or None where it does not."""
        self._look_until(lambda: self.process.poll() is not None, patience)
        return self.process.poll()

    def seconds_until(self, *words: str, patience: float = 60) -> float:
        """Seconds from the start of the program to the end of the frame that completes the words.

        Raises:
            TimeoutError: they were not drawn; the message holds the end of what was.
        """
        wanted = [word.encode() for word in words]

        def is_drawn() -> bool:
            text = self._drawn()
            return all(word in text for word in wanted)

        if not self._look_until(is_drawn, patience):
            drawn = _ESCAPES.sub(b"", self._seen)[-500:].decode(errors="replace")
            raise TimeoutError(f"{words} did not appear, but: {drawn!r}")
        return time.perf_counter() - self.began

    def _look_until(self, is_enough: Callable[[], bool], patience: float) -> bool:
        deadline = time.perf_counter() + patience
        while not is_enough():
            if time.perf_counter() > deadline:
                return False
            if select.select([self._ours], [], [], 0.05)[0]:
                self._read()
        return True

    def _read(self) -> None:
        before = len(self._seen)
        try:
            self._seen += os.read(self._ours, _READ_BYTES)
        except OSError:
            # The program has closed its side.
            time.sleep(0.05)
            return
        begins = max(0, before - _QUESTION_BYTES_MAX)
        for question, answer in _ANSWERS:
            for asked in question.finditer(self._seen, begins):
                if asked.end() > before:
                    os.write(self._ours, answer)

    def _drawn(self) -> bytes:
        """The text of all whole frames; of each frame it is taken once."""
        last = self._seen.rfind(_FRAME_ENDS, self._looked_until)
        if last >= 0:
            end = last + len(_FRAME_ENDS)
            self._text += _ESCAPES.sub(b"", self._seen[self._looked_until : end])
            self._looked_until = end
        return self._text


def _window(size: tuple[int, int]) -> bytes:
    columns, rows = size
    return struct.pack("HHHH", rows, columns, columns * _CELL[0], rows * _CELL[1])
