"""What goes to the terminal is written once, and what is painted not by the event loop."""

from __future__ import annotations

import io
import threading
from typing import TYPE_CHECKING, Any

import pytest
from rich.color import Color as RichColor
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import DIMMED_MONOKAI
from textual.color import Color
from textual.filter import ANSIToTruecolor, Monochrome
from textual.strip import Strip

from imagescope_tui.ui.pictures.key import Box
from imagescope_tui.ui.pictures.painting import paint_cells
from imagescope_tui.ui.pictures.written import PaintedCells, PartedLine, Pen, with_codes
from imagescope_tui.ui.widgets.card import draw_card
from tests.ui.scenes import scene
from tests.ui.waiting import settled

if TYPE_CHECKING:
    from imagescope_tui.ui.app import ImagescopeApp
    from tests.ui.conftest import Opener

_BLACK = Color(0, 0, 0)
_TERMINALS_OWN = Style(color=RichColor.from_ansi(203), bgcolor=RichColor.from_ansi(17))
_PARTS = ("left ", "▀▄▀▄", " and 右 ", "end")


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), force_terminal=True, color_system="truecolor")


@pytest.fixture
def line() -> PartedLine:
    looks = (Style(), _TERMINALS_OWN, Style(bold=True), Style(color="rgb(1,2,3)"))
    return PartedLine(
        Strip([Segment(text, look)]) for text, look in zip(_PARTS, looks, strict=True)
    )


def test_painted_cells_keep_the_colours_that_the_painter_chose() -> None:
    cells = PaintedCells([Segment("▀", _TERMINALS_OWN)])
    assert cells.apply_filter(ANSIToTruecolor(DIMMED_MONOKAI), _BLACK) is cells


def test_painted_cells_are_grey_where_nobody_wants_colour() -> None:
    cells = PaintedCells([Segment("▀", Style(color="rgb(255,0,0)", bgcolor="rgb(0,0,255)"))])
    (segment,) = cells.apply_filter(Monochrome(), _BLACK)
    assert segment.style
    assert segment.style.color
    red, green, blue = segment.style.color.triplet or (0, 1, 2)
    assert red == green == blue


def test_a_line_of_parts_reads_as_the_line_would_in_one(line: PartedLine, console: Console) -> None:
    whole = Strip(list(line))
    assert line.cell_length == whole.cell_length
    assert line.render(console) == whole.render(console)


@pytest.mark.parametrize("first", range(0, 20, 3))
@pytest.mark.parametrize("width", [1, 4, 9, 40])
def test_a_line_of_parts_is_cut_as_the_line_would_be(
    line: PartedLine, first: int, width: int
) -> None:
    whole = Strip(list(line))
    end = min(first + width, whole.cell_length)
    assert line.crop(first, end).text == whole.crop(first, end).text
    cuts = sorted({cut for cut in (first, end, whole.cell_length) if cut})
    pieces = [piece.text for piece in line.divide(cuts)]
    assert pieces == [piece.text for piece in whole.divide(cuts)]


def test_parts_that_are_not_cut_stay_written(line: PartedLine) -> None:
    cut = line.crop(5, 9)
    assert isinstance(cut, PartedLine)
    assert cut.parts[0] is line.parts[1]
    assert line.crop(0) is line


def test_what_is_painted_is_written_with_it(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted = paint_cells(scene(2).image, Box(24, 8), mode="blocks", depth="true")
    written = with_codes(painted, console)
    assert [line.text for line in written.lines] == [line.text for line in painted.lines]
    pen = Pen(console, (ANSIToTruecolor(DIMMED_MONOKAI),), _BLACK, Style(bgcolor="rgb(9,9,9)"))
    asked = _texts_written(monkeypatch)
    lines = [PartedLine(pen.written(line)) for line in written.lines]
    assert not any("▀" in text for text in asked)
    assert all(segment.style for line in lines for segment in line)


async def test_the_event_loop_writes_nothing_that_is_painted(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(images="blocks") as (app, pilot):
        asked = _texts_written(monkeypatch)
        await pilot.press("escape", "right", "down", "end", "home")
        await settled(pilot)
        frame = _whole_frame(app)
        assert "▀" in frame
        assert not any("▀" in text for text in asked)


async def test_a_frame_draws_only_the_cards_that_changed(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Any] = []

    def counted(face: Any, *others: Any) -> Any:  # noqa: ANN401
        drawn.append(face.name)
        return draw_card(face, *others)

    async with opened(images="blocks") as (app, pilot):
        await pilot.press("escape")
        await settled(pilot)
        monkeypatch.setattr("imagescope_tui.ui.widgets.card_drawer.draw_card", counted)
        _whole_frame(app)
        assert drawn == []
        await pilot.press("right")
        await settled(pilot)
        assert len(drawn) == len(set(drawn)) == 2


async def test_cards_are_drawn_anew_where_their_looks_changed_and_only_there(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Any] = []

    def counted(face: Any, *others: Any) -> Any:  # noqa: ANN401
        drawn.append(face.name)
        return draw_card(face, *others)

    async with opened(images="blocks") as (app, pilot):
        await pilot.press("escape")
        await settled(pilot)
        monkeypatch.setattr("imagescope_tui.ui.widgets.card_drawer.draw_card", counted)
        app.browse.grid.notify_style_update()
        _whole_frame(app)
        assert drawn == []
        app.theme = "textual-light"
        await settled(pilot)
        assert drawn


def _whole_frame(app: ImagescopeApp) -> str:
    update: Any = app.screen._compositor.render_update(full=True)
    return str(update.render_segments(app.console))


def _texts_written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What codes are written for from now on, by the thread that the test runs in."""
    texts: list[str] = []
    write = Strip.render_style
    here = threading.get_ident()

    def noted(_cls: type[Strip], style: Style, text: str, color_system: Any) -> str:  # noqa: ANN401
        if threading.get_ident() == here:
            texts.append(text)
        return write(style, text, color_system)

    monkeypatch.setattr(Strip, "render_style", classmethod(noted))
    return texts
