"""Videos and animations move in their place, at their pace, and leave no process behind."""

from __future__ import annotations

import asyncio
import io
import os
from contextlib import aclosing
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from imagescope_tui.ui.pictures.painting import Painting
from imagescope_tui.ui.player import CannotPlay, frames_of, play
from indexer.decoding.opened_photo import Playing
from tests.films import animation, film

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

_COLOURS = {"red": 0, "lime": 1, "blue": 2}


async def _shown(path: Path, playing: Playing) -> list[tuple[float, str]]:
    """Each frame's second and colour."""
    return [(second, _colour(jpeg)) async for second, jpeg in frames_of(path, playing)]


def _colour(jpeg: bytes) -> str:
    pixel = Image.open(io.BytesIO(jpeg)).convert("RGB").getpixel((3, 3))
    assert isinstance(pixel, tuple)
    return next(name for name, channel in _COLOURS.items() if pixel[channel] == max(pixel))


async def test_a_video_is_played_from_its_beginning_to_its_end(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", ["red", "lime", "blue"], seconds_each=1)
    shown = await _shown(path, Playing(gap=0.2, side=64))
    assert [colour for _, colour in shown] == ["red"] * 5 + ["lime"] * 5 + ["blue"] * 5
    assert [second for second, _ in shown] == pytest.approx([n / 5 for n in range(15)], abs=0.02)


async def test_an_animation_is_played_with_its_own_pauses(tmp_path: Path) -> None:
    path = animation(tmp_path / "a.gif", ["red", "lime", "blue"], seconds_each=0.7)
    shown = await _shown(path, Playing(gap=0.1, side=64))
    assert shown == [(0.0, "red"), (0.7, "lime"), (1.4, "blue")]


async def test_frames_are_no_larger_than_wanted(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", ["red"], seconds_each=0.3)
    async for _, jpeg in frames_of(path, Playing(gap=0.1, side=64)):
        assert Image.open(io.BytesIO(jpeg)).size == (64, 48)


async def test_why_a_file_cannot_be_played_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    path.write_bytes(b"GIF89a and no more")
    with pytest.raises(CannotPlay):
        await _shown(path, Playing(gap=0.1, side=64))


async def test_who_stops_reading_leaves_no_process(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", ["red", "lime"], seconds_each=2)
    async with aclosing(frames_of(path, Playing(gap=0.1, side=64))) as frames:
        await anext(frames)
    assert not (await _children())


async def _children() -> str:
    process = await asyncio.create_subprocess_shell(
        f"pgrep -P {os.getpid()} -f '[i]ndexer.decoding.playing' || true",
        stdout=asyncio.subprocess.PIPE,
    )
    return (await process.communicate())[0].decode()


async def _told(*seconds: float) -> AsyncIterator[tuple[float, bytes]]:
    for second in seconds:
        yield second, str(second).encode()


async def _painted(jpeg: bytes) -> Painting:
    return Painting(())


async def test_what_keeps_up_is_shown_whole() -> None:
    shown: list[float] = []
    await play(_told(0.0, 0.01, 0.02), paint=_painted, show=lambda second, _: shown.append(second))
    assert shown == [0.0, 0.01, 0.02]


async def test_what_cannot_keep_up_goes_slower_and_is_not_dark() -> None:
    shown: list[float] = []
    now = 0.0

    async def slow() -> AsyncIterator[tuple[float, bytes]]:
        nonlocal now
        for number in range(9):
            now = number * 10.0
            yield float(number), b""

    await play(
        slow(), paint=_painted, show=lambda second, _: shown.append(second), clock=lambda: now
    )
    assert shown == [0.0, 4.0, 8.0]
