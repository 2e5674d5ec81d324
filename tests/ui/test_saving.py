"""A search is saved under a name, asked by it, replaced and forgotten."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from textual import events
from textual.widgets import Input

import storage.sql
from imagescope_tui.ui.asked import Asked
from imagescope_tui.ui.screens.browse import BrowseScreen
from imagescope_tui.ui.screens.saving import SavedList, SavingScreen
from imagescope_tui.ui.widgets.query_line import QueryInput
from storage.library import DATABASE_NAME, Library
from storage.saved_searches import SavedSearch
from tests.ui.test_browse import ask, shown_names
from tests.ui.test_favourites import notes, press
from tests.ui.waiting import screen_text, settled

if TYPE_CHECKING:
    from tests.ui.conftest import Opener
    from tests.ui.library_world import World

PETS = SavedSearch(name="pets", line="cat OR dog", order="oldest")
WINTER = SavedSearch(name="Winter", line="in:winter")


def saved(world: World) -> tuple[SavedSearch, ...]:
    with Library.open_reader(world.folder) as library:
        return library.saved_searches.all()


@pytest.fixture
def keeper(world: World) -> World:
    """A library that keeps two searches."""
    with Library.open_writer(world.folder) as library, library.atomic():
        library.saved_searches.put(PETS)
        library.saved_searches.put(WINTER)
    return world


async def test_a_search_is_saved_as_typed_with_its_order_and_asked_by_its_name(
    opened: Opener, world: World
) -> None:
    async with opened() as (app, pilot):
        await ask(pilot, "in:winter  type:jpg")
        await press(pilot, "b", "S")
        assert isinstance(app.screen, SavingScreen)
        assert "in:winter type:jpg · oldest first" in screen_text(app)
        assert app.screen.query_one(Input).value == "in-winter-type-jpg"
        assert "@in-winter-type-jpg will ask it." in screen_text(app)
        await press(pilot, *"Snow ", *"days", "enter")
        assert isinstance(app.screen, BrowseScreen)
        search = SavedSearch(name="Snow-days", line="in:winter  type:jpg", order="oldest")
        assert saved(world) == (search,)
        assert "@Snow-days asks it again" in notes(app)[-1]
        oldest_first = shown_names(app)
        await ask(pilot, "")
        await ask(pilot, "@snow-days")
        assert shown_names(app) == oldest_first
        assert app.browse.asked.chip_labels == ("@Snow-days: in:winter type:jpg",)
        await ask(pilot, "@nothing")
        assert "@nothing is no saved search: there is @Snow-days" in screen_text(app)


async def test_further_words_keep_the_order_that_the_reader_has_chosen_since(
    opened: Opener, keeper: World
) -> None:
    async with opened() as (app, pilot):
        await ask(pilot, "@pets")
        orders = [app.browse.order]
        await press(pilot, "b")
        await ask(pilot, "@pets red")
        assert [*orders, app.browse.order] == ["oldest", "match"]


async def test_saved_searches_are_completed(opened: Opener, keeper: World) -> None:
    async with opened() as (app, pilot):
        await press(pilot, "@")
        text = screen_text(app)
        assert "@pets: cat OR dog" in text
        assert "@Winter: in:winter" in text
        assert "is no saved search" not in text
        await press(pilot, "w", "tab", "enter")
        assert app.browse.query_one(QueryInput).value == "@Winter"
        assert app.browse.grid.count == 10


async def test_a_name_that_is_there_is_replaced_when_enter_is_pressed_again(
    opened: Opener, keeper: World
) -> None:
    async with opened() as (app, pilot):
        await ask(pilot, "flower")
        await press(pilot, "S", *"PETS", "enter")
        assert "There is @pets  cat OR dog · oldest first. Enter again replaces it." in screen_text(
            app
        )
        assert saved(keeper) == (PETS, WINTER)
        await press(pilot, "x", "backspace", "enter")
        assert saved(keeper) == (PETS, WINTER)
        await press(pilot, "enter")
        assert saved(keeper) == (SavedSearch(name="PETS", line="flower"), WINTER)


@pytest.mark.parametrize("line", ["@pets", "cat OR dog"])
async def test_a_search_that_is_saved_is_proposed_under_its_name(
    opened: Opener, keeper: World, line: str
) -> None:
    async with opened() as (app, pilot):
        await ask(pilot, line)
        app.browse.action_next_order()
        while app.browse.order != "oldest":
            app.browse.action_next_order()
        await press(pilot, "S")
        assert app.screen.query_one(Input).value == "pets"
        assert "cat OR dog · oldest first" in screen_text(app)
        assert "@pets asks it already." in screen_text(app)
        await press(pilot, "enter", "enter")
        assert saved(keeper) == (PETS, WINTER)


async def test_a_search_never_leads_back_to_itself(opened: Opener, keeper: World) -> None:
    async with opened() as (app, pilot):
        await ask(pilot, "@pets red")
        await press(pilot, "S", *"pets", "enter", "enter")
        assert "names @pets itself" in screen_text(app)
        assert saved(keeper) == (PETS, WINTER)


async def test_a_saved_search_is_forgotten_by_the_second_delete(
    opened: Opener, keeper: World
) -> None:
    async with opened() as (app, pilot):
        await press(pilot, "escape")
        app.browse.action_saved_searches()
        await settled(pilot)
        assert isinstance(app.focused, SavedList)
        await press(pilot, "down", "delete")
        assert "Del again forgets @Winter" in screen_text(app)
        await press(pilot, "up", "delete", "down", "delete")
        assert saved(keeper) == (PETS, WINTER)
        await press(pilot, "delete")
        assert saved(keeper) == (PETS,)
        assert "@Winter" not in screen_text(app)
        await press(pilot, "delete", "delete")
        assert saved(keeper) == ()
        assert isinstance(app.screen, BrowseScreen)


async def test_one_of_the_list_is_asked(opened: Opener, keeper: World) -> None:
    async with opened() as (app, pilot):
        await ask(pilot, "flower")
        await press(pilot, "S", "down", "down", "enter")
        assert app.browse.asked.line == "@Winter"
        assert app.browse.grid.count == 10
        assert app.browse.query_one(QueryInput).history[-1] == "flower"


async def test_escape_changes_nothing(opened: Opener, keeper: World) -> None:
    async with opened() as (app, pilot):
        await ask(pilot, "flower")
        await press(pilot, "S", "escape")
        assert app.browse.asked.line == "flower"
        assert saved(keeper) == (PETS, WINTER)


async def test_what_cannot_be_saved_is_told(opened: Opener) -> None:
    async with opened() as (app, pilot):
        await press(pilot, "escape", "S")
        assert "Nothing to save" in notes(app)[-1]
        app.browse.action_saved_searches()
        await settled(pilot)
        assert "No search is saved yet" in notes(app)[-1]
        await press(pilot, "s", "S")
        assert "not a picture" in notes(app)[-1]
        assert isinstance(app.screen, BrowseScreen)
        assert app.browse.asked != Asked()


async def test_a_library_that_cannot_be_written_is_told(
    opened: Opener, keeper: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage.sql, "BUSY_SECONDS", 0.05)
    async with opened() as (app, pilot):
        await ask(pilot, "flower")
        with closing(sqlite3.connect(keeper.folder / DATABASE_NAME)) as foreigner:
            foreigner.execute("BEGIN IMMEDIATE")
            await press(pilot, "S", "enter")
            assert "Not saved: another program" in screen_text(app)
        await press(pilot, "enter")
        assert len(saved(keeper)) == 3


async def test_what_is_typed_before_the_dialog_is_drawn_is_its_name(
    opened: Opener, keeper: World
) -> None:
    async with opened() as (app, pilot):
        await ask(pilot, "flower")
        app.browse.action_save_search()
        for key in (*"rose", "enter"):
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await settled(pilot)
        assert SavedSearch(name="rose", line="flower") in saved(keeper)
        assert isinstance(app.screen, BrowseScreen)
