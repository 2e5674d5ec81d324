"""Pictures for terminals that draw pixels: what is sent, and what stands in the text."""

from __future__ import annotations

import os
import pty
import sys
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from textual.geometry import Region

from imagescope_tui.ui.pictures import protocol, terminal_query
from imagescope_tui.ui.pictures.graphics import paint_kitty, paint_sixel
from imagescope_tui.ui.pictures.key import Box
from imagescope_tui.ui.widgets.sixel_overlay import PlacedPainting
from tests.ui.scenes import scene

if TYPE_CHECKING:
    from tests.ui.conftest import Opener
    from tests.ui.library_world import StandInIndexer, World


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
    assert painting.sixels.startswith("\x1bP")
    assert painting.sixels.endswith("\x1b\\")
    assert {line.text for line in painting.lines} == {" " * 24}


@pytest.mark.parametrize(
    ("answer", "graphics"),
    [
        (b"\x1b[?62;4;22c", "sixel"),
        (b"\x1b_Gi=4711;OK\x1b\\\x1b[?62;22c", "kitty"),
        (b"\x1b_Gi=4711;OK\x1b\\\x1b[?62;4c", "sixel"),
        (b"\x1b_Gi=4711;EINVAL:no\x1b\\\x1b[?62c", "none"),
        (b"\x1b[?64;14c", "none"),
        (b"", "none"),
    ],
)
def test_the_terminal_is_taken_at_its_word(
    answer: bytes, graphics: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal, ours = pty.openpty()
    with open(ours, closefd=False) as keyboard, open(ours, "w", closefd=False) as screen:
        monkeypatch.setattr(sys, "__stdin__", keyboard)
        monkeypatch.setattr(sys, "__stdout__", screen)
        reply = threading.Thread(target=answer_when_asked, args=(terminal, answer))
        reply.start()
        assert terminal_query.ask_terminal() == graphics
        reply.join()
    os.close(ours)
    os.close(terminal)


def answer_when_asked(terminal: int, answer: bytes) -> None:
    asked = b""
    while not asked.endswith(b"\x1b[c"):
        asked += os.read(terminal, 100)
    if answer:
        os.write(terminal, answer)


def test_over_ssh_and_in_tmux_pictures_are_half_blocks(
    world: World, client: StandInIndexer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "_is_terminal", lambda: True)
    settings = world.settings(client, images="auto")
    assert protocol.choose_protocol(replace(settings, over_ssh=True)) == "blocks"
    assert protocol.choose_protocol(replace(settings, in_tmux=True)) == "blocks"


def test_what_is_no_terminal_is_never_asked(world: World, client: StandInIndexer) -> None:
    assert protocol.choose_protocol(world.settings(client, images="auto")) == "blocks"
    assert protocol.choose_protocol(world.settings(client, images="kitty")) == "blocks"


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
