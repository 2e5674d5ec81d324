"""How many colours the terminal shows: by its word, terminfo, tmux and the environment."""

from __future__ import annotations

import curses
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagescope_tui.ui.pictures.terminal_answers import shows_true_colour

if TYPE_CHECKING:
    from imagescope_tui.terminal_hints import TerminalHints
    from imagescope_tui.ui.pictures.painting import ColourDepth

_TRUE = ("truecolor", "24bit")
_TMUX_QUESTION = ("tmux", "display-message", "-p", "#{client_termname}\t#{client_termfeatures}")
_TMUX_SECONDS = 1
_MANY = 256


@dataclass(frozen=True, slots=True)
class TmuxClient:
    """The terminal that tmux is shown in, as tmux knows it."""

    name: str
    """Its TERM."""
    is_true_colour: bool


def tmux_client() -> TmuxClient | None:
    """What the tmux around this program says; None where it does not answer."""
    try:
        told = subprocess.run(
            _TMUX_QUESTION,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TMUX_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    name, _, features = told.stdout.decode("utf-8", "replace").strip().partition("\t")
    # A tmux that is too old to tell features (before 3.2) tells none.
    return TmuxClient(name, "RGB" in features.split(",")) if features else None


def colours_of(reply: bytes, hints: TerminalHints, tmux: TmuxClient | None) -> ColourDepth:
    """How many colours arrive in front of the reader.

    tmux takes true colour from every program and lets through what it believes its terminal to
    have, so its word goes before all others; GNU screen lets through none, while COLORTERM may
    stand there from before.
    """
    if tmux is not None:
        return "true" if tmux.is_true_colour else "256"
    if hints.term == "linux":
        return "16"
    is_told = hints.colours.lower() in _TRUE and not hints.term.startswith("screen")
    if is_told or shows_true_colour(reply) or _terminfo_true(hints.term):
        return "true"
    return "256" if "256" in hints.term or _terminfo_colours(hints.term) >= _MANY else "16"


def _terminfo_true(term: str) -> bool:
    return _is_known(term) and any(
        curses.tigetflag(name) > 0 or curses.tigetnum(name) > 0 or bool(curses.tigetstr(name))
        for name in ("RGB", "Tc")
    )


def _terminfo_colours(term: str) -> int:
    return curses.tigetnum("colors") if _is_known(term) else 0


def _is_known(term: str) -> bool:
    """Whether terminfo describes the terminal; read once in the life of a process, says curses."""
    try:
        curses.setupterm(term or None, 1)
    except curses.error:
        return False
    return True
