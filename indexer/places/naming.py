"""Names the places that photos were taken at, a bounded piece at a time, newest photos first."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from indexer.places.gazetteer import Gazetteer
    from storage.library import Library
    from storage.records import PhotoId, Place

_AT_ONCE = 4_000
_WRITTEN_AT_ONCE = 4
"""To look one up takes up to a second."""
_BETWEEN_LOOKS_SECONDS = 60.0
"""While other things are done; to read the gazetteer takes a second."""


class PlaceNamer:
    """Keeps the places of a library's photos true to what their files and sidecars say."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._gazetteer: Gazetteer | None = None
        self._true_at: int | None = None
        self._look_at = 0.0

    def step(self, *, is_busy: bool = False) -> bool:
        """Name some of those that wait; False when none does, or, if busy, when a look is not due.

        Raises:
            StorageError: the library cannot be written.
        """
        if self._true_at == self._library.revision or (
            is_busy and time.monotonic() < self._look_at
        ):
            return False
        points = self._library.places.unnamed(limit=_AT_ONCE)
        if not points:
            if self._name_written():
                return True
            self._true_at = self._library.revision
            self._look_at = time.monotonic() + _BETWEEN_LOOKS_SECONDS
            self.close()
            return False
        places = self._named(points)
        with self._library.atomic():
            self._library.places.put(points, places)
            self._library.words.refresh(list(points), has_new_names=False)
        return True

    def close(self) -> None:
        """Let go of the gazetteer, which is large."""
        if self._gazetteer is not None:
            self._gazetteer.close()
            self._gazetteer = None

    def _name_written(self) -> bool:
        """Look up other names of some places that owners wrote; False where none waits."""
        told = self._library.places.unknown_written(limit=_WRITTEN_AT_ONCE)
        if not told:
            return False
        # Loads the names of all countries, for whose photos have written places.
        from indexer.places.written import other_names_of

        names: dict[str, set[str]] = {}
        for city, state, country in told:
            for name, others in other_names_of(city, state, country).items():
                names.setdefault(name, set()).update(others)
        with self._library.atomic():
            self._library.places.put_written(names)
        return True

    def _named(
        self, points: dict[PhotoId, tuple[float | None, float | None]]
    ) -> dict[PhotoId, Place]:
        known = {
            photo_id: (north, east)
            for photo_id, (north, east) in points.items()
            if north is not None and east is not None
        }
        if not known:
            return {}
        if self._gazetteer is None:
            # Loads scipy and some 100 MB of towns and borders, for who has photos with a place.
            from indexer.places.gazetteer import Gazetteer

            self._gazetteer = Gazetteer()
        found = self._gazetteer.places(list(known.values()))
        return {
            photo_id: place
            for photo_id, place in zip(known, found, strict=True)
            if place is not None
        }
