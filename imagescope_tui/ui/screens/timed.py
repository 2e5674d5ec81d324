"""The way through the years: a strip beside the photos, and keys that lead from month to month."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import events, on, work

from imagescope_tui.ui.arranging import order_shown
from imagescope_tui.ui.messages import PhotosShown
from imagescope_tui.ui.months import Months
from imagescope_tui.ui.narrowing import narrowed
from imagescope_tui.ui.screens.keeping import KeepingScreen
from imagescope_tui.ui.widgets.photo_grid import PhotoGrid
from imagescope_tui.ui.widgets.query_line import QueryInput
from imagescope_tui.ui.widgets.time_strip import TimeStrip
from storage.errors import StorageError

if TYPE_CHECKING:
    from imagescope_tui.ui.months import Length, Period
    from imagescope_tui.ui.photo_feed import PhotoSource

_ROOMY_CELLS = 120
"""From this width on the strip is there unasked: beside it and the panel, cards stay readable."""
_REST = 20
"""The months of a library that grows are read at most a twentieth of the time."""


class TimedScreen(KeepingScreen):
    """By date a month is gone to; where photos do not stand by date, they are narrowed to it."""

    def __init__(self) -> None:
        super().__init__()
        self.months = Months()
        """Of the photos in the grid; none until they have been counted."""
        self._months_due = float("-inf")

    @on(events.Resize)
    def _make_room(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= _ROOMY_CELLS, "-roomy")

    @property
    def strip(self) -> TimeStrip:
        """The years and months."""
        return self.query_one(TimeStrip)

    def on_mount(self) -> None:
        """The strip is there, or not, as the reader left it."""
        self._show_strip(self.app.kept.shows_time)

    def _want_strip(self, *, is_wanted: bool) -> None:
        self.app.keep(replace(self.app.kept, shows_time=is_wanted))
        self._show_strip(is_wanted)

    def _show_strip(self, is_wanted: bool | None) -> None:
        self.set_class(is_wanted is True, "-with-time")
        self.set_class(is_wanted is False, "-without-time")

    def action_time(self) -> None:
        """To the years, which are shown."""
        if not self.months.count:
            self.say("There are no photos here, and no years to show.")
            return
        if not self.strip.display:
            self._want_strip(is_wanted=True)
        self.set_focus(self.strip)

    def step_time(self, steps: int, length: Length) -> None:
        """To where the next year or month begins; backwards to where this one does."""
        if self._is_by_date:
            self.grid.jump_to(self.months.beginning(self.grid.index, steps, length))
        else:
            self.say(self._no_steps)

    @property
    def _is_by_date(self) -> bool:
        return order_shown(self.view, self.order) != "match"

    @property
    def _no_steps(self) -> str:
        query = self.view.query
        if query is not None and query.is_by_picture:
            return "By likeness years do not follow each other: t narrows to one."
        return "By match years do not follow each other: b orders by date, t narrows to one."

    @on(PhotosShown)
    def _photos_shown(self, event: PhotosShown) -> None:
        if event.is_fresh:
            self.months, self._months_due = Months(), float("-inf")
        self._read_months(event.source)

    @work(group="months", exclusive=True)
    async def _read_months(self, source: PhotoSource) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, self._months_due - loop.time()))
        began = loop.time()
        try:
            months = await asyncio.to_thread(Months, await source.months())
        except StorageError as error:
            self.tell_problem(error)
            return
        self._months_due = loop.time() + _REST * (loop.time() - began)
        if self.app.is_running:
            self.months = months
            self._show_months()

    def _show_months(self) -> None:
        oldest_first = order_shown(self.view, self.order) == "oldest"
        self.strip.show_months(self.months, is_by_date=self._is_by_date, oldest_first=oldest_first)
        self._show_month()

    @on(PhotoGrid.Selected)
    def _show_month(self) -> None:
        if self.months.count:
            self.strip.show_place(self.months.month_at(self.grid.index))

    @on(TimeStrip.Picked)
    def _period_picked(self, event: TimeStrip.Picked) -> None:
        if not self._is_by_date:
            self._narrow_to(event.period)
        elif (place := self.months.first_of(event.period)) is not None:
            self.grid.jump_to(place)

    def _narrow_to(self, period: Period) -> None:
        if period:
            self.query_one(QueryInput).remember()
            self._ask_anew(narrowed(self.asked, period))

    @on(TimeStrip.Left)
    def _time_left(self, event: TimeStrip.Left) -> None:
        if event.is_hidden:
            self._want_strip(is_wanted=False)
        self.set_focus(self.grid if self.grid.display else None)
