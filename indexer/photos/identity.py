"""Identities of pictures that were read by a version that gave them none: by their thumbnails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.photos.hashing import hash_picture
from storage.thumbnails import THUMBNAIL_SIDE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.library import Library
    from storage.thumbnails import ThumbnailCache


def identify_pictures(library: Library, thumbnails: ThumbnailCache, hashes: Sequence[str]) -> None:
    """Say of files with these hashes what they were seen to hold, as far as that can be told.

    Raises:
        StorageError: the library cannot be written.
    """
    lacking = library.pictures.unidentified(hashes)
    pictures = {
        content_id: hash_picture(thumbnail, width, height)
        for content_hash, (content_id, width, height) in lacking.items()
        if (thumbnail := thumbnails.read(content_hash, THUMBNAIL_SIDE)) is not None
    }
    if pictures:
        with library.atomic(changes_photos=False):
            library.pictures.identify(pictures)
