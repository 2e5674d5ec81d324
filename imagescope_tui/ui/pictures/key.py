"""Which picture, how large, and in which look: what a painting is kept and asked for by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.records import PhotoId


@dataclass(frozen=True, slots=True)
class Box:
    """A place on the screen, in cells."""

    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LightMap:
    """How light the parts of a picture are shown."""

    rows: tuple[tuple[float, ...], ...]
    """From the top, each from the left: 0 is dark, 1 as it is."""
    area: tuple[float, float, float, float]
    """Left, top, right, bottom of what the parts divide, in fractions of the picture; all else is
    dark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureKey:
    """A picture in a box."""

    content_hash: str
    side: int
    """Longest side of the stored JPEG in pixels: THUMBNAIL_SIDE or PREVIEW_SIDE."""
    box: Box
    is_grey: bool = False
    second: float | None = None
    """Of a moving picture, the moment; None for what stands for it."""
    light: LightMap | None = None
    """None where all of it is shown as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureRequest:
    """A picture that is wanted, and the photo to make it from where it is not there."""

    key: PictureKey
    photo_id: PhotoId
