"""What a terminal can do, in words."""

from __future__ import annotations

from imagescope_tui.ui.pictures.terminal_answers import TerminalAnswers
from imagescope_tui.ui.terminal_words import terminal_words


def test_the_terminal_is_told_in_one_line() -> None:
    kitty = TerminalAnswers(
        name="kitty",
        version=(0, 40, 1),
        colours="true",
        background="light",
        takes_pictures=True,
    )
    assert terminal_words(kitty, "kitty") == (
        "kitty 0.40.1; true colour; pictures by Kitty’s protocol; light background; copies pictures"
    )
    silent = TerminalAnswers(colours="256")
    assert terminal_words(silent, "quadrants") == (
        "a terminal that does not tell its name; 256 colours; pictures of quadrants"
    )


def test_a_name_with_escapes_does_not_reach_the_terminal() -> None:
    assert "\x1b" not in terminal_words(TerminalAnswers(name="x\x1b[31m"), "blocks")
