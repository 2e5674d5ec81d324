"""Any of Pillow's modes to plain 8-bit, and any colour profile to sRGB."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from PIL import Image, ImageCms

from indexer.decoding.coded_colour import CODED_COLOUR, CodedColour, coded_to_srgb

Colours: TypeAlias = "bytes | CodedColour | None"
"""What says which colours the numbers of an image are: a profile, codes, or nothing, as in sRGB."""

PROFILE_BYTES_MAX = 8_000_000
"""Printing profiles have one or two megabytes; more is no profile."""
_WIDE_MODES = ("I", "F", "I;16", "I;16B", "I;16L", "I;16N")
_FLAT_MODES = ("L", "RGB", "CMYK", "LAB")
_SAME_COLOUR = 2
"""Levels of 255 by which colours of an sRGB profile may differ from ours."""


@dataclass(frozen=True, slots=True)
class Levels:
    """How the values of a mode of more than 8 bits become 0…255: `value * scale + offset`."""

    scale: float
    offset: float = 0.0


def levels_of(image: Image.Image) -> Levels | None:
    """The levels of a loaded image, from its mode and range; None for modes of 8 bits.

    16 bits are what they say. Wider integers and floats have no agreed range: what fits 0…1,
    0…255 or 0…65535 is taken as such, anything else is stretched from its darkest to its lightest.
    """
    if image.mode not in _WIDE_MODES:
        return None
    if image.mode.startswith("I;16"):
        return Levels(1 / 257)
    low, high = (float(value) for value in image.getextrema())  # type: ignore[arg-type]
    return levels_of_range(low, high, is_float=image.mode == "F")


def levels_of_range(low: float, high: float, *, is_float: bool) -> Levels:
    """The levels of values between these two, which are perhaps no numbers."""
    if not math.isfinite(low) or not math.isfinite(high) or high <= low:
        return Levels(255.0 if is_float else 1.0)
    if low >= 0:
        if is_float and high <= 1:
            return Levels(255.0)
        if high <= 255:
            return Levels(1.0)
        if high <= 65535:
            return Levels(1 / 257)
    scale = 255 / (high - low)
    return Levels(scale, -low * scale)


def white_of(colours: Colours) -> int:
    """The level of white in an image of these colours."""
    return colours.white_level if isinstance(colours, CodedColour) else 255


def flatten(image: Image.Image, levels: Levels | None, white: int = 255) -> Image.Image:
    """The image in mode L, RGB, CMYK or LAB; what is transparent lies on white."""
    if levels is not None:
        return _narrowed(image, levels)
    if image.has_transparency_data:
        return _on_white(image.convert("RGBA"), white)
    if image.mode in _FLAT_MODES:
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _narrowed(image: Image.Image, levels: Levels) -> Image.Image:
    # Rounded by the added half: the conversion to L cuts off the fraction, and clips.
    scale, offset = levels.scale, levels.offset + 0.5
    wide = image.convert("I") if image.mode.startswith("I;16") else image
    return wide.convert("F").point(lambda value: value * scale + offset).convert("L")


def _on_white(image: Image.Image, white: int) -> Image.Image:
    paper = Image.new("RGB", image.size, (white,) * 3)
    paper.paste(image.convert("RGB"), mask=image.getchannel("A"))
    return paper


def colours_of(image: Image.Image) -> Colours:
    """What is known of an image's colours before it is decoded."""
    for name, kind in ((CODED_COLOUR, CodedColour), ("icc_profile", bytes)):
        told = image.info.get(name)
        if isinstance(told, kind):
            return told
    return None


def to_srgb(image: Image.Image, colours: Colours) -> Image.Image:
    """A flattened image in sRGB, mode RGB; a damaged or unfitting profile counts as none."""
    if isinstance(colours, CodedColour):
        return coded_to_srgb(image, colours)
    converted = _converted(image, colours) if colours else None
    if converted is not None:
        return converted
    if image.mode == "LAB":
        return _converted_from_lab(image)
    return image.convert("RGB")


def _converted(image: Image.Image, profile: bytes) -> Image.Image | None:
    if len(profile) > PROFILE_BYTES_MAX:
        return None
    conversion = _conversion_of(profile)
    if conversion is None:
        return None
    if image.mode != conversion.mode:
        if {image.mode, conversion.mode} != {"L", "RGB"}:
            return None
        image = image.convert(conversion.mode)
    if conversion.transform is None:
        return image
    return conversion.transform.apply(image)


@dataclass(frozen=True, slots=True)
class _Conversion:
    """What takes images of one mode to sRGB; no transform where they are sRGB already."""

    mode: str
    transform: ImageCms.ImageCmsTransform | None


_MODE_OF_SPACE = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab ": "LAB"}


@lru_cache(maxsize=16)
def _conversion_of(profile: bytes) -> _Conversion | None:
    """Made once for each profile: a camera writes the same one into all its photos."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = _MODE_OF_SPACE[source.profile.xcolor_space]
        transform = ImageCms.buildTransform(source, _srgb_profile(), mode, "RGB")
        is_srgb = mode == "RGB" and _changes_little(transform)
    except (ImageCms.PyCMSError, KeyError, OSError, TypeError, ValueError):
        return None
    return _Conversion(mode, None if is_srgb else transform)


@lru_cache(maxsize=1)
def _srgb_profile() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _changes_little(transform: ImageCms.ImageCmsTransform) -> bool:
    """Whether a coarse palette of all colours comes out as it went in."""
    steps = range(0, 256, 51)
    colours = bytes(value for r in steps for g in steps for b in steps for value in (r, g, b))
    palette = Image.frombytes("RGB", (len(steps) ** 2, len(steps)), colours)
    turned = transform.apply(palette).tobytes()
    return all(abs(a - b) <= _SAME_COLOUR for a, b in zip(colours, turned, strict=True))


def _converted_from_lab(image: Image.Image) -> Image.Image:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    return ImageCms.buildTransform(lab, _srgb_profile(), "LAB", "RGB").apply(image)
