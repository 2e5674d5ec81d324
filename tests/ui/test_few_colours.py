"""Words and lines where the terminal has few colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest
from rich.color import Color, ColorType
from rich.style import Style

from imagescope_tui.ui.app import ImagescopeApp
from imagescope_tui.ui.pictures.few_colours import contrast, in_few_colours
from imagescope_tui.ui.pictures.terminal_answers import TerminalAnswers
from imagescope_tui.ui.pictures.xterm import numbered_colours
from tests.ui.waiting import settled

if TYPE_CHECKING:
    from imagescope_tui.ui.pictures.terminal_answers import Background
    from tests.ui.library_world import StandInIndexer, World

Few = Literal["256", "16"]


def in_numbers(style: Style, depth: Few, *, is_words: bool = True) -> tuple[int, int]:
    told = in_few_colours(style, depth, is_words=is_words)
    assert told.color is not None
    assert told.bgcolor is not None
    assert told.color.number is not None
    assert told.bgcolor.number is not None
    return told.color.number, told.bgcolor.number


def test_a_dark_panel_is_grey_and_not_blue() -> None:
    _, back = in_numbers(Style.parse("#ffffff on #242f38"), "256")
    red, green, blue = numbered_colours("256")[back]
    assert red == green == blue


@pytest.mark.parametrize("depth", ["256", "16"])
@pytest.mark.parametrize("look", ["#5c5c5c on #d8d8d8", "#8a8a8a on #121212", "#888888 on #e0e0e0"])
def test_quiet_words_can_be_read(look: str, depth: Few) -> None:
    front, back = in_numbers(Style.parse(look), depth)
    known = numbered_colours(depth)
    assert contrast(known[front], known[back]) >= 4.5


def test_faint_lines_stay_fainter_than_words() -> None:
    known = numbered_colours("256")
    front, back = in_numbers(Style.parse("#404040 on #121212"), "256", is_words=False)
    assert 1 < contrast(known[front], known[back]) < 4.5


def test_colours_of_the_terminal_are_left_alone() -> None:
    painted = Style(color=Color.from_ansi(3), bgcolor=Color.from_ansi(200))
    assert in_few_colours(painted, "16", is_words=True) == painted
    assert in_few_colours(Style(bold=True), "16", is_words=True) == Style(bold=True)


@pytest.mark.parametrize("background", ["dark", "light"])
async def test_nothing_on_the_screen_is_left_for_others_to_round(
    world: World, client: StandInIndexer, background: Background
) -> None:
    answers = TerminalAnswers(colours="16", background=background)
    app = ImagescopeApp(world.settings(client), "quadrants", answers)
    async with app.run_test() as pilot:
        await settled(pilot)
        strips = app.screen._compositor.render_strips()
        styles = [part.style for strip in strips for part in strip if part.style]
        used = [colour for style in styles for colour in (style.color, style.bgcolor) if colour]
        assert used
        assert not any(colour.type is ColorType.TRUECOLOR for colour in used)
        codes = "".join(strip.render(app.console) for strip in strips)
        assert "8;2;" not in codes
        assert "8;5;" not in codes


async def test_the_chosen_row_of_the_library_is_seen_in_sixteen_colours(
    world: World, client: StandInIndexer
) -> None:
    app = ImagescopeApp(world.settings(client), "off", TerminalAnswers(colours="16"))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("escape", "L")
        await settled(pilot)
        strips = app.screen._compositor.render_strips()
        (row,) = (strip for strip in strips if "1 s ago" in strip.text or "looked" in strip.text)
        looks = [part.style for part in row if part.text.strip() and part.style]
        assert {style.bgcolor for style in looks} == {Color.from_ansi(7)}
        assert {style.color for style in looks} == {Color.from_ansi(0)}
