"""A key makes a photo a favourite, at once, whoever indexes, and takes it back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import storage.sql
from imagescope_tui.ui.screens.detail import DetailScreen
from imagescope_tui.ui.wording import FAVOURITE
from storage.library import DATABASE_NAME, Library
from storage.records import FileState, PhotoFilter
from tests.ui.test_browse import ask, shown_names
from tests.ui.waiting import screen_text, settled

if TYPE_CHECKING:
    import pytest
    from textual.pilot import Pilot

    from imagescope_tui.ui.app import ImagescopeApp
    from tests.ui.conftest import Opener
    from tests.ui.library_world import World


async def press(pilot: Pilot[int], *keys: str) -> None:
    await pilot.press(*keys)
    await settled(pilot)


def favourites(world: World) -> list[str]:
    with Library.open_reader(world.folder) as library:
        wanted = PhotoFilter(traits=("favourite",))
        photos = library.photos.page(wanted, offset=0, limit=100)
    return [photo.path.rpartition("/")[2] for photo in photos]


def notes(app: ImagescopeApp) -> list[str]:
    return [note.message for note in app._notifications]


async def test_a_star_marks_the_selected_photo_and_the_next_takes_it_back(
    opened: Opener, world: World
) -> None:
    async with opened() as (app, pilot):
        await press(pilot, "escape", "right", "asterisk")
        assert favourites(world) == ["IMG_2001.JPG"]
        assert screen_text(app).count(FAVOURITE) >= 2  # on its card, and among its facts
        assert "IMG_2001.JPG is a favourite.\n* takes it back." in notes(app)[-1]
        await press(pilot, "asterisk")
        assert favourites(world) == []
        assert FAVOURITE not in screen_text(app)
        assert "IMG_2001.JPG is no favourite any more" in notes(app)[-1]


async def test_many_stars_leave_one_note(opened: Opener, world: World) -> None:
    async with opened() as (app, pilot):
        await press(pilot, "escape", "asterisk", "right", "asterisk", "right", "asterisk")
        assert len(favourites(world)) == 3
        assert len(notes(app)) == 1


async def test_among_favourites_one_that_is_none_any_more_stays_in_sight(
    opened: Opener, world: World
) -> None:
    """Else the same key would take the mark from the next photo instead of giving it back."""
    async with opened() as (app, pilot):
        await press(pilot, "escape", "asterisk", "right", "asterisk")
        await ask(pilot, "is:favourite")
        assert shown_names(app) == ["IMG_2000.JPG", "IMG_2001.JPG"]
        await press(pilot, "asterisk")
        assert shown_names(app) == ["IMG_2000.JPG", "IMG_2001.JPG"]
        assert favourites(world) == ["IMG_2001.JPG"]
        await press(pilot, "asterisk")
        assert favourites(world) == ["IMG_2000.JPG", "IMG_2001.JPG"]
        await press(pilot, "asterisk")
        await ask(pilot, "is:favourite winter")
        await ask(pilot, "is:favourite")
        assert shown_names(app) == ["IMG_2001.JPG"]


async def test_the_key_works_in_the_large_view(opened: Opener, world: World) -> None:
    async with opened(size=(80, 24)) as (app, pilot):
        await press(pilot, "escape", "enter")
        assert isinstance(app.screen, DetailScreen)
        assert FAVOURITE not in screen_text(app)
        await press(pilot, "asterisk")
        assert favourites(world) == ["IMG_2000.JPG"]
        assert FAVOURITE in screen_text(app)


async def test_a_photo_on_a_drive_that_is_not_there_can_be_marked(
    opened: Opener, world: World
) -> None:
    with Library.open_writer(world.folder) as library, library.atomic():
        library.roots.mark_offline(library.roots.all()[0].id, 1.0)
    async with opened() as (_, pilot):
        await press(pilot, "escape", "asterisk")
        assert favourites(world) == ["IMG_2000.JPG"]


async def test_it_works_while_another_process_indexes(opened: Opener, world: World) -> None:
    with Library.open_writer(world.folder):
        async with opened() as (_, pilot):
            await press(pilot, "escape", "asterisk")
            assert favourites(world) == ["IMG_2000.JPG"]


async def test_what_cannot_be_written_is_told(
    opened: Opener, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage.sql, "BUSY_SECONDS", 0.05)
    async with opened() as (app, pilot):
        with closing(sqlite3.connect(world.folder / DATABASE_NAME)) as foreigner:
            foreigner.execute("BEGIN IMMEDIATE")
            await press(pilot, "escape", "asterisk")
            assert "Not marked: another program" in notes(app)[-1]
        assert FAVOURITE not in screen_text(app)
    assert favourites(world) == []


async def test_a_photo_that_was_not_read_yet_is_told(opened: Opener, world: World) -> None:
    with Library.open_writer(world.folder) as library, library.atomic():
        state = FileState(name="new.jpg", size_bytes=9, mtime_ns=2 * 10**18, ctime_ns=1, inode=999)
        library.files.add(library.roots.all()[0].id, "", [state])
    async with opened() as (app, pilot):
        await press(pilot, "escape", "asterisk")
        assert "new.jpg has not been read yet" in notes(app)[-1]
    assert favourites(world) == []
