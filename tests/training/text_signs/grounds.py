"""What text is drawn on, and what is there without it: parts of photos, plain shades, clutter."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

if TYPE_CHECKING:
    from random import Random

    import numpy.typing as npt

    from indexer.models.protocols import Pixels

SIDE: Final = 128
"""Of what the network learns from, in pixels."""
_MIRRORED = Image.Transpose.FLIP_LEFT_RIGHT


def part_of(photo: Image.Image, chance: Random) -> Image.Image:
    """A square of a grey photo that was reduced, and stretched, a little."""
    scale = chance.uniform(0.72, 1.0)
    width = int(max(SIDE, scale * photo.width * chance.uniform(0.9, 1.0)))
    height = int(max(SIDE, scale * photo.height * chance.uniform(0.72, 1.0)))
    left, top = chance.randint(0, width - SIDE), chance.randint(0, height - SIDE)
    whole = photo.resize((width, height), Image.Resampling.BICUBIC)
    part = whole.crop((left, top, left + SIDE, top + SIDE))
    return part.transpose(_MIRRORED) if chance.random() < 0.5 else part


def plain(chance: Random) -> Image.Image:
    """One shade, or one that grows lighter or darker from left to right."""
    change = chance.choice([0, 0, 30, 80]) * chance.choice([-1, 1])
    shades = chance.randint(0, 255) + np.linspace(0, change, SIDE)
    return Image.fromarray(np.tile(np.clip(shades, 0, 255).astype(np.uint8), (SIDE, 1)))


def clutter(image: Image.Image, chance: Random) -> Image.Image:
    """Draw on it what has edges as text has: bars, grids, shapes, lines."""
    draw, kind = ImageDraw.Draw(image), chance.random()
    if kind < 0.3:
        _bars(draw, chance)
    elif kind < 0.5:
        _grid(draw, chance)
    elif kind < 0.8:
        _shapes(draw, chance)
    else:
        for _ in range(chance.randint(3, 60)):
            ends = [_point(chance), _point(chance)]
            draw.line(ends, fill=_shade(chance), width=chance.randint(1, 4))
    return image


def photographed(levels: npt.NDArray[np.float32], chance: Random) -> Pixels:
    """Grey levels as a small copy of a photo has them: some blurred, all through JPEG."""
    image = Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8))
    if chance.random() < 0.25:
        image = image.filter(ImageFilter.GaussianBlur(chance.uniform(0.2, 0.8)))
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=chance.randint(70, 92))
    return np.asarray(Image.open(stream))


def _bars(draw: ImageDraw.ImageDraw, chance: Random) -> None:
    shade, step = _shade(chance), chance.randint(3, 20)
    for x in range(0, SIDE, step):
        lower = x + chance.randint(-3, 3)
        width = chance.randint(1, max(1, step // 2))
        draw.line((x, 0, lower, SIDE), fill=shade, width=width)


def _grid(draw: ImageDraw.ImageDraw, chance: Random) -> None:
    shade, step = _shade(chance), chance.randint(4, 24)
    for place in range(0, SIDE, step):
        draw.line((place, 0, place, SIDE), fill=shade)
        draw.line((0, place, SIDE, place), fill=shade)


def _shapes(draw: ImageDraw.ImageDraw, chance: Random) -> None:
    for _ in range(chance.randint(1, 30)):
        left, top = _point(chance)
        box = (left, top, left + chance.randint(2, 40), top + chance.randint(2, 40))
        shape = chance.choice([draw.ellipse, draw.rectangle])
        shape(box, fill=chance.choice([None, _shade(chance)]), outline=_shade(chance))


def _point(chance: Random) -> tuple[int, int]:
    return chance.randint(0, SIDE), chance.randint(0, SIDE)


def _shade(chance: Random) -> int:
    return chance.randint(0, 255)
