"""The picture that a question is about, as a photo of the library."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from textual import work

from imagescope_tui.ui.reference import reference_of
from imagescope_tui.ui.screens.ordering import OrderingScreen
from storage.errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path

    from imagescope_tui.ui.reference import Reference
    from storage.records import Photo


class ReferringScreen(OrderingScreen):
    """Knows which photo is to be changed, or which one others are to be like."""

    def __init__(self) -> None:
        super().__init__()
        self._referred: Photo | None = None

    @property
    def reference(self) -> Reference | None:
        """What the question refers to."""
        return reference_of(self.asked, self._referred)

    def show_reference(self) -> None:
        """Another picture is referred to, or more is known of it."""
        raise NotImplementedError

    def _show_reading(self) -> None:
        super()._show_reading()
        self.show_reference()
        path = self.asked.reference
        if path is not None and (self._referred is None or self._referred.full_path != path):
            self._look_up(path)

    @work(group="reference", exclusive=True)
    async def _look_up(self, path: Path) -> None:
        # That the library cannot be read is told by those who read more of it.
        with suppress(StorageError):
            self._referred = await self.app.reader.photo_at(path)
        if self.app.is_running:
            self.show_reference()
