"""What reads text in the photos of a library, as the settings say."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from indexer.models.text_reader import TEXT_READER
from indexer.models.text_signs import TextSigns
from indexer.texts.desk import TextDesk
from indexer.texts.process import TextProcess
from indexer.texts.reading import TextReading

if TYPE_CHECKING:
    from collections.abc import Callable

    from indexer.events import IndexEvent
    from indexer.texts.desk import PreviewPool
    from storage.library import Library
    from storage.thumbnails import ThumbnailCache

_CLOSELY: Final = f"{TEXT_READER}/all"
_READERS: Final = {"auto": (f"{TEXT_READER}/auto", _CLOSELY), "all": (_CLOSELY,)}
"""By setting: who reads, and whose reading is as good."""


def open_reading(
    library: Library,
    pool: PreviewPool,
    thumbnails: ThumbnailCache,
    setting: str,
    emit: Callable[[IndexEvent], None],
    wake: Callable[[], None],
) -> TextReading | None:
    """A reading that has begun, with the priority of this thread; None where it is set off."""
    readers = _READERS.get(setting)
    if readers is None:
        return None
    sieve = TextSigns().of if setting == "auto" else None
    desk = TextDesk(pool, thumbnails, TextProcess(), sieve, wake)
    desk.start()
    return TextReading(library, desk, readers, emit, time.monotonic)
