"""Videos that the tests write: a few seconds of colours that tell the second."""

from __future__ import annotations

import colorsys
from typing import TYPE_CHECKING

import av
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import numpy.typing as npt

RATE = 10
"""Frames a second."""


def hue_at(second: float, seconds: float) -> tuple[int, int, int]:
    """The colour of the whole picture at a second of a video of that length."""
    red, green, blue = colorsys.hsv_to_rgb(0.05 + 0.85 * second / seconds, 1, 0.9)
    return int(red * 255), int(green * 255), int(blue * 255)


def coloured(second: float, seconds: float, size: tuple[int, int]) -> npt.NDArray[np.uint8]:
    """A picture of that colour, its left half darker."""
    width, height = size
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:] = hue_at(second, seconds)
    pixels[:, : width // 2] //= 2
    return pixels


def write_video(
    path: Path,
    *,
    seconds: float = 6,
    size: tuple[int, int] = (64, 48),
    codec: str = "mpeg4",
    key_frame_every: int = RATE,
    turned: int = 0,
    black_seconds: float = 0,
    tags: Mapping[str, str] | None = None,
    options: Mapping[str, str] | None = None,
    format_name: str | None = None,
    paint: Callable[[float, float, tuple[int, int]], npt.NDArray[np.uint8]] = coloured,
) -> Path:
    """A video of slowly turning colours; `turned` degrees anticlockwise when it is shown."""
    with av.open(str(path), "w", format=format_name, options=dict(options or {})) as container:
        stream = container.add_stream(codec, rate=RATE)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.gop_size = key_frame_every
        stream.codec_context.bit_rate = 400_000
        if turned:
            stream.set_display_rotation(turned)
        container.metadata.update(tags or {})
        for number in range(round(seconds * RATE)):
            second = number / RATE
            pixels = paint(second, seconds, size)
            if second < black_seconds:
                pixels = np.zeros_like(pixels)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
    return path
