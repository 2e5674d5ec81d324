"""The process that reads text, seen from the thread that asks it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from indexer.errors import ReaderStopped, ReaderUnusable
from indexer.texts.wire import Problem, Reply, Request, reply_from_line, write_request

if TYPE_CHECKING:
    from indexer.texts.wire import Task

_SECONDS_MAX = 300.0
"""For one picture; a page of small print takes a minute where the machine is busy."""
_END_SECONDS_MAX = 5.0
# The parent's import path is handed over, so that both run the same code wherever that is.
_BOOTSTRAP = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]);"
    " from indexer.texts.worker import main; main()"
)


class TextProcess:
    """Loads the engine when it is first asked, and again after `rest`; belongs to one thread.

    The process has the priority of that thread.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._is_closed = False
        self._ending = threading.Lock()

    def ask(self, jpeg: bytes, task: Task) -> str:
        """What the task says of a picture; empty where there is no text.

        Raises:
            ReaderStopped: the process did not survive the picture; another one reads the next.
            ReaderUnusable: it cannot be started.
        """
        process = self._process or self._start()
        try:
            write_request(_stdin(process), Request(jpeg=jpeg, task=task))
        except OSError as error:
            self.rest()
            raise ReaderStopped("what reads text ended unexpectedly") from error
        return self._reply(process)

    def rest(self) -> None:
        """End the process until it is needed again: its memory is given back."""
        with self._ending:
            process, self._process = self._process, None
        if process is not None:
            _end(process)

    def close(self) -> None:
        """End it for good, also while it reads; from any thread."""
        with self._ending:
            self._is_closed = True
        self.rest()

    def _start(self) -> subprocess.Popen[bytes]:
        path = json.dumps([str(Path(entry).absolute()) for entry in sys.path])
        with self._ending:
            if self._is_closed:
                raise ReaderStopped("nothing is read any more")
            try:
                process = subprocess.Popen(
                    [sys.executable, "-P", "-c", _BOOTSTRAP, path],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    start_new_session=True,  # a terminal's Ctrl-C is not for it
                    cwd="/",  # where it never stands in the way of an unmount
                )
            except OSError as error:
                raise ReaderUnusable(f"what reads text cannot be started: {error}") from error
            self._process = process
        try:
            self._reply(process)
        except ReaderStopped as stop:
            if self._is_closed:
                raise
            raise ReaderUnusable(
                "what reads text in photos does not start", "see indexer.log; text_in_photos = off"
            ) from stop
        return process

    def _reply(self, process: subprocess.Popen[bytes]) -> str:
        # Whoever hangs is ended, which ends the line that is waited for.
        alarm = threading.Timer(_SECONDS_MAX, process.kill)
        alarm.daemon = True
        alarm.start()
        try:
            reply = _reply_of(process)
        finally:
            alarm.cancel()
        if reply is None:
            self.rest()
            raise ReaderStopped("what reads text ended unexpectedly")
        if isinstance(reply, Problem):
            self.rest()
            raise ReaderUnusable(reply.reason, reply.hint)
        return reply.text


def _reply_of(process: subprocess.Popen[bytes]) -> Reply | None:
    assert process.stdout is not None, "it is a pipe"
    try:
        return reply_from_line(process.stdout.readline())
    except (OSError, ValueError, KeyError):
        # Closed by another thread, or no answer of ours.
        return None


def _stdin(process: subprocess.Popen[bytes]) -> IO[bytes]:
    assert process.stdin is not None, "it is a pipe"
    return process.stdin


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_END_SECONDS_MAX)
    for stream in (process.stdin, process.stdout):
        with suppress(OSError, ValueError):
            if stream is not None:
                stream.close()
