"""What a library is due beside its photos and their sidecars, a bounded piece at a time.

No photo waits for it: places get names, what an older version left is made anew, and large
libraries get what makes their searches quick.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from indexer.events import PhotosCommitted
from indexer.photos.signatures import catch_up_signatures
from indexer.places.naming import PlaceNamer
from storage.errors import StorageError
from storage.graph_upkeep import refresh_graph
from storage.rows_upkeep import refresh_rows
from storage.word_upkeep import catch_up_index

if TYPE_CHECKING:
    from collections.abc import Callable

    from indexer.control import Control
    from indexer.encoder_slot import EncoderSlot
    from indexer.events import IndexEvent
    from indexer.models.protocols import ImageTextEncoder
    from indexer.options import IndexerOptions
    from storage.library import Library
    from storage.thumbnails import ThumbnailCache

_AFTER_GRAPHLESS_SECONDS = 600.0

_log = logging.getLogger(__name__)


class Upkeep:
    """Rests while indexing is paused; belongs to the thread that holds the library for writing.

    Where the library cannot be written StorageError is raised; searches stay slow without it.
    """

    def __init__(
        self,
        library: Library,
        options: IndexerOptions,
        encoders: EncoderSlot,
        thumbnails: ThumbnailCache,
        control: Control,
        emit: Callable[[IndexEvent], None],
    ) -> None:
        self._library = library
        self._options = options
        self._encoders = encoders
        self._thumbnails = thumbnails
        self._control = control
        self._emit = emit
        self._place_namer = PlaceNamer(library)
        self._is_quick = False
        self._quicken_at = 0.0

    def close(self) -> None:
        """Let go of what is large."""
        self._place_namer.close()

    def name_places(self, *, is_busy: bool = False) -> bool:
        """A bounded number of them; False when none waits, or no look is due while others work."""
        if self._control.is_paused or not self._place_namer.step(is_busy=is_busy):
            return False
        self._emit(PhotosCommitted(photos=0, revision=self._library.revision))
        return True

    def replace_words(self) -> bool:
        """A bounded piece of an older version's word index; False when none is left."""
        return not self._control.is_paused and catch_up_index(self._library)

    def make_signatures(self) -> bool:
        """A bounded number of those that an older version did not make; False when none is left."""
        return not self._control.is_paused and catch_up_signatures(self._library, self._thumbnails)

    def note_changes(self) -> None:
        """The library holds something else than when its search was last made quick."""
        self._is_quick = False

    def keep_search_quick(self, encoder: ImageTextEncoder | None) -> None:
        """Make what searches a large library by the encoder's vectors, unless it is made."""
        if not self._is_quick and time.monotonic() >= self._quicken_at:
            self._is_quick = self._quicken(encoder)

    def _quicken(self, encoder: ImageTextEncoder | None) -> bool:
        # The gallery of a benchmark is searched otherwise.
        if encoder is None or self._options.chosen is not None:
            return True
        captions = self._encoders.wait_for_captions()
        weight = self._options.caption_weight
        reader = captions.encoder_id if captions else None
        try:
            refresh_rows(
                self._library, encoder.encoder_id, caption_weight=weight, caption_encoder_id=reader
            )
            # A command ends before a graph would be built.
            if self._options.serve:
                refresh_graph(
                    self._library,
                    encoder.encoder_id,
                    caption_weight=weight,
                    caption_encoder_id=reader,
                    is_stopped=lambda: self._is_needed_elsewhere,
                )
        except StorageError as error:
            # It only makes searches quicker: nothing waits for it.
            _log.warning("there is no graph: %s", error.message)
            self._quicken_at = time.monotonic() + _AFTER_GRAPHLESS_SECONDS
            return False
        return not self._is_needed_elsewhere

    @property
    def _is_needed_elsewhere(self) -> bool:
        return self._control.has_orders or self._control.is_paused
