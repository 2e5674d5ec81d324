"""A card may stand for several photos; `v` shows them where they are."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from imagescope_tui.ui.widgets.query_line import QueryInput
from tests.ui.scripted_search import ScriptedEngine, candidates
from tests.ui.waiting import screen_text, settled, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from textual.pilot import Pilot

    from imagescope_tui.search.types import Candidate
    from imagescope_tui.ui.app import ImagescopeApp
    from storage.records import PhotoId
    from tests.ui.conftest import Opener
    from tests.ui.library_world import World


@pytest.fixture
def found(world: World) -> tuple[Candidate, ...]:
    """Of which the second stands for the two behind it."""
    first, second, third, fourth, *others = candidates(world.folder)
    return first, replace(second, stack=(third.photo_id, fourth.photo_id)), *others[:8]


@asynccontextmanager
async def searched(
    opened: Opener, found: tuple[Candidate, ...], size: tuple[int, int] = (112, 30)
) -> AsyncIterator[tuple[ImagescopeApp, Pilot[int]]]:
    """What was found, with the second photo selected."""
    engine = ScriptedEngine(found)
    async with opened(size, make_engine=lambda _: engine) as (app, pilot):
        app.browse.query_one(QueryInput).value = "a dog"
        await until(pilot, lambda: app.browse.view.phase == "done")
        await pilot.press("escape", "right")
        await settled(pilot)
        yield app, pilot


async def pressed(pilot: Pilot[int], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


def selected(app: ImagescopeApp) -> PhotoId | None:
    item = app.browse.grid.item
    return item.photo.id if item else None


async def test_v_shows_what_a_card_stands_for_and_hides_it_again(
    opened: Opener, found: tuple[Candidate, ...]
) -> None:
    leader = found[1]
    async with searched(opened, found) as (app, pilot):
        assert app.browse.grid.count == len(found)
        assert "×3" in screen_text(app)
        await pressed(pilot, "v")
        assert app.browse.grid.count == len(found) + 2
        assert selected(app) == leader.photo_id
        assert "2·3" in screen_text(app)
        assert "×3" not in screen_text(app)
        await pressed(pilot, "v")
        assert app.browse.grid.count == len(found)
        assert selected(app) == leader.photo_id


async def test_each_photo_of_an_open_stack_is_marked_for_itself(
    opened: Opener, found: tuple[Candidate, ...]
) -> None:
    async with searched(opened, found) as (app, pilot):
        await pressed(pilot, "v", "right", "space", "space")
        assert tuple(app.browse.marks) == found[1].stack


async def test_closing_from_a_photo_goes_back_to_who_stands_for_it(
    opened: Opener, found: tuple[Candidate, ...]
) -> None:
    async with searched(opened, found) as (app, pilot):
        await pressed(pilot, "v", "right", "right")
        assert selected(app) == found[1].stack[1]
        await pressed(pilot, "v")
        assert selected(app) == found[1].photo_id


async def test_marking_all_marks_what_has_a_card(
    opened: Opener, found: tuple[Candidate, ...]
) -> None:
    async with searched(opened, found) as (app, pilot):
        await pressed(pilot, "A")
        assert set(app.browse.marks) == {candidate.photo_id for candidate in found}
        await pressed(pilot, "v", "A")
        assert set(app.browse.marks) > set(found[1].stack)


async def test_a_photo_of_its_own_says_so(opened: Opener, found: tuple[Candidate, ...]) -> None:
    async with searched(opened, found) as (app, pilot):
        await pressed(pilot, "left", "v")
        assert any("stands for no others" in note.message for note in app._notifications)
        assert app.browse.grid.count == len(found)


async def test_another_search_begins_with_closed_stacks(
    opened: Opener, found: tuple[Candidate, ...]
) -> None:
    async with searched(opened, found) as (app, pilot):
        await pressed(pilot, "v")
        app.browse.query_one(QueryInput).value = "a cat"
        await until(pilot, lambda: app.browse.grid.count == len(found))


async def test_a_photo_of_an_open_stack_is_seen_large(
    opened: Opener, found: tuple[Candidate, ...]
) -> None:
    async with searched(opened, found, (140, 40)) as (app, pilot):
        await pressed(pilot, "v", "right", "tab", "enter")
        assert len(app.screen_stack) == 2
        assert selected(app) == found[1].stack[0]
