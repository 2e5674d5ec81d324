"""What is known of the selected photo, and why it is where it is."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import on, work

from imagescope_tui.search.picture_words import picture_words
from imagescope_tui.ui.known import NOT_ASKED, UNKNOWN, Known, known_of
from imagescope_tui.ui.messages import SearchAdvanced
from imagescope_tui.ui.screens.timed import TimedScreen
from imagescope_tui.ui.where_desk import WordsInPhoto
from imagescope_tui.ui.why_page import Reasons
from imagescope_tui.ui.widgets.photo_panel import PhotoPanel
from storage.errors import StorageError

if TYPE_CHECKING:
    from imagescope_tui.ui.library_reader import PhotoDetail
    from storage.records import Photo

_DETAIL_SECONDS = 0.05
"""How long a selection must rest before its facts are read."""


class ExplainingScreen(TimedScreen):
    """Tells of the selected photo in the panel, and to the screens above."""

    def __init__(self) -> None:
        super().__init__()
        self._detail: PhotoDetail | None = None
        """What is known of the selected photo, or of the one before it."""

    def show_known(self) -> None:
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
        self.tell_above()

    def tell_above(self) -> None:
        """The screens above show what is asked and found as well."""
        for screen in self.app.screen_stack[1:]:
            screen.post_message(SearchAdvanced())

    @work(group="detail", exclusive=True)
    async def read_detail(self, photo: Photo | None) -> None:
        """Have told what is known of a photo that stays selected for a moment."""
        await asyncio.sleep(_DETAIL_SECONDS)
        if photo is None:
            return
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
