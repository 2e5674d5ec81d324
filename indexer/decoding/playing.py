"""The process that plays a moving picture: frame after frame, under the limits of every decoder.

It writes each frame as its second, the length of a JPEG, and the JPEG; the reader takes one when it
is due, and so sets the pace. It ends behind the last frame, and when nobody reads any more.
"""

from __future__ import annotations

import json
import os
import struct
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.decoding.guarded_command import guarded_command
from indexer.decoding.opened_photo import Playing
from indexer.decoding.photo import play_photo, prepare_decoders
from indexer.decoding.pool import MEMORY_BYTES
from indexer.decoding.worker import die_with, leave_stderr, set_limits, take_streams

if TYPE_CHECKING:
    from typing import IO

FRAME_HEADER = struct.Struct(">dI")
"""Second from the beginning, and bytes of the JPEG; see REASON."""
REASON = -1.0
"""In place of a second: what follows is no JPEG but why there is none, in UTF-8."""


def playing_command(path: Path, playing: Playing) -> list[str]:
    """The command of a process that plays a file; this process must outlive it."""
    order = {"path": os.fsencode(path).hex(), "parent": os.getpid(), **asdict(playing)}
    return guarded_command("indexer.decoding.playing", json.dumps(order))


def main(argument: str) -> None:
    """Play what is ordered."""
    order = json.loads(argument)
    die_with(order["parent"])
    _, frames = take_streams()
    prepare_decoders()
    set_limits(MEMORY_BYTES)
    leave_stderr()
    playing = Playing(gap=order["gap"], side=order["side"])
    with suppress(BrokenPipeError):
        _play(Path(os.fsdecode(bytes.fromhex(order["path"]))), playing, frames)


def _play(path: Path, playing: Playing, frames: IO[bytes]) -> None:
    try:
        failure = play_photo(path, playing, lambda second, jpeg: _send(frames, second, jpeg))
        reason = failure.reason if failure else ""
    except MemoryError:
        reason = "it needs too much memory"
    if reason:
        _send(frames, REASON, reason.encode())


def _send(frames: IO[bytes], second: float, body: bytes) -> None:
    frames.write(FRAME_HEADER.pack(second, len(body)) + body)
    frames.flush()
