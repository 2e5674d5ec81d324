"""The side panel: the selected photo in large with its facts, and why it was found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static, TabbedContent, TabPane

from imagescope_tui.ui.photo_words import Finding, Line, about, why_found
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
_USUAL_SHAPE = 2 / 3


def as_content(lines: list[Line]) -> Content:
    """Lines with their looks; the text is never read as markup."""
    return Content("\n").join(Content.styled(line.text, _STYLES[line.emphasis]) for line in lines)


class PhotoPanel(Vertical):
    """Tabs about one photo."""

    def compose(self) -> ComposeResult:
        """Photo and Why."""
        with TabbedContent(id="panel-tabs"):
            with TabPane("Photo", id="panel-photo"):
                yield PictureView(id="panel-picture")
                with VerticalScroll(id="panel-facts-scroll", can_focus=False):
                    yield Static(id="panel-facts", markup=False)
            with (
                TabPane("Why", id="panel-why"),
                VerticalScroll(id="panel-why-scroll", can_focus=False),
            ):
                yield Static(id="panel-why-words", markup=False)

    def on_mount(self) -> None:
        """The tabs are changed by a key of the screen; they take no focus of their own."""
        self.query_one("ContentTabs").can_focus = False

    @property
    def picture(self) -> PictureView:
        """The photo in large."""
        return self.query_one(PictureView)

    def next_tab(self) -> bool:
        """Show the next tab; false when that is the first again."""
        tabs = self.query_one(TabbedContent)
        names = [pane.id or "" for pane in tabs.query(TabPane)]
        place = (names.index(tabs.active) + 1) % len(names)
        tabs.active = names[place]
        return place != 0

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
        """As high as the photo's shape asks for, at most two thirds of the panel."""
        shape = _USUAL_SHAPE
        if photo is not None and photo.width and photo.height:
            shape = photo.height / photo.width
        width = max(1, self.size.width - 2)
        height = max(3, min(round(width * shape / 2), self.size.height * 2 // 3))
        self.picture.styles.height = height
