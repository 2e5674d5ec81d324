"""What the indexer is asked by those who look for photos."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from storage.records import PhotoFilter

if TYPE_CHECKING:
    from pathlib import Path

    from storage.records import ContentId


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureQuestion:
    """Which photos are nearest to texts, to pictures, or to both together.

    Several texts count as their mean, and so do several pictures. Words and pictures are summed.
    """

    texts: tuple[str, ...] = ()
    pictures: tuple[Path, ...] = ()
    """What photos are to be like; they are left out themselves, with their copies."""
    unlike: tuple[Path, ...] = ()
    """What photos are not to be like; left out too."""
    without: Path | None = None
    """A photo that is left out, with its copies, and else plays no part."""
    photo_filter: PhotoFilter = field(default_factory=PhotoFilter)
    limit: int
    """How many photos, about: copies of one content follow one another."""
    also: tuple[ContentId, ...] = ()
    """Contents that are told of wherever they stand, if they pass the filter."""
