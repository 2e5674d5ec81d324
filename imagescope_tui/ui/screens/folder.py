"""Where a folder of photos is chosen: the first thing a new reader sees."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.containers import Center, Middle, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, OptionList, Static

from imagescope_tui.errors import ImagescopeError
from imagescope_tui.ui.actions import bindings_of, told_in
from imagescope_tui.ui.folder_completion import (
    FolderMatch,
    FolderMatches,
    matching_folders,
    typed_folder,
    usual_folder,
)
from imagescope_tui.ui.folder_words import EXAMPLE, added_words, already_indexed, below_the_list
from storage.safe_text import printable

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from imagescope_tui.ui.app import ImagescopeApp
    from storage.records import Root

_MATCHES_SHOWN = 6
_WELCOME = (
    "Find any photo in your own folders: type what it looks like,",
    "what it is called, or when it was taken.",
    "",
    "Which folder holds your photos?",
)
_ANOTHER = ("Which folder of photos?",)
_PROMISE = "Nothing is written into your folders; nothing leaves this computer."


class FolderScreen(Screen[None]):
    """Type or pick a folder; Enter adds it."""

    app: ImagescopeApp
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("folder")

    def __init__(self, *, is_first: bool) -> None:
        super().__init__()
        self._is_first = is_first
        self._matches = FolderMatches()
        self._usual = ""
        """Where photos usually are, which Enter adds where nothing is typed; empty if nowhere."""

    def compose(self) -> ComposeResult:
        """Welcome, line, completions, promise."""
        with Middle(), Center(), Vertical(id="folder-box", classes="dialog") as box:
            box.border_subtitle = told_in("folder")
            yield Static("imagescope" if self._is_first else "Add a folder", id="folder-title")
            for line in _WELCOME if self._is_first else _ANOTHER:
                yield Static(line, classes="folder-line")
            yield Input(placeholder=EXAMPLE, id="folder-input", compact=True)
            yield OptionList(id="folder-matches", compact=True, markup=False)
            yield Static("", id="folder-more", markup=False)
            yield Static("", id="folder-problem", markup=False)
            yield Static(_PROMISE, classes="quiet")

    def on_mount(self) -> None:
        """Offer the usual folder, where it is not in the library; typing replaces it."""
        line, usual = self.query_one(Input), usual_folder(Path.home())
        if usual and not self._already_indexed(typed_folder(usual, Path.home())):
            self._usual = line.placeholder = usual
        line.value = usual if self._is_first else ""
        self.set_focus(line)
        self._look_up(line.value)

    def on_descendant_focus(self) -> None:
        """Enter adds what is in the line, and takes what is in the list."""
        is_picking = isinstance(self.focused, OptionList)
        box = self.query_one("#folder-box")
        box.border_subtitle = told_in("folder list" if is_picking else "folder")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._complain("")
        self._look_up(event.value)

    @work(group="completion", exclusive=True)
    async def _look_up(self, typed: str) -> None:
        matches = await asyncio.to_thread(matching_folders, typed, Path.home(), _MATCHES_SHOWN)
        self._matches = matches
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Content(printable(match.text)) for match in matches.shown])
        options.display = bool(matches.shown)
        words, more = below_the_list(matches, typed), self.query_one("#folder-more", Static)
        more.update(words)
        more.set_class(bool(words), "-shown")

    def action_complete(self) -> None:
        """Take the marked completion, or the first."""
        options = self.query_one(OptionList)
        place = options.highlighted if options.has_focus and options.highlighted else 0
        if self._matches.shown:
            self._take(self._matches.shown[place])

    def action_to_matches(self) -> None:
        """Into the list."""
        options = self.query_one(OptionList)
        if self._matches.shown:
            self.set_focus(options)
            options.highlighted = 0

    @on(OptionList.OptionSelected)
    def _picked(self, event: OptionList.OptionSelected) -> None:
        if event.option_index < len(self._matches.shown):
            self._take(self._matches.shown[event.option_index])

    def _take(self, match: FolderMatch) -> None:
        line = self.query_one(Input)
        line.value = match.text
        self.set_focus(line)
        line.cursor_position = len(match.text)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        typed = event.value.strip() or self._usual
        if typed:
            self._add(self._meant(typed))

    def _meant(self, typed: str) -> Path:
        """A completed name may hold bytes that text cannot show; then its own path is meant."""
        for match in self._matches.shown:
            if match.text.rstrip("/") == typed.rstrip("/"):
                return match.path
        return typed_folder(typed, Path.home())

    @work(group="add-folder", exclusive=True)
    async def _add(self, folder: Path) -> None:
        if not await asyncio.to_thread(folder.is_dir):
            self._complain(f"{printable(str(folder))} is not a folder")
            return
        if told := self._already_indexed(folder):
            self._complain(told)
            return
        try:
            await self.app.session.add_folder(folder)
        except ImagescopeError as error:
            self._complain(printable(f"{error.message} {error.hint}"))
            return
        self.app.notify(added_words(folder, self._roots, Path.home()), markup=False)
        self.dismiss()

    @property
    def _roots(self) -> tuple[Root, ...]:
        return self.app.snapshot.roots if self.app.snapshot else ()

    def _already_indexed(self, folder: Path) -> str:
        return already_indexed(folder, self._roots, Path.home())

    def _complain(self, text: str) -> None:
        problem = self.query_one("#folder-problem", Static)
        problem.update(text)
        problem.set_class(bool(text), "-shown")
