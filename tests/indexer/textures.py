"""Pictures with detail of all sizes, as photos have it, and what people do to photos."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

SIZE = (400, 300)


def texture(seed: int) -> Image.Image:
    """Another scene for each seed."""
    chance = np.random.default_rng(seed)
    picture = np.zeros((SIZE[1], SIZE[0], 3))
    for cells, share in ((3, 0.45), (7, 0.28), (17, 0.16), (41, 0.11)):
        grid = Image.fromarray(chance.integers(0, 256, (cells, cells, 3), dtype=np.uint8))
        picture += np.asarray(grid.resize(SIZE, Image.Resampling.BICUBIC), dtype=float) * share
    return Image.fromarray(picture.clip(0, 255).astype(np.uint8))


def slide(seed: int) -> Image.Image:
    """One of a template: bars above and below, and some lines, which alone differ."""
    chance = np.random.default_rng(seed)
    image = Image.new("RGB", SIZE, "white")
    for top in (0, 280):
        image.paste((20, 40, 120), (0, top, SIZE[0], top + 20))
    for line in range(5):
        image.paste(
            (0, 0, 0), (40, 60 + 40 * line, 60 + int(chance.integers(40, 280)), 66 + 40 * line)
        )
    return image


def cropped(
    image: Image.Image, left: float, top: float, right: float, bottom: float
) -> Image.Image:
    """Without such shares of its width and height."""
    width, height = image.size
    box = (left * width, top * height, (1 - right) * width, (1 - bottom) * height)
    return image.crop(tuple(round(edge) for edge in box))  # type: ignore[arg-type]


def as_jpeg(image: Image.Image, quality: int = 80) -> bytes:
    """As a thumbnail is kept."""
    small = image.convert("RGB")
    small.thumbnail((320, 320))
    stream = io.BytesIO()
    small.save(stream, "JPEG", quality=quality)
    return stream.getvalue()
