"""The asking half of the screen: from what is typed or dropped to photos in the grid."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from imagescope_tui.ui.asked import Asked
from imagescope_tui.ui.photo_actions import PhotoActions
from imagescope_tui.ui.photo_feed import PhotoFeed
from imagescope_tui.ui.photo_words import Finding
from imagescope_tui.ui.search_desk import SearchDesk
from imagescope_tui.ui.state import Problem
from imagescope_tui.ui.widgets.chip_row import ChipRow
from imagescope_tui.ui.widgets.photo_grid import PhotoGrid
from imagescope_tui.ui.widgets.query_line import QueryInput, QueryLine
from storage.errors import StorageError

if TYPE_CHECKING:
    from textual.timer import Timer

    from imagescope_tui.search.types import RankBy
    from imagescope_tui.ui.library_reader import PhotoDetail
    from imagescope_tui.ui.photo_feed import PhotoSource
    from imagescope_tui.ui.state import SearchView
    from storage.records import Photo

DEBOUNCE_SECONDS = 0.12
"""How long a line must rest before it is searched."""
_AGAIN_SECONDS = 3.0
"""Between two searches of the same query while the index grows."""
_SOON_SECONDS = 0.05
"""Several changes in a row are one."""
_ORDERS: tuple[RankBy, ...] = ("fused", "picture", "words")


class AskingScreen(PhotoActions):
    """Has a query line and a grid; what is asked in the one is answered in the other."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "all photos again", show=False),
        Binding("backspace", "drop_chip", "drop the last filter", show=False),
        Binding("b", "next_order", "order by match, picture or words", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.asked = Asked()
        self._is_fresh = True
        self._searched_at = float("-inf")
        self._again: Timer | None = None

    def on_mount(self) -> None:
        """Ready to be asked."""
        self._desk = SearchDesk(
            self.app.session,
            self.app.reader,
            on_view=self.show_view,
            on_photos=self._take_photos,
        )

    @property
    def grid(self) -> PhotoGrid:
        """The photos."""
        return self.query_one(PhotoGrid)

    @property
    def view(self) -> SearchView:
        """The search as far as it has come."""
        return self._desk.view

    @property
    def is_about_to_ask(self) -> bool:
        """Whether the same question is going to be asked again soon."""
        return self._again is not None

    @property
    def rank_by(self) -> RankBy:
        """What photos are ordered by."""
        return self._desk.rank_by

    def show_view(self, view: SearchView) -> None:
        """The search has come further."""
        raise NotImplementedError

    def show_place(self) -> None:
        """There are other photos in the grid, or none."""
        raise NotImplementedError

    def action_focus_query(self) -> None:
        """To the query line."""
        self.query_one(QueryInput).focus()

    def finding(self, detail: PhotoDetail) -> Finding | None:
        """The photo's place in the search that is shown."""
        found = None if self.asked.is_timeline else self.view.candidate(detail.photo.id)
        if found is None:
            return None
        rank, candidate = found
        return Finding(rank=rank, candidate=candidate, view=self.view)

    def ask_again(self) -> None:
        """The same question to a library that has changed, now or when it is time for it."""
        if self.asked.is_timeline:
            wait = 0.0
        else:
            now = asyncio.get_running_loop().time()
            wait = max(0.0, self._searched_at + _AGAIN_SECONDS - now)
        if self._again is None:
            self._again = self.set_timer(max(wait, _SOON_SECONDS), self._again_now)

    def _again_now(self) -> None:
        self._again = None
        if self.view.phase == "searching":
            self.ask_again()
        else:
            self._answer(self.asked, 0)

    def search_like(self, photo: Photo) -> None:
        """Look for pictures like this one."""
        self.query_one(QueryInput).remember()
        self._ask_anew(Asked(reference=photo))

    def stop_search(self) -> bool:
        """Cancel a search that runs; whether there was one."""
        if self.view.phase != "searching":
            return False
        self.workers.cancel_group(self, "search")
        self._desk.stop()
        return True

    def action_back(self) -> None:
        """To all photos; from there to the query line."""
        if self.asked.is_empty:
            self.action_focus_query()
        else:
            self.query_one(QueryInput).remember()
            self._ask_anew(Asked())

    def action_drop_chip(self) -> None:
        """Drop the last filter."""
        self._ask_anew(self.asked.without(len(self.asked.chip_labels) - 1))

    def action_next_order(self) -> None:
        """Order by both, by picture alone, or by words alone."""
        place = _ORDERS.index(self._desk.rank_by) + 1
        self._desk.rank_by = _ORDERS[place % len(_ORDERS)]
        self._ask_anew(self.asked)

    @on(QueryLine.Changed)
    def _line_changed(self) -> None:
        # What is in the line now counts, not what was when the message was sent: whoever writes
        # an older line back while somebody types goes round in circles.
        line = self.query_one(QueryLine).line
        if line != self.asked.line:
            self._ask(Asked(line=line, reference=self.asked.reference), delay=DEBOUNCE_SECONDS)

    @on(ChipRow.Dropped)
    def _chip_dropped(self, event: ChipRow.Dropped) -> None:
        self._ask_anew(self.asked.without(event.place))

    def _ask_anew(self, asked: Asked) -> None:
        """Ask something that was not typed; the line shows it."""
        self._ask(asked, delay=0)
        self.query_one(QueryLine).line = asked.line

    def _ask(self, asked: Asked, *, delay: float) -> None:
        self.asked = asked
        self._is_fresh = True
        self.query_one(QueryLine).show_chips(asked.chip_labels)
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
        self.show_place()
