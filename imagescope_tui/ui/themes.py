"""Which colours the screen begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.theme import BUILTIN_THEMES

from imagescope_tui.errors import ConfigError

if TYPE_CHECKING:
    from imagescope_tui.ui.pictures.terminal_answers import TerminalAnswers
    from imagescope_tui.ui.settings import UiSettings

DARK, LIGHT = "textual-dark", "textual-light"


def initial_theme(settings: UiSettings, answers: TerminalAnswers, kept: str) -> str:
    """The theme in the settings, else the one chosen last, else light or dark as the terminal is.

    Args:
        settings: `auto`, or a name that `check_theme` let through.
        answers: what the terminal said of its background; silence is taken for dark.
        kept: the name chosen in an earlier session; empty where none was.
    """
    if settings.theme != "auto":
        return settings.theme
    if kept in BUILTIN_THEMES:
        return kept
    return LIGHT if answers.background == "light" else DARK


def check_theme(name: str) -> None:
    """Before the screen opens.

    Raises:
        ConfigError: there is no theme of this name.
    """
    if name != "auto" and name not in BUILTIN_THEMES:
        known = ", ".join(("auto", *sorted(BUILTIN_THEMES)))
        raise ConfigError(f"theme = {name!r} is none of {known}")
