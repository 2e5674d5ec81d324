"""Photo files to measure with: large noisy ones, and very many small ones."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path

LARGE_SIZE = (4000, 3000)
_DISTINCT_LARGE = 12
_LARGE_QUALITY = 90
_NOISE_LEVELS = 9.0
_FILES_PER_FOLDER = 200
_SAVED_LONG_AGO = 1_500_000_000


def make_large_photos(folder: Path, count: int) -> tuple[Path, ...]:
    """12-megapixel JPEGs of about 4 MB, all different; those that are there stay."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = tuple(folder / f"DSC_{number:04}.jpg" for number in range(count))
    drawn: dict[int, bytes] = {}
    for number, path in enumerate(paths):
        if path.exists():
            continue
        kind = number % _DISTINCT_LARGE
        if kind not in drawn:
            drawn[kind] = _large_jpeg(kind)
        # Bytes behind the end of a JPEG cost nothing to decode, and make it another content.
        path.write_bytes(drawn[kind] + number.to_bytes(8, "big"))
    return paths


def _large_jpeg(seed: int) -> bytes:
    width, height = LARGE_SIZE
    source = np.random.default_rng(seed)
    coarse = source.integers(0, 256, (12, 16, 3), dtype=np.uint8)
    smooth = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
    noise = source.normal(0.0, _NOISE_LEVELS, (height, width, 1)).astype(np.float32)
    pixels = np.clip(np.asarray(smooth, dtype=np.float32) + noise, 0, 255).astype(np.uint8)
    return _as_jpeg(Image.fromarray(pixels), _LARGE_QUALITY)


def make_small_photos(folder: Path, count: int) -> Path:
    """A folder of so many tiny JPEGs of different contents, 200 in a folder; made only once."""
    root = folder / f"photos-{count}"
    done = root / ".complete"
    if done.exists():
        return root
    tiny = small_jpeg((200, 60, 40))
    for number in range(count):
        folder = root / f"{2000 + number // 20_000}" / f"roll {number // _FILES_PER_FOLDER:04}"
        if number % _FILES_PER_FOLDER == 0:
            folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"IMG_{number:06}.JPG"
        path.write_bytes(tiny + number.to_bytes(8, "big"))
        os.utime(path, (_SAVED_LONG_AGO + number, _SAVED_LONG_AGO + number))
    done.touch()
    return root


def small_jpeg(colour: tuple[int, int, int]) -> bytes:
    """A JPEG of one colour."""
    return _as_jpeg(Image.new("RGB", (64, 48), colour), 80)


def patterned_jpeg(seed: int) -> bytes:
    """A JPEG as detailed as a photo's thumbnail: no two places of it have the same colour."""
    source = np.random.default_rng(seed)
    coarse = Image.fromarray(source.integers(0, 256, (24, 32, 3), dtype=np.uint8))
    return _as_jpeg(coarse.resize((384, 288), Image.Resampling.BICUBIC), 80)


def _as_jpeg(image: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
