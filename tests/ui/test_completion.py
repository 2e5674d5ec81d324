"""The query line completed as it is typed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from textual.geometry import Region

from imagescope_tui.ui import app as app_module
from imagescope_tui.ui.asked import Asked
from imagescope_tui.ui.pictures.graphics import paint_sixel
from imagescope_tui.ui.pictures.key import Box
from imagescope_tui.ui.widgets.chip_row import ChipRow
from imagescope_tui.ui.widgets.completion_list import CompletionList
from imagescope_tui.ui.widgets.pixel_overlay import PlacedPainting
from imagescope_tui.ui.widgets.query_line import QueryInput, QueryLine
from imagescope_tui.ui.widgets.reading_notes import ReadingNotes
from storage.library import Library
from tests.ui.library_world import add_photo
from tests.ui.scenes import scene
from tests.ui.waiting import screen_text, settled, until

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from imagescope_tui.ui.app import ImagescopeApp
    from tests.ui.conftest import Opener
    from tests.ui.library_world import World

_LONG = "gardening with a very long name of a folder that goes on and on and on"


@pytest.fixture(autouse=True)
def travelled(world: World) -> None:
    """Folders that begin alike, beside those of the drawn photos."""
    with Library.open_writer(world.folder) as library:
        root = library.roots.all()[0].id
        for number, folder in enumerate(("2021 Italy", "2021 Italy", "Italy", "New York", _LONG)):
            add_photo(world, library, root, 100 + number, folder=folder)


async def type_line(app: ImagescopeApp, pilot: Pilot[int], line: str) -> QueryInput:
    """Press the keys of a line once the names are known."""
    await until(pilot, lambda: bool(app.names.folders))
    await pilot.press(*("space" if sign == " " else sign for sign in line))
    await settled(pilot)
    return app.browse.query_one(QueryInput)


def choice(app: ImagescopeApp) -> CompletionList:
    return app.browse.query_one(CompletionList)


async def test_several_ways_are_listed_below_the_line_with_their_counts(opened: Opener) -> None:
    async with opened((80, 24)) as (app, pilot):
        line = await type_line(app, pilot, "in:it")
        rows = screen_text(app).splitlines()
        assert " in:Italy       1 " in rows[2]
        assert " in:2021 Italy  2 " in rows[3]
        assert line.value == "in:it"
        assert choice(app).region.height == 2


async def test_what_is_typed_so_far_searches(opened: Opener) -> None:
    async with opened() as (app, pilot):
        await type_line(app, pilot, "winter ga")
        assert app.browse.asked.line == "winter ga"


@pytest.mark.parametrize(
    "line", ["in:", "has:", "type:", "camera:", "date:20", "in:it", "red -in:"]
)
async def test_of_a_filter_that_is_being_completed_nothing_is_refused(
    opened: Opener, line: str
) -> None:
    async with opened() as (app, pilot):
        typed = await type_line(app, pilot, line)
        assert typed.is_offering
        assert not app.browse.query_one(ReadingNotes).display
        assert app.browse.grid.display


async def test_of_what_is_not_completed_is_told_what_was_refused(opened: Opener) -> None:
    async with opened() as (app, pilot):
        await type_line(app, pilot, "2020-13 in:it")
        assert "write 2021-07 or 2021-07-19" in screen_text(app)
        assert choice(app).is_open


async def test_a_filter_that_is_not_completed_any_more_counts_as_it_stands(
    opened: Opener,
) -> None:
    async with opened() as (app, pilot):
        await type_line(app, pilot, "in:it has:")
        assert not app.browse.query_one(ReadingNotes).display
        await pilot.press("escape")
        await settled(pilot)
        assert "has: needs a value" in screen_text(app)


async def test_photos_stay_while_a_filter_is_completed_and_are_not_counted_to_it(
    opened: Opener,
) -> None:
    async with opened() as (app, pilot):
        await type_line(app, pilot, "in:it")
        assert app.browse.grid.display
        assert "45 found" not in screen_text(app)
        await pilot.press("escape")
        await settled(pilot)
        assert "No photo passes these filters" in screen_text(app)


async def test_the_best_way_is_shown_behind_the_cursor(opened: Opener) -> None:
    async with opened((80, 24)) as (app, pilot):
        await type_line(app, pilot, "in:new")
        assert "/ in:new → in:New York  1" in screen_text(app)
        assert not choice(app).display
        await pilot.press(*["backspace"] * 3, *"wal")
        await settled(pilot)
        assert "/ in:walchensee  10" in screen_text(app)


async def test_tab_takes_the_ways_one_after_the_other(opened: Opener) -> None:
    async with opened() as (app, pilot):
        line = await type_line(app, pilot, "in:it")
        seen = []
        for _ in range(3):
            await pilot.press("tab")
            await settled(pilot)
            seen.append(line.value)
            assert app.browse.asked.line == line.value
        assert seen == ["in:Italy", 'in:"2021 Italy"', "in:Italy"]
        assert app.focused is line
        await pilot.press("space", *"red")
        await settled(pilot)
        assert line.value == "in:Italy red"
        assert not choice(app).display


async def test_right_at_the_end_of_the_line_takes_the_best_way(opened: Opener) -> None:
    async with opened() as (app, pilot):
        line = await type_line(app, pilot, "in:it")
        await pilot.press("left", "right")
        assert line.value == "in:it"
        await pilot.press("right")
        await settled(pilot)
        assert line.value == "in:Italy"


async def test_behind_a_filter_its_values_are_completed(opened: Opener) -> None:
    async with opened() as (app, pilot):
        line = await type_line(app, pilot, "came")
        await pilot.press("tab")
        await settled(pilot)
        assert line.value == "camera:"
        await pilot.press("tab")
        await settled(pilot)
        assert line.value == 'camera:"Fujifilm X-T3"'


async def test_where_nothing_is_to_be_completed_tab_leads_to_the_filters_at_most(
    opened: Opener,
) -> None:
    async with opened() as (app, pilot):
        line = await type_line(app, pilot, "red")
        await pilot.press("tab")
        assert line.has_focus
        await pilot.press("space", *"date:2019-07", "tab")
        await settled(pilot)
        assert app.focused is app.browse.query_one(ChipRow)


async def test_an_empty_line_leads_to_the_photos(opened: Opener) -> None:
    async with opened() as (app, pilot):
        await settled(pilot)
        await pilot.press("tab")
        assert app.focused is app.browse.grid


async def test_who_types_on_behind_a_completion_runs_no_command(opened: Opener) -> None:
    async with opened() as (app, pilot):
        line = await type_line(app, pilot, "in:new")
        await pilot.press("tab", "tab", "tab")
        await settled(pilot)
        assert app.focused is line
        await pilot.press("space", *"box")
        await settled(pilot)
        assert line.value == 'in:"New York" box'


async def test_who_types_on_at_the_filters_types_in_the_line(opened: Opener) -> None:
    async with opened() as (app, pilot):
        line = await type_line(app, pilot, "date:2019-07")
        await pilot.press("tab")
        assert app.browse.query_one(ChipRow).has_focus
        await pilot.press("space", *"hoax")
        await settled(pilot)
        assert line.has_focus
        assert line.value == "date:2019-07 hoax"
        assert not app.browse.marks


async def test_escape_closes_the_choice_before_it_leaves_the_line(opened: Opener) -> None:
    async with opened() as (app, pilot):
        line = await type_line(app, pilot, "in:it")
        await pilot.press("escape")
        await settled(pilot)
        assert (choice(app).display, app.focused) == (False, line)
        await pilot.press("escape")
        await settled(pilot)
        assert app.focused is not line
        assert line.value == "in:it"


async def test_down_and_up_move_in_the_choice(opened: Opener) -> None:
    async with opened() as (app, pilot):
        line = await type_line(app, pilot, "in:it")
        seen = []
        for key in ("down", "down", "up", "down", "up", "up"):
            await pilot.press(key)
            await settled(pilot)
            assert choice(app).display
            assert app.browse.asked.line == line.value
            seen.append(line.value)
        one, other = 'in:"2021 Italy"', "in:Italy"
        assert seen == [one, other, one, other, one, other]
        await pilot.press("space", *"box")
        assert line.value == "in:Italy box"


async def test_tab_completes_the_values_of_a_filter_that_was_moved_to(
    opened: Opener, world: World
) -> None:
    with Library.open_writer(world.folder) as library:
        add_photo(world, library, library.roots.all()[0].id, 200, folder="Camerino")
    async with opened() as (app, pilot):
        line = await type_line(app, pilot, "came")
        while line.value != "camera:":
            await pilot.press("down")
        assert choice(app).is_open
        await pilot.press("tab")
        await settled(pilot)
        assert line.value == 'camera:"Fujifilm X-T3"'


async def test_tab_takes_the_way_that_was_chosen_and_closes_the_choice(opened: Opener) -> None:
    async with opened() as (app, pilot):
        line = await type_line(app, pilot, "in:it")
        await pilot.press("down", "tab")
        await settled(pilot)
        assert line.value == 'in:"2021 Italy"'
        assert not choice(app).display
        await pilot.press("tab")
        assert app.focused is line
        assert line.value == 'in:"2021 Italy"'


async def test_the_cursor_stays_in_sight_where_the_line_gets_less_room(opened: Opener) -> None:
    async with opened((80, 24)) as (app, pilot):
        line = await type_line(app, pilot, "a dog in the snow of a very late winter")
        assert "a dog in the snow" in screen_text(app)
        app.browse.query_one(QueryLine).show_chips(("camera Canon EOS R6", "July 2021"))
        await settled(pilot)
        assert line.size.width < len(line.value)
        assert " winter  ‹camera" in screen_text(app)
        assert "a dog in the snow" not in screen_text(app)


async def test_down_leaves_the_line_where_the_choice_is_closed(opened: Opener) -> None:
    async with opened() as (app, pilot):
        line = await type_line(app, pilot, "in:it")
        await pilot.press("escape", "down")
        await settled(pilot)
        assert app.focused is not line
        assert line.value == "in:it"
        assert not choice(app).display


async def test_enter_closes_the_choice(opened: Opener) -> None:
    async with opened() as (app, pilot):
        await type_line(app, pilot, "in:it")
        await pilot.press("enter")
        await settled(pilot)
        assert not choice(app).display


async def test_a_line_that_is_recalled_offers_nothing(opened: Opener) -> None:
    async with opened() as (app, pilot):
        await type_line(app, pilot, "in:it")
        await pilot.press("enter", "slash", "up")
        await settled(pilot)
        assert not choice(app).display


async def test_a_click_takes_a_way(opened: Opener) -> None:
    async with opened() as (app, pilot):
        line = await type_line(app, pilot, "in:it")
        await pilot.click(CompletionList, offset=(3, 1))
        await settled(pilot)
        assert line.value == 'in:"2021 Italy"'
        assert not choice(app).display


async def test_a_long_name_is_cut_with_a_sign(opened: Opener) -> None:
    async with opened((80, 24)) as (app, pilot):
        await type_line(app, pilot, "in:gard")
        list_region = choice(app).region
        assert app.screen.region.contains_region(list_region)
        assert list_region.width < 60
        assert re.search(r"in:gardening with .*….* on  1 ", screen_text(app), re.MULTILINE)


async def test_sixels_are_not_drawn_over_the_choice(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened((80, 24)) as (app, pilot):
        written: list[str] = []
        await type_line(app, pilot, "in:it")
        assert app._driver is not None
        monkeypatch.setattr(app._driver, "write", written.append)
        painting = paint_sixel(scene(0).image, Box(60, 8))
        grid = app.browse.grid
        grid.display = True
        await settled(pilot)
        grid._overlay._placed = lambda: [PlacedPainting(painting, Region(0, 0, 60, 8))]
        for is_drawn in (False, True):
            grid._overlay.note(Region(0, 0, 60, 2))
            await pilot.pause()
            assert ("\x1bP" in "".join(written)) is is_drawn
            app.browse.query_one(QueryInput).close_offer()
            await settled(pilot)
            grid.display = True
            await settled(pilot)
            written.clear()


async def test_names_follow_the_library(
    opened: Opener, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_module, "_NAMES_SECONDS", 0.0)
    async with opened() as (app, pilot):
        await until(pilot, lambda: bool(app.names.folders))
        with Library.open_writer(world.folder) as library:
            root = library.roots.all()[0].id
            add_photo(world, library, root, 200, folder="Zanzibar")
        await until(pilot, lambda: "Zanzibar" in {name.name for name in app.names.folders})
        line = await type_line(app, pilot, "zanz")
        await pilot.press("tab")
        assert line.value == "in:Zanzibar"


async def test_lines_are_read_with_the_library_and_the_readers_habits_in_mind(
    opened: Opener,
) -> None:
    async with opened(is_day_first=lambda: False) as (app, pilot):
        await type_line(app, pilot, "red")
        context = app.browse.asked.context
        assert (context.names, context.is_day_first) == (app.names, False)
        assert app.browse.asked == Asked(line="red")
