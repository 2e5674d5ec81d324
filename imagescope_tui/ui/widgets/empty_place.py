"""A place without photos that says why, and what to do next."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import work
from textual.containers import Center, Middle
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from imagescope_tui.ui.folder_look import FolderLook, look_at
from imagescope_tui.ui.nothing_found import Sieve
from storage.errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path

    from textual.app import ComposeResult

    from imagescope_tui.search.query_language import Chip
    from imagescope_tui.ui.app import ImagescopeApp
    from imagescope_tui.ui.emptiness import Emptiness


class EmptyPlace(Middle):
    """A title and a few quiet lines in the middle."""

    app: ImagescopeApp

    is_typing: reactive[bool] = reactive(False)
    """Whether letters are written, and are no keys."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._emptiness: Emptiness | None = None
        self._learned_of: tuple[tuple[Chip, ...], tuple[Path, ...]] = ((), ())
        self._sieves: tuple[Sieve, ...] = ()
        self._looks: tuple[FolderLook, ...] = ()

    def compose(self) -> ComposeResult:
        """One block of text."""
        with Center():
            yield Static(id="empty-words", markup=False)

    def explain(self, emptiness: Emptiness | None) -> bool:
        """Say why there is nothing, at once, and more when more is learned; whether there is."""
        self._emptiness = emptiness
        if emptiness is not None:
            worth = (emptiness.filters, emptiness.folders)
            if worth != self._learned_of:
                self._learned_of, self._sieves, self._looks = worth, (), ()
                self._learn(*worth)
        return self._show()

    def watch_is_typing(self) -> None:
        """A key is reached in another way."""
        self._show()

    @work(group="empty", exclusive=True)
    async def _learn(self, filters: tuple[Chip, ...], folders: tuple[Path, ...]) -> None:
        """How many photos pass each filter, and what is the matter with each folder."""
        try:
            counts = [await self.app.reader.count(chip.wanted) for chip in filters]
        except StorageError:
            # That the library cannot be read is told by those who read more of it.
            return
        looks = [await asyncio.to_thread(look_at, folder) for folder in folders]
        pairs = zip(filters, counts, strict=True)
        self._sieves = tuple(Sieve(chip=chip, photos=count) for chip, count in pairs)
        self._looks = tuple(looks)
        self._show()

    def _show(self) -> bool:
        emptiness = self._emptiness
        words = (
            emptiness.words(self._sieves, self._looks, is_typing=self.is_typing)
            if emptiness
            else None
        )
        if words is not None:
            title = Content.styled(words.title, "bold")
            lines = [Content.styled(line, "$foreground-muted") for line in words.lines]
            self.query_one(Static).update(Content("\n").join([title, Content(), *lines]))
        return words is not None
