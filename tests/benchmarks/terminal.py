"""A terminal of our own: runs a program in it, answers what it asks, and sees what it draws."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from typing import TYPE_CHECKING, Self

from tests.benchmarks.index_command import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_COLUMNS, _ROWS, _CELL = 120, 40, (9, 18)
_ESCAPES = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
    rb"|\x1b[P_^][^\x1b]*\x1b\\|\x1b[ -/]*[0-~]"
)
_ANSWERS = (
    # Attributes of a plain terminal, without pixels; and: frames may be sent as wholes.
    (re.compile(rb"\x1b\[c"), b"\x1b[?62;22c"),
    (re.compile(rb"\x1b\[\?2026\$p"), b"\x1b[?2026;2$y"),
)
_FRAME_ENDS = b"\x1b[?2026l"
_READ_BYTES = 1 << 16
_END_SECONDS = 15


class Terminal:
    """Entered: the program runs; left: it is ended."""

    def __init__(
        self, command: Sequence[str], *, environment: Mapping[str, str] = os.environ
    ) -> None:
        self._command = command
        self._environment = environment
        self._seen = b""
        self._answered = [0] * len(_ANSWERS)

    def __enter__(self) -> Self:
        self._ours, theirs = pty.openpty()
        size = struct.pack("HHHH", _ROWS, _COLUMNS, _COLUMNS * _CELL[0], _ROWS * _CELL[1])
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, size)
        environment = {**self._environment, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        for name in ("TMUX", "SSH_CONNECTION", "SSH_TTY"):
            environment.pop(name, None)
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            self._command,
            cwd=PROJECT,
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

    def forget(self) -> None:
        """Look only at what is drawn from now on."""
        self._seen = b""
        self._answered = [0] * len(_ANSWERS)

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
            whole = self._seen[: self._seen.rfind(_FRAME_ENDS) + 1]
            text = _ESCAPES.sub(b"", whole)
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
        try:
            self._seen += os.read(self._ours, _READ_BYTES)
        except OSError:
            # The program has closed its side.
            time.sleep(0.05)
            return
        for place, (question, answer) in enumerate(_ANSWERS):
            asked = len(question.findall(self._seen))
            for _ in range(asked - self._answered[place]):
                os.write(self._ours, answer)
            self._answered[place] = asked
