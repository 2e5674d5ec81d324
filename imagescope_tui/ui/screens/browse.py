"""The one screen: query, grid, side panel, and the lines around them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.containers import Container, Horizontal

from imagescope_tui.errors import ImagescopeError
from imagescope_tui.search.picture_words import picture_words
from imagescope_tui.ui import empty_words
from imagescope_tui.ui.actions import actions_in, bindings_of
from imagescope_tui.ui.known import NOT_ASKED, UNKNOWN, Known, known_of
from imagescope_tui.ui.messages import PictureCame, SearchAdvanced
from imagescope_tui.ui.notices import notices
from imagescope_tui.ui.screens.timed import TimedScreen
from imagescope_tui.ui.search_desk import RANKING_LIMIT
from imagescope_tui.ui.status_words import outcome_words, search_words, unserved_words
from imagescope_tui.ui.where_desk import WordsInPhoto
from imagescope_tui.ui.why_page import Reasons
from imagescope_tui.ui.widgets.chat_pane import ChatPane
from imagescope_tui.ui.widgets.chip_row import ChipRow
from imagescope_tui.ui.widgets.completing_input import CompletingInput
from imagescope_tui.ui.widgets.empty_place import EmptyPlace
from imagescope_tui.ui.widgets.key_line import KeyLine
from imagescope_tui.ui.widgets.notice_line import NoticeLine
from imagescope_tui.ui.widgets.photo_grid import PhotoGrid
from imagescope_tui.ui.widgets.photo_panel import PhotoPanel
from imagescope_tui.ui.widgets.query_line import QueryInput, QueryLine
from imagescope_tui.ui.widgets.reading_notes import ReadingNotes
from imagescope_tui.ui.widgets.status_line import StatusLine
from imagescope_tui.ui.widgets.time_strip import TimeStrip
from imagescope_tui.ui.widgets.title_line import TitleLine
from storage.errors import StorageError

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from imagescope_tui.ui.actions import Situation
    from imagescope_tui.ui.empty_words import EmptyWords
    from imagescope_tui.ui.index_state import IndexView
    from imagescope_tui.ui.kept import KeptScreen
    from imagescope_tui.ui.library_reader import PhotoDetail
    from imagescope_tui.ui.notices import Notice
    from imagescope_tui.ui.screens.detail import Page
    from imagescope_tui.ui.state import SearchView
    from storage.records import Photo

_DETAIL_SECONDS = 0.05
"""How long a selection must rest before its facts are read."""


class BrowseScreen(TimedScreen):
    """Photos of the library: all of them, or those that were searched for."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_of("photos")

    def __init__(self, *, is_text: bool) -> None:
        super().__init__()
        self._is_text = is_text
        self._detail: PhotoDetail | None = None
        """What is known of the selected photo, or of the one before it."""
        self._dismissed: frozenset[str] = frozenset()
        """Keys of notes."""
        self._troubles: frozenset[str] = frozenset()
        """Keys of the notes that tell of trouble now."""
        self._first_notice: Notice | None = None
        self._is_welcomed = False

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield TitleLine(id="title")
        yield QueryLine(id="query")
        yield ReadingNotes(id="reading")
        yield NoticeLine(id="notice")
        with Horizontal(id="body"):
            with Container(id="place"):
                yield PhotoGrid(is_text=self._is_text, marks=self.marks.keys(), id="grid")
                yield EmptyPlace(id="empty")
            yield TimeStrip(id="time")
            yield PhotoPanel(id="panel")
        yield StatusLine(id="status")
        yield KeyLine(actions_in("query"), id="keys")

    def on_mount(self) -> None:
        """The cursor is born in the query line."""
        app = self.app
        self.query_one(EmptyPlace).display = False
        self.set_focus(self.query_one(QueryInput))
        self._take_up(app.kept)
        self.watch(app, "snapshot", self._library_changed, init=False)
        self.watch(app, "index", self._index_changed, init=False)
        self.watch(app, "download", self._show_title, init=False)
        self.watch(app, "model_server", self._server_changed, init=False)
        self.watch(app, "library_problem", self._show_notices, init=False)

    def _take_up(self, kept: KeptScreen) -> None:
        """Go on where the reader left the screen."""
        self._dismissed = frozenset(kept.dismissed)
        query = self.query_one(QueryInput)
        query.history = kept.history
        self.watch(query, "history", self._keep_history, init=False)
        self.marks_before = kept.marks
        if kept.picture_size is not None:
            self.grid.show_size(kept.picture_size)

    @on(PhotoGrid.Resized)
    def _size_changed(self, event: PhotoGrid.Resized) -> None:
        self.app.keep(replace(self.app.kept, picture_size=event.picture_size))

    def _keep_history(self, history: tuple[str, ...]) -> None:
        self.app.keep(replace(self.app.kept, history=history))

    def use_pictures(self) -> None:
        """Pictures can be painted from now on."""
        pictures, painter = self.app.pictures, self.app.painter
        if pictures is not None and painter is not None:
            self.grid.use_pictures(pictures)
            self.query_one(PhotoPanel).picture.use_pictures(pictures, painter.pixels_shown)

    def _library_changed(self) -> None:
        self._show_title()
        self._show_notices()
        if self.app.snapshot is None:
            return
        if self.app.snapshot.exists:
            self.take_up_marks()
        if self._has_folders:
            # Who removes the last one later knows how to add another.
            self._is_welcomed = True
        elif not self._is_welcomed:
            self._welcome()
        self.ask_again()

    @property
    def _has_folders(self) -> bool:
        roots = self.app.snapshot.roots if self.app.snapshot else ()
        return bool(roots or self.app.settings.folders or self.app.index.scanning)

    def _welcome(self) -> None:
        from imagescope_tui.ui.screens.folder import FolderScreen

        self._is_welcomed = True
        self.app.push_screen(FolderScreen(is_first=True))

    def _index_changed(self, before: IndexView, after: IndexView) -> None:
        if after.up_to_date != before.up_to_date or after.encoder_id != before.encoder_id:
            self.ask_again()
        self._show_title()
        self._show_notices()
        if self.grid.count == 0:
            self.show_place()

    def _show_title(self) -> None:
        if self.app.snapshot is not None:
            self.query_one(TitleLine).show_library(
                self.app.snapshot, self.app.index, self.app.download, self.app.model_server
            )

    def _show_notices(self) -> None:
        roots = self.app.snapshot.roots if self.app.snapshot else ()
        waiting = notices(
            self.app.index,
            roots,
            self.app.library_problem,
            self.has_foreign_trace,
            self.app.answers.tmux_client,
        )
        self._forget_what_is_over(waiting)
        shown = tuple(notice for notice in waiting if notice.key not in self._dismissed)
        self._first_notice = shown[0] if shown else None
        self.query_one(NoticeLine).show_notices(shown)

    def _forget_what_is_over(self, waiting: tuple[Notice, ...]) -> None:
        """Trouble that was dismissed and comes again is told again."""
        troubles = frozenset(notice.key for notice in waiting if notice.tone != "info")
        over = (self._troubles - troubles) & self._dismissed
        self._troubles = troubles
        if over:
            self._dismissed -= over
            self._keep_dismissed()

    def _keep_dismissed(self) -> None:
        self.app.keep(replace(self.app.kept, dismissed=tuple(sorted(self._dismissed))))

    @on(NoticeLine.Dismissed)
    def action_hide_note(self) -> None:
        """Hide the note; it does not come back, in the next session either."""
        if self._first_notice is None:
            return
        self._dismissed |= {self._first_notice.key}
        if self._first_notice.tone != "error":
            self._keep_dismissed()
        self._show_notices()

    def show_view(self, view: SearchView) -> None:
        """How many were found, how long it took, and why the selected photo is there."""
        self._show_outcome()
        self._show_status()
        self._show_notices()
        self._show_known()
        self.show_reasons()
        self.query_one(ChatPane).show_chat(self.chat)
        if view.phase in ("done", "failed"):
            self.show_place()

    def _show_outcome(self) -> None:
        """How many there are, and in which order; where nothing of it is shown, nothing."""
        passed = 0 if self.asked.is_empty else self.grid.count
        is_brief = not self.has_class("-wide")
        words = outcome_words(self.view, RANKING_LIMIT, self.order, passed, is_brief=is_brief)
        is_told = self.grid.count and not self.shows_earlier
        self.query_one(QueryLine).show_outcome(words if is_told else "")

    def _show_known(self) -> None:
        """What models said, on the cards."""
        view = self.view
        told = (*view.to_check, *view.verifications, *view.verdicts)
        known = {photo_id: known_of(view, photo_id) for photo_id in told}
        self.grid.show_known(known, Known(NOT_ASKED) if known else UNKNOWN)

    @property
    def reasons(self) -> Reasons:
        """Why the selected photo is there, and how the search went."""
        detail = self._detail
        if detail is not None and (self.photo is None or detail.photo.id != self.photo.id):
            detail = None
        view = self.view
        return Reasons(
            view=view,
            detail=detail,
            finding=self.finding(detail) if detail else None,
            names=self.grid.names(len(view.to_check) + len(view.verdicts)),
            where=self.app.where.told(self._question),
            chips=self.asked.chips_passed,
            dropped=self.asked.parsed.dropped,
        )

    @property
    def words_seen(self) -> tuple[str, ...]:
        """The words of the search that can be seen in a picture."""
        query = self.view.query
        return picture_words(query.whole_text) if query and self.view.phase != "idle" else ()

    @property
    def _question(self) -> WordsInPhoto | None:
        """Where the words are seen in the selected photo."""
        item, words = self.grid.item, self.words_seen
        if item is None or item.photo.content_hash is None or not words:
            return None
        return WordsInPhoto(
            photo_id=item.photo.id,
            second=item.second,
            words=words,
            encoder_id=self.app.index.encoder_id,
        )

    @on(PhotoPanel.WhyShown)
    def look_for_words(self) -> None:
        """Have it told where in the selected photo the words are seen; the reasons follow."""
        self.app.where.want(self._question)

    def show_reasons(self) -> None:
        """There is more to say of the selected photo, or of the search."""
        if self.query_one(PhotoPanel).shows_why:
            self.look_for_words()
        self.query_one(PhotoPanel).show_reasons(self.reasons)
        for screen in self.app.screen_stack[1:]:
            screen.post_message(SearchAdvanced())

    def show_place(self) -> None:
        """The grid, or why it is empty."""
        self._show_outcome()
        self._show_status()
        words = self._empty_words() if self.grid.count == 0 else None
        empty = self.query_one(EmptyPlace)
        empty.display = words is not None
        self.grid.display = words is None
        self._show_keys()
        if self.photo is not None:
            # It may be the same as before, and is there for other reasons.
            self._read_detail(self.photo)
        if words is not None:
            empty.show_words(words)
        elif self.focused is None:
            # Enter came before the photos did.
            self.set_focus(self.grid)

    def _empty_words(self) -> EmptyWords | None:
        if self.has_foreign_trace:
            return empty_words.foreign_trace()
        if not self.asked.is_empty:
            if self.view.phase == "searching":
                return None
            return empty_words.without_results(self.view, self.asked.chip_labels, self.app.snapshot)
        if self.app.snapshot is None:
            return None
        if not self._has_folders:
            return empty_words.without_folders()
        return empty_words.without_photos(self.app.snapshot, self.app.index)

    def _server_changed(self) -> None:
        self._show_title()
        self._show_status()

    def _show_status(self) -> None:
        unserved = unserved_words(self.app.model_server) if self.is_unserved else ""
        words = search_words(self.view, unserved=unserved) if self.grid.count else []
        status, grid = self.query_one(StatusLine), self.grid
        status.show_status(words, index=grid.index, count=grid.count, marked=len(self.marks))

    @on(PhotoGrid.Selected)
    def _selected(self, event: PhotoGrid.Selected) -> None:
        self._show_status()
        photo = event.item.photo if event.item else None
        self.query_one(PhotoPanel).show_photo(event.item)
        for screen in self.app.screen_stack[1:]:
            screen.post_message(PhotoGrid.Selected(event.item))
        if photo is not None:
            self._read_detail(photo)

    @work(group="detail", exclusive=True)
    async def _read_detail(self, photo: Photo) -> None:
        await asyncio.sleep(_DETAIL_SECONDS)
        filters = [chip.wanted for chip in self.asked.chips_passed]
        try:
            detail = await self.app.reader.detail(photo, filters)
        except StorageError as error:
            self.tell_problem(error)
            return
        if not self.app.is_running:
            return
        self._detail = detail
        self.query_one(PhotoPanel).show_detail(detail)
        self.show_reasons()

    @on(PhotoGrid.Opened)
    def action_open_detail(self) -> None:
        """The selected photo, large."""
        if self.photo is not None:
            self._open_page("photo")

    def open_lit(self) -> None:
        """The selected photo, large, with light on what answers to the first word."""
        if self.photo is not None:
            self._open_page("photo", is_lit=bool(self.words_seen))

    def action_slideshow(self) -> None:
        """The photos one after another, large, from the selected one on."""
        if self.photo is not None:
            self._open_page("photo", is_slideshow=True)

    def _open_page(self, page: Page, *, is_lit: bool = False, is_slideshow: bool = False) -> None:
        from imagescope_tui.ui.screens.detail import DetailScreen

        self.app.push_screen(DetailScreen(page, is_lit=is_lit, is_slideshow=is_slideshow))

    @on(PhotoGrid.Unreadable)
    def _grid_unreadable(self, event: PhotoGrid.Unreadable) -> None:
        self.tell_problem(event.error)

    @on(PictureCame)
    def _picture_came(self, event: PictureCame) -> None:
        self.grid.picture_came(event.key)
        self.query_one(PhotoPanel).picture.picture_came(event.key)

    def marks_changed(self) -> None:
        """Show them on the cards, and how many there are."""
        self.grid.refresh()
        self._show_status()
        self.app.keep(replace(self.app.kept, marks=tuple(self.marks)))

    async def action_submit(self) -> None:
        """The same as Enter in the query line."""
        await self.query_one(QueryInput).action_submit()

    def open_chat(self) -> None:
        """The conversation, in the panel or on its page."""
        if self.has_class("-wide"):
            self.query_one(PhotoPanel).open_chat()
        else:
            self._open_page("chat")

    @on(QueryInput.Left)
    @on(QueryLine.Submitted)
    @on(ChatPane.Left)
    def action_focus_grid(self) -> None:
        """To the photos."""
        if self.grid.display:
            self.set_focus(self.grid)
        else:
            self.set_focus(None)
        self._show_keys()

    @on(PhotoGrid.LeftAtTop)
    def _grid_left(self) -> None:
        self.action_focus_query()

    def action_recall(self) -> None:
        """An earlier query."""
        self.query_one(QueryInput).action_recall(-1)

    def action_panel(self) -> None:
        """From the query on to the chips and photos; there: the panel's next tab, or its page."""
        if not self.grid.has_focus:
            self.focus_next()
        elif self.has_class("-wide"):
            self.query_one(PhotoPanel).next_tab()
        else:
            self.action_open_detail()

    def action_scroll_panel(self, lines: int) -> None:
        """Up or down in the panel's words."""
        self.query_one(PhotoPanel).scroll_words(lines)

    def on_resize(self) -> None:
        """Some lines have shorter words for narrow places."""
        self._show_title()
        self._show_outcome()
        self._show_notices()
        # Terminals that move text themselves while they grow leave bits of it behind.
        self.call_after_refresh(self.refresh)

    def on_descendant_focus(self) -> None:
        """Other keys matter elsewhere."""
        self._show_keys()

    @on(CompletingInput.Offered)
    def _show_keys(self) -> None:
        self.query_one(KeyLine).show_hints(actions_in(self._situation))

    @property
    def _situation(self) -> Situation:
        """Where the keys go."""
        focused, chat = self.focused, self.query_one(ChatPane)
        if isinstance(focused, QueryInput | ChipRow | TimeStrip):
            return focused.situation
        if chat.has_focus_within:
            return "chat" if chat.is_typing else "lines"
        return "photos" if self.grid.count else "empty"

    @on(KeyLine.Clicked)
    async def _key_clicked(self, event: KeyLine.Clicked) -> None:
        await self.run_action(event.action)

    @work(group="orders")
    async def action_rescan(self) -> None:
        """Look through all folders again, by a new indexer where the old one ended."""
        if self.app.index.halted is not None:
            self.app.start_indexer()
            return
        try:
            await self.app.session.rescan()
        except ImagescopeError as error:
            self.say(error.message, is_trouble=True)
