"""One photo as large as the terminal, what is known of it, why it was found, the conversation."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

from textual import on, work
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from imagescope_tui.ui import wording
from imagescope_tui.ui.actions import actions_in, bindings_of
from imagescope_tui.ui.light_words import light_of, light_words
from imagescope_tui.ui.messages import PictureCame, SearchAdvanced
from imagescope_tui.ui.photo_actions import PhotoActions
from imagescope_tui.ui.photo_words import Line, about, about_briefly
from imagescope_tui.ui.why_page import answers_table, why_beside_table, why_page
from imagescope_tui.ui.widgets.chat_pane import ChatPane
from imagescope_tui.ui.widgets.edge_line import EdgeLine
from imagescope_tui.ui.widgets.key_line import KeyLine
from imagescope_tui.ui.widgets.line_looks import as_content
from imagescope_tui.ui.widgets.panel_tabs import PanelTabs
from imagescope_tui.ui.widgets.photo_grid import PhotoGrid
from imagescope_tui.ui.widgets.picture_view import PictureView
from storage.errors import StorageError
from storage.safe_text import printable

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.timer import Timer
    from textual.worker import Worker

    from imagescope_tui.ui.actions import Situation
    from imagescope_tui.ui.library_reader import PhotoDetail
    from imagescope_tui.ui.pictures.painting import Painting
    from storage.records import Photo

_SLIDE_SECONDS = 4.0
_TABLE_CELLS = 34
_COLUMN_CELLS = 40
_AROUND_WORDS = 3
"""Cells for the table beside the words, and for the words beside the picture; see app.tcss."""
Page: TypeAlias = Literal["photo", "why", "chat"]
_PAGES: tuple[Page, ...] = ("photo", "why", "chat")
_WIDE_PAGES: tuple[Page, ...] = ("photo", "chat")
"""Where there is room, the facts and the reasons stand beside the photo; or the conversation."""


class DetailScreen(PhotoActions):
    """Lies over the grid and follows its selection."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_of("large")
    AUTO_FOCUS = ""  # It would be the conversation, also where that is hidden.

    def __init__(
        self, page: Page = "photo", *, is_lit: bool = False, is_slideshow: bool = False
    ) -> None:
        super().__init__()
        self._is_slideshow = is_slideshow
        self._slideshow: Timer | None = None
        self._player: Worker[None] | None = None
        """Plays the photo that is shown, where it moves and is to be played."""
        self._played = 0.0
        """Seconds of it that were shown."""
        self._playing: Photo | None = None
        self._detail: PhotoDetail | None = None
        self._page: Page = page
        self._lit: int | None = 0 if is_lit else None
        """Which word of the search has the light; None where all of the photo is shown."""

    def compose(self) -> ComposeResult:
        """Picture and words: side by side, or above each other."""
        with Horizontal(id="detail-head"):
            yield PanelTabs(("Photo", "Why", "Chat"), id="detail-tabs")
            yield EdgeLine(id="detail-title")
        with Horizontal(id="detail-body"):
            with Vertical(id="detail-left"):
                yield PictureView(id="detail-picture")
                yield EdgeLine(id="detail-light")
            with VerticalScroll(id="detail-scroll", can_focus=False):
                yield Static(id="detail-words", markup=False)
            with VerticalScroll(id="detail-table-scroll", can_focus=False):
                yield Static(id="detail-table", markup=False)
            yield ChatPane(id="detail-chat")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Show what is selected."""
        if self.app.pictures is not None and self.app.painter is not None:
            self.query_one("#detail-picture", PictureView).use_pictures(
                self.app.pictures, self.app.painter.pixels_shown
            )
        self._show(self.photo)
        self._turn_to(self._page)
        if self._is_slideshow:
            self.action_slideshow()

    def on_resize(self) -> None:
        """Facts and reasons are shown together where there is room."""
        if self._page not in self._pages:
            self._turn_to("photo")
        else:
            self._arrange()

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
        """The photo, why it was found, or the conversation."""
        pages = self._pages
        self._turn_to(pages[(pages.index(self._page) + 1) % len(pages)])

    @property
    def _pages(self) -> tuple[Page, ...]:
        return _WIDE_PAGES if self.has_class("-wide") else _PAGES

    @on(PanelTabs.Chosen)
    def _chosen(self, event: PanelTabs.Chosen) -> None:
        self._turn_to(_PAGES[event.place])

    def _turn_to(self, page: Page) -> None:
        self._page = page
        self.query_one(PanelTabs).active = _PAGES.index(page)
        self._arrange()
        if page == "chat":
            self.query_one(ChatPane).say_more()
        else:
            self.set_focus(None)

    def action_scroll_words(self, lines: int) -> None:
        """Up or down in the words."""
        for name in ("#detail-scroll", "#detail-table-scroll"):
            self.query_one(name).scroll_relative(y=lines, animate=False)

    def action_toggle_facts(self) -> None:
        """The photo with its facts, or alone."""
        self.app.keep(replace(self.app.kept, shows_facts=not self.app.kept.shows_facts))
        if self._page == "chat":
            self._turn_to("photo")
        else:
            self._arrange()

    def action_slideshow(self) -> None:
        """Photo after photo, without facts; the same key stops."""
        if self._slideshow is not None:
            self._stop_slideshow()
            return
        if self.photo is None:
            return
        self._slideshow = self.set_interval(_SLIDE_SECONDS, self._slide)
        self._turn_to("photo")
        self._show_title()

    def on_screen_suspend(self) -> None:
        """What lies over the photo is not to be left behind by it."""
        super().on_screen_suspend()
        self._stop_slideshow()

    def _stop_slideshow(self) -> None:
        if self._slideshow is not None:
            self._slideshow.stop()
            self._slideshow = None
            self._arrange()
            self._show_title()

    def _slide(self) -> None:
        grid = self.app.browse.grid
        if not self.query_one("#detail-picture", PictureView).is_painted:
            return
        if grid.index + 1 < grid.count:
            grid.action_move_by(1)
        else:
            self._stop_slideshow()
            self.say("That was the last photo.")

    def action_play(self) -> None:
        """Play a video or an animation in its place, without sound; the same key stops."""
        if self._player is not None and self._player.is_running:
            self._stop_playing()
        elif self.photo is None or self.photo.duration_seconds is None:
            self.say("This is no video or animation.")
        elif self.app.painter is None:
            self.say("Pictures are switched off; o opens it in the viewer.")
        else:
            self._turn_to("photo")
            self._playing, self._played = self.photo, 0.0
            self._player = self._play(self.photo)

    def _stop_playing(self) -> None:
        if self._player is not None:
            self._player.cancel()
            self._player = self._playing = None
        self.query_one("#detail-picture", PictureView).show_frame(None)
        self._show_title()

    @work(group="playing", exclusive=True)
    async def _play(self, photo: Photo) -> None:
        from imagescope_tui.ui.player import CannotPlay, frames_of, play, playing_in

        view, app = self.query_one("#detail-picture", PictureView), self.app
        assert app.painter is not None
        playing = playing_in(view.box, app.painter, over_ssh=app.settings.over_ssh)
        try:
            await play(
                frames_of(photo.full_path, playing),
                paint=lambda jpeg: app.paint_frame(photo, jpeg, view.box),
                show=self._show_frame,
            )
        except CannotPlay as error:
            self.say(f"It cannot be played: {printable(str(error))}", is_trouble=True)
        self._player = self._playing = None
        view.show_frame(None)
        self._show_title()

    def _show_frame(self, second: float, frame: Painting) -> None:
        self.query_one("#detail-picture", PictureView).show_frame(frame)
        if int(second) != int(self._played):
            self._played = second
            self._show_title()

    def action_light(self) -> None:
        """Light on what answers to a word: the first, each press the next, and then on all."""
        if self.photo is None:
            return
        count = len(self.app.browse.words_seen)
        if not count:
            self.say("Search for something first: w shows where it is seen.")
        following = 0 if self._lit is None else self._lit + 1
        self._lit = following if following < count else None
        if self.query_one("#detail-left").display:
            self._show_light()
        else:
            self._turn_to("photo")

    def action_similar(self) -> None:
        """Back to the grid, with pictures like this one."""
        super().action_similar()
        self.dismiss()

    def action_edit(self) -> None:
        """Back to the query line, to say what should be different."""
        self.dismiss()
        super().action_edit()

    def action_start_afresh(self) -> None:
        """Back to the query line, which is empty."""
        self.dismiss()
        super().action_start_afresh()

    def action_chat(self) -> None:
        """The conversation."""
        self._turn_to("chat")

    @on(ChatPane.Left)
    def _chat_left(self) -> None:
        self.dismiss()

    @on(SearchAdvanced)
    def _search_advanced(self) -> None:
        self._show_words()

    @on(PhotoGrid.Selected)
    def _selected(self, event: PhotoGrid.Selected) -> None:
        event.stop()
        self._show(event.item.photo if event.item else None)

    @on(PictureCame)
    def _picture_came(self, event: PictureCame) -> None:
        for picture in self.query(PictureView):
            picture.picture_came(event.key)

    @on(KeyLine.Clicked)
    async def _key_clicked(self, event: KeyLine.Clicked) -> None:
        await self.run_action(event.action)

    def _show(self, photo: Photo | None) -> None:
        # Who goes on and plays at once is told of the photo when that plays already.
        if self._playing != photo:
            self._stop_playing()
        item = self.app.browse.grid.item
        self.query_one("#detail-picture", PictureView).show(
            photo, item.failure if item else "", item.second if item else None
        )
        self._show_title()
        self._show_keys()
        if photo is not None:
            self._read_detail(photo)

    def _show_title(self) -> None:
        """Name and place, and what goes on by itself."""
        grid, photo = self.app.browse.grid, self.photo
        name = printable(photo.path.rpartition("/")[2]) if photo else ""
        place = f"{grid.index + 1:,} of {grid.count:,}" if grid.count else ""
        going_on = []
        if photo is not None and self._player is not None:
            going_on.append(f"{wording.play_sentence(photo, self._played)} · no sound")
        if self._slideshow is not None:
            going_on.append("slideshow, . stops")
        self.query_one("#detail-title", EdgeLine).show(
            Content.styled(name, "bold"),
            Content.styled(" · ".join([*going_on, place]), "$foreground-muted"),
        )

    @work(group="detail", exclusive=True)
    async def _read_detail(self, photo: Photo) -> None:
        await asyncio.sleep(0)
        try:
            self._detail = await self.app.reader.detail(photo)
        except StorageError as error:
            self.query_one("#detail-words", Static).update(Content(printable(error.message)))
            return
        self._arrange()

    def _arrange(self) -> None:
        """The parts that the page has, at the size there is."""
        is_wide, page = self.has_class("-wide"), self._page
        has_table = bool(answers_table(self.app.browse.reasons, _TABLE_CELLS))
        is_why = page == "why" and not is_wide
        self.set_class(is_why and has_table, "-beside")
        self.query_one("#detail-tabs").display = not is_wide
        has_picture = is_wide or page == "photo" or (is_why and not has_table)
        self.query_one("#detail-left").display = has_picture
        is_bare = self._slideshow is not None or not self.app.kept.shows_facts
        self.query_one("#detail-scroll").display = page == "why" or (
            page == "photo" and not is_bare
        )
        self.query_one("#detail-table-scroll").display = is_why and has_table
        self.query_one("#detail-chat").display = page == "chat"
        self._show_keys()
        self._show_words()

    def on_descendant_focus(self) -> None:
        """Other keys matter elsewhere."""
        self._show_keys()

    def _show_keys(self) -> None:
        idle = {"light"} if not self.app.browse.words_seen else set()
        if self.photo is None or self.photo.duration_seconds is None:
            idle.add("play")
        hints = actions_in(self._situation)
        self.query_one(KeyLine).show_hints(tuple(hint for hint in hints if hint.name not in idle))

    @property
    def _situation(self) -> Situation:
        """Where the keys go."""
        match self._page:
            case "photo":
                return "large"
            case "why":
                return "why"
            case "chat":
                return "large chat" if self.query_one(ChatPane).is_typing else "large lines"

    def _show_words(self) -> None:
        reasons, item = self.app.browse.reasons, self.app.browse.grid.item
        second = item.second if item else None
        self.query_one(ChatPane).show_chat(self.app.browse.chat)
        if self.has_class("-wide"):
            facts = about(self._detail, Path.home(), second) if self._detail else []
            lines = [*facts, Line(""), Line("Why", "head"), *why_page(reasons, _COLUMN_CELLS)]
        elif self._page == "why":
            is_beside = self.query_one("#detail-table-scroll").display
            room = self.size.width - _AROUND_WORDS
            lines = (
                why_beside_table(reasons, room - _TABLE_CELLS - _AROUND_WORDS)
                if is_beside
                else why_page(reasons, room)
            )
        else:
            lines = about_briefly(self._detail, Path.home(), second) if self._detail else []
        self.query_one("#detail-words", Static).update(as_content(lines))
        table = answers_table(reasons, _TABLE_CELLS)
        self.query_one("#detail-table", Static).update(as_content(table))
        self._show_light()

    def _show_light(self) -> None:
        browse, words = self.app.browse, self.app.browse.words_seen
        if self._lit is not None or self.has_class("-wide") or self._page == "why":
            browse.look_for_words()
        answer = browse.reasons.where
        self.query_one("#detail-light").display = bool(words)
        left, right = light_words(words, self._lit, answer)
        self.query_one("#detail-light", EdgeLine).show(as_content([left]), as_content([right]))
        self.query_one("#detail-picture", PictureView).shine(light_of(answer, self._lit))
