"""A search gets a name; those that have one are asked again, or forgotten."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static

from imagescope_tui.search.reading.saved import leads_to
from imagescope_tui.ui.actions import bindings_of, told_in
from imagescope_tui.ui.keeping_words import meant_words, named, search_words
from imagescope_tui.ui.library_writer import forget_search, save_search
from storage.errors import StorageError
from storage.safe_text import printable
from storage.saved_searches import SavedSearch, search_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from imagescope_tui.ui.app import ImagescopeApp
    from storage.saved_searches import SearchOrder


class SavedList(OptionList):
    """The saved searches, a line for each."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_of("saved")

    def action_forget(self) -> None:
        """The screen asks whether that is meant."""
        screen = self.screen
        assert isinstance(screen, SavingScreen)
        if self.highlighted is not None:
            screen.forget(self.highlighted)


class SavingScreen(ModalScreen[str | None]):
    """Gives the name of the saved search that is to be asked, or None."""

    app: ImagescopeApp
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("saving")

    def __init__(self, line: str, order: SearchOrder, known: SavedSearch | None = None) -> None:
        """`line`: to be saved; empty where one of those that are saved is wanted.

        `known`: the saved search that the line is.
        """
        super().__init__()
        self._line = (known.line if known else line).strip()
        self._proposed = known.name if known else search_name(line)
        self._order = order
        self._to_replace = ""
        """The name that Enter replaces when it is pressed again."""
        self._to_forget = ""
        """The name that Delete forgets when it is pressed again."""

    def compose(self) -> ComposeResult:
        """What is saved, its name, and what is saved already."""
        with Vertical(classes="dialog", id="saving-box") as box:
            box.border_title = "Save this search" if self._line else "Saved searches"
            if self._line:
                yield Static(meant_words(self._line, self._order), id="saving-line", markup=False)
                yield Input(self._proposed, id="saving-name", compact=True, select_on_focus=False)
            yield SavedList(id="saving-list", compact=True, markup=False)
            yield Static("", id="saving-note", markup=False)

    def on_mount(self) -> None:
        """The name can be changed at once."""
        self._show_searches()
        if self._line:
            # At once: `focus` would do it when what follows in a burst of keys is lost already.
            self.set_focus(self.query_one(Input))
            self.query_one(Input).select_all()
            self._tell_use()
        else:
            self.action_to_saved()

    def on_key(self, event: events.Key) -> None:
        """What was typed before there was a line for the name belongs into it."""
        line = self.focused
        if isinstance(line, Input) and event.character and event.is_printable:
            event.prevent_default().stop()
            line.replace(event.character, *line.selection)

    def on_descendant_focus(self) -> None:
        """Other keys work elsewhere."""
        is_naming = isinstance(self.focused, Input)
        box = self.query_one("#saving-box")
        box.border_subtitle = told_in("saving" if is_naming else "saved")

    def action_close(self) -> None:
        """Close, and change nothing."""
        self.dismiss(None)

    def action_to_saved(self) -> None:
        """From the name to the list."""
        options = self.query_one(SavedList)
        if self.app.searches:
            options.highlighted = options.highlighted or 0
            options.focus()

    def _show_searches(self) -> None:
        options, searches = self.query_one(SavedList), self.app.searches
        place = options.highlighted
        options.clear_options()
        options.add_options([Content(search_words(search)) for search in searches])
        options.display = bool(searches)
        if place is not None and searches:
            options.highlighted = min(place, len(searches) - 1)

    @on(Input.Changed)
    def _name_changed(self) -> None:
        self._to_replace = ""
        self._tell_use()

    def _tell_use(self) -> None:
        """How the search is going to be asked for."""
        if self._line:
            is_there = self._to_save in self.app.searches
            use = "asks it already" if is_there else "will ask it"
            name = self._typed_name
            self._tell(f"@{name} {use}." if name else "A name needs letters or digits.")

    @property
    def _to_save(self) -> SavedSearch:
        return SavedSearch(name=self._typed_name, line=self._line, order=self._order)

    @property
    def _typed_name(self) -> str:
        return search_name(self.query_one(Input).value)

    @on(Input.Submitted)
    def _submitted(self) -> None:
        name = self._typed_name
        if not name:
            return
        there = named(name, self.app.searches)
        if leads_to(self._line, name, self.app.searches):
            self._tell(f"This search names @{name} itself: choose another name.")
        elif there is not None and self._to_replace != name:
            self._to_replace = name
            self._tell(f"There is {search_words(there)}. Enter again replaces it.")
        else:
            search = self._to_save
            self._write(lambda: save_search(self.app.settings.library, search), saved=name)

    def forget(self, place: int) -> None:
        """Forget a search of the list; not before it was asked for twice."""
        name = self.app.searches[place].name
        if self._to_forget != name:
            self._to_forget = name
            self._tell(f"Del again forgets @{name}; no photo is touched.")
            return
        self._write(lambda: forget_search(self.app.settings.library, name))

    @on(OptionList.OptionHighlighted)
    def _moved(self) -> None:
        if self._to_forget:
            self._to_forget = ""
            self._tell("")

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self.app.searches[event.option_index].name)

    @work(group="saving", exclusive=True)
    async def _write(self, write: Callable[[], None], *, saved: str = "") -> None:
        try:
            await asyncio.to_thread(write)
        except StorageError as error:
            self._tell(printable(f"Not saved: {error.message}"))
            return
        await self.app.look_at_library()
        if saved:
            self.app.browse.say(f"Saved: @{saved} asks it again.")
            self.dismiss(None)
            return
        self._to_forget = ""
        self._tell("Forgotten.")
        self._show_searches()
        if not self.app.searches and not self._line:
            self.dismiss(None)

    def _tell(self, text: str) -> None:
        note = self.query_one("#saving-note", Static)
        note.update(text)
