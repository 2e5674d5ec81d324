"""Which photos are read next: the newest that were never read, then those without a vector."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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

    def take(self, in_flight: Collection[PhotoId], limit: int) -> list[PendingPhoto]:
        """The next photos that are not on their way already; empty where none waits."""
        contents = self.library.contents
        unread = contents.unread(now=self.clock(), limit=limit + len(in_flight))
        batch = [photo for photo in unread if photo.photo_id not in in_flight][:limit]
        if batch or self.encoder_id is None:
            return batch
        batch = contents.without_vector(
            self.encoder_id, now=self.clock(), after=self._position, limit=limit
        )
        self._position = batch[-1] if batch else self._position
        return [photo for photo in batch if photo.photo_id not in in_flight]

    def start_over(self) -> None:
        """The library has changed: look at it from the top."""
        self._position = None
