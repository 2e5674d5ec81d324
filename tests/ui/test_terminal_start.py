"""The program in a terminal of bytes, from its first question on."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from typing import TYPE_CHECKING, Self

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_ESCAPES = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
    rb"|\x1b[P_^][^\x1b]*\x1b\\|\x1b[ -/]*[0-~]"
)
_LAST_QUESTION = b"\x1b[c"
_PATIENCE_SECONDS = 20
_VARIABLES = ("TMUX", "SSH_CONNECTION", "SSH_TTY", "COLORTERM", "TERM_PROGRAM", "NO_COLOR")


class ByteTerminal:
    """Runs the screen, and answers its questions as it is told to."""

    def __init__(self, folder: Path, answer: bytes) -> None:
        self._folder = folder
        self._answer = answer
        self.seen = b""

    def __enter__(self) -> Self:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        environment = {key: value for key, value in os.environ.items() if key not in _VARIABLES}
        environment |= {"TERM": "xterm-256color", "HOME": str(self._folder)}
        code = "from imagescope_tui.cli.tui_app import main; main()"
        photos, library = str(self._folder / "photos"), str(self._folder / "library")
        (self._folder / "photos").mkdir()
        self._process = subprocess.Popen(
            [sys.executable, "-c", code, "--library", library, photos],
            env=environment,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self.wait_for(lambda: _LAST_QUESTION in self.seen)
        self.send(self._answer)
        return self

    def __exit__(self, *_: object) -> None:
        self.send(b"\x11")
        self.wait_for(lambda: self._process.poll() is not None)
        os.close(self._ours)

    @property
    def text(self) -> str:
        """All that was drawn, one frame after the other, without colours."""
        return _ESCAPES.sub(b"", self.seen).decode("utf-8", "replace")

    def send(self, data: bytes) -> None:
        os.write(self._ours, data)

    def wait_for(self, is_there: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not is_there():
            assert time.monotonic() < deadline, self.text[-2000:]
            if select.select([self._ours], [], [], 0.05)[0]:
                try:
                    self.seen += os.read(self._ours, 1 << 16)
                except OSError:
                    # Linux says so when the last who could write is gone.
                    self._process.wait(_PATIENCE_SECONDS)


def test_early_keys_reach_the_query_and_late_answers_do_not(tmp_path: Path) -> None:
    answer = b"wh\x1bP>|foot(1.21.0)\x1b\\\x1b[?62;22cale"
    with ByteTerminal(tmp_path, answer) as terminal:
        terminal.send(b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\ so\x1bP1+r5463\x1b\\ng")
        terminal.wait_for(lambda: "whale song" in terminal.text)
        assert "rgb" not in terminal.text


def test_where_pixels_are_drawn_the_terminal_is_not_asked_again(tmp_path: Path) -> None:
    answer = b"wh\x1b_Gi=4711;OK\x1b\\\x1b[6;18;9t\x1b[?62;22cale"
    with ByteTerminal(tmp_path, answer) as terminal:
        terminal.wait_for(lambda: "whale" in terminal.text)
        assert terminal.seen.count(_LAST_QUESTION) == 1


@pytest.mark.parametrize(
    ("answer", "is_true"),
    [(b"\x1bP1$r48:2:1:2:3m\x1b\\\x1b[?62c", True), (b"\x1bP0$r\x1b\\\x1b[?62c", False)],
)
def test_true_colour_is_written_where_the_terminal_says_it_has_it(
    tmp_path: Path, answer: bytes, is_true: bool
) -> None:
    with ByteTerminal(tmp_path, answer) as terminal:
        terminal.wait_for(lambda: "are you looking for" in terminal.text)
        screen = terminal.seen.partition(_LAST_QUESTION)[2]
        assert (b"48;2;" in screen) is is_true
        assert (b"48;5;" in screen) is not is_true


def test_a_light_terminal_gets_a_light_screen(tmp_path: Path) -> None:
    answer = b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1bP1+r5463\x1b\\\x1b[?62c"
    with ByteTerminal(tmp_path, answer) as terminal:
        terminal.wait_for(lambda: "are you looking for" in terminal.text)
        terminal.wait_for(lambda: b"48;2;224;224;224" in terminal.seen)
