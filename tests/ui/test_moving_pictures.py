"""The moment that was found is told and shown, wherever the photo is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from imagescope_tui.ui import wording
from imagescope_tui.ui.pictures.key import Box
from imagescope_tui.ui.widgets.photo_panel import PhotoPanel
from imagescope_tui.ui.widgets.picture_view import PictureView
from storage.library import Library
from storage.records import PhotoFilter, PhotoId
from storage.thumbnails import PREVIEW_SIDE, THUMBNAIL_SIDE, ThumbnailCache
from tests.ui.scenes import scene
from tests.ui.test_browse import ask
from tests.ui.test_words import PHOTO
from tests.ui.waiting import screen_text, settled

if TYPE_CHECKING:
    from tests.ui.conftest import Opener
    from tests.ui.library_world import StandInIndexer, World

FILM = 5
SECOND, MAIN_SECOND = 42.0, 3.0


@pytest.fixture
def film(world: World) -> PhotoId:
    """The photo that words of its own find first, and that lasts three minutes."""
    with Library.open_writer(world.folder) as library, library.atomic():
        photo = library.photos.page(PhotoFilter(), offset=FILM, limit=1)[0]
        assert photo.content_id is not None
        assert photo.content_hash is not None
        facts = library.facts.of(photo.id)
        assert facts is not None
        facts = replace(facts, duration_seconds=190.0)
        library.contents.put(photo.content_hash, facts, second=MAIN_SECOND, further_frames=0)
    world.words[photo.id] = frozenset(("zebra", "crossing"))
    world.seconds[photo.id] = SECOND
    return photo.id


async def test_a_hit_in_a_film_is_told_on_its_card_and_beside_the_picture(
    opened: Opener, film: PhotoId
) -> None:
    async with opened(size=(160, 50)) as (app, pilot):
        await ask(pilot, "zebra")
        assert app.browse.photo is not None
        assert app.browse.photo.id == film
        assert screen_text(app).count("▶ 0:42 of 3:10") == 1
        assert screen_text(app).count("▶ 0:42 ") == 2
        await pilot.press("plus", "plus")
        await settled(pilot)
        assert screen_text(app).count("▶ 0:42 of 3:10") == 2
        await pilot.press("enter")
        await settled(pilot)
        assert "▶ 0:42 of 3:10" in screen_text(app)


async def test_a_narrow_card_tells_the_moment_alone(opened: Opener, film: PhotoId) -> None:
    async with opened(size=(80, 24)) as (app, pilot):
        await ask(pilot, "zebra")
        assert "▶ 0:42 " in screen_text(app)
        assert "of 3:10" not in screen_text(app)


async def test_in_the_timeline_a_film_says_how_long_it_lasts(opened: Opener, film: PhotoId) -> None:
    async with opened(size=(160, 50)) as (app, _):
        assert "▶ 3:10" in screen_text(app)


async def test_the_moment_is_asked_for_and_the_thumbnail_stays_where_it_cannot_be_had(
    opened: Opener, client: StandInIndexer, film: PhotoId
) -> None:
    async with opened(images="blocks") as (app, pilot):
        await ask(pilot, "zebra")
        assert f"thumbnail {film} at {SECOND}" in client.asked
        painted = app.browse.grid._model.face(0, is_selected=True, is_first_shown=True)
        assert painted.state == "ready"
        assert painted.picture is not None
        assert painted.picture.second is None


async def test_the_moment_is_shown_once_it_is_there(
    opened: Opener, world: World, client: StandInIndexer, film: PhotoId
) -> None:
    with Library.open_reader(world.folder) as library:
        content_hash = library.photos.by_ids([film])[film].content_hash
    assert content_hash is not None
    cache = ThumbnailCache(world.folder / "thumbnails", 10**9)
    cache.write(content_hash, THUMBNAIL_SIDE, scene(1).jpeg, second=SECOND)
    async with opened(images="blocks") as (app, pilot):
        await ask(pilot, "zebra")
        face = app.browse.grid._model.face(0, is_selected=True, is_first_shown=True)
        assert face.picture is not None
        assert face.picture.second == SECOND
        panel = app.browse.query_one(PhotoPanel).picture
        assert panel._painting() is app.pictures.get(panel._keys()[0])  # type: ignore[union-attr]
        assert panel._keys()[0].second == SECOND
        assert not [one for one in client.asked if one.startswith(f"thumbnail {film}")]


async def test_where_the_moment_is_the_thumbnail_nothing_else_is_made(
    opened: Opener, world: World, client: StandInIndexer, film: PhotoId
) -> None:
    world.seconds[film] = MAIN_SECOND
    async with opened(size=(160, 50), images="blocks") as (app, pilot):
        await ask(pilot, "zebra")
        assert "▶ 0:03 of 3:10" in screen_text(app)
        assert not [one for one in client.asked if one.startswith(f"thumbnail {film}")]


async def test_the_large_picture_is_that_of_the_moment(opened: Opener, film: PhotoId) -> None:
    async with opened(images="blocks") as (app, pilot):
        await ask(pilot, "zebra")
        view = app.browse.query_one(PhotoPanel).picture
        assert isinstance(view, PictureView)
        assert app.pictures is not None
        view.use_pictures(app.pictures, lambda box: 2 * THUMBNAIL_SIDE)
        assert [(key.side, key.second) for key in view._keys()] == [
            (PREVIEW_SIDE, SECOND),
            (THUMBNAIL_SIDE, SECOND),
            (THUMBNAIL_SIDE, None),
        ]
        assert view._keys()[0].box == Box(view.size.width, view.size.height)


@pytest.mark.parametrize(
    ("second", "lasts", "said"),
    [
        (None, None, ""),
        (None, 190.4, "▶ 3:10"),
        (42.9, 190.4, "▶ 0:42 of 3:10"),
        (42.9, None, "▶ 0:42"),
        (3700.0, 7325.0, "▶ 1:01:40 of 2:02:05"),
        (0.0, 0.4, "▶ 0:00 of 0:01"),
    ],
)
def test_moments_are_told_as_players_do(
    second: float | None, lasts: float | None, said: str
) -> None:
    assert wording.play_sentence(replace(PHOTO, duration_seconds=lasts), second) == said
