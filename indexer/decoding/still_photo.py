"""Photos in the formats that Pillow and pillow-heif read, animated ones among them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from importlib import import_module
from typing import IO, TYPE_CHECKING

import pillow_heif
from PIL import AvifImagePlugin, Image, PngImagePlugin

from indexer.decoding.animation import (
    MOVING_FORMATS,
    animation_at,
    played_animation,
    whole_animation,
)
from indexer.decoding.bmp_photo import open_bmp
from indexer.decoding.jpeg_marks import is_lossless
from indexer.decoding.large_heif import decode_reduced
from indexer.decoding.opened_photo import (
    PIXELS_MAX,
    SHRINKABLE_PIXELS_MAX,
    OpenedPhoto,
    refuse_too_large,
)
from indexer.decoding.png_chunks import PACKED_MAX
from indexer.decoding.psd_photo import open_psd
from indexer.decoding.tiff_photo import open_tiff, turn_to_picture
from indexer.decoding.told_colour import note_coded_colour
from indexer.formats import HEAD_BYTES, is_like_tiff
from indexer.metadata.embedded import adopt_metadata
from indexer.metadata.exif import orientation_of
from indexer.metadata.facts import read_facts
from indexer.metadata.pillow_readers import widen_pillow
from indexer.metadata.sequence_date import dated_by_container

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.ImageFile import ImageFile

    from indexer.decoding.opened_photo import Playing
    from storage.records import Facts

_PLUGINS = (
    "JpegImagePlugin",
    "MpoImagePlugin",
    "PngImagePlugin",
    "WebPImagePlugin",
    "TiffImagePlugin",
    "GifImagePlugin",
    "BmpImagePlugin",
    "Jpeg2KImagePlugin",
    "PpmImagePlugin",
    "PsdImagePlugin",
    "IcoImagePlugin",
)
_HEIF = "HEIF"
STILL_FORMATS = (
    *("JPEG", "PNG", _HEIF, "WEBP", "AVIF", "TIFF"),
    *("GIF", "BMP", "DIB", "JPEG2000", "PPM", "PSD", "ICO"),
)
"""What may be opened; a multi-picture file (MPO) is opened as a JPEG."""
_JPEG_FORMATS = ("JPEG", "MPO")
_SELF_TURNING_FORMATS = ("TIFF", _HEIF)
"""Their loaders apply the orientation themselves."""
_BOXED_FORMATS = (_HEIF, "AVIF")
"""They may hold a film beside the picture."""
_LATE_FORMATS = ("PNG",)
"""They may hold their metadata behind the pixels, which are decoded first for that."""


@lru_cache(maxsize=1)
def prepare_pillow() -> None:
    """Loads exactly the decoders that are allowed, each with one thread; for the whole process."""
    for plugin in _PLUGINS:
        import_module(f"PIL.{plugin}")
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    pillow_heif.register_heif_opener(decode_threads=1)
    widen_pillow()
    Image.MAX_IMAGE_PIXELS = SHRINKABLE_PIXELS_MAX
    PngImagePlugin.MAX_TEXT_CHUNK = PACKED_MAX


def opened_still(file: IO[bytes], formats: tuple[str, ...] = STILL_FORMATS) -> ImageFile:
    """The image in `file`, not decoded yet; raises whatever hostile bytes lead Pillow to."""
    head = file.read(HEAD_BYTES)
    file.seek(0)
    if "TIFF" in formats and is_like_tiff(head):
        return open_tiff(file)
    if "BMP" in formats and head.startswith(b"BM"):
        return open_bmp(file)
    if "PSD" in formats and head.startswith(b"8BPS"):
        return open_psd(file)
    return Image.open(file, formats=formats)


@contextmanager
def open_still(
    file: IO[bytes],
    *,
    second: float | None = None,
    with_others: bool = False,
    playing: Playing | None = None,
    formats: tuple[str, ...] = STILL_FORMATS,
) -> Iterator[OpenedPhoto]:
    """The photo in `file`; an animated one at `second`, `with_others` of its moments, or all.

    Raises whatever hostile bytes lead Pillow to.
    """
    with opened_still(file, formats) as image:
        is_jpeg = image.format in _JPEG_FORMATS
        is_whole = is_lossless(file) if is_jpeg else image.format in _LATE_FORMATS
        is_shrinkable = is_jpeg and not is_whole
        is_shrinkable = is_shrinkable or image.format == _HEIF
        refuse_too_large(image.size, SHRINKABLE_PIXELS_MAX if is_shrinkable else PIXELS_MAX)
        if is_whole:
            image.load()
        note_coded_colour(image, file)
        facts = facts_said(image, file)
        orientation = 1 if image.format in _SELF_TURNING_FORMATS else orientation_of(image)
        still = OpenedPhoto(image=image, facts=facts, orientation=orientation)
        turn_to_picture(image, file)
        if image.format == _HEIF and image.width * image.height > PIXELS_MAX:
            reduced, size = decode_reduced(file, image)
            still = replace(still, image=reduced, size=size)
        if image.format in MOVING_FORMATS and getattr(image, "is_animated", False):
            if playing is not None:
                still = replace(still, second=0.0, others=played_animation(image, playing.gap))
            elif with_others:
                still = whole_animation(still, image)
            elif second is not None:
                still = animation_at(still, image, second)
        yield still


def facts_said(image: Image.Image, file: IO[bytes]) -> Facts:
    """What the image opened from a file says of itself, wherever its format has room for that."""
    adopt_metadata(image)
    facts = read_facts(image)
    return dated_by_container(facts, file) if image.format in _BOXED_FORMATS else facts
