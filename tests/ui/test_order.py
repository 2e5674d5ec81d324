"""The order that photos really stand in is named in every state; a new question has none."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from imagescope_tui.ui.widgets.query_line import Outcome, QueryInput
from tests.ui.waiting import settled, until

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from imagescope_tui.ui.app import ImagescopeApp
    from imagescope_tui.ui.photo_feed import GridItem
    from tests.ui.conftest import Opener
    from tests.ui.library_world import StandInIndexer

MATCH, NEWEST, OLDEST, LIKE = "by match", "newest first", "oldest first", "by likeness"
STORIES: dict[str, list[tuple[str, str]]] = {
    "all photos": [("escape", NEWEST), ("b", OLDEST), ("b", NEWEST)],
    "a filter alone": [
        ("/:folder=winter:escape", NEWEST),
        ("b", OLDEST),
        ("/:+ date=2019..:escape", OLDEST),
        ("/:ctrl+u:escape", NEWEST),
    ],
    "words": [
        ("/:winter:escape", MATCH),
        ("b", NEWEST),
        ("b", OLDEST),
        ("b", MATCH),
    ],
    "the same words, refined": [
        ("/:winter:escape:b", NEWEST),
        ("/:+ date=2019..:escape", NEWEST),
        ("backspace", NEWEST),
    ],
    "words, and then all photos": [
        ("/:winter:escape:b:b", OLDEST),
        ("escape", NEWEST),
        ("/:winter:escape", MATCH),
    ],
    "words that were deleted": [
        ("/:winter:escape:b", NEWEST),
        ("/:ctrl+u", NEWEST),
        ("garden:escape", MATCH),
    ],
    "words in the place of others": [
        ("/:winter:escape:b", NEWEST),
        ("/:shift+home:garden:escape", MATCH),
        ("b", NEWEST),
        ("/:up:up:escape", MATCH),
    ],
    "oldest photos, and then words": [("escape:b", OLDEST), ("/:winter:escape", MATCH)],
    "similar ones, and back": [
        ("/:winter:escape:b", NEWEST),
        ("s", LIKE),
        ("b", LIKE),
        ("escape", NEWEST),
        ("s:/:garden:escape", MATCH),
    ],
    "similar ones among the oldest, and back": [("escape:b:s", LIKE), ("escape", OLDEST)],
    "an edit, and back": [
        ("/:winter:escape:b", NEWEST),
        ("e", NEWEST),
        ("sky:escape", LIKE),
        ("b", LIKE),
        ("escape", NEWEST),
        ("escape", NEWEST),
        ("/:winter:escape", MATCH),
    ],
    "an edit in the timeline": [("escape:b:e", OLDEST), ("sky:escape", LIKE), ("escape", OLDEST)],
    "an edit that waits for its words": [("escape:e:escape:b", OLDEST), ("escape", OLDEST)],
    "a fresh start": [("/:winter:escape:b", NEWEST), ("n", NEWEST), ("garden:escape", MATCH)],
}


async def press(pilot: Pilot[int], keys: str) -> None:
    """Keys and words, with colons between them; behind a plus what is typed at once."""
    named = {"escape", "backspace", "ctrl+u", "up", "shift+home"}
    for part in keys.split(":"):
        typed = part.replace("=", ":")
        if typed.startswith("+"):
            line = pilot.app.screen.query_one(QueryInput)
            line.insert_text_at_cursor(typed[1:])
            await pilot.pause(0.2)
            continue
        await pilot.press(
            *([part] if part in named else ["space" if c == " " else c for c in typed])
        )
        await settled(pilot)


def named_order(app: ImagescopeApp) -> str:
    """What the right end of the query line calls it."""
    told = str(app.browse.query_one(Outcome).content)
    return told.rpartition(" · ")[2].removesuffix(" ▾")


def is_in_that_order(items: list[GridItem], name: str) -> bool:
    if name in (MATCH, LIKE):
        return [item.rank for item in items] == list(range(1, len(items) + 1)) and not any(
            item.is_by_date for item in items
        )
    moments = [item.photo.taken_at or "" for item in items if item.section in (None, "match")]
    return moments == sorted(moments, reverse=name == NEWEST)


def items_of(app: ImagescopeApp) -> list[GridItem]:
    grid = app.browse.grid
    return [item for n in range(grid.count) if (item := grid._model.item(n)) is not None]


@pytest.mark.parametrize("story", STORIES, ids=str)
async def test_the_order_on_the_screen_is_the_one_that_is_named(story: str, opened: Opener) -> None:
    async with opened() as (app, pilot):
        for keys, name in STORIES[story]:
            await press(pilot, keys)
            assert (keys, named_order(app)) == (keys, name)
            assert is_in_that_order(items_of(app), name), keys


async def test_while_a_search_runs_the_order_of_what_is_still_shown_is_named(
    opened: Opener, client: StandInIndexer
) -> None:
    async with opened() as (app, pilot):
        client.gate = asyncio.Event()
        await pilot.press("escape", "b")
        await settled(pilot)
        await pilot.press("slash", *"zebra")
        await until(pilot, lambda: app.browse.view.phase == "searching")
        assert items_of(app)[0].rank is None
        assert named_order(app) == OLDEST
        client.gate.set()
        await settled(pilot)


async def test_photos_that_stay_while_a_filter_is_completed_have_their_order_named(
    opened: Opener,
) -> None:
    async with opened() as (app, pilot):
        await until(pilot, lambda: bool(app.names.folders))
        await pilot.press(*"in:win")
        await settled(pilot)
        assert app.browse.shows_earlier
        assert named_order(app) == NEWEST


async def test_a_line_that_was_empty_for_a_moment_is_another_question(opened: Opener) -> None:
    async with opened() as (app, pilot):
        await press(pilot, "/:winter:escape:b")
        assert named_order(app) == NEWEST
        line = app.browse.query_one(QueryInput)
        line.action_delete_left_all()
        line.insert_text_at_cursor("garden")
        await until(pilot, lambda: app.browse.asked.line == "garden")
        await settled(pilot)
        assert named_order(app) == MATCH
