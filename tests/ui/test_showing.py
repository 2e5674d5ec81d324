"""The large photo: alone, one after another, and moving."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from imagescope_tui.ui.kept import read_kept
from imagescope_tui.ui.screens import detail
from imagescope_tui.ui.screens.detail import DetailScreen
from imagescope_tui.ui.widgets.picture_view import PictureView
from tests.films import animation
from tests.ui.waiting import screen_text, settled, until

if TYPE_CHECKING:
    from pathlib import Path

    from imagescope_tui.ui.app import ImagescopeApp
    from imagescope_tui.ui.pictures.painting import Painting
    from tests.ui.conftest import Opener


def _view(app: ImagescopeApp) -> PictureView:
    return app.screen.query_one(PictureView)


def _said(app: ImagescopeApp, words: str) -> bool:
    return any(words in note.message for note in app._notifications)


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_the_photo_alone_has_the_room_of_its_facts(
    opened: Opener, size: tuple[int, int]
) -> None:
    async with opened(size, images="blocks") as (app, pilot):
        await pilot.press("escape", "enter")
        await settled(pilot)
        before = _view(app).size
        await pilot.press("f")
        await settled(pilot)
        alone = _view(app).size
        assert alone.width * alone.height > before.width * before.height
        assert "IMG_2000.JPG" in screen_text(app)
    assert not read_kept(opened.world.folder).shows_facts
    async with opened(size, images="blocks") as (app, pilot):
        await pilot.press("escape", "enter")
        await settled(pilot)
        assert _view(app).size == alone
        await pilot.press("f")
        await settled(pilot)
        assert _view(app).size == before


async def test_a_slideshow_goes_on_by_itself_until_the_last_photo(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detail, "_SLIDE_SECONDS", 0.01)
    async with opened((112, 30), images="blocks") as (app, pilot):
        await pilot.press("escape", "G", *["left"] * 3, "full_stop")
        await until(pilot, lambda: _said(app, "last photo"))
        grid = app.browse.grid
        assert grid.index == grid.count - 1
        assert isinstance(app.screen, DetailScreen)
        assert "slideshow," not in screen_text(app)


async def test_the_same_key_stops_a_slideshow(opened: Opener) -> None:
    async with opened((112, 30), images="blocks") as (app, pilot):
        await pilot.press("escape", "full_stop")
        await settled(pilot)
        assert "slideshow, . stops" in screen_text(app)
        await pilot.press("full_stop")
        await settled(pilot)
        assert "slideshow, . stops" not in screen_text(app)


async def test_a_slideshow_ends_where_something_lies_over_it(opened: Opener) -> None:
    async with opened((112, 30), images="blocks") as (app, pilot):
        await pilot.press("escape", "full_stop")
        await settled(pilot)
        await pilot.press("x", "escape")
        await settled(pilot)
        assert "slideshow, . stops" not in screen_text(app)


async def test_a_newer_note_takes_the_place_of_the_one_before(opened: Opener) -> None:
    async with opened((112, 30), images="blocks") as (app, pilot):
        await pilot.press("escape", "v", "enter")
        await settled(pilot)
        assert not app._notifications
        await pilot.press("p", "v", "p")
        await settled(pilot)
        assert [note.message for note in app._notifications] == ["This is no video or animation."]


async def test_an_animation_plays_in_its_place(
    opened: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = animation(tmp_path / "moves.gif", ["red", "lime", "blue"], seconds_each=0.2)
    frames: list[Painting | None] = []

    async with opened((112, 30), images="blocks") as (app, pilot):
        await pilot.press("escape", "enter")
        await settled(pilot)
        photo = app.browse.photo
        assert photo is not None
        monkeypatch.setattr(_view(app), "show_frame", frames.append)
        moving = replace(photo, root=path.parent, path=path.name, duration_seconds=0.6)
        assert isinstance(app.screen, DetailScreen)
        app.screen._play(moving)
        await settled(pilot)
    assert len([frame for frame in frames if frame is not None]) == 3
    assert frames[-1] is None  # the photo as before


async def test_a_still_says_that_it_does_not_move(opened: Opener) -> None:
    async with opened((112, 30), images="blocks") as (app, pilot):
        await pilot.press("escape", "enter", "p")
        await settled(pilot)
        assert _said(app, "no video or animation")
        assert "p play" not in screen_text(app)
