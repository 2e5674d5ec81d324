"""A narrow column of years and months beside the photos: how many, and a way to each."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from imagescope_tui.ui.actions import bindings_of
from imagescope_tui.ui.months import Months, is_year, year_of
from imagescope_tui.ui.widgets.time_rows import Window, neighbour, periods_of, rows_of

if TYPE_CHECKING:
    from textual.binding import BindingType
    from textual.visual import Visual

    from imagescope_tui.ui.actions import Situation
    from imagescope_tui.ui.months import Period
    from imagescope_tui.ui.widgets.time_rows import TimeRow

_MORE = "⋮"
_HERE = "▌"
_WHEEL_LINES = 3


class TimeStrip(Widget, can_focus=True):
    """Follows the selection; a year or month that is picked is for the screen to go to."""

    ALLOW_SELECT = False
    FOCUS_ON_CLICK = False
    DEFAULT_CSS = "TimeStrip { width: 13; height: 1fr; padding: 0 1 0 0; }"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("time")

    situation: ClassVar[Situation] = "time"

    class Picked(Message):
        """A year or a month."""

        def __init__(self, period: Period) -> None:
            super().__init__()
            self.period = period

    class Left(Message):
        """Back to the photos."""

        def __init__(self, *, is_hidden: bool = False) -> None:
            super().__init__()
            self.is_hidden = is_hidden
            """Whether the strip is not wanted any more."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._months = Months()
        self._periods: tuple[Period, ...] = ()
        self._rows: tuple[TimeRow, ...] = ()
        self._window = Window(0, 0)
        self._is_by_date = True
        self._here: Period = ""
        self._cursor: Period = ""

    def show_months(self, months: Months, *, is_by_date: bool, oldest_first: bool) -> None:
        """Other photos; where they stand by date, whoever moves here moves the selection."""
        self._months, self._is_by_date = months, is_by_date
        self._periods = periods_of(months.photos, oldest_first=oldest_first)
        self._arrange()

    def show_place(self, month: Period) -> None:
        """The month of the selected photo."""
        if month != self._here:
            self._here = month
            if self._is_by_date or not self.has_focus:
                self._cursor = month
            self._arrange()

    def action_step(self, steps: int) -> None:
        """To another month; where years can be picked too, to the next line."""
        stops = (it for it in self._periods if not (self._is_by_date and is_year(it)))
        self._move_to(neighbour(stops, self._cursor, steps))

    def action_step_years(self, steps: int) -> None:
        """To another year."""
        years = [period for period in self._periods if is_year(period)]
        year = neighbour(years, year_of(self._cursor), steps)
        if year != year_of(self._cursor):
            self._move_to(self._stop_in(year))

    def action_first(self) -> None:
        """To the first."""
        self.action_step(-len(self._periods))

    def action_last(self) -> None:
        """To the last."""
        self.action_step(len(self._periods))

    def action_choose(self) -> None:
        """To its photos, which are selected already where they stand by date."""
        if not self._is_by_date:
            self.post_message(self.Picked(self._cursor))
        self.post_message(self.Left())

    def action_leave(self) -> None:
        """Back to the photos."""
        self.post_message(self.Left())

    def action_hide(self) -> None:
        """Back to the photos, without the strip."""
        self.post_message(self.Left(is_hidden=True))

    @on(events.Focus)
    @on(events.Blur)
    def _begin_here(self) -> None:
        self._cursor = self._here
        self._arrange()

    def on_click(self, event: events.Click) -> None:
        """Pick what was clicked; a sign for more leads there."""
        row = self._window.row_at(event.y)
        if row is not None:
            self.post_message(self.Picked(self._rows[row].period))
        elif event.y < len(self._rows):
            self._scroll(self._window.room - 2 if event.y else 2 - self._window.room)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Later lines."""
        event.stop()
        self._scroll(_WHEEL_LINES)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Earlier lines."""
        event.stop()
        self._scroll(-_WHEEL_LINES)

    def on_resize(self) -> None:
        """More or fewer lines."""
        self._arrange()

    def render(self) -> Visual:
        """The lines in view."""
        window, width = self._window, self.content_size.width
        more = Content.assemble(" ", (_MORE, "$foreground-muted"))
        shown = (window.row_at(line) for line in range(min(window.room, window.rows)))
        return Content("\n").join(
            more if row is None else self._line(self._rows[row], width) for row in shown
        )

    def _line(self, row: TimeRow, width: int) -> Content:
        is_here = row.period == self._shown(self._here)
        indent = "" if is_year(row.period) else " "
        label = row.label.ljust(width - 1 - len(indent) - len(row.number))
        looks = "bold $text-primary" if is_here else "bold" if is_year(row.period) else ""
        styles = ("$primary", looks, looks if is_here else "$foreground-muted")
        if self.has_focus and row.period == self._shown(self._cursor):
            styles = ("reverse", "reverse bold", "reverse bold")
        parts = (f"{_HERE if is_here else ' '}{indent}", label, row.number)
        return Content.assemble(*zip(parts, styles, strict=True))

    def _move_to(self, period: Period) -> None:
        self._cursor = period
        self._arrange()
        if self._is_by_date:
            self.post_message(self.Picked(period))

    def _stop_in(self, year: Period) -> Period:
        """The year, or its first month where photos stand by date."""
        place = self._periods.index(year)
        return self._periods[place + 1 if self._is_by_date else place]

    def _arrange(self) -> None:
        """The lines for where the keys are, which come into view."""
        room = self.size.height
        self._rows = rows_of(self._periods, self._months.photos, year_of(self._cursor), room)
        listed = [row.period for row in self._rows]
        wanted = (year_of(self._cursor), self._cursor)
        places = [listed.index(period) for period in wanted if period in listed]
        self._window = Window(len(listed), room, self._window.top).showing(*places)
        self.refresh()

    def _shown(self, period: Period) -> Period:
        """The period, or its year where it has no line."""
        return period if any(row.period == period for row in self._rows) else year_of(period)

    def _scroll(self, lines: int) -> None:
        self._window = self._window.scrolled(lines)
        self.refresh()
