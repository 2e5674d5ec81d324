"""Which photos are read next: those never read, those without a vector, those read long ago."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexer.metadata.version import FACTS_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from storage.contents import PendingPhoto
    from storage.library import Library
    from storage.records import PhotoId


@dataclass(slots=True)
class PhotoQueue:
    """A view of the library's own queue; what is not committed waits there still."""

    library: Library
    encoder_id: str | None
    """None where nothing is embedded."""
    clock: Callable[[], float]
    _position: PendingPhoto | None = None
    _outdated_position: PendingPhoto | None = None

    def take(self, in_flight: Collection[PhotoId], limit: int) -> list[PendingPhoto]:
        """The next photos that are not on their way already; empty where none waits."""
        unread = self.library.contents.unread(now=self.clock(), limit=limit + len(in_flight))
        batch = [photo for photo in unread if photo.photo_id not in in_flight][:limit]
        if not batch:
            lacking = self._without_vector(limit) or self._outdated(limit)
            batch = [photo for photo in lacking if photo.photo_id not in in_flight]
        return batch

    def _without_vector(self, limit: int) -> list[PendingPhoto]:
        if self.encoder_id is None:
            return []
        batch = self.library.contents.without_vector(
            self.encoder_id, now=self.clock(), after=self._position, limit=limit
        )
        self._position = batch[-1] if batch else self._position
        return batch

    def _outdated(self, limit: int) -> list[PendingPhoto]:
        batch = self.library.contents.outdated(
            FACTS_VERSION, now=self.clock(), after=self._outdated_position, limit=limit
        )
        self._outdated_position = batch[-1] if batch else self._outdated_position
        return batch

    def start_over(self) -> None:
        """The library has changed: look at it from the top."""
        self._position = self._outdated_position = None
