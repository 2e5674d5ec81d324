"""When a photo was taken, by XMP: in the photo itself, or in a sidecar beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.metadata import xmp
from indexer.metadata.exif import parsed_time

if TYPE_CHECKING:
    from indexer.metadata.xmp import XmpValues

_DATES = (xmp.DATE_TAKEN, xmp.DATE_CREATED, xmp.CREATE_DATE)


def taken_told(said: XmpValues) -> str | None:
    """When the photo was taken, as in `Photo.taken_at`."""
    texts = (text for name in _DATES for text in said.get(name, ()))
    return next((taken for text in texts if (taken := parsed_time(text)) is not None), None)
