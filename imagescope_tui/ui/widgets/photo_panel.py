"""The side panel: the selected photo in large with its facts, and why it was found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual import on
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from imagescope_tui.ui.photo_words import Finding, Line, about, why_found
from imagescope_tui.ui.widgets.panel_tabs import PanelTabs
from imagescope_tui.ui.widgets.picture_view import PictureView

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from imagescope_tui.ui.library_reader import PhotoDetail
    from storage.records import Photo

_STYLES = {
    "": "",
    "title": "bold",
    "head": "bold $text-primary",
    "quiet": "$foreground-muted",
    "warning": "$text-warning",
}
_PAGES = ("#panel-photo", "#panel-why")
_LINES_OF_WORDS = 14
_USUAL_SHAPE = 2 / 3


def as_content(lines: list[Line]) -> Content:
    """Lines with their looks; the text is never read as markup."""
    return Content("\n").join(Content.styled(line.text, _STYLES[line.emphasis]) for line in lines)


class PhotoPanel(Vertical):
    """Pages about one photo."""

    def compose(self) -> ComposeResult:
        """Photo and Why."""
        yield PanelTabs(("Photo", "Why"), id="panel-tabs")
        with Vertical(id="panel-photo"):
            yield PictureView(id="panel-picture")
            with VerticalScroll(id="panel-facts-scroll", can_focus=False):
                yield Static(id="panel-facts", markup=False)
        with VerticalScroll(id="panel-why", can_focus=False) as why:
            why.display = False
            yield Static(id="panel-why-words", markup=False)

    @property
    def picture(self) -> PictureView:
        """The photo in large."""
        return self.query_one(PictureView)

    def next_tab(self) -> None:
        """Show the next page, and after the last the first."""
        self._turn_to((self.query_one(PanelTabs).active + 1) % len(_PAGES))

    @on(PanelTabs.Chosen)
    def _chosen(self, event: PanelTabs.Chosen) -> None:
        self._turn_to(event.place)

    def _turn_to(self, place: int) -> None:
        self.query_one(PanelTabs).active = place
        for number, page in enumerate(_PAGES):
            self.query_one(page).display = number == place

    def scroll_words(self, lines: int) -> None:
        """Up or down in what does not fit."""
        for name in ("#panel-facts-scroll", "#panel-why"):
            self.query_one(name).scroll_relative(y=lines, animate=False)

    def show_photo(self, photo: Photo | None) -> None:
        """The picture at once; what is known of it follows."""
        self._shape(photo)
        self.picture.show(photo)
        if photo is None:
            self.query_one("#panel-facts", Static).update("")
            self.query_one("#panel-why-words", Static).update("")

    def show_detail(self, detail: PhotoDetail, finding: Finding | None) -> None:
        """What is known of the photo, and why it was found."""
        self.query_one("#panel-facts", Static).update(as_content(about(detail, Path.home())))
        self.query_one("#panel-why-words", Static).update(as_content(why_found(finding, detail)))

    def on_resize(self) -> None:
        """The picture's height follows the width."""
        self._shape(self.picture.photo)

    def _shape(self, photo: Photo | None) -> None:
        """As high as the photo's shape asks for, where that leaves room for the words."""
        shape = _USUAL_SHAPE
        if photo is not None and photo.width and photo.height:
            shape = photo.height / photo.width
        width = max(1, self.size.width - 2)
        room = max(self.size.height // 3, self.size.height - _LINES_OF_WORDS)
        height = max(3, min(round(width * shape / 2), room))
        self.picture.styles.height = height
