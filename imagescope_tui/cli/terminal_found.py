"""What `doctor` finds out of the terminal it is run in."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, cast

from imagescope_tui.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imagescope_tui.config import Settings
    from imagescope_tui.ui.pictures.terminal_answers import TerminalAnswers
    from imagescope_tui.ui.settings import ImageMode


def terminal_found(settings: Settings) -> Iterator[Finding]:
    """How the screen would look here; nothing where there is no terminal to ask."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return
    from imagescope_tui.config import terminal_hints
    from imagescope_tui.ui.pictures.protocol import choose_protocol
    from imagescope_tui.ui.pictures.terminal_query import ask_terminal
    from imagescope_tui.ui.terminal_words import terminal_words

    answers = ask_terminal(terminal_hints(), over_ssh=settings.over_ssh, in_tmux=settings.in_tmux)
    images = cast("ImageMode", settings.images)
    is_remote = settings.over_ssh or settings.in_tmux
    protocol = choose_protocol(images, answers, is_remote=is_remote)
    yield Finding(
        subject="screen",
        verdict="ok" if answers.colours == "true" else "note",
        told=terminal_words(answers, protocol),
        remedy=_remedy(answers),
    )


def _remedy(answers: TerminalAnswers) -> str:
    from imagescope_tui.ui.terminal_words import tmux_line

    if answers.tmux_client:
        line = tmux_line(answers.tmux_client)
        return f"if the terminal around tmux has true colour, in tmux.conf: {line}"
    if answers.colours == "256":
        return "if it has true colour: export COLORTERM=truecolor"
    return ""
