"""What the reader set is there in the next session, and nothing else comes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescope_tui.ui.index_state import Problem
from imagescope_tui.ui.kept import (
    HISTORY_KEPT,
    KEPT_NAME,
    KeptScreen,
    read_kept,
    write_kept,
)
from imagescope_tui.ui.widgets.query_line import QueryInput
from indexer.events import EncoderReady
from storage.records import PhotoId
from tests.ui.waiting import screen_text, settled

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ui.conftest import Opener

_LINES = st.lists(st.text(max_size=8), max_size=12).map(tuple)
_KEPT = st.builds(
    KeptScreen,
    theme=st.text(max_size=8),
    picture_size=st.none() | st.integers(0, 9),
    shows_time=st.none() | st.booleans(),
    dismissed=_LINES,
    history=_LINES,
    marks=st.lists(st.integers(1).map(PhotoId), max_size=12).map(tuple),
)


@given(kept=_KEPT)
def test_what_is_kept_is_read_again(
    kept: KeptScreen, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("library")
    write_kept(folder, kept, KeptScreen())
    assert read_kept(folder) == kept
    assert [file.name for file in folder.iterdir()] == [KEPT_NAME]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"marks": "all"}',
        '{"history": [1, true]}',
        '{"theme": 3}',
        '{"shows_time": 1}',
        "\udcff",
    ],
)
def test_what_makes_no_sense_is_as_good_as_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / KEPT_NAME).write_bytes(text.encode("utf-8", "surrogateescape"))
    assert read_kept(tmp_path) == KeptScreen()


def test_two_screens_do_not_take_away_what_the_other_keeps(tmp_path: Path) -> None:
    opened = KeptScreen(history=("cat",))
    write_kept(tmp_path, opened, KeptScreen())
    write_kept(tmp_path, KeptScreen(history=("cat", "dog"), theme="nord"), opened)
    write_kept(tmp_path, KeptScreen(history=("cat", "boat"), picture_size=4), opened)
    assert read_kept(tmp_path) == KeptScreen(
        history=("cat", "dog", "boat"), theme="nord", picture_size=4
    )


def test_the_history_has_an_end_and_the_latest_stay(tmp_path: Path) -> None:
    full = KeptScreen(history=tuple(f"line {n}" for n in range(HISTORY_KEPT)))
    write_kept(tmp_path, full, KeptScreen())
    more = KeptScreen(history=(*full.history[1:], "newest"))
    write_kept(tmp_path, more, full)
    assert read_kept(tmp_path) == more


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    write_kept(tmp_path, KeptScreen(history=("something private",)), KeptScreen())
    assert (tmp_path / KEPT_NAME).stat().st_mode & 0o077 == 0


async def test_the_next_session_begins_where_the_last_one_ended(opened: Opener) -> None:
    async with opened(images="blocks") as (app, pilot):
        await pilot.press(*"sunset", "enter")
        await settled(pilot)
        await pilot.press("escape", "escape", "space", "space", "plus")
        await settled(pilot)
        app.theme = "nord"
        marked, width = dict(app.browse.marks), app.browse.grid._model.geometry.card_width
        assert len(marked) == 2
    async with opened(images="blocks") as (app, pilot):
        await settled(pilot)
        assert app.theme == "nord"
        assert list(app.browse.marks) == list(marked)
        assert "2 marked" in screen_text(app)
        assert app.browse.grid._model.geometry.card_width == width

        await pilot.press("up")
        assert app.browse.query_one(QueryInput).value == "sunset"


async def test_marks_of_photos_that_are_gone_are_gone(opened: Opener) -> None:
    gone = PhotoId(10_000)
    write_kept(opened.world.folder, KeptScreen(marks=(gone, PhotoId(3))), KeptScreen())
    async with opened() as (app, pilot):
        await settled(pilot)
        assert list(app.browse.marks) == [3]
    assert read_kept(opened.world.folder).marks == (3,)


async def test_a_dismissed_note_stays_away(opened: Opener) -> None:
    opened.client.first_events = tuple(
        replace(event, encoder_id="pocket/1") if isinstance(event, EncoderReady) else event
        for event in opened.client.first_events
    )
    async with opened() as (app, pilot):
        assert "Built-in search" in screen_text(app)
        await pilot.press("escape", "d")
        assert "Built-in search" not in screen_text(app)
    async with opened() as (app, pilot):
        await settled(pilot)
        assert "Built-in search" not in screen_text(app)


async def test_trouble_that_was_dismissed_is_told_when_it_comes_again(opened: Opener) -> None:
    problem = Problem(reason="the model is gone", hint="")
    async with opened() as (app, pilot):
        app.index = replace(app.index, encoder_problem=problem)
        await pilot.press("escape", "d")
        assert "the model is gone" not in screen_text(app)
        app.index = replace(app.index, encoder_problem=None)
        await pilot.pause()
        app.index = replace(app.index, encoder_problem=problem)
        await pilot.pause()
        assert "the model is gone" in screen_text(app)
