"""The strip of years beside the photos, and the keys that lead from month to month."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from imagescope_tui.ui.library_reader import LibraryReader
from imagescope_tui.ui.months import Months
from imagescope_tui.ui.photo_feed import Ranking, Timeline
from imagescope_tui.ui.widgets.query_line import QueryInput
from imagescope_tui.ui.widgets.time_strip import TimeStrip
from storage.library import Library
from storage.records import Facts, MonthRun, PhotoFilter
from tests.ui.library_world import add_photo
from tests.ui.scripted_search import ScriptedEngine, candidates
from tests.ui.waiting import screen_text, settled, until

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from imagescope_tui.ui.app import ImagescopeApp
    from tests.ui.conftest import Opener
    from tests.ui.library_world import World

SIZE = (120, 30)
"""From here on the strip is shown unasked."""
MONTHS_2020 = ["Jul", "Jun", "May", "Apr", "Mar", "Feb", "Jan"]
"""Each has four photos, as have the three of 2019."""


def strip_lines(app: ImagescopeApp) -> list[str]:
    """What the strip shows, its signs left out."""
    strip = app.browse.query_one(TimeStrip).region
    lines = screen_text(app).splitlines()[strip.y : strip.bottom]
    found = (" ".join(line[strip.x : strip.right].replace("▌", " ").split()) for line in lines)
    return [line for line in found if line]


def here(app: ImagescopeApp) -> str:
    """The line with the sign of the selection."""
    strip = app.browse.query_one(TimeStrip).region
    lines = screen_text(app).splitlines()[strip.y : strip.bottom]
    marked = [line[strip.x : strip.right] for line in lines if line[strip.x : strip.x + 1] == "▌"]
    return " ".join(marked[0].strip("▌ ").split()) if marked else ""


def selected(app: ImagescopeApp) -> str:
    photo = app.browse.photo
    return photo.moment[:7] if photo else ""


async def pressed(pilot: Pilot[int], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


async def click_line(pilot: Pilot[int], app: ImagescopeApp, words: str) -> None:
    line = strip_lines(app).index(words)
    await pilot.click(TimeStrip, offset=(3, line))
    await settled(pilot)


@pytest.mark.parametrize("oldest_first", [False, True])
@pytest.mark.parametrize(
    "wanted",
    [
        PhotoFilter(),
        PhotoFilter(folder_names=("winter",)),
        PhotoFilter(taken_before="2020-03"),
        PhotoFilter(without=(PhotoFilter(folder_names=("2020",)),)),
    ],
)
async def test_the_way_leads_to_the_first_photo_of_each_month_of_the_timeline(
    world: World, wanted: PhotoFilter, oldest_first: bool
) -> None:
    reader = LibraryReader(world.folder)
    timeline = Timeline(reader, wanted, await reader.count(wanted), oldest_first=oldest_first)
    photos = [item.photo for item in await timeline.fetch(0, 999) if item]
    months = Months(await timeline.months())
    assert months.count == timeline.length == len(photos)
    for month in {photo.moment[:7] for photo in photos}:
        first = next(n for n, photo in enumerate(photos) if photo.moment[:7] == month)
        assert months.first_of(month) == first
    await reader.close()


async def test_of_what_was_found_each_photo_counts_as_far_as_its_date_is_known(
    world: World,
) -> None:
    with Library.open_writer(world.folder) as library:
        (root,) = library.roots.all()
        for number, taken_at in enumerate(("1985", "1985-07"), start=90):
            facts = Facts(width=4, height=3, taken_at=taken_at)
            add_photo(world, library, root.id, number, name=f"{number}.jpg", facts=facts)
    found = candidates(world.folder)
    reader = LibraryReader(world.folder)
    runs = await Ranking(reader, (found[-1], found[-2], found[0], found[1])).months()
    assert list(runs) == [MonthRun("1985", 1), MonthRun("1985-07", 1), MonthRun("2020-07", 2)]
    await reader.close()


async def test_the_strip_counts_the_months_and_follows_the_selection(opened: Opener) -> None:
    async with opened(SIZE) as (app, pilot):
        months = [f"{month} 4" for month in MONTHS_2020]
        expected = ["2020 28", *months, "2019 12", "Dec 4", "Nov 4", "Oct 4"]
        assert strip_lines(app) == expected
        assert here(app) == "Jul 4"
        await pressed(pilot, "escape", "end")
        assert here(app) == "Oct 4"


async def test_brackets_lead_from_year_to_year_and_braces_from_month_to_month(
    opened: Opener,
) -> None:
    async with opened(SIZE) as (app, pilot):
        await pressed(pilot, "escape", "right_square_bracket")
        assert (selected(app), app.browse.grid.index) == ("2019-12", 28)
        await pressed(pilot, "right_square_bracket", "right_curly_bracket", "right")
        assert app.browse.grid.index == 33
        await pressed(pilot, "left_curly_bracket")
        assert (selected(app), app.browse.grid.index) == ("2019-11", 32)
        await pressed(pilot, "left_square_bracket")
        assert app.browse.grid.index == 28
        await pressed(pilot, "left_square_bracket", "left_square_bracket")
        assert app.browse.grid.index == 0


async def test_the_row_of_a_month_gone_to_is_the_first_in_view(opened: Opener) -> None:
    async with opened(SIZE) as (app, pilot):
        await pressed(pilot, "escape", "right_curly_bracket", "right_curly_bracket")
        grid = app.browse.grid
        assert grid.index == 8
        assert grid._shown.start <= 8 < grid._shown.start + grid._model.geometry.columns


async def test_brackets_work_in_the_large_photo(opened: Opener) -> None:
    async with opened(SIZE) as (app, pilot):
        await pressed(pilot, "escape", "enter", "right_square_bracket")
        assert app.browse.grid.index == 28
        assert "29 of 40" in screen_text(app)


async def test_in_the_strip_arrows_take_the_selection_along(opened: Opener) -> None:
    async with opened(SIZE) as (app, pilot):
        await pressed(pilot, "escape", "t")
        assert app.browse.strip.has_focus
        await pressed(pilot, "down", "j")
        assert (selected(app), app.browse.grid.index) == ("2020-05", 8)
        await pressed(pilot, "right")
        assert (selected(app), app.browse.grid.index) == ("2019-12", 28)
        await pressed(pilot, "G")
        assert app.browse.grid.index == 36
        await pressed(pilot, "left", "k")
        assert app.browse.grid.index == 0
        await pressed(pilot, "down", "enter")
        assert app.browse.grid.has_focus
        assert selected(app) == "2020-06"


async def test_oldest_first_the_strip_is_turned_round(opened: Opener) -> None:
    async with opened(SIZE) as (app, pilot):
        await pressed(pilot, "escape", "b")
        assert strip_lines(app)[:3] == ["2019 12", "Oct 4", "Nov 4"]
        assert here(app) == "Oct 4"
        await pressed(pilot, "right_square_bracket")
        assert (selected(app), app.browse.grid.index) == ("2020-01", 12)


async def test_a_click_leads_to_a_year_or_a_month(opened: Opener) -> None:
    async with opened(SIZE) as (app, pilot):
        await pressed(pilot, "escape")
        await click_line(pilot, app, "2019 12")
        assert app.browse.grid.index == 28
        await click_line(pilot, app, "May 4")
        assert app.browse.grid.index == 8
        assert app.browse.grid.has_focus


async def test_a_filter_is_counted_and_a_search_too(opened: Opener) -> None:
    async with opened(SIZE) as (app, pilot):
        app.browse.query_one(QueryInput).value = "date:2019"
        await until(pilot, lambda: app.browse.grid.count == 12)
        await settled(pilot)
        assert strip_lines(app) == ["2019 12", "Dec 4", "Nov 4", "Oct 4"]
        app.browse.query_one(QueryInput).value = "red flower"
        await until(pilot, lambda: app.browse.view.phase == "done")
        await settled(pilot)
        assert app.browse.months.count == app.browse.grid.count


async def test_by_match_a_month_narrows_the_search_and_dropping_it_leads_back(
    opened: Opener,
) -> None:
    async with opened(SIZE) as (app, pilot):
        app.browse.query_one(QueryInput).value = "winter"
        await until(pilot, lambda: app.browse.view.phase == "done")
        await pressed(pilot, "escape")
        count = app.browse.grid.count
        await click_line(pilot, app, "2019 3")
        assert app.browse.asked.line == "winter date:2019"
        assert strip_lines(app)[0] == "2019 3"
        assert app.browse.grid.count == 3
        await pressed(pilot, "backspace")
        assert app.browse.asked.line == "winter"
        assert app.browse.grid.count == count


async def test_likeness_to_a_picture_is_narrowed_as_a_search_is(opened: Opener) -> None:
    async with opened(SIZE) as (app, pilot):
        await pressed(pilot, "escape", "s")
        like, count = app.browse.asked.reference, app.browse.grid.count
        [year, *_] = [line for line in strip_lines(app) if line.startswith("2019")]
        await click_line(pilot, app, year)
        assert app.browse.asked.reference == like
        assert app.browse.grid.count == int(year.split()[1]) < count
        await pressed(pilot, "right_square_bracket")
        assert "By likeness" in " ".join(note.message for note in app._notifications)
        await pressed(pilot, "backspace")
        assert app.browse.grid.count == count


async def test_by_match_moving_in_the_strip_changes_nothing_until_enter(opened: Opener) -> None:
    async with opened(SIZE) as (app, pilot):
        app.browse.query_one(QueryInput).value = "winter"
        await until(pilot, lambda: app.browse.view.phase == "done")
        await pressed(pilot, "escape", "t", "G")
        assert app.browse.asked.line == "winter"
        assert app.browse.grid.index == 0
        await pressed(pilot, "enter")
        assert app.browse.asked.line.startswith("winter date:2019-1")
        assert app.browse.grid.has_focus


async def test_by_match_brackets_say_what_orders_by_date(opened: Opener) -> None:
    async with opened(SIZE) as (app, pilot):
        app.browse.query_one(QueryInput).value = "winter"
        await until(pilot, lambda: app.browse.view.phase == "done")
        await pressed(pilot, "escape", "right", "right_square_bracket")
        assert app.browse.grid.index == 1
        assert "b orders by date" in " ".join(note.message for note in app._notifications)


async def test_results_that_are_ordered_by_date_are_gone_through_as_the_timeline(
    opened: Opener,
) -> None:
    async with opened(SIZE) as (app, pilot):
        app.browse.query_one(QueryInput).value = "winter"
        await until(pilot, lambda: app.browse.view.phase == "done")
        await pressed(pilot, "escape", "b", "right_square_bracket")
        assert selected(app).startswith("2019")
        assert app.browse.asked.line == "winter"


async def test_a_stack_is_counted_once_and_when_it_is_open_with_all_its_photos(
    opened: Opener, world: World
) -> None:
    first, second, third, *_ = candidates(world.folder)
    engine = ScriptedEngine((replace(first, stack=(second.photo_id, third.photo_id)),))
    async with opened(SIZE, make_engine=lambda _: engine) as (app, pilot):
        app.browse.query_one(QueryInput).value = "a dog"
        await until(pilot, lambda: app.browse.view.phase == "done")
        await pressed(pilot, "escape")
        assert app.browse.months.count == app.browse.grid.count == 1
        await pressed(pilot, "v")
        assert app.browse.months.count == app.browse.grid.count == 3


@pytest.mark.parametrize("size", [(80, 24), (119, 30)])
async def test_t_shows_the_years_where_there_is_little_room_and_hides_them_for_good(
    opened: Opener, size: tuple[int, int]
) -> None:
    async with opened(size) as (app, pilot):
        strip = app.browse.query_one(TimeStrip)
        await pressed(pilot, "escape")
        assert not strip.region
        await pressed(pilot, "t")
        assert strip_lines(app)[0] == "2020 28"
        await pressed(pilot, "escape")
        assert app.browse.grid.has_focus
        assert strip.region
        await pressed(pilot, "t", "t")
        assert app.browse.grid.has_focus
        assert not strip.region
    async with opened((160, 50)) as (app, _):
        assert not app.browse.query_one(TimeStrip).region


async def test_what_does_not_fit_ends_with_a_sign_and_the_wheel_leads_there(
    opened: Opener, world: World
) -> None:
    with Library.open_writer(world.folder) as library:
        (root,) = library.roots.all()
        for year in range(1980, 2019):
            facts = Facts(width=4, height=3, taken_at=f"{year}-05-01T10:00:00")
            add_photo(world, library, root.id, year, name=f"{year}.jpg", facts=facts)
    async with opened((120, 24)) as (app, pilot):
        lines = strip_lines(app)
        assert lines[0] == "2020 28"
        assert lines[-1] == "⋮"
        assert "Dec 4" not in lines
        strip = app.browse.query_one(TimeStrip)
        await pilot.click(strip, offset=(3, strip.size.height - 1))
        assert strip_lines(app)[0] == "⋮"
        assert strip_lines(app)[1] > "1990"
        await pressed(pilot, "escape", "end")
        assert strip_lines(app)[-2:] == ["1980 1", "May 1"]
        assert here(app) == "May 1"


async def test_photos_that_come_are_counted(opened: Opener, world: World) -> None:
    async with opened(SIZE) as (app, pilot):
        with Library.open_writer(world.folder) as library:
            (root,) = library.roots.all()
            facts = Facts(width=4, height=3, taken_at="2021-03-01T10:00:00")
            add_photo(world, library, root.id, 99, name="new.jpg", facts=facts)
        await until(pilot, lambda: "2021 1" in strip_lines(app))
        assert app.browse.months.count == 41


async def test_where_nothing_is_found_there_are_no_years(opened: Opener) -> None:
    async with opened(SIZE) as (app, pilot):
        app.browse.query_one(QueryInput).value = "in:nowhere"
        await settled(pilot)
        await until(pilot, lambda: app.browse.grid.count == 0)
        await settled(pilot)
        assert strip_lines(app) == []
        await pressed(pilot, "escape", "t")
        assert not app.browse.strip.has_focus
