"""One photo file to the pixels an encoder wants, its facts and a thumbnail.

Meant for a worker process of `indexer.decode_pool`, for it sets limits of the whole process and
hands hostile bytes to native decoders. The format is told by content, never by name.
"""

from __future__ import annotations

import io
import logging
import math
import os
import stat
import warnings
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from importlib import import_module
from typing import IO, TYPE_CHECKING, TypeVar

import numpy as np
import pillow_heif
from PIL import AvifImagePlugin, Image

from indexer.colour import flatten, levels_of, to_srgb
from indexer.decode_failures import NOT_REGULAR, failure_to_decode, failure_to_open
from indexer.decode_failures import DecodeFailure as DecodeFailure
from indexer.exif import adopt_raw_profiles, orientation_of
from indexer.facts import read_facts
from indexer.geometry import Box, Fit, Size, fit_for, fit_within, turned_box, turned_size
from indexer.models.protocols import Picture

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PIL import ImageFile

    from indexer.models.protocols import PictureInput, Pixels
    from storage.records import Facts

logger = logging.getLogger(__name__)
_T = TypeVar("_T")

PHOTO_EXTENSIONS = frozenset(
    (
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".apng", ".webp"),
        *(".heic", ".heif", ".hif", ".heics", ".heifs", ".avif", ".tif", ".tiff"),
        *(".jp2", ".j2k", ".j2c", ".jpc", ".jpf", ".jpx", ".gif", ".bmp", ".dib"),
        *(".ppm", ".pgm", ".pbm", ".pnm"),
    )
)
"""Lower case, with the dot: the files that are taken for photos."""

SHRINKABLE_PIXELS_MAX = 300_000_000
"""For JPEG, which is scaled while it is decoded: a 64th of this is ever held."""
PIXELS_MAX = 150_000_000
"""For all others: four bytes a pixel, and as much again inside the decoder."""

FRAMES_MAX = 12
"""Of one moving picture, the first among them."""

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
    "IcoImagePlugin",
)
_HEIF = "HEIF"
_FORMATS = (
    *("JPEG", "PNG", _HEIF, "WEBP", "AVIF", "TIFF"),
    *("GIF", "BMP", "DIB", "JPEG2000", "PPM", "ICO"),
)
"""What may be opened; a multi-picture file (MPO) is opened as a JPEG."""
_SHRINKABLE_FORMATS = ("JPEG", "MPO")
_SELF_TURNING_FORMATS = ("TIFF", _HEIF)
"""Their loaders apply the orientation themselves."""
_LATE_FORMATS = ("PNG",)
"""They may hold their metadata behind the pixels."""
_TRANSPOSES = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_ENOUGH = 1.9
"""Decoded at this many times the wanted size, a photo is as good as from all its pixels: 52 dB, no
pixel off by more than 3 of 255, on a noisy one. Twice would miss what matters most by a hair: 384
pixels from a quarter of a photo of 4000 × 3000."""
_THUMBNAIL_QUALITY = 80
_PREVIEW_QUALITY = 88
_STRIP_PIXELS = 4_000_000
_FILTERS: dict[str, Image.Resampling] = {
    "bicubic": Image.Resampling.BICUBIC,
    "bilinear": Image.Resampling.BILINEAR,
}


@dataclass(frozen=True, slots=True)
class Frame:
    """One moment of a moving picture."""

    second: float
    """From the beginning."""
    picture: Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """All the indexer wants of one photo."""

    picture: Picture
    facts: Facts
    thumbnail: bytes
    """JPEG, upright, sRGB, without metadata; no longer than was asked, and never enlarged."""
    second: float | None = None
    """Where in a moving picture `picture` and `thumbnail` are from; None for a still."""
    frames: tuple[Frame, ...] = ()
    """The further moments of a moving picture, ascending; none for a still."""


def decode_photo(
    path: Path, *, picture_input: PictureInput, thumbnail_side: int
) -> Decoded | DecodeFailure:
    """Everything wanted of the photo at `path`, from decoding it once.

    Raises MemoryError at the process's limit; any other trouble is a DecodeFailure.
    """
    make = partial(_photo_of, picture_input=picture_input, thumbnail_side=thumbnail_side)
    return _attempted(path, make)


def decode_preview(
    path: Path, *, longest_side: int, second: float | None = None
) -> bytes | DecodeFailure:
    """The photo at `path` as a JPEG no longer than `longest_side`: upright, sRGB, no metadata.

    Of a moving picture the moment at `second`; of a still, and by default, what stands for it.

    Raises MemoryError at the process's limit; any other trouble is a DecodeFailure.
    """
    return _attempted(path, partial(_preview_of, longest_side=longest_side))


@lru_cache(maxsize=1)
def prepare_decoders() -> None:
    """Loads exactly the decoders that are allowed, each with one thread; for the whole process."""
    for plugin in _PLUGINS:
        import_module(f"PIL.{plugin}")
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    pillow_heif.register_heif_opener(decode_threads=1)
    Image.MAX_IMAGE_PIXELS = SHRINKABLE_PIXELS_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class _Upright:
    """A decoded photo in mode L, RGB, CMYK or LAB, perhaps smaller than it is in the file."""

    image: Image.Image
    box: Box
    """Where in the image the whole photo lies: scaled decoders round the last row and column up."""
    size: Size
    """Of the whole photo, in full."""
    profile: bytes | None

    def fitted(self, fit: Fit, resampling: Image.Resampling) -> Image.Image:
        """The photo laid out as `fit` says, in sRGB; what it does not cover is left out."""
        part = fit.part_of(self.box)
        return to_srgb(self.image.resize(fit.part_size, resampling, box=part), self.profile)


def _photo_of(
    image: ImageFile.ImageFile, *, picture_input: PictureInput, thumbnail_side: int
) -> Decoded:
    facts = read_facts(image)
    size = turned_size(image.size, _turn_left(image))
    fit, small = fit_for(picture_input, size), fit_within(thumbnail_side, size)
    upright = _decoded(image, _wanted(fit, small))
    width, height = upright.size
    pixels = _on_canvas(upright, fit, picture_input)
    thumbnail = upright.fitted(small, Image.Resampling.HAMMING)
    return Decoded(
        picture=Picture(pixels=pixels, width=width, height=height),
        facts=replace(facts, width=width, height=height),
        thumbnail=_as_jpeg(thumbnail, _THUMBNAIL_QUALITY),
    )


def _preview_of(image: ImageFile.ImageFile, *, longest_side: int) -> bytes:
    fit = fit_within(longest_side, turned_size(image.size, _turn_left(image)))
    upright = _decoded(image, fit.scaled)
    return _as_jpeg(upright.fitted(fit, Image.Resampling.BICUBIC), _PREVIEW_QUALITY)


def _attempted(path: Path, make: Callable[[ImageFile.ImageFile], _T]) -> _T | DecodeFailure:
    """What `make` makes of the opened image, or why there is nothing."""
    prepare_decoders()
    try:
        file = _opened(path)
    except OSError as error:
        return failure_to_open(error)
    with file, warnings.catch_warnings():
        # Most warnings are about metadata, which nobody needs to be right.
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        refusal = _refusal_of(file)
        return refusal if refusal is not None else _made(file, make)


def _made(file: IO[bytes], make: Callable[[ImageFile.ImageFile], _T]) -> _T | DecodeFailure:
    try:
        with Image.open(file, formats=_FORMATS) as image:
            _refuse_bomb(image)
            if image.format in _LATE_FORMATS:
                image.load()
            adopt_raw_profiles(image)
            return make(image)
    except MemoryError:
        raise
    except Exception as error:
        # Decoders raise whatever hostile bytes lead them to.
        logger.debug("decoding failed", exc_info=True)
        return failure_to_decode(error, file)


def _opened(path: Path) -> IO[bytes]:
    """The file, open for reading; never waits for the other end of a pipe."""
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")


def _refusal_of(file: IO[bytes]) -> DecodeFailure | None:
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):
        return DecodeFailure(reason=NOT_REGULAR, permanent=True)
    if status.st_size == 0:
        return DecodeFailure(reason="the file is empty", permanent=False)
    return None


def _refuse_bomb(image: ImageFile.ImageFile) -> None:
    """Raises DecompressionBombError for more pixels than may be held, from the header alone."""
    limit = SHRINKABLE_PIXELS_MAX if image.format in _SHRINKABLE_FORMATS else PIXELS_MAX
    width, height = image.size
    if width * height > limit:
        raise Image.DecompressionBombError


def _turn_left(image: ImageFile.ImageFile) -> int:
    """The EXIF orientation that is still to be applied to an image."""
    return 1 if image.format in _SELF_TURNING_FORMATS else orientation_of(image)


def _wanted(*fits: Fit) -> Size:
    """The size that serves all fits with the quality of a full decode."""
    width = max(fit.scaled[0] for fit in fits)
    height = max(fit.scaled[1] for fit in fits)
    return math.ceil(width * _ENOUGH), math.ceil(height * _ENOUGH)


def _decoded(image: ImageFile.ImageFile, wanted: Size) -> _Upright:
    """Decodes the image at `wanted` (an upright size) or larger, as small as comes cheap."""
    orientation = _turn_left(image)
    wanted_as_stored = turned_size(wanted, orientation)
    profile = image.info.get("icc_profile")
    full_size = image.size
    drafted = image.draft(None, wanted_as_stored)
    image.load()
    if drafted is None:
        full_size = image.size
    _, _, right, bottom = drafted[1] if drafted else (0, 0, *full_size)
    shrunk, factor = _shrunk(image, wanted_as_stored)
    transpose = _TRANSPOSES.get(orientation)
    return _Upright(
        image=shrunk if transpose is None else shrunk.transpose(transpose),
        box=turned_box((0, 0, right / factor, bottom / factor), shrunk.size, orientation),
        size=turned_size(full_size, orientation),
        profile=profile if isinstance(profile, bytes) else None,
    )


def _shrunk(image: Image.Image, wanted: Size) -> tuple[Image.Image, int]:
    """The image flattened, and averaged over squares of so many pixels a side as `wanted` allows.

    Goes strip by strip, so that little is held beside the decoded image.
    """
    levels = levels_of(image)
    factor = max(1, min(image.width // wanted[0], image.height // wanted[1]))
    if factor == 1:
        return flatten(image, levels), 1
    rows = factor * max(1, _STRIP_PIXELS // (image.width * factor))
    strips = [
        flatten(image.crop((0, top, image.width, min(top + rows, image.height))), levels).reduce(
            factor
        )
        for top in range(0, image.height, rows)
    ]
    shrunk = Image.new(strips[0].mode, (strips[0].width, sum(strip.height for strip in strips)))
    for index, strip in enumerate(strips):
        shrunk.paste(strip, (0, index * rows // factor))
    return shrunk, factor


def _on_canvas(upright: _Upright, fit: Fit, picture_input: PictureInput) -> Pixels:
    fitted = upright.fitted(fit, _FILTERS[picture_input.interpolation])
    if fitted.size != fit.canvas:
        canvas = Image.new("RGB", fit.canvas, (picture_input.fill,) * 3)
        canvas.paste(fitted, fit.offset)
        fitted = canvas
    return np.array(fitted)


def _as_jpeg(image: Image.Image, quality: int) -> bytes:
    image.info.clear()  # a comment of the original would be written again
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
