"""How one set of captions takes the place of another, in steps that a kill may interrupt.

The switch itself is one small transaction. The word index follows a bounded number of photos at a
time; a setting remembers how far it has come, so that the next run goes on from there. Then the
captions that were replaced are dropped, a few at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.records import PhotoId

if TYPE_CHECKING:
    from storage.library import Library
    from storage.records import CaptionOrigin

CHUNK_PHOTOS = 500
"""Photos whose words are written, or captions that are dropped, in one transaction."""

_WORDS_AFTER = "caption_words_after"


def switch_captions(library: Library, origin: CaptionOrigin) -> None:
    """Let the captions of an origin count from now on.

    Raises:
        StorageError: the library cannot be written.
    """
    with library.atomic(changes_photos=False):
        library.captions.activate(origin)
        _write_words(library, after=PhotoId(0))


def catch_up_words(library: Library) -> bool:
    """Bring a chunk of the word index in step with the last switch; whether any was behind.

    Raises:
        StorageError: the library cannot be written.
    """
    reached = library.settings.get(_WORDS_AFTER)
    if reached is None:
        return False
    with library.atomic(changes_photos=False):
        _write_words(library, after=PhotoId(int(reached)))
    return True


def drop_superseded(library: Library) -> bool:
    """Drop some captions that do not count, of contents that have one that does; whether any.

    A content that could not be captioned anew, because its photos are offline, keeps its old one.

    Raises:
        StorageError: the library cannot be written.
    """
    rows = library.captions.superseded(limit=CHUNK_PHOTOS)
    if not rows:
        return False
    with library.atomic(changes_photos=False):
        library.captions.drop(rows)
    return True


def _write_words(library: Library, *, after: PhotoId) -> None:
    photo_ids = library.photos.ids_captioned(after=after, limit=CHUNK_PHOTOS)
    library.words.refresh(photo_ids)
    if len(photo_ids) < CHUNK_PHOTOS:
        library.settings.drop(_WORDS_AFTER)
    else:
        library.settings.put(_WORDS_AFTER, str(photo_ids[-1]))
