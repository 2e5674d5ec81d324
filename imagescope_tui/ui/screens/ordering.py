"""The order of what was found: by match or by date, as the reader asks for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on

from imagescope_tui.ui.arranging import following
from imagescope_tui.ui.screens.pasting import PastingScreen
from imagescope_tui.ui.widgets.query_line import Outcome, QueryInput

if TYPE_CHECKING:
    from imagescope_tui.search.types import Order
    from imagescope_tui.ui.arranging import OrderShown


class OrderingScreen(PastingScreen):
    """Photos may be shown in another order, while their question lasts."""

    @property
    def order(self) -> Order:
        """How the reader wants what matches to be ordered."""
        return self._desk.order

    @property
    def order_shown(self) -> OrderShown:
        """The order of the photos that are on the screen."""
        return self._desk.order_shown

    @on(Outcome.Clicked)
    def action_next_order(self) -> None:
        """By match, newest first or oldest first: what was found stays, and nothing is asked."""
        query = self.view.query or self.asked.query
        if query.is_by_picture:
            self.say("Pictures like another have one order: by likeness.")
            return
        self._desk.order = following(query, self._desk.order)
        self._is_fresh = True
        asked = self.asked
        if asked.is_unfinished:
            # What was asked before is on the screen, and is what one comes back to.
            self.asked = replace(asked, order_before=self._desk.order)
            asked = self.answered
        if query.is_timeline:
            self._answer(asked, 0)
        else:
            self._take_photos()
            self.show_view(self.view)

    @on(QueryInput.Begun)
    def _line_begun(self) -> None:
        """Another question, also where the line was empty for but a moment."""
        self._desk.order = "match"
