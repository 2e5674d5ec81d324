"""What people do to a photo, and what a camera does in a second."""

from __future__ import annotations

import io
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from PIL import Image, ImageEnhance

if TYPE_CHECKING:
    from collections.abc import Callable

Change: TypeAlias = "Callable[[Image.Image], Image.Image]"

_MARGIN: Final = 0.12
"""Of each side, kept free for what a moved camera would see."""
_NOISE_LEVELS: Final = 8.0


def jpeg(image: Image.Image, quality: int) -> bytes:
    """The file."""
    stream = io.BytesIO()
    image.convert("RGB").save(stream, "JPEG", quality=quality)
    return stream.getvalue()


def cropped(
    image: Image.Image, left: float, top: float, right: float, bottom: float
) -> Image.Image:
    """Without such shares of its sides."""
    width, height = image.size
    return image.crop(
        (
            round(left * width),
            round(top * height),
            round((1 - right) * width),
            round((1 - bottom) * height),
        )
    )


def _cropped_at_random(image: Image.Image) -> Image.Image:
    chance = np.random.default_rng(image.width * image.height)
    left, top, right, bottom = chance.uniform(0, 0.1, 4).tolist()
    return cropped(image, left, top, right, bottom)


def _half(image: Image.Image) -> Image.Image:
    return image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS)


def _balanced(image: Image.Image, red: float, blue: float) -> Image.Image:
    levels = np.asarray(image) * np.array([red, 1.0, blue])
    return Image.fromarray(levels.clip(0, 255).astype(np.uint8))


def _turned_hue(image: Image.Image, steps: int) -> Image.Image:
    hue, saturation, value = image.convert("HSV").split()
    turned = hue.point(lambda level: (level + steps) % 256)
    return Image.merge("HSV", (turned, saturation, value)).convert("RGB")


NEAR_COPIES: Final[dict[str, Change]] = {
    "saved again, quality 40": lambda image: image,
    "half size": _half,
    "cropped 10 %, 5 % a side": partial(cropped, left=0.05, top=0.05, right=0.05, bottom=0.05),
    "cropped 10 % a side": partial(cropped, left=0.1, top=0.1, right=0.1, bottom=0.1),
    "cropped 10 % at two sides": partial(cropped, left=0.1, top=0.1, right=0.0, bottom=0.0),
    "cropped up to 10 % a side": _cropped_at_random,
    "warmer": partial(_balanced, red=1.2, blue=0.8),
    "brighter by 30 %": lambda image: ImageEnhance.Brightness(image).enhance(1.3),
    "darker by 40 %": lambda image: ImageEnhance.Brightness(image).enhance(0.6),
    "hue turned by 28°": partial(_turned_hue, steps=20),
    "more contrast": lambda image: ImageEnhance.Contrast(image).enhance(1.5),
    "grey": lambda image: image.convert("L"),
    "half size, cropped, warmer": lambda image: _balanced(
        cropped(_half(image), 0.1, 0.05, 0.0, 0.1), 1.2, 0.8
    ),
}


def shot(image: Image.Image, seed: int) -> Image.Image:
    """The scene of a photo as another shot has it: moved, turned a little, with other noise."""
    chance = np.random.default_rng(seed)
    across, down = chance.uniform(-0.04, 0.04, 2).tolist()
    turned = image.rotate(chance.uniform(-2, 2), Image.Resampling.BICUBIC)
    seen = cropped(turned, _MARGIN + across, _MARGIN + down, _MARGIN - across, _MARGIN - down)
    noise = chance.normal(0, _NOISE_LEVELS, (seen.height, seen.width, 3))
    return Image.fromarray((np.asarray(seen) + noise).clip(0, 255).astype(np.uint8))


def panned(image: Image.Image) -> tuple[Image.Image, Image.Image]:
    """Two views of one scene, a fifth of its width apart."""
    return cropped(image, 0, 0.1, 0.2, 0.1), cropped(image, 0.2, 0.1, 0, 0.1)
