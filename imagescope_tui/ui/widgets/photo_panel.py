"""The side panel: the selected photo with its facts, why it was found, and the conversation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual import on
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Static

from imagescope_tui.ui.photo_words import about
from imagescope_tui.ui.why_page import why_page
from imagescope_tui.ui.widgets.chat_pane import ChatPane
from imagescope_tui.ui.widgets.line_looks import as_content
from imagescope_tui.ui.widgets.panel_tabs import PanelTabs
from imagescope_tui.ui.widgets.picture_view import PictureView

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from imagescope_tui.ui.library_reader import PhotoDetail
    from imagescope_tui.ui.photo_feed import GridItem
    from imagescope_tui.ui.why_page import Reasons
    from storage.records import Photo

_PAGES = ("#panel-photo", "#panel-why", "#panel-chat")
_WHY, _CHAT = 1, 2
_LINES_OF_WORDS = 14
_AROUND_WORDS = 3
"""Cells beside the words: one on each side, and the bar."""
_USUAL_SHAPE = 2 / 3


class PhotoPanel(Vertical):
    """Pages about one photo, and about the search that found it."""

    class WhyShown(Message):
        """The page that says why was turned to."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._reasons: Reasons | None = None
        self._second: float | None = None

    def compose(self) -> ComposeResult:
        """Photo, Why and Chat."""
        yield PanelTabs(("Photo", "Why", "Chat"), id="panel-tabs")
        with Vertical(id="panel-photo"):
            yield PictureView(id="panel-picture")
            with VerticalScroll(id="panel-facts-scroll", can_focus=False):
                yield Static(id="panel-facts", markup=False)
        with VerticalScroll(id="panel-why", can_focus=False) as why:
            why.display = False
            yield Static(id="panel-why-words", markup=False)
        chat = ChatPane(id="panel-chat")
        chat.display = False
        yield chat

    @property
    def picture(self) -> PictureView:
        """The photo in large."""
        return self.query_one("#panel-picture", PictureView)

    @property
    def shows_why(self) -> bool:
        """Whether the page that says why can be read."""
        return self.display and self.query_one(PanelTabs).active == _WHY

    def next_tab(self) -> None:
        """Show the next page, and after the last the first."""
        self._turn_to((self.query_one(PanelTabs).active + 1) % len(_PAGES))

    def open_chat(self) -> None:
        """Show the conversation, and go to its input."""
        self._turn_to(_CHAT)
        self.query_one(ChatPane).say_more()

    @on(PanelTabs.Chosen)
    def _chosen(self, event: PanelTabs.Chosen) -> None:
        self._turn_to(event.place)

    def _turn_to(self, place: int) -> None:
        self.query_one(PanelTabs).active = place
        for number, page in enumerate(_PAGES):
            self.query_one(page).display = number == place
        self._show_why()
        if place == _WHY:
            self.post_message(self.WhyShown())

    def scroll_words(self, lines: int) -> None:
        """Up or down in what does not fit."""
        for name in ("#panel-facts-scroll", "#panel-why"):
            self.query_one(name).scroll_relative(y=lines, animate=False)

    def show_photo(self, item: GridItem | None) -> None:
        """The picture at once; what is known of it follows."""
        photo = item.photo if item else None
        self._shape(photo)
        self._second = item.second if item else None
        self.picture.show(photo, item.failure if item else "", self._second)
        if photo is None:
            self.query_one("#panel-facts", Static).update("")

    def show_detail(self, detail: PhotoDetail) -> None:
        """What is known of the photo."""
        words = as_content(about(detail, Path.home(), self._second))
        self.query_one("#panel-facts", Static).update(words)

    def show_reasons(self, reasons: Reasons) -> None:
        """Why the photo was found, and how the search went."""
        self._reasons = reasons
        self._show_why()

    def on_resize(self) -> None:
        """The picture's height follows the width, and so does the table of answers."""
        self._shape(self.picture.photo)
        self._show_why()

    def _show_why(self) -> None:
        page = self.query_one("#panel-why", VerticalScroll)
        # The answers of a whole search come within seconds: a page nobody sees is not drawn.
        if page.display and self._reasons is not None:
            room = self.content_size.width - _AROUND_WORDS
            words = as_content(why_page(self._reasons, room))
            self.query_one("#panel-why-words", Static).update(words)

    def _shape(self, photo: Photo | None) -> None:
        """As high as the photo's shape asks for, where that leaves room for the words."""
        shape = _USUAL_SHAPE
        if photo is not None and photo.width and photo.height:
            shape = photo.height / photo.width
        width = max(1, self.size.width - 2)
        room = max(self.size.height // 3, self.size.height - _LINES_OF_WORDS)
        height = max(3, min(round(width * shape / 2), room))
        self.picture.styles.height = height
