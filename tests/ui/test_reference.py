"""The picture that a question is about is on the screen, beside the question and in the chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from imagescope_tui.ui.pictures.key import Box
from imagescope_tui.ui.widgets.chat_pane import ChatPane
from imagescope_tui.ui.widgets.picture_view import PictureView
from imagescope_tui.ui.widgets.reference_strip import ReferenceStrip
from tests.ui.waiting import screen_text, settled, until

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from imagescope_tui.ui.app import ImagescopeApp
    from tests.ui.conftest import Opener

SIZES = [(80, 24), (160, 50)]


def strip(app: ImagescopeApp) -> ReferenceStrip:
    return app.browse.query_one("#reference", ReferenceStrip)


def is_painted(view: ReferenceStrip) -> bool:
    picture = view.query_one(PictureView)
    cells = picture.size
    return view.display and cells.height >= 3 and picture._painting() is not None


async def press(pilot: Pilot[int], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


@pytest.mark.parametrize("size", SIZES)
async def test_the_photo_that_is_edited_is_to_be_seen_while_and_after_the_words_are_typed(
    opened: Opener, size: tuple[int, int]
) -> None:
    async with opened(size, images="blocks") as (app, pilot):
        assert not strip(app).display
        await press(pilot, "escape", "right", "e")
        await until(pilot, lambda: is_painted(strip(app)))
        assert "say what should be different" in screen_text(app)
        assert "IMG_2001.JPG" in screen_text(app)
        await press(pilot, *"red", "escape")
        assert is_painted(strip(app))
        assert "this one, but “red”" in screen_text(app)
        await press(pilot, "escape")
        assert not strip(app).display


async def test_an_edit_changes_no_photos_before_it_has_words(opened: Opener) -> None:
    async with opened((80, 24)) as (app, pilot):
        await press(pilot, *"sky", "escape", "right", "right")
        shown, photo = app.browse.grid.photo_ids, app.browse.photo
        app.browse.ask_again()
        assert app.browse.is_about_to_ask
        await press(pilot, "e")
        await until(pilot, lambda: not app.browse.is_about_to_ask)
        await settled(pilot)
        assert app.browse.grid.photo_ids == shown
        assert app.browse.photo == photo


async def test_the_photo_that_others_are_like_is_to_be_seen(opened: Opener) -> None:
    async with opened((80, 24), images="blocks") as (app, pilot):
        await press(pilot, "escape", "s")
        await until(pilot, lambda: is_painted(strip(app)))
        assert "photos like this one" in screen_text(app)
        await press(pilot, "slash", *"sky")
        assert not strip(app).display


@pytest.mark.parametrize("size", SIZES)
async def test_the_chat_shows_the_photo_it_is_about(opened: Opener, size: tuple[int, int]) -> None:
    async with opened(size, images="blocks") as (app, pilot):
        await press(pilot, "escape", "e", *"red", "escape", "c")
        pane = app.screen.query_one(ChatPane).query_one(ReferenceStrip)
        await until(pilot, lambda: is_painted(pane))
        assert pane.query_one(PictureView).box != Box(0, 0)


async def test_without_pictures_its_name_stands_there(opened: Opener) -> None:
    async with opened((80, 24)) as (app, pilot):
        await press(pilot, "escape", "e")
        assert strip(app).size.height == 2
        assert "IMG_2000.JPG" in screen_text(app)
