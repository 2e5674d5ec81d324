"""Which photos are captioned next: the newest that have no caption of this origin."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from storage.contents import PendingPhoto
    from storage.library import Library
    from storage.records import ContentId, OriginId

_LOOK_AHEAD = 1_000


@dataclass(slots=True)
class CaptionQueue:
    """A stretch of the library's own queue; copies of one content come once."""

    library: Library
    origin: OriginId
    clock: Callable[[], float]
    is_exhausted: bool = False
    """Whether nothing was left the last time it was looked through."""
    _photos: deque[PendingPhoto] = field(default_factory=deque)
    _position: PendingPhoto | None = None
    _passed_over: set[ContentId | None] = field(default_factory=set)

    def take(self, busy: Container[ContentId | None]) -> tuple[PendingPhoto, ContentId] | None:
        """The next photo whose content is not on its way already, and that content."""
        while self._photos or self._look():
            photo = self._photos.popleft()
            content_id = photo.content_id
            if content_id is None or content_id in busy or content_id in self._passed_over:
                continue
            return photo, content_id
        return None

    def _look(self) -> bool:
        if self.is_exhausted:
            return False
        found = self.library.contents.without_caption(
            self.origin, now=self.clock(), after=self._position, limit=_LOOK_AHEAD
        )
        self.is_exhausted = not found
        if found:
            self._position = found[-1]
            self._photos.extend(found)
        return bool(found)

    def pass_over(self, content_id: ContentId | None) -> None:
        """Leave a content alone until the queue is looked through again."""
        self._passed_over.add(content_id)

    def start_over(self) -> None:
        """The library has changed: look at it from the top."""
        self.is_exhausted = False
        self._photos.clear()
        self._position = None
        self._passed_over.clear()

    def count(self) -> int:
        """How many contents wait, those on their way included."""
        return self.library.contents.count_without_caption(self.origin, now=self.clock())
