"""Pictures with text in them, drawn for tests."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from collections.abc import Sequence


def text_picture(
    lines: Sequence[str],
    *,
    letter_px: int = 24,
    size: tuple[int, int] = (640, 480),
    colours: tuple[str, str] = ("black", "white"),
    angle: float = 0.0,
) -> Image.Image:
    """Lines of text in the middle of a plain picture, turned counterclockwise."""
    ink, ground = colours
    image = Image.new("RGB", size, ground)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(letter_px)
    text = "\n".join(lines)
    draw.multiline_text(
        (size[0] / 2, size[1] / 2), text, fill=ink, font=font, anchor="mm", spacing=letter_px
    )
    return image.rotate(angle, Image.Resampling.BICUBIC, fillcolor=ground)


def as_jpeg(image: Image.Image) -> bytes:
    """The picture as a decoding worker hands it on."""
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=90)
    return stream.getvalue()
