"""The one screen: query, grid, side panel, and the lines around them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal
from textual.content import Content

from imagescope_tui.ui.asked import Asked
from imagescope_tui.ui.empty_words import EmptyWords, without_photos, without_results
from imagescope_tui.ui.messages import PictureCame
from imagescope_tui.ui.notices import notices
from imagescope_tui.ui.photo_actions import PhotoActions
from imagescope_tui.ui.photo_feed import PhotoFeed
from imagescope_tui.ui.photo_words import Finding
from imagescope_tui.ui.search_desk import RANKING_LIMIT, SearchDesk
from imagescope_tui.ui.state import Problem
from imagescope_tui.ui.status_words import found_words, place_words, search_words
from imagescope_tui.ui.widgets.chip_row import ChipRow
from imagescope_tui.ui.widgets.edge_line import EdgeLine
from imagescope_tui.ui.widgets.empty_place import EmptyPlace
from imagescope_tui.ui.widgets.key_line import KeyHint, KeyLine
from imagescope_tui.ui.widgets.notice_line import NoticeLine
from imagescope_tui.ui.widgets.photo_grid import PhotoGrid
from imagescope_tui.ui.widgets.photo_panel import PhotoPanel
from imagescope_tui.ui.widgets.query_line import QueryInput, QueryLine
from imagescope_tui.ui.widgets.title_line import TitleLine
from storage.errors import StorageError

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from imagescope_tui.search.types import RankBy
    from imagescope_tui.ui.library_reader import PhotoDetail
    from imagescope_tui.ui.photo_feed import PhotoSource
    from imagescope_tui.ui.state import SearchView
    from storage.records import Photo, PhotoId

DEBOUNCE_SECONDS = 0.12
"""How long a line must rest before it is searched."""
_DETAIL_SECONDS = 0.05
"""How long a selection must rest before its facts are read."""
_AGAIN_SECONDS = 3.0
"""Between two searches of the same query while the index grows."""
_ORDERS: tuple[RankBy, ...] = ("fused", "picture", "words")

_GRID_KEYS = (
    KeyHint("/", "search", "focus_query"),
    KeyHint("Enter", "large", "open_detail"),
    KeyHint("s", "similar", "similar"),
    KeyHint("space", "mark", "mark"),
    KeyHint("o", "open", "open_photo"),
    KeyHint("y", "copy path", "copy_path"),
    KeyHint("x", "export", "export"),
    KeyHint("Tab", "panel", "panel"),
    KeyHint("q", "quit", "app.quit"),
    KeyHint("?", "keys", "help"),
)
_QUERY_KEYS = (
    KeyHint("Enter", "to the photos", "focus_grid"),
    KeyHint("↑", "earlier", "recall"),
    KeyHint("Esc", "leave", "focus_grid"),
    KeyHint("^P", "commands", "app.command_palette"),
    KeyHint("^Q", "quit", "app.quit"),
)


class BrowseScreen(PhotoActions):
    """Photos of the library: all of them, or those that were searched for."""

    HORIZONTAL_BREAKPOINTS: ClassVar[list[tuple[int, str]]] = [(0, "-narrow"), (110, "-wide")]
    VERTICAL_BREAKPOINTS: ClassVar[list[tuple[int, str]]] = [(0, "-short"), (30, "-tall")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "focus_query", "search", show=False),
        Binding("escape", "back", "all photos again", show=False),
        Binding("tab", "panel", "next tab of the panel", show=False),
        Binding("backspace", "drop_chip", "drop the last filter", show=False),
        Binding("b", "next_order", "order by match, picture or words", show=False),
        Binding("d", "dismiss", "dismiss the note", show=False),
        Binding("ctrl+r", "rescan", "look through the folders again", show=False),
    ]

    def __init__(self, *, is_text: bool) -> None:
        super().__init__()
        self._is_text = is_text
        self.marks: dict[PhotoId, None] = {}
        """Marked photos, in the order they were marked."""
        self._asked = Asked()
        self._is_fresh = True
        self._finding: Finding | None = None
        self._dismissed: set[str] = set()
        self._searched_at = float("-inf")
        self._is_welcomed = False

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield TitleLine(id="title")
        yield QueryLine(id="query")
        yield NoticeLine(id="notice")
        with Horizontal(id="body"):
            with Container(id="place"):
                yield PhotoGrid(is_text=self._is_text, marks=self.marks.keys(), id="grid")
                yield EmptyPlace(id="empty")
            yield PhotoPanel(id="panel")
        yield EdgeLine(id="status")
        yield KeyLine(_QUERY_KEYS, id="keys")

    def on_mount(self) -> None:
        """The cursor is born in the query line."""
        app = self.app
        self._desk = SearchDesk(
            app.session, app.reader, on_view=self._show_view, on_photos=self._take_photos
        )
        self.query_one(EmptyPlace).display = False
        self.query_one(QueryInput).focus()
        self.watch(app, "snapshot", self._library_changed, init=False)
        self.watch(app, "index", self._index_changed)
        self.watch(app, "library_problem", self._show_notices, init=False)

    @property
    def grid(self) -> PhotoGrid:
        """The photos."""
        return self.query_one(PhotoGrid)

    @property
    def view(self) -> SearchView:
        """The search as far as it has come."""
        return self._desk.view

    # -- asking -------------------------------------------------------------------------------

    def search_like(self, photo: Photo) -> None:
        """Look for pictures like this one."""
        self.query_one(QueryInput).remember()
        self._ask(Asked(reference=photo), delay=0)

    def stop_search(self) -> bool:
        """Cancel a search that runs; whether there was one."""
        if self.view.phase != "searching":
            return False
        self.workers.cancel_group(self, "search")
        self._desk.stop()
        return True

    def action_back(self) -> None:
        """To all photos; from there to the query line."""
        if self._asked.is_empty:
            self.action_focus_query()
        else:
            self.query_one(QueryInput).remember()
            self._ask(Asked(), delay=0)

    def action_drop_chip(self) -> None:
        """Drop the last filter."""
        self._ask(self._asked.without(len(self._asked.chip_labels) - 1), delay=0)

    def action_next_order(self) -> None:
        """Order by both, by picture alone, or by words alone."""
        place = _ORDERS.index(self._desk.rank_by) + 1
        self._desk.rank_by = _ORDERS[place % len(_ORDERS)]
        self._ask(self._asked, delay=0)

    @on(QueryLine.Changed)
    def _line_changed(self, event: QueryLine.Changed) -> None:
        if event.line != self._asked.line:
            reference = self._asked.reference
            self._ask(Asked(line=event.line, reference=reference), delay=DEBOUNCE_SECONDS)

    @on(ChipRow.Dropped)
    def _chip_dropped(self, event: ChipRow.Dropped) -> None:
        self._ask(self._asked.without(event.place), delay=0)

    def _ask(self, asked: Asked, *, delay: float) -> None:
        self._asked = asked
        self._is_fresh = True
        line = self.query_one(QueryLine)
        if line.line != asked.line:
            line.line = asked.line
        line.show_chips(asked.chip_labels)
        self._answer(asked, delay)

    @work(group="search", exclusive=True)
    async def _answer(self, asked: Asked, delay: float) -> None:
        await asyncio.sleep(delay)
        try:
            await self._desk.answer(asked)
        except StorageError as error:
            self.app.library_problem = Problem(reason=error.message, hint=error.hint)

    def _take_photos(self, source: PhotoSource) -> None:
        self._searched_at = asyncio.get_running_loop().time()
        self._present(source)

    @work(group="present", exclusive=True)
    async def _present(self, source: PhotoSource) -> None:
        """Fresh photos come with their first page, so that nothing flickers."""
        if self._is_fresh:
            feed = PhotoFeed(source)
            try:
                await feed.load(0)
            except StorageError as error:
                self.app.library_problem = Problem(reason=error.message, hint=error.hint)
                return
            self._is_fresh = False
            self.grid.show(feed)
        else:
            self.grid.renew(source)
        self._show_place()
        self._show_status()

    def _ask_again(self) -> None:
        """The same question to a library that has grown; not while one is being answered."""
        now = asyncio.get_running_loop().time()
        if self.view.phase == "searching":
            return
        if self._asked.is_timeline or now - self._searched_at >= _AGAIN_SECONDS:
            self._answer(self._asked, 0)

    # -- what is known ------------------------------------------------------------------------

    def use_pictures(self) -> None:
        """Pictures can be painted from now on."""
        pictures, painter = self.app.pictures, self.app.painter
        if pictures is not None and painter is not None:
            self.grid.use_pictures(pictures)
            self.query_one(PhotoPanel).picture.use_pictures(pictures, painter.pixels_shown)

    def _library_changed(self) -> None:
        self._show_title()
        self._show_notices()
        snapshot = self.app.snapshot
        if snapshot is None:
            return
        has_folders = bool(snapshot.roots or self.app.settings.folders)
        if not has_folders and not self._is_welcomed:
            self._welcome()
        self._ask_again()

    def _welcome(self) -> None:
        from imagescope_tui.ui.screens.folder import FolderScreen

        self._is_welcomed = True
        self.app.push_screen(FolderScreen(is_first=True))

    def _index_changed(self) -> None:
        self._show_title()
        self._show_notices()
        if self.grid.count == 0:
            self._show_place()

    def _show_title(self) -> None:
        if self.app.snapshot is not None:
            self.query_one(TitleLine).show_library(self.app.snapshot, self.app.index)

    def _show_notices(self) -> None:
        roots = self.app.snapshot.roots if self.app.snapshot else ()
        waiting = notices(self.app.index, roots, self.app.library_problem)
        shown = tuple(notice for notice in waiting if notice.key not in self._dismissed)
        self._first_notice = shown[0].key if shown else ""
        self.query_one(NoticeLine).show_notices(shown)

    @on(NoticeLine.Dismissed)
    def action_dismiss(self) -> None:
        """Hide the note; it does not come back."""
        self._dismissed.add(self._first_notice)
        self._show_notices()

    def _show_view(self, view: SearchView) -> None:
        self.query_one(QueryLine).show_outcome(found_words(view, RANKING_LIMIT))
        self._show_status()
        if view.phase in ("done", "failed"):
            self._show_place()

    def _show_place(self) -> None:
        words = self._empty_words() if self.grid.count == 0 else None
        empty = self.query_one(EmptyPlace)
        empty.display = words is not None
        self.grid.display = words is None
        if words is not None:
            empty.show_words(words)

    def _empty_words(self) -> EmptyWords | None:
        if not self._asked.is_empty:
            labels = self._asked.chip_labels
            return without_results(self.view, labels) if self.view.phase != "searching" else None
        if self.app.snapshot is None or not self.app.snapshot.exists:
            return None
        return without_photos(self.app.snapshot, self.app.index)

    def _show_status(self) -> None:
        words = search_words(self.view, self._desk.rank_by) if self.grid.count else []
        parts = [
            Content.styled(word.text, "$text-warning" if word.is_trouble else "$text-muted")
            for word in words
        ]
        place = place_words(self.grid.index, self.grid.count, len(self.marks))
        right = Content.styled(place, "bold" if self.marks else "$text-muted")
        self.query_one("#status", EdgeLine).show(Content(" · ").join(parts), right)

    # -- the selected photo -------------------------------------------------------------------

    @on(PhotoGrid.Selected)
    def _selected(self, event: PhotoGrid.Selected) -> None:
        self._show_status()
        photo = event.item.photo if event.item else None
        self.query_one(PhotoPanel).show_photo(photo)
        for screen in self.app.screen_stack[1:]:
            screen.post_message(PhotoGrid.Selected(event.item))
        if photo is not None:
            self._read_detail(photo)

    @work(group="detail", exclusive=True)
    async def _read_detail(self, photo: Photo) -> None:
        await asyncio.sleep(_DETAIL_SECONDS)
        try:
            detail = await self.app.reader.detail(photo)
        except StorageError as error:
            self.app.library_problem = Problem(reason=error.message, hint=error.hint)
            return
        self.query_one(PhotoPanel).show_detail(detail, self.finding(detail))

    def finding(self, detail: PhotoDetail) -> Finding | None:
        """The photo's place in the search that is shown."""
        found = None if self._asked.is_timeline else self.view.candidate(detail.photo.id)
        if found is None:
            return None
        rank, candidate = found
        return Finding(rank=rank, candidate=candidate, view=self.view)

    @on(PhotoGrid.Opened)
    def action_open_detail(self) -> None:
        """The selected photo, large."""
        from imagescope_tui.ui.screens.detail import DetailScreen

        if self.photo is not None:
            self.app.push_screen(DetailScreen())

    @on(PhotoGrid.Unreadable)
    def _grid_unreadable(self, event: PhotoGrid.Unreadable) -> None:
        problem = Problem(reason=event.error.message, hint=event.error.hint)
        self.app.library_problem = problem

    @on(PictureCame)
    def _picture_came(self, event: PictureCame) -> None:
        self.grid.picture_came(event.key)
        self.query_one(PhotoPanel).picture.picture_came(event.key)

    # -- marks --------------------------------------------------------------------------------

    def toggle_mark(self) -> None:
        """Mark the selected photo or not, and go on to the next."""
        photo = self.photo
        if photo is None:
            return
        if photo.id in self.marks:
            del self.marks[photo.id]
        else:
            self.marks[photo.id] = None
        self.grid.action_move_by(1)
        self._marks_changed()

    def unmark_all(self) -> None:
        """Take every mark away."""
        self.marks.clear()
        self._marks_changed()

    @work(group="marks", exclusive=True)
    async def mark_all(self) -> None:
        """Mark every photo in the grid, also those far below."""
        if self._asked.is_timeline:
            self.marks.update(
                dict.fromkeys(await self.app.reader.all_ids(self._asked.parsed.filter))
            )
        else:
            self.marks.update((candidate.photo_id, None) for candidate in self.view.ranking)
        self._marks_changed()

    def _marks_changed(self) -> None:
        self.grid.refresh()
        self._show_status()

    # -- focus --------------------------------------------------------------------------------

    def action_focus_query(self) -> None:
        """To the query line."""
        self.query_one(QueryInput).focus()

    @on(QueryInput.Left)
    @on(QueryLine.Submitted)
    def action_focus_grid(self) -> None:
        """To the photos."""
        self.grid.focus()

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

    def on_descendant_focus(self) -> None:
        """Other keys matter elsewhere."""
        is_typing = isinstance(self.focused, QueryInput)
        self.query_one(KeyLine).show_hints(_QUERY_KEYS if is_typing else _GRID_KEYS)

    @on(KeyLine.Clicked)
    async def _key_clicked(self, event: KeyLine.Clicked) -> None:
        await self.run_action(event.action)

    @work(group="orders")
    async def action_rescan(self) -> None:
        """Look through all folders again."""
        from imagescope_tui.errors import ImagescopeError

        try:
            await self.app.session.rescan()
        except ImagescopeError as error:
            self.app.notify(error.message, severity="warning", markup=False)
