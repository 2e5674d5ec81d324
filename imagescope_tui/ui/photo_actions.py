"""What can be done with the selected and the marked photos, on every screen that shows them."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.screen import Screen

from imagescope_tui.errors import ImagescopeError
from imagescope_tui.ui import opening, wording
from imagescope_tui.ui.actions import bindings_of
from imagescope_tui.ui.index_state import told_to_pause
from imagescope_tui.ui.photo_copying import copy_path, copy_picture
from imagescope_tui.ui.widgets.chat_pane import ChatPane, TurnList
from storage.safe_text import printable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.binding import BindingType
    from textual.events import Paste

    from imagescope_tui.ui.app import ImagescopeApp
    from storage.records import Photo, PhotoId


_AGAIN_SECONDS = 2.0
"""Within which a second y copies the picture."""


class PhotoActions(Screen[None]):
    """Keys for one photo, or for all that are marked."""

    app: ImagescopeApp
    _path_copied: tuple[PhotoId, float] | None = None
    """Of which photo, and when by the monotonic clock."""
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("any")

    @property
    def photo(self) -> Photo | None:
        """The selected photo."""
        item = self.app.browse.grid.item
        return item.photo if item else None

    def on_screen_suspend(self) -> None:
        """Notes do not lie over what comes."""
        self.app.clear_notifications()

    def on_paste(self, event: Paste) -> None:
        """What is pasted is for the query line, whichever page lies over it."""
        if self is not self.app.browse:
            self.dismiss()
        self.app.browse.take_pasted(event.text)

    def action_open_photo(self) -> None:
        """Open the photo in the system's viewer; over ssh only copy its path."""
        if self.photo is not None:
            self.open_path(self.photo.full_path)

    def open_path(self, path: Path) -> None:
        """Open a file in the system's viewer; over ssh only copy its path."""
        if self.app.settings.over_ssh:
            self._copy(path)
            self.say("A viewer would open on the other computer: the path was copied instead.")
        else:
            self._hand_over(opening.open_file, path, "opened")

    def action_reveal_photo(self) -> None:
        """Show the photo in its folder; over ssh only copy its folder."""
        if self.photo is not None:
            self.reveal_path(self.photo.full_path)

    def reveal_path(self, path: Path) -> None:
        """Show a file in its folder; over ssh only copy its folder."""
        if self.app.settings.over_ssh:
            self._copy(path.parent)
            self.say("There is no file manager here: the folder’s path was copied instead.")
        else:
            self._hand_over(opening.reveal, path, "shown in its folder")

    def action_copy_path(self) -> None:
        """Copy the photo's path; soon again, the picture itself."""
        photo = self.photo
        if photo is None:
            return
        before, self._path_copied = self._path_copied, (photo.id, time.monotonic())
        if before is not None and before[0] == photo.id and _is_soon(before[1]):
            self._path_copied = None
            self._copy_picture(photo)
        else:
            self._copy(photo.full_path)
            self.say(f"copied {printable(str(photo.full_path))}\ny again copies the picture")

    def action_mark(self) -> None:
        """Mark the photo, or take the mark away, and go on to the next."""
        self.app.browse.toggle_mark()

    def action_favourite(self) -> None:
        """Make the photo a favourite, or none any more."""
        self.app.browse.toggle_favourite()

    def action_toggle_stack(self) -> None:
        """Show the photos that this one stands for, or hide them."""
        self.app.browse.toggle_stack()

    def action_mark_all(self) -> None:
        """Mark every photo that matches."""
        self.app.browse.mark_all()

    def action_unmark_all(self) -> None:
        """Take every mark away."""
        self.app.browse.unmark_all()

    def action_export(self) -> None:
        """Export the marked photos, or else the selected one."""
        from imagescope_tui.ui.screens.export import ExportScreen

        marked = tuple(self.app.browse.marks) or ((self.photo.id,) if self.photo else ())
        if marked:
            self.app.push_screen(ExportScreen(marked))
        else:
            self.say("Nothing to export: space marks a photo.")

    def action_similar(self) -> None:
        """Search for pictures like this one."""
        if self.photo is not None:
            self.app.browse.search_like(self.photo)

    def action_light(self) -> None:
        """Show where in the photo the words of the search are seen."""
        self.app.browse.open_lit()

    def action_edit(self) -> None:
        """Search for the same picture, but different."""
        if self.photo is not None:
            self.app.browse.edit(self.photo)

    def action_step_years(self, steps: int) -> None:
        """To where the next year begins, or to where this one does."""
        self.app.browse.step_time(steps, "year")

    def action_step_months(self, steps: int) -> None:
        """To where the next month begins, or to where this one does."""
        self.app.browse.step_time(steps, "month")

    def action_start_afresh(self) -> None:
        """Forget the query and the conversation, and ask something new."""
        self.app.browse.start_afresh()

    def action_chat(self) -> None:
        """Refine the search by a further line."""
        self.app.browse.open_chat()

    @on(ChatPane.Said)
    def _said(self, event: ChatPane.Said) -> None:
        self.app.browse.say_more(event.line)

    @on(TurnList.Undone)
    def _undone(self, event: TurnList.Undone) -> None:
        self.app.browse.undo_turn(event.place)

    @work(group="orders")
    async def action_pause_or_resume(self) -> None:
        """Leave photos alone, or go on."""
        pause = not self.app.index.is_paused
        try:
            await self.app.session.pause(is_paused=pause)
        except ImagescopeError as error:
            self.say(error.message, is_trouble=True)
            return
        is_idle = not self.app.index.is_working
        self.app.index = told_to_pause(self.app.index, is_paused=pause)
        if pause:
            waits = "Nothing is being indexed now; what comes waits." if is_idle else ""
            self.say(f"{waits or 'Indexing is paused.'} i goes on.")
        else:
            self.say("New photos are indexed again." if is_idle else "Indexing goes on.")

    def action_models(self) -> None:
        """Models that see what things are."""
        from imagescope_tui.ui.screens.models import ModelsScreen

        self.app.push_screen(ModelsScreen())

    def action_library(self) -> None:
        """Folders, what failed, models, and room on disk."""
        from imagescope_tui.ui.screens.library import LibraryScreen

        self.app.push_screen(LibraryScreen())

    def action_add_folder(self) -> None:
        """Choose another folder of photos."""
        from imagescope_tui.ui.screens.folder import FolderScreen

        self.app.push_screen(FolderScreen(is_first=False))

    def action_help(self) -> None:
        """Every key."""
        from imagescope_tui.ui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen())

    def say(self, text: str, *, is_trouble: bool = False) -> None:
        """A note in the corner that goes away by itself; the text is never read as markup."""
        self.app.notify(text, severity="warning" if is_trouble else "information", markup=False)

    @work(group="hand-over")
    async def _hand_over(
        self,
        hand_over: Callable[[Path, str | None], opening.Failed | None],
        path: Path,
        done: str,
    ) -> None:
        failed = await asyncio.to_thread(hand_over, path, self.app.settings.opener)
        name = wording.fit(printable(path.name), 40)
        if failed is not None:
            self.say(f"{name}: {printable(failed.reason)}", is_trouble=True)
        else:
            self.say(f"{name} {done}")

    @work(group="copy")
    async def _copy(self, path: Path) -> None:
        await copy_path(self.app, path)

    @work(group="copy")
    async def _copy_picture(self, photo: Photo) -> None:
        told = await copy_picture(self.app, photo)
        if isinstance(told, opening.Failed):
            self.say(f"The picture is not copied: {told.reason}.", is_trouble=True)
        elif told:
            self.say(told)


def _is_soon(second: float) -> bool:
    return time.monotonic() - second < _AGAIN_SECONDS
