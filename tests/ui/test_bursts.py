"""Keys that come at once, through a real terminal, act in the order they came."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from imagescope_tui.ui.kept import read_kept
from tests.benchmarks.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ui.library_world import World

ENTER, ESC, BACKSPACE, CTRL_U, CTRL_W, QUIT = "\r", "\x1b", "\x7f", "\x15", "\x17", "\x11"
_PROGRAM = "from imagescope_tui.cli.tui_app import main; main()"
LEFT, HOME, END = "\x1b[D", "\x1b[H", "\x1b[F"


def lines_asked(world: World, burst: str, home: Path) -> tuple[str, ...]:
    """What was asked by a burst that ends in quitting, each line once it was meant."""
    command = [sys.executable, "-P", "-c", _PROGRAM]
    command += ["--library", str(world.folder), "--images", "off", "--encoder", "pocket"]
    environment = {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home)}
    with Terminal(command, environment=environment) as terminal:
        terminal.seconds_until("40 photos")
        terminal.type(burst + QUIT)
        assert terminal.status_at_end() == 0
    return read_kept(world.folder).history


TO_THE_PHOTOS = "/" + CTRL_U + ENTER
_TYPED = (
    (TO_THE_PHOTOS + "/quick fox", "quick fox"),
    (TO_THE_PHOTOS + "/red car", "red car"),
    (TO_THE_PHOTOS + "/a dog in the snow", "a dog in the snow"),
    (TO_THE_PHOTOS + "nanother one", "another one"),
    (f"/{CTRL_U}sunsex{BACKSPACE}t", "sunset"),
    (f"/{CTRL_U}wrong{CTRL_U}right", "right"),
    (f"/{CTRL_U}one two{CTRL_W}three", "one three"),
    (f"/{CTRL_U}uck{HOME}d{END}s", "ducks"),
    (f"/{CTRL_U}ct{LEFT}a{END}s", "cats"),
    (f"{TO_THE_PHOTOS}aquit now{ESC}{ESC}[A/more", "more"),
    (f"{TO_THE_PHOTOS}?xm{ENTER}/known", "known"),
)
"""What is typed in one go, and the line that it is."""
_EDIT = f"{TO_THE_PHOTOS}equite dark"
"""Of the photo that is there at the beginning; while photos come, none is selected."""


def test_a_burst_is_what_was_typed(world: World, tmp_path: Path) -> None:
    # Told apart by a number, for a line that is asked again is kept once.
    rounds = range(2)
    burst = "".join(f"{keys} {n}{ENTER}" for n in rounds for keys, _ in _TYPED)
    expected = tuple(f"{line} {n}" for n in rounds for _, line in _TYPED)
    asked = lines_asked(world, f"{_EDIT}{ENTER}{burst}", tmp_path)
    assert asked == ("quite dark", *expected)


def test_a_paste_among_keys_lands_in_the_query_line(world: World, tmp_path: Path) -> None:
    first = f"{TO_THE_PHOTOS}{_pasted('quick fox')}{ENTER}"
    second = f"{TO_THE_PHOTOS}l{_pasted('red car')} at night{ENTER}"
    third = f"/{CTRL_U}a{_pasted('quarium')} fish{ENTER}"
    asked = lines_asked(world, first + second + third, tmp_path)
    assert asked == ("quick fox", "red car at night", "aquarium fish")


def _pasted(text: str) -> str:
    """As a terminal brackets it."""
    return f"\x1b[200~{text}\x1b[201~"
