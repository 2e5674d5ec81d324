"""Tiny sound files of the formats that photos have, to be damaged."""

from __future__ import annotations

import io
from functools import cache

from PIL import Image, features

from tests.fuzz.metadata import sound_photo

_FORMATS = (("PNG", ""), ("GIF", ""), ("BMP", ""), ("TIFF", "libtiff"), ("WEBP", "webp"))
_MORE = (("AVIF", "avif"), ("JPEG2000", "jpg_2000"), ("HEIF", ""))


@cache
def photo_samples() -> tuple[bytes, ...]:
    """One of each that this machine can write."""
    from pillow_heif import register_heif_opener

    register_heif_opener()
    every = (*_FORMATS, *_MORE)
    named = [name for name, needs in every if not needs or features.check(needs)]
    return (sound_photo(), *(_sample(name) for name in named))


def _sample(name: str) -> bytes:
    stream = io.BytesIO()
    Image.linear_gradient("L").resize((24, 16)).convert("RGB").save(stream, name)
    return stream.getvalue()
