"""The asking half of the screen: from what is typed or dropped to photos in the grid."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on, work

from imagescope_tui.search.query_language import LineContext
from imagescope_tui.ui.arranging import order_after, order_brought
from imagescope_tui.ui.asked import Asked, asked_before
from imagescope_tui.ui.index_state import Problem
from imagescope_tui.ui.known import place_of
from imagescope_tui.ui.messages import PhotosShown
from imagescope_tui.ui.photo_actions import PhotoActions
from imagescope_tui.ui.photo_feed import PhotoFeed
from imagescope_tui.ui.search_desk import SearchDesk
from imagescope_tui.ui.why_words import Finding
from imagescope_tui.ui.widgets.chip_row import ChipRow
from imagescope_tui.ui.widgets.completing_input import CompletingInput
from imagescope_tui.ui.widgets.photo_grid import PhotoGrid
from imagescope_tui.ui.widgets.query_line import QueryInput, QueryLine
from imagescope_tui.ui.widgets.reading_notes import ReadingNotes
from indexer.places.lookup import find_town
from storage.errors import StorageError

if TYPE_CHECKING:
    from textual.timer import Timer

    from imagescope_tui.search.events import SearchEvent
    from imagescope_tui.ui.library_reader import PhotoDetail
    from imagescope_tui.ui.state import SearchView
    from storage.records import Photo, PhotoId

DEBOUNCE_SECONDS = 0.12
"""How long a line must rest before it is searched."""
_AGAIN_SECONDS = 3.0
"""Between two searches of the same query while the index grows."""
_SOON_SECONDS = 0.05
"""Several changes in a row are one."""


class AskingScreen(PhotoActions):
    """Has a query line and a grid; what is asked in the one is answered in the other."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = Asked()
        self.answered = Asked()
        """What was answered last, or is being answered: an edit waits for its words first."""
        self._is_fresh = True
        self._is_trace = False
        self._is_held_back = False
        """Whether nothing was said of a filter because it is being completed."""
        self.shows_earlier = False
        """Whether the photos of an earlier line stay while a filter is being completed."""
        self.is_unserved = False
        """Whether the models were asked for, and there are none."""
        self._selects: PhotoId | None = None
        """The photo to be selected when the photos come."""
        self._selects_at = 0
        """Where it is expected."""
        self._searched_at = float("-inf")
        self._again: Timer | None = None

    def on_mount(self) -> None:
        """Ready to be asked."""
        self._desk = SearchDesk(
            self.app.session,
            self.app.reader,
            self.app.settings,
            on_view=self._take_view,
            on_photos=self._take_photos,
        )
        self.watch(self.app, "names", self.use_names, init=False)

    @property
    def grid(self) -> PhotoGrid:
        """The photos."""
        return self.query_one(PhotoGrid)

    @property
    def view(self) -> SearchView:
        """The search as far as it has come."""
        return self._desk.view

    @property
    def has_foreign_trace(self) -> bool:
        """Whether a saved search is shown that found nothing of this library."""
        return self._is_trace and self.app.settings.is_trace_foreign

    @property
    def has_folders(self) -> bool:
        """Whether there are folders of photos, or will be in a moment."""
        roots = self.app.snapshot.roots if self.app.snapshot else ()
        return bool(roots or self.app.settings.folders or self.app.index.scanning)

    @property
    def is_about_to_ask(self) -> bool:
        """Whether the same question is going to be asked again soon."""
        return self._again is not None

    def show_view(self, view: SearchView) -> None:
        """The search has come further."""
        raise NotImplementedError

    def show_place(self) -> None:
        """There are other photos in the grid, or none."""
        raise NotImplementedError

    def action_focus_query(self) -> None:
        """To the query line."""
        self.set_focus(self.query_one(QueryInput))

    def finding(self, detail: PhotoDetail) -> Finding | None:
        """The photo's place in the search that is shown."""
        found = None if self.asked.is_timeline else place_of(self.view, detail.photo.id)
        if found is None:
            return None
        rank, candidate = found
        return Finding(rank=rank, candidate=candidate, view=self.view)

    def ask_again(self) -> None:
        """The same question to a library that has changed, now or when it is time for it.

        What models have reasoned is not thrown away for a few photos more, nor is a saved search.
        """
        if self._is_to_stay:
            return
        if self.asked.is_timeline:
            wait = 0.0
        else:
            now = asyncio.get_running_loop().time()
            wait = max(0.0, self._searched_at + _AGAIN_SECONDS - now)
        if self._again is None:
            self._again = self.set_timer(max(wait, _SOON_SECONDS), self._again_now)

    @property
    def _is_reasoned(self) -> bool:
        """Whether models were or are asked, or will be in a moment."""
        return self.asked.is_deep and not self.asked.is_timeline and not self.is_unserved

    @property
    def _is_to_stay(self) -> bool:
        """Whether the photos stay, whatever happens to the library."""
        return self._is_trace or self.asked.is_unfinished or self._is_reasoned

    def _again_now(self) -> None:
        self._again = None
        if self._is_to_stay:
            return
        if self.view.phase == "searching":
            self.ask_again()
        else:
            self._answer(self.asked, 0)

    @property
    def line_context(self) -> LineContext:
        """What lines mean here and today."""
        return LineContext(
            names=self.app.names,
            is_day_first=self.app.settings.is_day_first(),
            find_town=find_town,
            searches=self.app.searches,
        )

    def search_like(self, photo: Photo) -> None:
        """Look for pictures like this one."""
        self.query_one(QueryInput).remember()
        self._ask_anew(self._about(photo, is_edit=False))

    def _about(self, photo: Photo, *, is_edit: bool) -> Asked:
        place, order = self.grid.index, self._desk.order
        return self.asked.about(photo, is_edit=is_edit, place=place, order=order)

    def edit(self, photo: Photo) -> None:
        """Wait for the words that say what should be different in this photo."""
        self.query_one(QueryInput).remember()
        self.stop_search()
        self.asked = self._about(photo, is_edit=True)
        self._is_trace = False
        self._show_line()
        self._show_notes()
        self.action_focus_query()

    @on(QueryLine.Submitted)
    def action_ask_deeply(self) -> None:
        """The same question to the models too: read it, check what is found, judge the best."""
        line = self.query_one(QueryLine).line
        typed = self.asked if line == self.asked.line else self.asked.typed(line)
        asked = replace(typed, is_deep=True)
        if not asked.query.text or (asked == self.asked and not self._is_worth_repeating):
            return
        if self.app.settings.has_models():
            is_same = asked.query == self.view.query
            self._ask(asked, delay=0, is_fresh=self._is_fresh or not is_same)
        elif asked.line == self.asked.line:
            self.asked, self.is_unserved = asked, True
            self.show_view(self.view)
        else:
            self._ask(asked, delay=0)

    @property
    def _is_worth_repeating(self) -> bool:
        is_whole = self.view.phase not in ("failed", "stopped") and not self.view.degradations
        return self.is_unserved or not is_whole

    def show_trace(self, trace: tuple[SearchEvent, ...]) -> None:
        """A saved search as it was, until something is asked."""
        self._is_trace = True
        self._desk.show(trace)
        query = self.view.query
        if query is not None:
            self.asked = asked_before(query)
            self._show_line()

    @property
    def shown(self) -> tuple[PhotoId, ...]:
        """The photos of the ranking that have a card of their own."""
        return self._desk.shown

    def toggle_stack(self) -> None:
        """Show the photos that the selected one stands for behind it, or hide them again."""
        if self.photo is not None and not self._desk.toggle_stack(self.photo.id):
            self.say("This photo stands for no others.")

    def stop_search(self) -> bool:
        """Cancel a search that runs; whether there was one."""
        if self.view.phase != "searching":
            return False
        self.workers.cancel_group(self, "search")
        self._desk.stop()
        return True

    def action_back(self) -> None:
        """To what was asked before a photo was taken as the question; else to all photos."""
        asked = self.asked
        if asked.before is None and asked.is_empty:
            return
        self.query_one(QueryInput).remember()
        if asked.before is None:
            self._ask_anew(asked.anew())
            return
        self._selects, self._selects_at = asked.photo_id, asked.place_before
        self._ask_anew(asked.before)
        self._desk.order = asked.order_before

    def action_drop_chip(self) -> None:
        """Drop the last filter."""
        self._ask_anew(self.asked.without(len(self.asked.chip_labels) - 1))

    @on(QueryLine.Changed)
    def _line_changed(self) -> None:
        # What is in the line now counts, not what was when the message was sent: whoever writes
        # an older line back while somebody types goes round in circles.
        line = self.query_one(QueryLine).line
        if line != self.asked.line:
            self._ask(self.asked.typed(line), delay=DEBOUNCE_SECONDS)

    @on(ChipRow.Dropped)
    def _chip_dropped(self, event: ChipRow.Dropped) -> None:
        self._ask_anew(self.asked.without(event.place))

    def _ask_anew(self, asked: Asked) -> None:
        """Ask something that was not typed; the line shows it."""
        self._ask(asked, delay=0)
        self._show_line()

    def _show_line(self) -> None:
        self.query_one(QueryLine).line = self.asked.line
        self._show_reading()

    def _show_notes(self) -> None:
        """What of the line was refused, and what was guessed; not of what is being completed."""
        line = self.query_one(QueryInput)
        self._is_held_back = line.is_half_typed
        parsed = replace(self.asked, line=line.finished).parsed
        self.query_one(ReadingNotes).show_notes(parsed.problems, parsed.hints)

    @on(CompletingInput.Offered)
    def _completion_over(self) -> None:
        """What was held back for the sake of a filter that was being completed is told now."""
        line = self.query_one(QueryInput)
        if self._is_held_back and line.value == self.asked.line and not line.is_half_typed:
            self._show_notes()
            self._take_photos()

    def _show_reading(self) -> None:
        """How the line reads."""
        line = self.query_one(QueryLine)
        line.show_chips(self.asked.chip_labels)
        line.show_wish(is_edit=self.asked.is_unfinished, is_like=self.asked.is_like)

    def _ask(self, asked: Asked, *, delay: float, is_fresh: bool = True) -> None:
        asked = replace(asked, context=self.line_context)
        order = order_after(self.asked.query, asked.query, self._desk.order)
        self._desk.order = order_brought(self.asked.parsed, asked.parsed) or order
        self.asked = asked
        self._is_trace = False
        self._is_fresh = is_fresh
        self.is_unserved = asked.is_deep and not self.app.settings.has_models()
        self._show_reading()
        if asked.is_unfinished:
            self.stop_search()
        else:
            self._answer(asked, delay)

    def use_names(self) -> None:
        """The library has other names; a line may mean something else now."""
        from imagescope_tui.search.completion import Completer

        self.query_one(QueryInput).completer = Completer(self.app.names, self.app.searches)
        asked = replace(self.asked, context=self.line_context)
        is_same = asked.query == self.asked.query
        self.asked = asked
        self._show_reading()
        self._show_notes()
        if not is_same:
            self.ask_again()

    @work(group="search", exclusive=True)
    async def _answer(self, asked: Asked, delay: float) -> None:
        await asyncio.sleep(delay)
        self.answered = asked
        # Not before the line rests, for what is half typed looks wrong; and the reader may leave.
        if self.app.is_running:
            self._show_notes()
        try:
            await self._desk.answer(asked)
        except StorageError as error:
            self.app.library_problem = Problem(reason=error.message, hint=error.hint)

    def _take_view(self, view: SearchView) -> None:
        # A search may end while the reader leaves and the screen is taken apart.
        if self.app.is_running:
            self.show_view(view)

    def _take_photos(self) -> None:
        self._searched_at = asyncio.get_running_loop().time()
        if self.app.is_running:
            self._present()

    @work(group="present", exclusive=True)
    async def _present(self) -> None:
        """Fresh photos come with their first page, so that nothing flickers."""
        if not self.app.is_running:
            return
        try:
            source = await self._desk.photos()
            if not source.length and self.query_one(QueryInput).is_half_typed:
                # What a half-typed filter lets pass says nothing yet.
                self.shows_earlier = True
                self.show_place()
                return
            feed = PhotoFeed(source)
            if self._is_fresh:
                await feed.load_around(self._selects_at)
        except StorageError as error:
            self.app.library_problem = Problem(reason=error.message, hint=error.hint)
            return
        if not self.app.is_running:
            return
        self.shows_earlier = False
        self.post_message(PhotosShown(source, is_fresh=self._is_fresh))
        if self._is_fresh:
            self._is_fresh = False
            self.grid.show(feed, self._selects)
            self._selects, self._selects_at = None, 0
        else:
            self.grid.renew(source, is_refined=self.view.is_refined)
        self.show_place()
