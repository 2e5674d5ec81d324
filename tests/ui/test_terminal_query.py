"""What the terminal is asked before the screen starts, and what follows from its answers."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from imagescope_tui.terminal_hints import TerminalHints
from imagescope_tui.ui.pictures import colour_depth, terminal_query
from imagescope_tui.ui.pictures.colour_depth import TmuxClient, colours_of
from imagescope_tui.ui.pictures.glyphs import glyphs_of
from imagescope_tui.ui.pictures.protocol import choose_protocol
from imagescope_tui.ui.pictures.terminal_answers import (
    TerminalAnswers,
    shows_true_colour,
    understood,
)

if TYPE_CHECKING:
    from pathlib import Path

HINTS = TerminalHints(term="xterm-256color")
DEVICE = b"\x1b[?62;22c"


def answered(answer: bytes, hints: TerminalHints = HINTS) -> TerminalAnswers:
    """What is made of a terminal of bytes that says this when it is asked."""
    return conversation(answer, hints)[0]


def conversation(answer: bytes, hints: TerminalHints) -> tuple[TerminalAnswers, bytes]:
    """The same, and what it was asked."""
    asked: list[bytes] = []
    terminal, ours = pty.openpty()
    with (
        pytest.MonkeyPatch.context() as patch,
        open(ours, closefd=False) as keyboard,
        open(ours, "w", closefd=False) as screen,
    ):
        patch.setattr(sys, "__stdin__", keyboard)
        patch.setattr(sys, "__stdout__", screen)
        reply = threading.Thread(target=answer_when_asked, args=(terminal, answer, asked))
        reply.start()
        answers = terminal_query.ask_terminal(hints, over_ssh=False, in_tmux=False)
        reply.join()
    os.close(ours)
    os.close(terminal)
    return answers, b"".join(asked)


def answer_when_asked(terminal: int, answer: bytes, asked: list[bytes]) -> None:
    while not b"".join(asked).endswith(b"\x1b[c"):
        asked.append(os.read(terminal, 100))
    if answer:
        os.write(terminal, answer)


@pytest.mark.parametrize(
    ("answer", "graphics"),
    [
        (b"\x1b[?62;4;22c", "sixel"),
        (b"\x1b_Gi=4711;OK\x1b\\\x1b[?62;22c", "kitty"),
        (b"\x1b_Gi=4711;OK\x1b\\\x1b[?62;4c", "sixel"),
        (b"\x1b_Gi=4711;EINVAL:no\x1b\\\x1b[?62c", "none"),
        (b"\x1bP>|iTerm2 3.5.11\x1b\\\x1b[?62;4c", "iterm"),
        (b"\x1bP>|WezTerm 20240203-110809-5046fc22\x1b\\\x1b_Gi=4711;OK\x1b\\\x1b[?65;4c", "iterm"),
        (b"\x1bP>|xterm.js(5.6.0)\x1b\\\x1b[?62;4;9;22c", "iterm"),
        (b"\x1bP>|xterm.js(5.6.0)\x1b\\\x1b[?1;2c", "none"),
        (b"\x1b[?64;14c", "none"),
        (b"", "none"),
    ],
)
def test_the_terminal_is_taken_at_its_word(answer: bytes, graphics: str) -> None:
    assert answered(answer).graphics == graphics


@pytest.mark.parametrize(
    ("answer", "name", "version"),
    [
        (b"\x1bP>|kitty(0.40.1)\x1b\\", "kitty", (0, 40, 1)),
        (b"\x1bP>|tmux 3.3a\x1b\\", "tmux", (3, 3)),
        (b"\x1bP>|VTE(7600)\x1b\\", "vte", (7600,)),
        (b"\x1bP>|iTerm2 3.5.0\x1b\\", "iterm2", (3, 5, 0)),
        (b"\x1bP>|WezTerm 20240203-110809-5046fc22\x1b\\", "wezterm", (20240203,)),
        (b"\x1bP>|nameless\x1b\\", "nameless", ()),
        (b"", "", ()),
    ],
)
def test_the_name_and_version_are_what_the_terminal_calls_itself(
    answer: bytes, name: str, version: tuple[int, ...]
) -> None:
    answers = understood(answer + DEVICE, HINTS)
    assert (answers.name, answers.version) == (name, version)


def test_the_environment_names_a_terminal_that_does_not_say() -> None:
    by_program = replace(HINTS, program="iTerm.app", program_version="3.4.2")
    assert understood(DEVICE, by_program).name == "iterm2"
    assert understood(DEVICE, replace(HINTS, vte_version="6200")).version == (6200,)
    within = replace(HINTS, vte_version="6200", program="tmux", program_version="3.3a")
    assert understood(DEVICE, within).name == "tmux"
    assert understood(b"\x1bP>|kitty(0.40.1)\x1b\\", by_program).name == "kitty"


@pytest.mark.parametrize(
    ("answer", "background"),
    [
        (b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\", "light"),
        (b"\x1b]11;rgb:fd/f6/e3\x07", "light"),
        (b"\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\", "dark"),
        (b"\x1b]11;rgb:0000/0000/ffff\x1b\\", "dark"),
        (b"", None),
    ],
)
def test_the_background_is_light_or_dark_to_the_eye(answer: bytes, background: str | None) -> None:
    assert answered(answer + DEVICE).background == background


@pytest.mark.parametrize(
    ("answer", "is_true"),
    [
        (b"\x1bP1+r524742=382F382F38\x1b\\", True),
        (b"\x1bP1+r5463\x1b\\", True),
        (b"\x1bP0+r524742\x1b\\", False),
        (b"\x1bP1+r636f=323536\x1b\\", False),
        (b"\x1bP1$r0;48:2::1:2:3m\x1b\\", True),
        (b"\x1bP1$r0;48:2:1:2:3m\x1b\\", True),
        (b"\x1bP1$r48;2;1;2;3m\x1b\\", True),
        (b"\x1bP1$r0;48;5;16m\x1b\\", False),
        (b"\x1bP0$r\x1b\\", False),
    ],
)
def test_true_colour_is_what_the_terminal_tells_again(answer: bytes, is_true: bool) -> None:
    assert shows_true_colour(answer) is is_true
    assert (answered(answer + DEVICE).colours == "true") is is_true


def test_without_its_word_the_environment_tells_the_colours() -> None:
    assert colours_of(b"", replace(HINTS, colours="truecolor"), None) == "true"
    assert colours_of(b"", TerminalHints(term="linux", colours="truecolor"), None) == "16"


@pytest.mark.parametrize(
    ("term", "colours"),
    [("direct", "true"), ("with-tc", "true"), ("many", "256"), ("few", "16"), ("unknown", "16")],
)
def test_terminfo_tells_the_colours_where_nobody_else_does(
    term: str, colours: str, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.write_text(
        "direct|of test,\n\tRGB, colors#0x1000000,\nwith-tc|of test,\n\tTc, colors#256,\n"
        "many|of test,\n\tcolors#256,\nfew|of test,\n\tcolors#8,\n"
    )
    subprocess.run(["tic", "-x", "-o", tmp_path, source], check=True)
    # Curses reads it once in the life of a process.
    lines = (
        "from imagescope_tui.terminal_hints import TerminalHints",
        "from imagescope_tui.ui.pictures.colour_depth import colours_of",
        f"print(colours_of(b'', TerminalHints(term={term!r}), None))",
    )
    program = [sys.executable, "-c", "; ".join(lines)]
    environment = {**os.environ, "TERMINFO": str(tmp_path)}
    told = subprocess.run(program, capture_output=True, check=True, text=True, env=environment)
    assert told.stdout.strip() == colours


def test_gnu_screen_inherits_the_variable_and_has_no_true_colour() -> None:
    screen = TerminalHints(term="screen-256color", colours="truecolor")
    assert colours_of(b"", screen, None) == "256"


def test_tmux_knows_best_what_it_lets_through() -> None:
    proud = replace(HINTS, colours="truecolor")
    assert colours_of(b"\x1bP1+r5463\x1b\\", proud, TmuxClient("xterm-256color", False)) == "256"
    assert colours_of(b"", HINTS, TmuxClient("xterm-256color", True)) == "true"


def test_tmux_is_told_apart_from_no_tmux(monkeypatch: pytest.MonkeyPatch) -> None:
    told = ("printf", "xterm-256color\tbpaste,ccolour,RGB,title\n")
    monkeypatch.setattr(colour_depth, "_TMUX_QUESTION", told)
    assert colour_depth.tmux_client() == TmuxClient("xterm-256color", True)
    monkeypatch.setattr(colour_depth, "_TMUX_QUESTION", ("printf", "screen\tbpaste,title\n"))
    assert colour_depth.tmux_client() == TmuxClient("screen", False)
    monkeypatch.setattr(colour_depth, "_TMUX_QUESTION", ("false",))
    assert colour_depth.tmux_client() is None
    monkeypatch.setattr(colour_depth, "_TMUX_QUESTION", ("no-such-tmux",))
    assert colour_depth.tmux_client() is None


def test_keys_typed_while_the_terminal_answers_are_kept() -> None:
    answer = b"re\x1bP>|foot(1.21.0)\x1b\\d \x1b]11;rgb:00/00/00\x1b\\c" + DEVICE
    answers = answered(answer)
    assert answers.typed == b"red c"
    assert answers.name == "foot"


@pytest.mark.parametrize(
    ("answer", "takes"),
    [
        (b"\x1b[?5522;2$y", True),
        (b"\x1b[?5522;0$y", False),
        (b"\x1b[?5522;4$y", False),
        (b"\x1bP>|kitty(0.32.2)\x1b\\", True),
        (b"\x1bP>|kitty(0.26.5)\x1b\\", False),
        (b"\x1bP>|foot(1.21.0)\x1b\\", False),
    ],
)
def test_who_takes_pictures_into_the_clipboard(answer: bytes, takes: bool) -> None:
    assert answered(answer + DEVICE).takes_pictures is takes


@pytest.mark.parametrize("term", ["tmux-256color", "screen", "screen-256color"])
def test_tmux_and_screen_get_nothing_that_they_take_for_a_title_or_pass_on(term: str) -> None:
    answers, asked = conversation(b"\x1bP>|tmux 3.3a\x1b\\\x1b[?1;2;4c", TerminalHints(term=term))
    assert answers.name == "tmux"
    assert b"\x1b_" not in asked
    assert b"\x1bP" not in asked
    assert b"\x1b_G" in conversation(DEVICE, HINTS)[1]


def test_the_size_of_a_cell_is_told_by_the_terminal_or_taken_for_granted() -> None:
    assert answered(b"\x1b[6;18;9t" + DEVICE).cell_pixels == (9, 18)
    assert answered(b"\x1b[6;0;0t" + DEVICE).cell_pixels == (10, 20)
    assert answered(DEVICE).cell_pixels == (10, 20)


def test_silent_terminals_are_not_asked(capsys: pytest.CaptureFixture[str]) -> None:
    for term in ("dumb", "linux"):
        answers = terminal_query.ask_terminal(
            TerminalHints(term=term), over_ssh=False, in_tmux=False
        )
        assert answers.graphics == "none"
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("name", "version", "glyphs"),
    [
        ("kitty", (0, 40, 0), "octants"),
        ("kitty", (0, 39, 1), "sextants"),
        ("kitty", (0, 14, 0), "quadrants"),
        ("foot", (1, 16, 2), "sextants"),
        ("vte", (7600,), "sextants"),
        ("tmux", (3, 5), "quadrants"),
        ("kitty", (), "quadrants"),
        ("", (), "quadrants"),
        ("linux", (), "blocks"),
    ],
)
def test_glyphs_that_nobody_is_sure_of_are_not_used(
    name: str, version: tuple[int, ...], glyphs: str
) -> None:
    assert glyphs_of(name, version) == glyphs


def test_over_ssh_and_in_tmux_pictures_are_made_of_the_finest_glyphs() -> None:
    kitty = TerminalAnswers(graphics="kitty", name="kitty", version=(0, 40))
    assert choose_protocol("auto", kitty, is_remote=True) == "octants"
    assert choose_protocol("auto", TerminalAnswers(), is_remote=False) == "quadrants"
    assert choose_protocol("sextants", TerminalAnswers(), is_remote=False) == "sextants"


def test_the_linux_console_has_half_blocks_alone() -> None:
    answers = understood(b"", TerminalHints(term="linux"))
    assert choose_protocol("auto", answers, is_remote=False) == "blocks"
