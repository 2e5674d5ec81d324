"""The library: its folders, what failed and why, its models, and its room on disk."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.content import Content
from textual.widgets import OptionList, Static

from imagescope_tui.counting import counted
from imagescope_tui.errors import ImagescopeError
from imagescope_tui.ui import wording
from imagescope_tui.ui.actions import actions_in, bindings_named, bindings_of
from imagescope_tui.ui.library_page_words import page_note, remove_question
from imagescope_tui.ui.library_room import Room, measure_room
from imagescope_tui.ui.library_rows import (
    READING,
    Frame,
    LibraryPage,
    is_same_reason,
    note_of,
    rows_of,
    unreadable,
)
from imagescope_tui.ui.photo_actions import PhotoActions
from imagescope_tui.ui.progress import progress_sentence
from imagescope_tui.ui.widgets.edge_line import EdgeLine
from imagescope_tui.ui.widgets.key_line import KeyLine
from imagescope_tui.ui.widgets.row_list import RowList
from storage.errors import StorageError
from storage.safe_text import printable

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from imagescope_tui.ui.actions import Situation
    from imagescope_tui.ui.library_report import FolderReport, LibraryReport
    from imagescope_tui.ui.library_rows import Row
    from storage.records import Failure, FailureReason

_PHOTOS_AT_ONCE = 100
_AROUND_ROWS = 4
"""Cells beside the rows: padding and scrollbar; see app.tcss."""
_TELL_SECONDS = 10.0
"""How often it is told anew how long ago things were."""
_RESTS = 4.0
"""How much longer than a reading takes it waits before the next: in a large library it takes long,
while photos are indexed something changes all the time, and searching needs the processor."""
_SHARED = ("add_folder", "pause", "rescan", "models", "help", "quit")


class LibraryScreen(PhotoActions, inherit_bindings=False):
    """One list, from which everything can be done."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("library"), *bindings_named(*_SHARED)]

    def __init__(self) -> None:
        super().__init__()
        self._report: LibraryReport | None = None
        """What was read last; None before that."""
        self._room: Room | None = None
        self._opened: FailureReason | None = None
        self._photos: tuple[Failure, ...] = ()
        self._photos_wanted = _PHOTOS_AT_ONCE
        self._asked: FolderReport | None = None
        """The folder that is removed when the key comes again."""
        self._is_stale = self._is_reading = False

    def compose(self) -> ComposeResult:
        """Head, note, rows, more of the selected row, keys."""
        yield EdgeLine(id="library-head")
        yield Static(id="library-note", markup=False)
        yield RowList(id="library-rows")
        yield Static(id="library-next", markup=False)
        yield KeyLine(actions_in("library"), id="keys")

    def on_mount(self) -> None:
        """Read, and follow what changes."""
        self.query_one(RowList).focus()
        self.query_one(RowList).show_rows([READING])
        self.watch(self.app, "snapshot", self._look)
        self.watch(self.app, "index", self._show, init=False)
        self.watch(self.app, "model_server", self._show, init=False)
        self.set_interval(_TELL_SECONDS, self._show)

    def on_resize(self) -> None:
        """Rows are as wide as there is room."""
        self._show()

    def on_screen_resume(self) -> None:
        """Measure, now that it is opened, or a page above it is closed: a model may have come."""
        self._measure()

    # -- reading -----------------------------------------------------------------------------

    def _look(self) -> None:
        self._is_stale = True
        if not self._is_reading:
            self._is_reading = True
            self._read()

    @work(group="library-page")
    async def _read(self) -> None:
        """Again while it has changed meanwhile; never twice at once, nor one upon the other."""
        loop = asyncio.get_running_loop()
        try:
            while self._is_stale:
                self._is_stale, began = False, loop.time()
                self._report = await self.app.reader.report()
                await self._read_photos(self._report)
                self._show()
                await asyncio.sleep(_RESTS * (loop.time() - began))
        except StorageError as error:
            self.say(error.message, is_trouble=True)
            if self._report is None:
                self.query_one(RowList).show_rows([unreadable(error.message)])
        finally:
            self._is_reading = False

    async def _read_photos(self, report: LibraryReport) -> None:
        opened = (reason for reason in report.failures if is_same_reason(reason, self._opened))
        self._opened = next(opened, None)
        self._photos = (
            await self.app.reader.failures(self._opened, limit=self._photos_wanted)
            if self._opened is not None
            else ()
        )

    @work(group="library-room", exclusive=True)
    async def _measure(self) -> None:
        settings = self.app.settings
        self._room = await asyncio.to_thread(measure_room, settings.library, settings.models_folder)
        self._show()

    # -- showing -----------------------------------------------------------------------------

    def _show(self) -> None:
        if self._report is None or not self.is_mounted:
            return
        title = Content.styled("Library", "bold $text-primary")
        progress = Content.styled(progress_sentence(self.app.index), "$foreground-muted")
        self.query_one("#library-head", EdgeLine).show(title, progress)
        note = page_note(self.app.index)
        self.query_one("#library-note", Static).update(note)
        self.query_one("#library-note").display = bool(note)
        self.query_one(RowList).show_rows(rows_of(self._page(self._report), self._frame))
        self._show_selected()

    def _page(self, report: LibraryReport) -> LibraryPage:
        settings = self.app.settings
        return LibraryPage(
            report=report,
            library=settings.library,
            index=self.app.index,
            server=self.app.model_server if settings.follow_server is not None else None,
            room=self._room,
            opened=self._opened,
            photos=self._photos,
        )

    @property
    def _frame(self) -> Frame:
        return Frame(cells=self.size.width - _AROUND_ROWS, home=Path.home(), now=time.time())

    def _show_selected(self) -> None:
        row, below = self._row, self.query_one("#library-next", Static)
        if self._asked is not None:
            question = remove_question(self._asked, Path.home())
            below.update(Content.styled(question, "bold $text-warning"))
        else:
            below.update(Content.styled(note_of(row, Path.home()), "$foreground-muted"))
        is_folder = row is not None and row.folder is not None
        idle = set() if is_folder else {"look_again", "remove"}
        hints = actions_in(self._situation)
        self.query_one(KeyLine).show_hints(tuple(it for it in hints if it.name not in idle))

    @property
    def _situation(self) -> Situation:
        row = self._row
        if row is None or row.reason is None:
            return "library"
        return "failed photo" if row.failure is not None else "failed"

    # -- moving ------------------------------------------------------------------------------

    @property
    def _row(self) -> Row | None:
        return self.query_one(RowList).row

    @on(OptionList.OptionHighlighted)
    def _selected(self) -> None:
        row = self._row
        folder = row.folder if row is not None else None
        if self._asked is not None and (folder is None or folder.root != self._asked.root):
            self._asked = None
        self._show_selected()

    def action_back(self) -> None:
        """The folder stays, where that was asked; else to the photos."""
        if self._asked is not None:
            self._asked = None
            self._show_selected()
        else:
            self.dismiss()

    def action_step(self, steps: int) -> None:
        """To another row."""
        rows = self.query_one(RowList)
        rows.action_cursor_down() if steps > 0 else rows.action_cursor_up()

    def action_first(self) -> None:
        """To the first row."""
        self.query_one(RowList).action_first()

    def action_last(self) -> None:
        """To the last row."""
        self.query_one(RowList).action_last()

    def action_part(self, steps: int) -> None:
        """To another part of the page."""
        self.query_one(RowList).go_to_part(steps)

    def action_unfold(self) -> None:
        """The same as Enter on the row."""
        self.query_one(RowList).action_select()

    @on(OptionList.OptionSelected)
    def _chosen(self) -> None:
        row = self._row
        if row is None or row.reason is None or row.failure is not None:
            return
        if row.kind == "more":
            self._photos_wanted += _PHOTOS_AT_ONCE
        else:
            is_open = is_same_reason(row.reason, self._opened)
            self._opened = None if is_open else row.reason
            self._photos_wanted = _PHOTOS_AT_ONCE
        self._unfold()

    @work(group="library-photos", exclusive=True)
    async def _unfold(self) -> None:
        if self._report is None:
            return
        try:
            await self._read_photos(self._report)
        except StorageError as error:
            self.say(error.message, is_trouble=True)
        self._show()

    # -- doing -------------------------------------------------------------------------------

    @property
    def _path(self) -> Path | None:
        """Of the selected photo or folder."""
        row = self._row
        if row is None:
            return None
        if row.failure is not None:
            return row.failure.path
        return row.folder.root.path if row.folder is not None else None

    def action_open_photo(self) -> None:
        """Open the photo that failed in the system's viewer, or the folder."""
        if self._path is not None:
            self.open_path(self._path)

    def action_reveal_photo(self) -> None:
        """Show the photo that failed, or the folder, in its folder."""
        if self._path is not None:
            self.reveal_path(self._path)

    def action_rescan(self) -> None:
        """Look at all folders again, and try all photos again that failed."""
        self.app.browse.action_rescan()
        self._measure()

    def action_again(self) -> None:
        """Look at the folder again, or try again what failed."""
        row, session = self._row, self.app.session
        if row is None:
            return
        if row.folder is not None:
            path = row.folder.root.path
            self._order(session.look_again(path), f"{_name(path)} is looked through again.")
        elif row.failure is not None:
            again = session.retry([row.failure.photo_id])
            self._order(again, f"{_name(row.failure.path)} is tried again{self._when}.")
        elif row.reason is not None:
            again = session.retry(reasons=[row.reason.reason])
            is_are = "is" if row.reason.photos == 1 else "are"
            told = f"{counted(row.reason.photos, 'photo')} {is_are} tried again{self._when}."
            self._order(again, told)

    @property
    def _when(self) -> str:
        return " when indexing goes on: i" if self.app.index.is_paused else ""

    def action_remove(self) -> None:
        """Ask, and the second time remove the folder from the library."""
        row = self._row
        if row is None or row.folder is None:
            return
        if self._asked is None:
            self._asked = row.folder
            self._show_selected()
            return
        self._asked = None
        path = row.folder.root.path
        self._order(self.app.session.remove_folder(path), f"{_name(path)} is removed.")
        self._show_selected()

    @work(group="orders")
    async def _order(self, order: Coroutine[None, None, None], done: str) -> None:
        """Give an order to the indexer, and say that it was taken."""
        try:
            await order
        except ImagescopeError as error:
            hint = f" · {error.hint}" if error.hint else ""
            self.say(printable(f"{error.message}{hint}"), is_trouble=True)
        else:
            self.say(done)

    @on(KeyLine.Clicked)
    async def _key_clicked(self, event: KeyLine.Clicked) -> None:
        await self.run_action(event.action)


def _name(path: Path) -> str:
    return wording.fit(printable(path.name or str(path)), 40)
