"""Which colours the screen begins with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from textual import constants

from imagescope_tui.errors import ConfigError
from imagescope_tui.ui.app import ImagescopeApp
from imagescope_tui.ui.pictures.terminal_answers import TerminalAnswers
from imagescope_tui.ui.themes import check_theme, initial_theme

if TYPE_CHECKING:
    from imagescope_tui.ui.pictures.painting import ColourDepth
    from tests.ui.library_world import StandInIndexer, World

LIGHT = TerminalAnswers(background="light")


def test_a_theme_is_set_or_kept_or_as_the_terminal(world: World, client: StandInIndexer) -> None:
    auto = world.settings(client)
    assert initial_theme(auto, LIGHT, "") == "textual-light"
    assert initial_theme(auto, TerminalAnswers(background="dark"), "") == "textual-dark"
    assert initial_theme(auto, TerminalAnswers(), "") == "textual-dark"
    assert initial_theme(auto, LIGHT, "nord") == "nord"
    assert initial_theme(auto, LIGHT, "of another version") == "textual-light"
    assert initial_theme(replace(auto, theme="dracula"), LIGHT, "nord") == "dracula"


def test_an_unknown_theme_is_told_with_those_there_are() -> None:
    check_theme("auto")
    check_theme("nord")
    with pytest.raises(ConfigError, match=r"'nrod' is none of auto, .*nord, .*textual-light"):
        check_theme("nrod")


async def test_the_screen_is_light_on_a_light_terminal(
    world: World, client: StandInIndexer
) -> None:
    app = ImagescopeApp(world.settings(client, images="off"), "off", LIGHT)
    async with app.run_test():
        assert app.theme == "textual-light"
        # What nobody chose is not kept.
        assert app.kept.theme == ""


@pytest.mark.parametrize(
    ("colours", "written"), [("true", "truecolor"), ("256", "256"), ("16", "standard")]
)
def test_so_many_colours_are_written_as_the_terminal_shows(
    world: World, client: StandInIndexer, colours: ColourDepth, written: str
) -> None:
    answers = TerminalAnswers(colours=colours)
    app = ImagescopeApp(world.settings(client), "blocks", answers)
    assert app.console.color_system == written


def test_who_sets_textuals_own_variable_knows_better(
    world: World, client: StandInIndexer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "COLOR_SYSTEM", "256")
    app = ImagescopeApp(world.settings(client), "blocks", TerminalAnswers(colours="true"))
    assert app.console.color_system == "256"
