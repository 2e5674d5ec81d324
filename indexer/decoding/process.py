"""One decoding worker, seen from the process that started it."""

from __future__ import annotations

import math
import os
import select
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.decoding.guarded_command import guarded_command
from indexer.decoding.wire import (
    BODY_BYTES_MAX,
    HEADER_BYTES_MAX,
    PREFIX,
    MalformedMessage,
    OutOfMemory,
    Ready,
    reply_from_wire,
    request_to_wire,
    settings_to_wire,
)
from indexer.errors import WorkerPoolBroken

if TYPE_CHECKING:
    from typing import IO

    from indexer.decoding.wire import Outcome, Reply, Request, WorkerSettings

START_SECONDS_MAX = 60.0
_END_SECONDS_MAX = 5.0
_WORKING_SHARE = 0.5
"""A worker that used less of its time than this was waiting, on a busy machine too."""


class _TimeIsUp(Exception):
    """No answer came in time."""


class WorkerStopped(Exception):
    """The worker ended, or had to be ended, while it had a file in hand; says why."""

    def __init__(self, reason: str, *, is_from_outside: bool = False) -> None:
        """`is_from_outside`: somebody else ended it, so that nothing is known of the file."""
        super().__init__(reason)
        self.is_from_outside = is_from_outside


class FileTooSlow(Exception):
    """The worker's time ran out; says where."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.permanent = permanent
        """Whether it was spent on decoding, not on waiting for a disk, a network, a processor."""


class DecodeProcess:
    """A worker process; answers one request at a time.

    Must be started by a thread that outlives it: Linux ends the worker with that thread.
    """

    def __init__(self, settings: WorkerSettings) -> None:
        """Starts the process and returns at once; `wait_until_ready` says whether it came up.

        Raises:
            WorkerPoolBroken: the system does not let us start a process.
        """
        self._settings = settings
        self.served = 0
        """Requests answered so far."""
        command = guarded_command("indexer.decoding.worker", settings_to_wire(settings))
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                start_new_session=True,  # a terminal's Ctrl-C is not for it
                cwd="/",  # where it never stands in the way of an unmount
            )
        except OSError as error:
            raise WorkerPoolBroken(f"no decoding worker can be started: {error}") from error
        self._answers = select.poll()
        self._answers.register(_stream(self._process.stdout), select.POLLIN)

    @property
    def process_id(self) -> int:
        """The system's number of the process."""
        return self._process.pid

    def wait_until_ready(self) -> None:
        """Wait for the worker's first word.

        Raises:
            WorkerPoolBroken: it died or said nothing; the last line it wrote tells why.
        """
        try:
            reply = self._reply(time.monotonic() + START_SECONDS_MAX)
        except (WorkerStopped, _TimeIsUp) as stop:
            self.kill()
            raise WorkerPoolBroken(f"decoding workers do not start: {self._last_words()}") from stop
        if not isinstance(reply, Ready):
            self.kill()
            raise WorkerPoolBroken("decoding workers do not start: they answer nonsense")
        _stream(self._process.stderr).close()

    def ask(self, request: Request) -> Outcome:
        """The outcome of a request.

        Raises:
            WorkerStopped: the worker crashed or took too much memory.
            FileTooSlow: it took too long.
            After either the worker is of no more use.
        """
        started_with = self._cpu_seconds()
        try:
            _stream(self._process.stdin).write(request_to_wire(request))
        except OSError as error:
            raise self._ended() from error
        try:
            reply = self._reply(time.monotonic() + self._settings.seconds_per_file)
        except _TimeIsUp as error:
            raise self._too_slow(self._cpu_seconds() - started_with) from error
        self.served += 1
        if isinstance(reply, OutOfMemory):
            gibibytes = self._settings.memory_bytes / 2**30
            raise WorkerStopped(f"decoding it takes more than {gibibytes:.1f} GiB of memory")
        if isinstance(reply, Ready):
            raise WorkerStopped(_CRASHED)
        return reply

    def kill(self) -> None:
        """End the worker, whatever it does; may be called from any thread, and again."""
        self._process.kill()
        # A process that waits for a dead network disk cannot even be killed: leave it to itself.
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_SECONDS_MAX)

    def close(self) -> None:
        """End the worker and let go of its pipes."""
        self.kill()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            with suppress(OSError):
                _stream(stream).close()

    def _reply(self, deadline: float) -> Reply:
        header_length, body_length = PREFIX.unpack(self._read(PREFIX.size, deadline))
        if header_length > HEADER_BYTES_MAX or body_length > BODY_BYTES_MAX:
            raise WorkerStopped(_CRASHED)
        header = self._read(header_length, deadline)
        body = self._read(body_length, deadline)
        try:
            return reply_from_wire(header, body)
        except MalformedMessage as error:
            raise WorkerStopped(_CRASHED) from error

    def _read(self, length: int, deadline: float) -> bytes:
        buffer = bytearray(length)
        rest = memoryview(buffer)
        stream = _stream(self._process.stdout).fileno()
        while rest:
            patience_ms = max(0.0, deadline - time.monotonic()) * 1000
            if not self._answers.poll(patience_ms):
                raise _TimeIsUp
            count = os.readv(stream, [rest])
            if count == 0:
                raise self._ended()
            rest = rest[count:]
        return bytes(buffer)

    def _ended(self) -> WorkerStopped:
        """Why its pipes are closed: a crash has signals of its own."""
        with suppress(subprocess.TimeoutExpired):
            if self._process.wait(_END_SECONDS_MAX) == -signal.SIGKILL:
                return WorkerStopped(_KILLED, is_from_outside=True)
        return WorkerStopped(_CRASHED)

    def _too_slow(self, cpu_seconds: float) -> FileTooSlow:
        limit = self._settings.seconds_per_file
        if cpu_seconds < limit * _WORKING_SHARE:
            return FileTooSlow(f"reading it takes longer than {limit:g} s", permanent=False)
        return FileTooSlow(f"decoding it takes longer than {limit:g} s", permanent=True)

    def _cpu_seconds(self) -> float:
        """Processor time the worker has used; infinite where the system does not tell."""
        try:
            status = Path(f"/proc/{self.process_id}/stat").read_bytes()
            user_ticks, system_ticks = status.rpartition(b")")[2].split()[11:13]
        except (OSError, ValueError):
            return math.inf
        return (int(user_ticks) + int(system_ticks)) / os.sysconf("SC_CLK_TCK")

    def _last_words(self) -> str:
        lines = _stream(self._process.stderr).read().decode("utf-8", "replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "no reason given")


_CRASHED = "the decoder crashed on it"
_KILLED = "its decoder was killed from outside; is there enough memory?"


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None, "every stream of a worker is a pipe"
    return stream
