"""`w` shows where in a photo the words of the search are seen, and Why says it."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from textual import constants

from imagescope_tui.ui.light_words import light_of, light_words
from imagescope_tui.ui.pictures.key import LightMap
from imagescope_tui.ui.pictures.light import lit
from imagescope_tui.ui.screens.detail import DetailScreen
from imagescope_tui.ui.widgets.picture_view import PictureView
from indexer.answers import WhereAnswer, WordPlace
from tests.ui.test_browse import ask
from tests.ui.waiting import screen_text, settled, until

if TYPE_CHECKING:
    from textual.strip import Strip

    from imagescope_tui.ui.app import ImagescopeApp
    from tests.ui.conftest import AppPilot, Opener
    from tests.ui.library_world import StandInIndexer

SIZES = pytest.mark.parametrize("size", [(80, 24), (160, 50)], ids=["80x24", "160x50"])


@pytest.fixture(autouse=True)
def _all_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "COLOR_SYSTEM", "truecolor")


async def look_at(pilot: AppPilot, line: str, *keys: str) -> None:
    await ask(pilot, line)
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


async def light(pilot: AppPilot) -> None:
    await pilot.press("w")
    await settled(pilot)


def brightness(app: ImagescopeApp) -> tuple[float, float]:
    """Of the picture's lower left quarter, and of its upper right one, from 0 to 255."""
    view = app.screen.query_one(PictureView)
    lines = [_levels(view.render_line(y)) for y in range(view.size.height)]
    painted = [line for line in lines if line]
    middle, width = len(painted) // 2, len(painted[0]) // 2
    lower_left = [level for line in painted[middle + 1 :] for level in line[:width]]
    upper_right = [level for line in painted[:middle] for level in line[width + 1 :]]
    return sum(lower_left) / len(lower_left), sum(upper_right) / len(upper_right)


def _levels(line: Strip) -> list[int]:
    levels: list[int] = []
    for part in line:
        if "▀" in part.text and part.style and part.style.color and part.style.color.triplet:
            levels += [max(part.style.color.triplet)] * part.cell_length
    return levels


@SIZES
async def test_w_lights_one_word_after_the_other_and_then_all(
    opened: Opener, size: tuple[int, int]
) -> None:
    async with opened(size, images="blocks") as (app, pilot):
        await look_at(pilot, "yellow flower under a zebra", "enter")
        assert "w shows where “yellow flower”, “zebra” are" in screen_text(app)
        bright, _ = brightness(app)
        await light(pilot)
        assert "yellow flower 0.41, lower left" in screen_text(app)
        assert "w: zebra" in screen_text(app)
        lower_left, upper_right = brightness(app)
        assert lower_left == pytest.approx(bright, rel=0.25)
        assert upper_right < 0.5 * lower_left
        await light(pilot)
        assert "zebra 0.03, not seen" in screen_text(app)
        assert "w: light on all" in screen_text(app)
        assert brightness(app)[0] < 0.5 * bright, "what is not there lights nothing"
        await light(pilot)
        assert brightness(app)[0] == pytest.approx(bright)


async def test_the_light_follows_to_the_next_photo(opened: Opener) -> None:
    async with opened((160, 50), images="blocks") as (app, pilot):
        await look_at(pilot, "yellow flower", "enter", "w")
        for _ in range(2):
            lower_left, upper_right = brightness(app)
            assert upper_right < 0.5 * lower_left
            await pilot.press("right")
            await settled(pilot)


async def test_from_the_grid_w_opens_the_photo_with_the_light_on(opened: Opener) -> None:
    async with opened((80, 24), images="blocks") as (app, pilot):
        await look_at(pilot, "yellow flower", "w")
        assert isinstance(app.screen, DetailScreen)
        assert "yellow flower 0.41, lower left" in screen_text(app)


async def test_from_the_page_that_says_why_w_turns_to_the_picture(opened: Opener) -> None:
    async with opened((80, 24), images="blocks") as (app, pilot):
        await look_at(pilot, "yellow flower", "enter", "tab", "tab", "escape", "w")
        assert "yellow flower 0.41, lower left" in screen_text(app)


@pytest.mark.parametrize(
    ("size", "keys"), [((80, 24), ("tab", "tab", "J", "J")), ((160, 50), ("tab",))]
)
async def test_why_says_how_sure_and_where(
    opened: Opener, size: tuple[int, int], keys: tuple[str, ...]
) -> None:
    async with opened(size) as (app, pilot):
        await look_at(pilot, "yellow flower under a zebra", *keys)
        text = screen_text(app)
        assert "Where" in text
        assert "yellow flower 0.41, lower left" in text
        assert "zebra 0.03, not seen" in text


async def test_nothing_is_looked_for_that_nobody_sees(
    opened: Opener, client: StandInIndexer
) -> None:
    async with opened((160, 50)) as (app, pilot):
        await look_at(pilot, "yellow flower", "right")
        assert not [asked for asked in client.asked if asked.startswith("where")]
        await pilot.press("tab")
        await until(pilot, lambda: "lower left" in screen_text(app))
        assert len([asked for asked in client.asked if asked.startswith("where")]) == 1


async def test_in_the_timeline_w_says_what_it_is_for(opened: Opener) -> None:
    async with opened((80, 24)) as (app, pilot):
        await pilot.press("escape", "enter")
        await settled(pilot)
        assert "where it is" not in screen_text(app)
        await pilot.press("w")
        assert any("Search for something first" in note.message for note in app._notifications)


async def test_a_model_that_cannot_tell_is_said_to(opened: Opener, client: StandInIndexer) -> None:
    client.tells_where = False
    async with opened((80, 24), images="blocks") as (app, pilot):
        await look_at(pilot, "yellow flower", "enter")
        before = brightness(app)
        await light(pilot)
        assert "this model cannot tell where" in screen_text(app)
        assert brightness(app) == before
        await pilot.press("tab")
        await settled(pilot)
        assert "Where" not in screen_text(app)


async def test_while_it_is_looked_for_keys_are_taken_and_what_fails_is_asked_again(
    opened: Opener, client: StandInIndexer
) -> None:
    async with opened((80, 24), images="blocks") as (app, pilot):
        await look_at(pilot, "yellow flower", "enter")
        client.gate, client.is_broken = asyncio.Event(), True
        await pilot.press("w")
        await until(pilot, lambda: "looking for “yellow flower”" in screen_text(app))
        await pilot.press("right")
        await until(pilot, lambda: "2 of" in screen_text(app))
        client.gate.set()
        await until(pilot, lambda: "the encoder is not there" in screen_text(app))
        client.is_broken = False
        await pilot.press("left")
        await until(pilot, lambda: "0.41, lower left" in screen_text(app))
        await pilot.press("right")
        await until(pilot, lambda: "2 of" in screen_text(app))
        await until(pilot, lambda: "0.41, lower left" in screen_text(app))


WHOLE = (0.0, 0.0, 1.0, 1.0)


@pytest.mark.parametrize("size", [(1600, 900), (90, 160), (3, 2), (1, 1)])
def test_light_lies_on_its_part_whatever_the_shape(size: tuple[int, int]) -> None:
    picture = Image.new("RGB", size, (200, 180, 160))
    rows = tuple(tuple(float(row < 3 and column > 3) for column in range(7)) for row in range(7))
    shown = lit(picture, LightMap(rows=rows, area=WHOLE))
    assert shown.size == size
    right, bottom = size[0] - 1, size[1] - 1
    if min(size) > 50:
        assert shown.getpixel((right, 0)) == pytest.approx((200, 180, 160), abs=12)
        assert max(pixel(shown, 0, bottom)) < 80


def test_beyond_what_the_model_saw_it_is_dark() -> None:
    picture = Image.new("RGB", (400, 200), (200, 200, 200))
    bright = ((1.0, 1.0), (1.0, 1.0))
    shown = lit(picture, LightMap(rows=bright, area=(0.25, 0.0, 0.75, 1.0)))
    assert [max(pixel(shown, x, 100)) > 150 for x in (20, 150, 200, 250, 380)] == [
        *(False, True, True, True, False)
    ]
    padded = lit(picture, LightMap(rows=((0.0,), (1.0,)), area=(0.0, -0.5, 1.0, 1.5)))
    assert max(pixel(padded, 200, 10)) < 100 < max(pixel(padded, 200, 190))


def test_light_has_no_edges() -> None:
    picture = Image.new("RGB", (700, 700), (250, 250, 250))
    rows = tuple(tuple(float(column == 3) for column in range(7)) for _ in range(7))
    shown = lit(picture, LightMap(rows=rows, area=WHOLE))
    levels = [max(pixel(shown, x, 350)) for x in range(700)]
    assert max(abs(b - a) for a, b in itertools.pairwise(levels)) < 8
    assert max(levels) > 200


def pixel(image: Image.Image, x: int, y: int) -> tuple[int, ...]:
    value = image.getpixel((x, y))
    assert isinstance(value, tuple)
    return value


def test_the_line_below_the_picture_names_the_word_and_the_next() -> None:
    dog = WordPlace(word="dog", score=0.41, place="lower left", light=((1.0,),))
    cat = WordPlace(word="cat", score=0.02, place=None, light=((0.0,),))
    answer = WhereAnswer(words=(dog, cat))
    told = [
        tuple(line.text for line in light_words(("dog", "cat"), lit, answer))
        for lit in (None, 0, 1, 2)
    ]
    off = ("w shows where “dog”, “cat” are", "")
    assert told == [
        off,
        ("dog 0.41, lower left", "w: cat"),
        ("cat 0.02, not seen", "w: light on all"),
        off,
    ]
    assert light_words((), 0, answer)[0].text == ""
    assert light_of(answer, 0) == LightMap(rows=((1.0,),), area=WHOLE)
    assert [light_of(answer, None), light_of(None, 0), light_of(answer, 5)] == [None] * 3


def test_what_the_encoder_or_the_disk_says_is_made_printable() -> None:
    answer = WhereAnswer(problem="no \x1b[31msuch file")
    assert "\x1b" not in light_words(("dog",), 0, answer)[0].text
