"""The process that decodes: it alone touches the bytes of photos, under limits of its own making.

It is started by `indexer.decoding.process`, reads requests from stdin and ends when that closes.
Its limits: memory beyond its own, a clock that ends it when its parent does not, no file it could
fill, no terminal, no core dumps, and its parent's death is its own.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from indexer.decoding.photo import decode_photo, decode_preview, facts_alone, prepare_decoders
from indexer.decoding.wire import (
    OutOfMemory,
    Ready,
    Reply,
    Request,
    reply_to_wire,
    request_from_wire,
    settings_from_wire,
)

if TYPE_CHECKING:
    from indexer.decoding.wire import Outcome, WorkerSettings

_PR_SET_PDEATHSIG = 1
_FILE_BYTES_MAX = 1_000_000
_ALARM_FACTOR = 2


def main(argument: str) -> None:
    """Serve requests until stdin closes."""
    settings = settings_from_wire(argument)
    die_with(settings.parent_id)
    requests, replies = take_streams()
    prepare_decoders()
    set_limits(settings.memory_bytes)
    _send(replies, Ready())
    leave_stderr()
    for line in requests:
        # Should the parent be gone or stuck, nobody else would end a decoder that never returns.
        signal.alarm(int(settings.seconds_per_file * _ALARM_FACTOR) + 1)
        reply = _reply_to(request_from_wire(line), settings)
        signal.alarm(0)
        _send(replies, reply)
        if isinstance(reply, OutOfMemory):
            return


def outcome_of(request: Request, settings: WorkerSettings) -> Outcome:
    """What is asked for of the file; raises MemoryError at the process's limit."""
    if request.facts_alone:
        return facts_alone(request.path)
    if (side := request.preview_side) is not None:
        return decode_preview(request.path, longest_side=side, second=request.second)
    return decode_photo(
        request.path,
        picture_input=settings.picture_input,
        thumbnail_side=settings.thumbnail_side,
    )


def _reply_to(request: Request, settings: WorkerSettings) -> Reply:
    try:
        return outcome_of(request, settings)
    except MemoryError:
        return OutOfMemory()


def _send(replies: IO[bytes], reply: Reply) -> None:
    replies.write(reply_to_wire(reply))
    replies.flush()


def take_streams() -> tuple[IO[bytes], IO[bytes]]:
    """Keeps stdin and stdout for the parent: what a library prints or reads goes nowhere."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    return requests, replies


def leave_stderr() -> None:
    """Until now the parent read it, to know why a start fails; decoders may write without end."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    os.close(nothing)


def die_with(parent_id: int) -> None:
    """Asks Linux for our end when the parent's comes; elsewhere stdin closes, which must do."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent_id:
        sys.exit(0)


def set_limits(memory_bytes: int) -> None:
    """Takes from this process what a hostile file might take: memory beyond that, disk, cores."""
    limits = (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, _FILE_BYTES_MAX),
        (resource.RLIMIT_AS, _own_bytes() + memory_bytes),
    )
    for kind, limit in limits:
        # A lower limit may hold already, and some systems have none for address space.
        with suppress(OSError, ValueError):
            resource.setrlimit(kind, (limit, limit))


def _own_bytes() -> int:
    """Address space in use; Linux alone tells."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return 0
    return pages * resource.getpagesize()
