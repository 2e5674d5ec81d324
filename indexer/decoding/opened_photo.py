"""What a reader finds in a file, whatever its format, before anything is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Iterable

    from indexer.decoding.geometry import Size
    from storage.records import Facts

SHRINKABLE_PIXELS_MAX = 300_000_000
"""For JPEG, which is scaled while it is decoded, so that a 64th of this is ever held, and for HEIC,
of which nothing is held but what its decoder needs."""
PIXELS_MAX = 150_000_000
"""For all others: four bytes a pixel, and as much again inside the decoder."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What a moving picture shows at some second from its beginning."""

    second: float
    image: Image.Image
    """May show something else as soon as the next moment is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Playing:
    """How a moving picture is to be played."""

    gap: float
    """Seconds that its pictures are apart at least."""
    side: int
    """No longer than this need their longer side be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedPhoto:
    """A file's picture, not decoded yet where that can wait, and what it says of itself."""

    image: Image.Image
    facts: Facts
    orientation: int = 1
    """The EXIF orientation that is still to be applied to `image`."""
    size: Size | None = None
    """The upright size of the photo; None where it is that of `image`."""
    second: float | None = None
    """Where in a moving picture `image` is from; None for a still."""
    others: Iterable[Moment] = ()
    """Its further moments, with the same orientation; to be asked for after `image` was used."""


def refuse_too_large(size: Size, limit: int = PIXELS_MAX) -> None:
    """Raises DecompressionBombError for more pixels than may be held."""
    width, height = size
    if width * height > limit:
        raise Image.DecompressionBombError
