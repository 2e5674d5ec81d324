"""When the file of all rows is written anew; see storage.vector_cache."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING

from storage.vector_cache import CACHE_NAME, CARD_NAME, TOKEN_KEY, read_card, store_rows
from storage.vector_index import VectorIndex, count_newer

if TYPE_CHECKING:
    from storage.library import Library

ROWS_FROM = 20_000
"""With fewer vectors a search reads them from the database as soon as it has started."""

_SHARE_NEWER_MAX = 0.1
_log = logging.getLogger(__name__)


def refresh_rows(
    library: Library,
    encoder_id: str,
    *,
    caption_weight: float,
    caption_encoder_id: str | None = None,
) -> bool:
    """Write the rows if there are many and the stored ones are others; whether it did.

    Raises:
        StorageError: the library cannot be read or written.
    """
    for name in (CACHE_NAME, CARD_NAME):
        # Of one who was killed while writing.
        (library.folder / f"{name}.new").unlink(missing_ok=True)
    if library.vectors.count(encoder_id) < ROWS_FROM:
        return False
    index = VectorIndex(
        library, encoder_id, caption_weight=caption_weight, caption_encoder_id=caption_encoder_id
    )
    if _is_fresh(library, index):
        return False
    index.refresh()
    token = secrets.token_hex(8)
    try:
        is_stored = store_rows(library.folder, index.to_store(token))
    except OSError as error:
        # Searching is only slower to start without it.
        _log.warning("the rows of the vectors cannot be stored: %s", error)
        return False
    if is_stored:
        with library.atomic(changes_photos=False):
            library.settings.put(TOKEN_KEY, token)
    return is_stored


def _is_fresh(library: Library, index: VectorIndex) -> bool:
    card = read_card(library.folder, library.settings.get(TOKEN_KEY))
    if card is None or not index.can_adopt(card):
        return False
    return count_newer(library, card.space, card.revision) <= _SHARE_NEWER_MAX * card.rows
