"""Moving pictures in place: frames come from a process of their own, and are shown when due."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import time
from typing import TYPE_CHECKING

from storage.thumbnails import PREVIEW_SIDE

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from imagescope_tui.ui.pictures.key import Box
    from imagescope_tui.ui.pictures.painter import Painter
    from imagescope_tui.ui.pictures.painting import Painting
    from indexer.decoding.opened_photo import Playing

_LATE_SECONDS = 0.15
"""A frame that is later is left out."""
_LEFT_OUT_MAX = 3
"""So many in a row: what cannot keep up goes slower, and is not dark."""


_FRAMES_A_SECOND, _FRAMES_OVER_SSH = 12, 4


class CannotPlay(Exception):
    """Why there are no frames, or no more; as it may be shown."""


def playing_in(box: Box, painter: Painter, *, over_ssh: bool) -> Playing:
    """As many moments, and as large, as the terminal takes."""
    from indexer.decoding.opened_photo import Playing

    rate = _FRAMES_OVER_SSH if over_ssh else _FRAMES_A_SECOND
    return Playing(gap=1 / rate, side=min(painter.pixels_shown(box), PREVIEW_SIDE))


async def frames_of(path: Path, playing: Playing) -> AsyncGenerator[tuple[float, bytes], None]:
    """The moments of a moving picture, each with its second, as JPEGs; the consumer sets the pace.

    Raises:
        CannotPlay: they cannot be decoded, or the process cannot be started.
    """
    from indexer.decoding.playing import FRAME_HEADER, REASON, playing_command

    try:
        process = await asyncio.create_subprocess_exec(
            *playing_command(path, playing),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # a terminal's Ctrl-C is not for it
        )
    except OSError as error:
        raise CannotPlay(f"no process can be started: {error.strerror}") from error
    assert process.stdout is not None
    try:
        with contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                header = await process.stdout.readexactly(FRAME_HEADER.size)
                second, length = FRAME_HEADER.unpack(header)
                body = await process.stdout.readexactly(length)
                if second == REASON:
                    raise CannotPlay(body.decode("utf-8", "replace"))
                yield second, body
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def play(
    frames: AsyncIterator[tuple[float, bytes]],
    *,
    paint: Callable[[bytes], Awaitable[Painting]],
    show: Callable[[float, Painting], None],
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Show each frame when it is due by the clock; one that comes too late is left out.

    Raises:
        CannotPlay: as the frames do.
    """
    began, left_out = None, 0
    async for second, jpeg in frames:
        if began is None or left_out == _LEFT_OUT_MAX:
            began = clock() - second
        if clock() - (began + second) > _LATE_SECONDS:
            left_out += 1
            continue
        left_out = 0
        painting = await paint(jpeg)
        await asyncio.sleep(max(0.0, began + second - clock()))
        show(second, painting)
