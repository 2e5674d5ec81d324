"""Small real films and animations, each of a few scenes in one colour."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_SIZE = (160, 120)
_RATE = 10


def film(path: Path, colours: Sequence[str], *, seconds_each: float = 4.0) -> Path:
    """A video of one scene per colour; skips the test where PyAV is not installed."""
    av = pytest.importorskip("av", reason="films are made with the extra video (PyAV)")
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=_RATE)
        stream.width, stream.height = _SIZE
        stream.pix_fmt = "yuv420p"
        stream.time_base = Fraction(1, _RATE)
        for number in range(round(_RATE * seconds_each) * len(colours)):
            scene = _scene(colours[int(number / _RATE / seconds_each)])
            frame = av.VideoFrame.from_image(scene)
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def animation(path: Path, colours: Sequence[str], *, seconds_each: float = 1.0) -> Path:
    """An animated GIF of one picture per colour."""
    pictures = [_scene(colour) for colour in colours]
    pictures[0].save(
        path,
        save_all=True,
        append_images=pictures[1:],
        duration=round(1000 * seconds_each),
        loop=0,
    )
    return path


def _scene(colour: str) -> Image.Image:
    """Not all of one colour: such pictures are taken for pauses in a film."""
    scene = Image.new("RGB", _SIZE, colour)
    ImageDraw.Draw(scene).rectangle((60, 45, 100, 75), fill="black", outline="white")
    return scene
