"""What is dropped on the terminal is looked for; what is pasted is typed."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.events import Paste
from textual.widgets import Input

from imagescope_tui.ui.pasted import pasted_picture
from imagescope_tui.ui.widgets.chip_row import ChipRow
from imagescope_tui.ui.widgets.query_line import QueryInput
from tests.ui.waiting import settled

if TYPE_CHECKING:
    from tests.ui.conftest import AppPilot, Opener

_NAMES = st.text(
    st.characters(exclude_characters="/\x00", exclude_categories=("Cs", "Cc")),
    min_size=1,
    max_size=30,
).map(lambda name: f"{name}.jpg")


@given(name=_NAMES)
def test_a_picture_is_known_however_terminals_write_its_path(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    picture = tmp_path_factory.mktemp("photos") / name
    picture.touch()
    escaped = "".join(f"\\{sign}" if sign in " '\"()\\&" else sign for sign in str(picture))
    for written in (str(picture), shlex.quote(str(picture)), picture.as_uri(), f"{picture} \n"):
        assert pasted_picture(written) == picture
    if not set(name) & set("#$`;<>|*?[]{}!~\t\n\xa0"):
        assert pasted_picture(escaped) == picture


@pytest.mark.parametrize(
    "text",
    ["", "/", "dog", "/etc/hostname", "/nowhere/a.jpg", "'", "~nobody-at-all/a.jpg", "a.jpg"],
)
def test_other_text_is_no_picture(text: str) -> None:
    assert pasted_picture(text) is None


async def paste(pilot: AppPilot, text: str) -> None:
    """As the terminal hands it over."""
    pilot.app.post_message(Paste(text))
    await settled(pilot)


@pytest.mark.parametrize("keys", [[], ["escape"], ["escape", "enter"], ["escape", "L"]])
async def test_the_path_of_a_picture_is_searched_by(
    opened: Opener, tmp_path: Path, keys: list[str]
) -> None:
    picture = tmp_path / "on my desk.jpg"
    picture.touch()
    async with opened() as (app, pilot):
        await pilot.press(*keys)
        await paste(pilot, f"'{picture}' \n")
        assert app.screen is app.browse
        assert app.browse.asked.reference == picture
        assert app.browse.asked.chip_labels == ("like on my desk.jpg",)
        await pilot.press("escape", "escape")
        await settled(pilot)
        assert app.browse.asked.is_empty


_PLACES: dict[str, list[str]] = {
    "the line": [],
    "the photos": ["escape"],
    "the strip of years": ["escape", "t"],
    "the large view": ["escape", "enter"],
    "the library page": ["escape", "L"],
}


@pytest.mark.parametrize("place", _PLACES)
async def test_other_text_is_typed_on_one_line(opened: Opener, place: str) -> None:
    async with opened() as (app, pilot):
        await pilot.press(*_PLACES[place])
        await paste(pilot, "red\r\nboat\x07\x1b\n\n")
        line = app.browse.query_one(QueryInput)
        assert (app.screen, app.focused, line.value) == (app.browse, line, "red boat")


async def test_what_is_pasted_stands_where_the_cursor_was(opened: Opener) -> None:
    async with opened() as (app, pilot):
        await pilot.press(*"a boat", "left", "left", "left", "left")
        await paste(pilot, "red ")
        assert app.browse.query_one(QueryInput).value == "a red boat"


async def test_with_the_filters_what_is_pasted_is_typed(opened: Opener) -> None:
    async with opened() as (app, pilot):
        await pilot.press(*"in:garden ")
        await settled(pilot)
        await pilot.press("tab")
        assert isinstance(app.focused, ChipRow)
        await paste(pilot, "red boat")
        assert app.browse.query_one(QueryInput).value == "in:garden red boat"


async def test_where_there_is_nothing_what_is_pasted_is_typed(opened: Opener) -> None:
    async with opened() as (app, pilot):
        await pilot.press(*"type:png ")
        await settled(pilot)
        await pilot.press("escape")
        assert app.focused is None
        await paste(pilot, "red boat")
        assert app.browse.query_one(QueryInput).value == "type:png red boat"


async def test_a_path_that_leads_nowhere_is_typed(opened: Opener) -> None:
    async with opened() as (app, pilot):
        await pilot.press("escape")
        await paste(pilot, str(Path("/nowhere/a.jpg")))
        assert app.browse.query_one(QueryInput).value == "/nowhere/a.jpg"


@pytest.mark.parametrize("keys", [["c"], ["a"], ["x"]])
async def test_another_line_keeps_what_is_pasted_into_it_on_one_line(
    opened: Opener, keys: list[str]
) -> None:
    async with opened() as (app, pilot):
        await pilot.press("escape", *keys)
        await settled(pilot)
        line = app.focused
        assert isinstance(line, Input)
        line.value = ""
        await paste(pilot, "one\ntwo\n")
        assert (app.focused, line.value) == (line, "one two")
        assert app.browse.query_one(QueryInput).value == ""
