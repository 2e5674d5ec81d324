"""Damaged files of the kinds that no collection has: JPEG XL, RAW, videos, by a fixed dice."""

from __future__ import annotations

import io
import random
from typing import TYPE_CHECKING

from PIL import Image

from tests.indexer.photo_files import shaded
from tests.indexer.raw_files import dng, jpeg_of
from tests.indexer.video_files import write_video

if TYPE_CHECKING:
    from pathlib import Path

_HEAD_BYTES = 600
"""Where the sizes, counts and offsets are that damage does most with."""


def jxl_of(photo: Image.Image) -> bytes:
    """The image as JPEG XL."""
    import pillow_jxl  # noqa: F401 - tells Pillow how to write them

    buffer = io.BytesIO()
    photo.save(buffer, "JXL")
    return buffer.getvalue()


def sound_files(folder: Path) -> list[Path]:
    """One small sound file of each kind."""
    folder.mkdir(parents=True, exist_ok=True)
    photo, preview = shaded(120, 80), jpeg_of(shaded(600, 400))
    contents = {
        "photo.jxl": jxl_of(photo),
        "preview.dng": dng(shaded(64, 48), preview=preview, preview_size=(600, 400)),
        "bare.dng": dng(shaded(64, 48)),
        "moving.gif": _animation(photo, "GIF"),
        "moving.webp": _animation(photo, "WEBP"),
        "moving.png": _animation(photo, "PNG"),
    }
    paths = []
    for name, content in contents.items():
        paths.append(folder / name)
        paths[-1].write_bytes(content)
    videos = (
        ("film.mp4", "libx264"),
        ("film.mov", "mpeg4"),
        ("film.mkv", "libx264"),
        ("film.webm", "libvpx-vp9"),
        ("film.avi", "mpeg4"),
        ("film.mpg", "mpeg2video"),
        ("film.wmv", "wmv2"),
        ("film.mts", "libx264"),
    )
    for name, codec in videos:
        kind = "mpegts" if name.endswith(".mts") else None
        paths.append(write_video(folder / name, seconds=4, codec=codec, format_name=kind))
    return paths


def huge_files(folder: Path) -> list[Path]:
    """Pictures that are as large as may be, and one that is larger; all of them small files."""
    folder.mkdir(parents=True, exist_ok=True)
    sides = {"largest.png": (12_000, 12_000), "largest.webp": (16_000, 9_000)}
    sides["too-large.png"] = (13_000, 12_000)
    paths = []
    for name, size in sides.items():
        paths.append(folder / name)
        mode = "RGBA" if name.endswith("png") else "RGB"
        Image.new(mode, size, "teal").save(paths[-1], compress_level=1, quality=1, method=0)
    return paths


def damaged_copies(sound: Path, folder: Path, count: int, seed: int = 0) -> list[Path]:
    """Copies with wrong bytes near the beginning or anywhere, some of them cut short."""
    folder.mkdir(parents=True, exist_ok=True)
    dice = random.Random(f"{sound.name}{seed}")
    whole, paths = sound.read_bytes(), []
    for number in range(count):
        content = bytearray(whole)
        reach = dice.choice((64, _HEAD_BYTES, len(content)))
        for _ in range(dice.randint(1, 12)):
            content[dice.randrange(min(reach, len(content)))] = dice.randrange(256)
        if dice.random() < 0.3:
            del content[dice.randrange(len(content)) :]
        paths.append(folder / f"{sound.stem}-{number}{sound.suffix}")
        paths[-1].write_bytes(content)
    return paths


def _animation(photo: Image.Image, kind: str) -> bytes:
    frames = [photo.rotate(90 * quarter) for quarter in range(4)]
    buffer = io.BytesIO()
    frames[0].save(buffer, kind, save_all=True, append_images=frames[1:], duration=100)
    return buffer.getvalue()
