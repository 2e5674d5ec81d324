"""Signatures of photos, from their thumbnails: made as photos are read, and for old libraries."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from storage.records import ContentId
from storage.signatures import SIGNATURE_SIDE
from storage.thumbnails import THUMBNAIL_SIDE

if TYPE_CHECKING:
    from storage.library import Library
    from storage.thumbnails import ThumbnailCache

_CHUNK_CONTENTS = 200
_AFTER = "signatures_after"


def signature_of(thumbnail: bytes) -> bytes | None:
    """The grey levels of the whole picture squeezed into a square of SIGNATURE_SIDE; None: no JPEG.

    Thumbnails were written by a decoding worker, so that it is safe to read them here.
    """
    from PIL import Image  # whoever has no photo to write starts without it

    try:
        image = Image.open(io.BytesIO(thumbnail), formats=("JPEG",))
        # A smooth filter, from enough pixels: the signature of half the size is the same, and that
        # of a part much alike.
        image.draft("L", (4 * SIGNATURE_SIDE, 4 * SIGNATURE_SIDE))
        squeezed = image.convert("L").resize((SIGNATURE_SIDE,) * 2, Image.Resampling.BILINEAR)
    except OSError:
        return None
    return squeezed.tobytes()


def catch_up_signatures(library: Library, thumbnails: ThumbnailCache) -> bool:
    """Make some of those that a library of an older version lacks; whether any was looked for.

    A content whose thumbnail has been dropped stays without.

    Raises:
        StorageError: the library cannot be written.
    """
    reached = library.settings.get(_AFTER)
    if reached is None:
        return False
    hashes = library.signatures.lacking(after=ContentId(int(reached)), limit=_CHUNK_CONTENTS)
    made = {
        content_id: signature
        for content_id, content_hash in hashes.items()
        if (thumbnail := thumbnails.read(content_hash, THUMBNAIL_SIDE)) is not None
        and (signature := signature_of(thumbnail)) is not None
    }
    with library.atomic(changes_photos=False):
        library.signatures.put(made)
        if len(hashes) < _CHUNK_CONTENTS:
            library.settings.drop(_AFTER)
        else:
            library.settings.put(_AFTER, str(max(hashes)))
    return True
