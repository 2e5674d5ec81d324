"""The one screen: query, grid, side panel, and the lines around them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.containers import Container, Horizontal

from imagescope_tui.errors import ImagescopeError
from imagescope_tui.ui.actions import actions_in, bindings_of
from imagescope_tui.ui.emptiness import Emptiness
from imagescope_tui.ui.messages import PictureCame
from imagescope_tui.ui.notices import notices
from imagescope_tui.ui.screens.explaining import ExplainingScreen
from imagescope_tui.ui.search_desk import RANKING_LIMIT
from imagescope_tui.ui.state import SearchView
from imagescope_tui.ui.status_words import outcome_words, search_words, unserved_words
from imagescope_tui.ui.widgets.chat_pane import ChatPane
from imagescope_tui.ui.widgets.chip_row import ChipRow
from imagescope_tui.ui.widgets.completing_input import CompletingInput
from imagescope_tui.ui.widgets.empty_place import EmptyPlace
from imagescope_tui.ui.widgets.key_line import KeyLine
from imagescope_tui.ui.widgets.notice_line import NoticeLine
from imagescope_tui.ui.widgets.photo_grid import PhotoGrid
from imagescope_tui.ui.widgets.photo_panel import PhotoPanel
from imagescope_tui.ui.widgets.picture_view import PictureView
from imagescope_tui.ui.widgets.query_line import QueryInput, QueryLine
from imagescope_tui.ui.widgets.reading_notes import ReadingNotes
from imagescope_tui.ui.widgets.reference_strip import ReferenceStrip
from imagescope_tui.ui.widgets.status_line import StatusLine
from imagescope_tui.ui.widgets.time_strip import TimeStrip
from imagescope_tui.ui.widgets.title_line import TitleLine

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from imagescope_tui.ui.actions import Situation
    from imagescope_tui.ui.index_state import IndexView
    from imagescope_tui.ui.kept import KeptScreen
    from imagescope_tui.ui.notices import Notice
    from imagescope_tui.ui.screens.detail import Page


class BrowseScreen(ExplainingScreen):
    """Photos of the library: all of them, or those that were searched for."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_of("photos")
    AUTO_FOCUS = ""  # Where there is no photo, letters are keys.

    def __init__(self, *, is_text: bool) -> None:
        super().__init__()
        self._is_text = is_text
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
        yield ReferenceStrip(id="reference")
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
        self.watch(app, "library_problem", self._library_failed, init=False)

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
            self.show_reference()

    def show_reference(self) -> None:
        """The picture that the question is about, below the line and in the conversation."""
        self.query_one("#reference", ReferenceStrip).show(self.reference)
        self.query_one(ChatPane).show_chat(self.chat)
        self.tell_above()

    def _library_changed(self) -> None:
        self._show_title()
        self._show_notices()
        if self.app.snapshot is None:
            return
        if self.app.snapshot.exists:
            self.take_up_marks()
        if self.has_folders:
            # Who removes the last one later knows how to add another.
            self._is_welcomed = True
        elif not self._is_welcomed:
            self._welcome()
        self.ask_again()

    def _library_failed(self) -> None:
        self._show_notices()
        if self.grid.count == 0:
            self.show_place()

    def _welcome(self) -> None:
        from imagescope_tui.ui.screens.folder import FolderScreen

        self._is_welcomed = True
        # There is nothing to search in: a letter is a key here.
        self.set_focus(None)
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
        self.show_known()
        self.show_reasons()
        self.query_one(ChatPane).show_chat(self.chat)
        if view.phase in ("done", "failed"):
            self.show_place()

    def _show_outcome(self) -> None:
        """In which order the photos are, and how many, where they answer what is asked."""
        view = SearchView() if self.shows_earlier else self.view
        passed = 0 if self.answered.is_empty or self.shows_earlier else self.grid.count
        is_brief = not self.has_class("-wide")
        words = outcome_words(view, RANKING_LIMIT, self.order_shown, passed, is_brief=is_brief)
        self.query_one(QueryLine).show_outcome(words if self.grid.count else "")

    def show_place(self) -> None:
        """The grid, or why it is empty."""
        self._show_outcome()
        self._show_status()
        empty = self.query_one(EmptyPlace)
        empty.display = is_empty = empty.explain(None if self.grid.count else self._emptiness())
        self.grid.display = not is_empty
        self._show_keys()
        # It may be the same as before, and is there for other reasons.
        self.read_detail(self.photo)
        if not is_empty and self.focused is None:
            # Enter came before the photos did.
            self.set_focus(self.grid)

    def _emptiness(self) -> Emptiness:
        return Emptiness(
            view=self.view,
            index=self.app.index,
            snapshot=self.app.snapshot,
            names=self.app.names,
            problem=self.app.library_problem,
            is_asked=not self.asked.is_empty,
            has_folders=self.has_folders,
            has_foreign_trace=self.has_foreign_trace,
            chips=self.asked.chips_passed,
        )

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
        self.read_detail(photo)

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
        for picture in self.query(PictureView):
            picture.picture_came(event.key)

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
        self.query_one(EmptyPlace).is_typing = isinstance(self.focused, QueryInput)
        hints = actions_in(self._situation)
        self.query_one(KeyLine).show_hints(tuple(it for it in hints if it.name not in self._idle))

    @property
    def _idle(self) -> set[str]:
        """Actions that would do nothing now."""
        idle = {
            "earlier": not self.query_one(QueryInput).history,
            "drop_filter": not self.asked.chip_labels,
            "back": self.asked.before is None and self.asked.is_empty,
        }
        return {name for name, is_idle in idle.items() if is_idle}

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
