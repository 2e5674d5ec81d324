"""One photo as large as the terminal, what is known of it, and why it was found."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from imagescope_tui.ui.messages import PictureCame
from imagescope_tui.ui.photo_actions import PhotoActions
from imagescope_tui.ui.photo_words import Line, about, about_briefly, why_found
from imagescope_tui.ui.widgets.edge_line import EdgeLine
from imagescope_tui.ui.widgets.key_line import KeyHint, KeyLine
from imagescope_tui.ui.widgets.photo_grid import PhotoGrid
from imagescope_tui.ui.widgets.photo_panel import as_content
from imagescope_tui.ui.widgets.picture_view import PictureView
from storage.errors import StorageError
from storage.safe_text import printable

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from imagescope_tui.ui.library_reader import PhotoDetail
    from storage.records import Photo

_KEYS = (
    KeyHint("Esc", "back", "back"),
    KeyHint("← →", "other photos", "step(1)"),
    KeyHint("Tab", "why", "turn"),
    KeyHint("space", "mark", "mark"),
    KeyHint("o", "open", "open_photo"),
    KeyHint("r", "show in folder", "reveal_photo"),
    KeyHint("y", "copy path", "copy_path"),
    KeyHint("s", "similar", "similar"),
    KeyHint("?", "keys", "help"),
)


class DetailScreen(PhotoActions):
    """Lies over the grid and follows its selection."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter", "back", "back to the photos", show=False),
        Binding("left,up,h,k,pageup", "step(-1)", "previous photo", show=False),
        Binding("right,down,l,j,pagedown", "step(1)", "next photo", show=False),
        Binding("home,g", "first", "first photo", show=False),
        Binding("end,G", "last", "last photo", show=False),
        Binding("tab", "turn", "facts, or why it was found", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._detail: PhotoDetail | None = None
        self._is_why = False

    def compose(self) -> ComposeResult:
        """Picture and words: side by side, or above each other."""
        yield EdgeLine(id="detail-title")
        with Horizontal(id="detail-body"):
            yield PictureView(id="detail-picture")
            with VerticalScroll(id="detail-scroll", can_focus=False):
                yield Static(id="detail-words", markup=False)
        yield KeyLine(_KEYS, id="keys")

    def on_mount(self) -> None:
        """Show what is selected."""
        if self.app.pictures is not None and self.app.painter is not None:
            self.query_one(PictureView).use_pictures(
                self.app.pictures, self.app.painter.pixels_shown
            )
        self._show(self.photo)

    def on_resize(self) -> None:
        """Facts and reasons are shown together where there is room."""
        self._show_words()

    def action_back(self) -> None:
        """To the grid."""
        self.dismiss()

    def action_step(self, steps: int) -> None:
        """To another photo."""
        self.app.browse.grid.action_move_by(steps)

    def action_first(self) -> None:
        """To the first photo."""
        self.app.browse.grid.action_first()

    def action_last(self) -> None:
        """To the last photo."""
        self.app.browse.grid.action_last()

    def action_turn(self) -> None:
        """Facts, or why it was found."""
        self._is_why = not self._is_why
        self._show_words()

    def action_similar(self) -> None:
        """Back to the grid, with pictures like this one."""
        super().action_similar()
        self.dismiss()

    @on(PhotoGrid.Selected)
    def _selected(self, event: PhotoGrid.Selected) -> None:
        event.stop()
        self._show(event.item.photo if event.item else None)

    @on(PictureCame)
    def _picture_came(self, event: PictureCame) -> None:
        self.query_one(PictureView).picture_came(event.key)

    @on(KeyLine.Clicked)
    async def _key_clicked(self, event: KeyLine.Clicked) -> None:
        await self.run_action(event.action)

    def _show(self, photo: Photo | None) -> None:
        grid = self.app.browse.grid
        name = printable(photo.path.rpartition("/")[2]) if photo else ""
        place = f"{grid.index + 1:,} of {grid.count:,}"
        title = Content.styled(name, "bold")
        self.query_one(EdgeLine).show(title, Content.styled(place, "$foreground-muted"))
        self.query_one(PictureView).show(photo)
        if photo is not None:
            self._read_detail(photo)

    @work(group="detail", exclusive=True)
    async def _read_detail(self, photo: Photo) -> None:
        await asyncio.sleep(0)
        try:
            self._detail = await self.app.reader.detail(photo)
        except StorageError as error:
            self.query_one("#detail-words", Static).update(Content(printable(error.message)))
            return
        self._show_words()

    def _show_words(self) -> None:
        if self._detail is None:
            return
        reasons = why_found(self.app.browse.finding(self._detail), self._detail)
        if self.has_class("-wide"):
            facts = about(self._detail, Path.home())
            lines = [*facts, Line(""), Line("Why", "head"), *reasons]
        else:
            lines = reasons if self._is_why else about_briefly(self._detail, Path.home())
        self.query_one("#detail-words", Static).update(as_content(lines))
