"""Photos that are marked, to be exported together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work

from imagescope_tui.ui.index_state import Problem
from imagescope_tui.ui.screens.conversing import ConversingScreen
from storage.errors import StorageError

if TYPE_CHECKING:
    from storage.records import PhotoId


class MarkingScreen(ConversingScreen):
    """Keeps marks from one search to the next."""

    def __init__(self) -> None:
        super().__init__()
        self.marks: dict[PhotoId, None] = {}
        """Marked photos, in the order they were marked."""
        self.marks_before: tuple[PhotoId, ...] = ()
        """Those of the session before, until they are looked for in the library."""

    @work(group="marks")
    async def take_up_marks(self) -> None:
        """Mark again what was marked in the session before, where it is still there."""
        before, self.marks_before = self.marks_before, ()
        if not before:
            return
        try:
            there = await self.app.reader.photos(before)
        except StorageError as error:
            self.tell_problem(error)
            return
        marked = (*(photo_id for photo_id in before if photo_id in there), *self.marks)
        self.marks.clear()
        self.marks.update(dict.fromkeys(marked))
        self.marks_changed()

    def toggle_mark(self) -> None:
        """Mark the selected photo or not, and go on to the next."""
        photo = self.photo
        if photo is None:
            return
        if photo.id in self.marks:
            del self.marks[photo.id]
        else:
            self.marks[photo.id] = None
        self.grid.action_move_by(1)
        self.marks_changed()

    def unmark_all(self) -> None:
        """Take every mark away."""
        self.marks.clear()
        self.marks_changed()

    @work(group="marks", exclusive=True)
    async def mark_all(self) -> None:
        """Mark every photo in the grid, also those far below."""
        if self.asked.is_timeline:
            wanted = self.asked.filter
            try:
                self.marks.update(dict.fromkeys(await self.app.reader.all_ids(wanted)))
            except StorageError as error:
                self.tell_problem(error)
        else:
            self.marks.update(dict.fromkeys(self.shown))
        self.marks_changed()

    def tell_problem(self, error: StorageError) -> None:
        """The library cannot be read; the notes say so."""
        self.app.library_problem = Problem(reason=error.message, hint=error.hint)

    def marks_changed(self) -> None:
        """Others are marked now."""
        raise NotImplementedError
