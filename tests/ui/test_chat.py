"""Refining a search by further lines, taking them back, and editing a picture with words."""

from __future__ import annotations

from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.geometry import Size

from imagescope_tui.search.query_language import parse_query
from imagescope_tui.ui.asked import Asked, SaidTurn, asked_before
from imagescope_tui.ui.chat_words import ChatView
from imagescope_tui.ui.widgets.chat_pane import ChatInput, TurnList
from imagescope_tui.ui.widgets.chip_row import ChipRow
from imagescope_tui.ui.widgets.query_line import QueryInput
from tests.ui.scripted_search import INTENT, ScriptedEngine, candidates
from tests.ui.waiting import screen_text, settled, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from textual.pilot import Pilot

    from imagescope_tui.ui.app import ImagescopeApp
    from tests.ui.conftest import Opener
    from tests.ui.library_world import World

lines = st.text("abc -:2019", min_size=1, max_size=12).filter(str.strip)


@pytest.fixture
def engine(world: World) -> ScriptedEngine:
    return ScriptedEngine(candidates(world.folder))


@asynccontextmanager
async def talking(
    opened: Opener,
    engine: ScriptedEngine,
    *said: str,
    size: tuple[int, int] = (140, 40),
    has_models: bool = True,
) -> AsyncIterator[tuple[ImagescopeApp, Pilot[int]]]:
    """The app after lines were said in the chat."""
    changes: dict[str, Any] = {"make_engine": lambda _: engine, "has_models": lambda: has_models}
    async with opened(size, **changes) as (app, pilot):
        await pilot.press("escape", "c")
        await until(pilot, lambda: isinstance(app.focused, ChatInput))
        for line in said:
            assert isinstance(app.focused, ChatInput)
            app.focused.value = line
            await pilot.press("enter")
            await settled(pilot)
        yield app, pilot


@given(st.lists(lines, min_size=1, max_size=4), st.data())
def test_taking_a_line_back_leaves_the_others_in_their_order(
    said: list[str], data: st.DataObject
) -> None:
    asked = Asked()
    for line in said:
        asked = asked.refined(line, SaidTurn(line=asked.line, reading="read"))
    place = data.draw(st.integers(0, len(said) - 1))
    left = asked.without_turn(place)
    kept = [*said[:place], *said[place + 1 :]]
    assert [*(turn.line for turn in left.turns), left.line] == (kept or [""])
    assert all(not turn.reading for turn in left.turns[place:])


@given(st.lists(lines, min_size=1, max_size=3))
def test_every_word_and_filter_of_a_conversation_is_asked(said: list[str]) -> None:
    asked = Asked()
    for line in said:
        asked = asked.refined(line, SaidTurn(line=asked.line))
    texts = [text for line in said if (text := parse_query(line).text)]
    query = asked.query
    assert [*(turn.text for turn in query.history), query.text] == (texts or [""])
    assert len(asked.chips) == sum(len(parse_query(line).chips) for line in said) + (len(said) > 1)


def test_dropping_a_chip_of_an_earlier_line_drops_it_there() -> None:
    asked = Asked().refined("dog date:2019", SaidTurn(line=""))
    asked = asked.refined("in snow", SaidTurn(line="dog date:2019"))
    assert asked.chip_labels == ("after “dog date:2019”", "2019")
    left = asked.without(1)
    assert (left.turns[0].line, left.line) == ("dog", "in snow")
    assert asked.without(0) == Asked(line="in snow")


@given(
    st.sampled_from(["date:2019", "since:2020-07", "in:garden camera:fuji", "-people", "type:heic"])
)
def test_the_filters_of_a_saved_search_are_written_as_they_are_typed(line: str) -> None:
    query = Asked(line=f"{line} dog", reference=Path("/photos/a.jpg")).query
    assert asked_before(query).query.filter == query.filter
    assert asked_before(query).query.reference == query.reference


async def test_each_line_refines_what_was_said_before(
    opened: Opener, engine: ScriptedEngine
) -> None:
    async with talking(opened, engine, "a dog date:2019", "but in winter") as (app, _):
        query, options = engine.asked[-1]
        assert query.text == "but in winter"
        assert [turn.text for turn in query.history] == ["a dog"]
        assert query.history[0].reading == INTENT.descriptions[-1]
        assert query.filter.taken_from == "2019-01-01"
        assert options.stages == 3
        assert app.browse.query_one(ChipRow).labels == ("after “a dog date:2019”", "2019")
        text = screen_text(app)
        for said in ("1  a dog date:2019", "40 ranked · 1 match", "2  but in winter"):
            assert said in text
        assert "the same first 20" in text
        assert "Looking for" in text


def test_the_lines_said_are_as_high_as_their_width_asks_for_before_they_are_on_the_screen() -> None:
    turns = TurnList()
    turns.set_reactive(TurnList.chat, ChatView(turns=(SaidTurn(line="a dog in the snow"),)))
    heights = [turns.get_content_height(Size(80, 9), Size(80, 24), width) for width in (40, 14)]
    assert heights == [1, 2]


async def test_a_chat_needs_no_model_server(opened: Opener, engine: ScriptedEngine) -> None:
    async with talking(opened, engine, "a dog", "in winter", has_models=False) as (app, _):
        query, options = engine.asked[-1]
        assert options.stages == 1
        assert query.whole_text == "a dog, in winter"
        assert "no model server: imagescope serve" in screen_text(app)


async def test_u_takes_a_line_back_and_n_starts_afresh(
    opened: Opener, engine: ScriptedEngine
) -> None:
    async with talking(opened, engine, "a dog", "in winter", "at night") as (app, pilot):
        await pilot.press("escape")
        assert isinstance(app.focused, TurnList)
        await pilot.press("up", "u")
        await settled(pilot)
        query, _ = engine.asked[-1]
        assert query.whole_text == "a dog, at night"
        assert "in winter" not in screen_text(app)
        await pilot.press("n")
        await settled(pilot)
        assert app.browse.asked == Asked()
        assert isinstance(app.focused, QueryInput)
        assert app.browse.grid.count == 40


async def test_letters_typed_in_the_chat_are_no_keys(
    opened: Opener, engine: ScriptedEngine
) -> None:
    async with talking(opened, engine, "a dog") as (app, pilot):
        await pilot.press(*"unc")
        assert isinstance(app.focused, ChatInput)
        assert app.focused.value == "unc"
        await pilot.press("escape", "escape")
        assert app.browse.grid.has_focus
        assert len(engine.asked) == 1


async def test_at_80_columns_the_chat_is_a_page(opened: Opener, engine: ScriptedEngine) -> None:
    async with talking(opened, engine, "a dog", "in winter", size=(80, 24)) as (app, pilot):
        assert app.screen is not app.browse
        assert "2  in winter" in screen_text(app)
        await pilot.press("escape", "u")
        await settled(pilot)
        assert engine.asked[-1][0].whole_text == "a dog"
        await pilot.press("escape")
        await settled(pilot)
        assert app.screen is app.browse


async def test_e_waits_for_the_words_that_change_the_picture(
    opened: Opener, engine: ScriptedEngine
) -> None:
    changes: dict[str, Any] = {"make_engine": lambda _: engine, "has_models": lambda: True}
    async with opened((112, 30), **changes) as (app, pilot):
        await pilot.press("escape", "right", "e")
        await settled(pilot)
        assert app.browse.query_one(ChipRow).labels == ("edit IMG_2001.JPG",)
        assert "what should be different?" in screen_text(app)
        assert isinstance(app.focused, QueryInput)
        assert (app.browse.grid.count, engine.asked) == (40, [])
        await pilot.press(*"at night", "enter")
        await settled(pilot)
        query, options = engine.asked[-1]
        assert query.is_edit
        assert query.reference is not None
        assert query.reference.name == "IMG_2001.JPG"
        assert (query.text, options.stages) == ("at night", 3)
        assert "what are you looking for?" not in screen_text(app)


async def test_a_dropped_edit_leaves_the_words(opened: Opener, engine: ScriptedEngine) -> None:
    async with opened((112, 30), make_engine=lambda _: engine) as (app, pilot):
        await pilot.press("escape", "e", *"at night")
        await settled(pilot)
        await pilot.press("escape", "backspace")
        await settled(pilot)
        assert app.browse.asked == Asked(line="at night")
        assert engine.asked[-1][0].reference is None
