"""What the environment says of the terminal before anybody asks it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalHints:
    """Variables that terminals set; some outlive the terminal that set them, in tmux or screen."""

    term: str = ""
    """TERM: the name in terminfo."""
    colours: str = ""
    """COLORTERM: `truecolor` or `24bit` where the terminal has them; ssh does not pass it on."""
    program: str = ""
    """The terminal's name by TERM_PROGRAM, or by LC_TERMINAL, which ssh passes on."""
    program_version: str = ""
    vte_version: str = ""
    """VTE_VERSION, of GNOME Terminal and its kin: 7600 for 0.76.0."""


NO_HINTS = TerminalHints()
