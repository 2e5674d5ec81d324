"""What is pasted, or dropped on the terminal, becomes the question."""

from __future__ import annotations

import asyncio

from textual import work

from imagescope_tui.ui.pasted import is_like_a_path, pasted_picture
from imagescope_tui.ui.screens.asking import AskingScreen
from imagescope_tui.ui.widgets.query_line import QueryInput


class PastingScreen(AskingScreen):
    """Pictures are asked about, and words are typed."""

    def take_pasted(self, text: str) -> None:
        """Look for pictures like the one whose path was pasted or dropped; else the text is typed.

        `text` is on one line.
        """
        if is_like_a_path(text):
            self._look_for_pasted(text)
        else:
            self._type(text)

    @work(group="paste")
    async def _look_for_pasted(self, text: str) -> None:
        picture = await asyncio.to_thread(pasted_picture, text)
        if picture is None:
            self._type(text)
            return
        self.query_one(QueryInput).remember()
        self._ask_anew(self.asked.like(picture, self._desk.order))
        self.set_focus(self.grid)

    def _type(self, text: str) -> None:
        line = self.query_one(QueryInput)
        self.action_focus_query()
        line.replace(text, *line.selection)
