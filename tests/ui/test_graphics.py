"""Pictures for terminals that draw pixels: what is sent, and what stands in the text."""

from __future__ import annotations

import base64
import io
import re
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

from PIL import Image, ImageChops, ImageStat
from textual.geometry import Region

from imagescope_tui.ui.pictures.graphics import cell_pixels, paint_iterm, paint_kitty, paint_sixel
from imagescope_tui.ui.pictures.key import Box
from imagescope_tui.ui.widgets.pixel_overlay import PlacedPainting
from tests.ui.scenes import scene

if TYPE_CHECKING:
    import pytest

    from tests.ui.conftest import Opener


def test_a_kitty_picture_is_sent_once_and_stands_in_the_text(
    capfd: pytest.CaptureFixture[str],
) -> None:
    painting = paint_kitty(scene(2).image, Box(24, 8))
    sent = capfd.readouterr().out
    assert sent.startswith("\x1b_G")
    assert sent.endswith("\x1b\\")
    assert "U=1" in sent
    assert [line.cell_length for line in painting.lines] == [24] * 8
    assert all("\U0010eeee" in line.text for line in painting.lines)


def test_a_dropped_kitty_picture_is_dropped_by_the_terminal_too(
    capfd: pytest.CaptureFixture[str],
) -> None:
    painting = paint_kitty(scene(2).image, Box(24, 8))
    capfd.readouterr()
    assert painting.release is not None
    painting.release()
    assert "a=d" in capfd.readouterr().out


def test_a_sixel_picture_leaves_its_cells_blank() -> None:
    painting = paint_sixel(scene(2).image, Box(24, 8))
    assert painting.overlay.startswith("\x1bP")
    assert painting.overlay.endswith("\x1b\\")
    assert {line.text for line in painting.lines} == {" " * 24}


def test_textual_image_is_loaded_with_the_size_of_a_cell_before_the_screen_starts() -> None:
    code = (
        "import sys; from imagescope_tui.ui.pictures.graphics import cell_pixels, prepare;"
        "prepare((9, 18)); print('textual_image.renderable' in sys.modules, cell_pixels())"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert told.stdout.strip() == "True (9, 18)"


class ITermPicture(NamedTuple):
    """What a terminal that speaks iTerm2's protocol makes of the bytes."""

    options: dict[str, str]
    image: Image.Image


def read_iterm(sequence: str) -> ITermPicture:
    """The picture that the sequence carries, as the terminal reads it."""
    found = re.fullmatch(r"\x1b\]1337;File=([^:]*):([A-Za-z0-9+/=]*)\x07", sequence)
    assert found is not None
    options = dict(part.split("=") for part in found[1].split(";"))
    data = base64.b64decode(found[2], validate=True)
    assert options["size"] == str(len(data))
    return ITermPicture(options, Image.open(io.BytesIO(data)))


def test_an_iterm_picture_carries_its_size_in_cells_and_all_its_colours() -> None:
    painting = paint_iterm(scene(2).image, Box(24, 8))
    picture = read_iterm(painting.overlay)
    assert picture.options["inline"] == "1"
    assert picture.options["doNotMoveCursor"] == "1"
    width, height = int(picture.options["width"]), int(picture.options["height"])
    assert painting.left == (24 - width) // 2
    assert painting.top == (8 - height) // 2
    assert {line.text for line in painting.lines} == {" " * 24}
    cell_width, cell_height = cell_pixels()
    assert picture.image.size == (width * cell_width, height * cell_height)
    small = scene(2).image.convert("RGB").resize((8, 8), Image.Resampling.BOX)
    shown = picture.image.resize((8, 8), Image.Resampling.BOX)
    difference = ImageChops.difference(small, shown)
    assert max(ImageStat.Stat(difference).mean) < 4


async def test_sixels_are_drawn_where_their_cells_are(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(images="blocks") as (app, pilot):
        written: list[str] = []
        assert app._driver is not None
        monkeypatch.setattr(app._driver, "write", written.append)
        painting = paint_sixel(scene(0).image, Box(10, 4))
        grid = app.browse.grid
        grid._overlay._placed = lambda: [PlacedPainting(painting, Region(1, 1, 10, 4))]
        grid._overlay.note(Region(0, 0, 20, 2))
        await pilot.pause()
        top, left = grid.region.y + 1 + painting.top, grid.region.x + 1 + painting.left
        drawn = "".join(written)
        assert f"\x1b[{top + 1};{left + 1}H\x1bP" in drawn
        written.clear()
        await pilot.press("escape", "question_mark")
        grid._overlay.note(Region(0, 0, 20, 2))
        await pilot.pause()
        assert "\x1bP" not in "".join(written)
