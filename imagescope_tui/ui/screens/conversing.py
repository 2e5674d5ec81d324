"""The conversation about a search: lines that refine it, and the way back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from imagescope_tui.ui.chat_words import chat_view, said_so_far
from imagescope_tui.ui.screens.referring import ReferringScreen
from imagescope_tui.ui.search_desk import RANKING_LIMIT
from imagescope_tui.ui.widgets.query_line import QueryInput

if TYPE_CHECKING:
    from imagescope_tui.ui.chat_words import ChatView


class ConversingScreen(ReferringScreen):
    """What is asked may be refined line by line."""

    @property
    def chat(self) -> ChatView:
        """The conversation that led to what is shown."""
        is_served = self.app.settings.has_models()
        chat = chat_view(self.asked, self.view, RANKING_LIMIT, is_served=is_served)
        return replace(chat, reference=self.reference)

    def say_more(self, line: str) -> None:
        """One more line of the conversation, which refines what was said before."""
        so_far = said_so_far(self.asked.line, self.view, RANKING_LIMIT)
        self._ask_anew(replace(self.asked.refined(line, so_far), is_deep=True))

    def undo_turn(self, place: int) -> None:
        """Take a line of the conversation back; the current one is the last."""
        left = self.asked.without_turn(place)
        # Of an edit without words there is nothing to show.
        self._ask_anew(self.asked.anew() if left.is_unfinished else left)

    def start_afresh(self) -> None:
        """Forget the conversation, and ask something new."""
        self.query_one(QueryInput).remember()
        self._ask_anew(self.asked.anew())
        self.action_focus_query()
