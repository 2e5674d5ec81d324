"""The page of keys: two columns that never touch, and all of it can be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.containers import VerticalScroll
from textual.events import MouseScrollDown

from imagescope_tui.ui.actions import told_by_group
from imagescope_tui.ui.screens.help import HelpScreen
from imagescope_tui.ui.widgets.key_group import KeyGroup, key_cells, laid_out
from tests.ui.waiting import screen_text, settled

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from imagescope_tui.ui.app import ImagescopeApp
    from tests.ui.conftest import Opener

SIZES = [(80, 24), (112, 30), (120, 35), (160, 50)]
ROWS = [row for rows in told_by_group().values() for row in rows]
_texts = st.text("abc ,", min_size=1, max_size=60).map(str.strip).filter(bool)


@given(st.lists(st.tuples(_texts, _texts), min_size=1), st.integers(1, 60))
def test_what_is_too_long_goes_on_below_itself(rows: list[tuple[str, str]], room: int) -> None:
    keys = key_cells(rows)
    lines = laid_out(rows, keys, keys + room)
    assert all(len(key) <= keys - 2 and len(meaning) <= room for key, meaning in lines)
    assert [key for key, _ in lines if key] == [key for key, _ in rows]
    assert "".join(part for _, part in lines).replace(" ", "") == "".join(
        meaning for _, meaning in rows
    ).replace(" ", "")


async def open_help(pilot: Pilot[int]) -> None:
    await pilot.press("escape", "question_mark")
    await settled(pilot)


async def lines_of(app: ImagescopeApp, pilot: Pilot[int]) -> list[str]:
    """What a reader sees of the groups, who scrolls down to the end line by line."""
    box, seen = app.screen.query_one(VerticalScroll), dict[tuple[int, int], str]()
    while True:
        rows = screen_text(app).splitlines()
        inside = box.content_region
        for group in app.screen.query(KeyGroup):
            left = group.region.x
            for y in range(max(group.region.y, inside.y), min(group.region.bottom, inside.bottom)):
                seen[left, y + box.scroll_offset.y] = rows[y][left : group.region.right].rstrip()
        if box.is_vertical_scroll_end:
            return [seen[place] for place in sorted(seen)]
        await pilot.press("down")
        await settled(pilot)


@pytest.mark.parametrize("size", SIZES)
async def test_keys_and_what_they_do_never_touch(opened: Opener, size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await open_help(pilot)
        lines = await lines_of(app, pilot)
        start = next(line for line in lines if line.endswith("to the query line")).index("to the")
        titles = {*told_by_group(), "A query may say"}
        assert titles < set(lines)
        told = [line for line in lines if line not in titles]
        assert {line[start - 2 : start].strip() for line in told} == {""}
        assert {line[start : start + 1] for line in told}.isdisjoint({" ", ""})
        assert {shown for shown, _ in ROWS} <= {line[:start].rstrip() for line in told}


@pytest.mark.parametrize("size", SIZES[1:])
async def test_both_columns_are_about_as_long(opened: Opener, size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        await open_help(pilot)
        left, right = (column.region.height for column in app.screen.query(".help-column"))
        assert abs(left - right) <= 8


@pytest.mark.parametrize("size", SIZES[:3])
async def test_keys_and_the_wheel_lead_through_it_and_a_bar_shows_where(
    opened: Opener, size: tuple[int, int]
) -> None:
    async with opened(size) as (app, pilot):
        await open_help(pilot)
        box = app.screen.query_one(VerticalScroll)
        assert box.show_vertical_scrollbar
        await pilot.press("G")
        assert box.is_vertical_scroll_end
        await pilot.press("g", "pagedown")
        assert box.scroll_offset.y == box.content_size.height - 1
        await pilot.press("home")
        await pilot._post_mouse_events([MouseScrollDown], offset=(20, 10), button=0)
        await settled(pilot)
        assert box.scroll_offset.y > 0


async def test_a_click_closes_it_but_not_one_on_the_bar(opened: Opener) -> None:
    async with opened((80, 24)) as (app, pilot):
        await open_help(pilot)
        bar = app.screen.query_one(VerticalScroll).vertical_scrollbar
        await pilot.click(offset=(bar.region.x, bar.region.bottom - 1))
        assert [type(screen) for screen in app.screen_stack[1:]] == [HelpScreen]
        await pilot.click(offset=(20, 10))
        assert app.screen_stack == [app.browse]
