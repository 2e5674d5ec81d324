"""From the settings to the open screen: the terminal is asked, then Textual takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagescope_tui.ui.app import ImagescopeApp
from imagescope_tui.ui.pictures.protocol import choose_protocol
from imagescope_tui.ui.pictures.terminal_query import ask_terminal
from imagescope_tui.ui.themes import check_theme

if TYPE_CHECKING:
    from imagescope_tui.ui.settings import UiSettings


def run_app(settings: UiSettings) -> int:
    """Open the screen and stay until the reader leaves; gives the exit status.

    Raises:
        ConfigError: the settings name a theme that is not there.
    """
    check_theme(settings.theme)
    answers = ask_terminal(
        settings.terminal_hints, over_ssh=settings.over_ssh, in_tmux=settings.in_tmux
    )
    is_remote = settings.over_ssh or settings.in_tmux
    protocol = choose_protocol(settings.images, answers, is_remote=is_remote)
    return ImagescopeApp(settings, protocol, answers).run() or 0
