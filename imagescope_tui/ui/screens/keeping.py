"""What the reader says of the photos and wants to ask again: kept in the library."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import work

from imagescope_tui.ui.keeping_words import as_saved, favourite_words, unsaved_words
from imagescope_tui.ui.library_writer import toggle_favourite
from imagescope_tui.ui.screens.marking import MarkingScreen
from imagescope_tui.ui.widgets.query_line import QueryInput
from storage.errors import StorageError
from storage.safe_text import printable

if TYPE_CHECKING:
    from storage.records import Photo
    from storage.saved_searches import SavedSearch


class KeepingScreen(MarkingScreen):
    """Marks favourites, and saves searches."""

    def __init__(self) -> None:
        super().__init__()
        self._searches: tuple[SavedSearch, ...] = ()
        """Those that lines are read with."""

    def on_mount(self) -> None:
        """Lines mean something else where other searches are saved."""
        self.watch(self.app, "snapshot", self._use_searches, init=False)

    def _use_searches(self) -> None:
        if self.app.searches != self._searches:
            self._searches = self.app.searches
            self.use_names()

    def toggle_favourite(self) -> None:
        """Make the selected photo a favourite, or none any more."""
        if self.photo is not None:
            self._toggle(self.photo)

    @work(group="favourite")
    async def _toggle(self, photo: Photo) -> None:
        try:
            marked = await asyncio.to_thread(toggle_favourite, self.app.settings.library, photo.id)
            # It stays in sight, so that the same key takes back what was not meant: nothing is
            # asked anew for it.
            self.app.pass_over(marked.revision)
            self.grid.change(await self.app.reader.photos(self.grid.photo_ids))
        except StorageError as error:
            self.say(printable(f"Not marked: {error.message}"), is_trouble=True)
            return
        self.app.clear_notifications()
        self.say(favourite_words(photo, marked.is_favourite))

    def action_save_search(self) -> None:
        """Keep what is asked under a name."""
        if words := unsaved_words(self.asked):
            self.say(words)
        else:
            self._open_saving(self.asked.line)

    def action_saved_searches(self) -> None:
        """Choose a saved search, or forget one."""
        if self.app.searches:
            self._open_saving("")
        else:
            self.say("No search is saved yet: S saves one.")

    def _open_saving(self, line: str) -> None:
        from imagescope_tui.ui.screens.saving import SavingScreen

        known = as_saved(line, self.order, self.app.searches) if line else None
        self.app.push_screen(SavingScreen(line, self.order, known), self._ask_saved)

    def _ask_saved(self, name: str | None) -> None:
        if name:
            self.query_one(QueryInput).remember()
            self._ask_anew(self.asked.anew(f"@{name}"))
