"""What is dropped on the terminal is looked for; what is pasted is typed."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescope_tui.ui.pasted import pasted_picture
from imagescope_tui.ui.widgets.query_line import QueryInput
from tests.ui.waiting import settled

if TYPE_CHECKING:
    from tests.ui.conftest import Opener

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


async def test_the_path_of_a_picture_is_searched_by(opened: Opener, tmp_path: Path) -> None:
    picture = tmp_path / "on my desk.jpg"
    picture.touch()
    async with opened() as (app, pilot):
        app.browse.take_pasted(f"'{picture}' ")
        await settled(pilot)
        assert app.browse.asked.reference == picture
        assert app.browse.asked.chip_labels == ("like on my desk.jpg",)
        await pilot.press("escape", "escape")
        await settled(pilot)
        assert app.browse.asked.is_empty


async def test_other_text_is_typed_on_one_line(opened: Opener) -> None:
    async with opened() as (app, pilot):
        await pilot.press("escape")
        app.browse.take_pasted("red\nboat")
        await settled(pilot)
        assert app.browse.query_one(QueryInput).value == "red boat"
        assert app.focused is app.browse.query_one(QueryInput)


async def test_a_path_that_leads_nowhere_is_typed(opened: Opener) -> None:
    async with opened() as (app, pilot):
        app.browse.take_pasted(str(Path("/nowhere/a.jpg")))
        await settled(pilot)
        assert app.browse.query_one(QueryInput).value == "/nowhere/a.jpg"
