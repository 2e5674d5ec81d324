"""Every action by name, for the command palette."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.app import SystemCommand

from imagescope_tui.ui.actions import commands

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imagescope_tui.ui.screens.browse import BrowseScreen


def commands_of(browse: BrowseScreen) -> Iterator[SystemCommand]:
    """The screen's actions, with their keys."""
    for action in commands():
        name = action.short[0].upper() + action.short[1:]
        key = f"{action.shown}: " if action.shown else ""
        yield SystemCommand(name, key + action.long, partial(browse.run_action, action.action))
