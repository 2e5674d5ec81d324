"""Every action by name, for the command palette."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.app import SystemCommand

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imagescope_tui.ui.screens.browse import BrowseScreen

_COMMANDS = (
    ("Search", "To the query line", "focus_query"),
    ("All photos", "Forget the query", "back"),
    ("Similar pictures", "Like the selected one", "similar"),
    ("Edit", "The selected picture, but different", "edit"),
    ("Chat", "Refine the search by a further line", "chat"),
    ("Start afresh", "Forget the query and the conversation", "start_afresh"),
    ("Check and judge", "Let the models read, check and judge what is asked", "ask_deeply"),
    ("Order", "By match, newest first, oldest first, among what matches", "next_order"),
    ("Large", "The selected photo in large", "open_detail"),
    ("Where", "What is searched for is seen in the selected photo", "light"),
    ("Open", "In the system's viewer", "open_photo"),
    ("Show in file manager", "The selected photo among its neighbours", "reveal_photo"),
    ("Copy path", "Of the selected photo", "copy_path"),
    ("Mark", "The selected photo, or not", "mark"),
    ("Mark all", "Every photo that matches", "mark_all"),
    ("Unmark all", "Take every mark away", "unmark_all"),
    ("Export", "A list of the marked photos, or copies of them", "export"),
    ("Add a folder", "Of photos, to be indexed and watched", "add_folder"),
    ("Pause or go on", "Indexing", "pause_or_resume"),
    ("Look again", "Through all folders, and at photos that failed", "rescan"),
    ("Models", "That see what things are", "models"),
    ("All keys", "What every key does", "help"),
)


def commands_of(browse: BrowseScreen) -> Iterator[SystemCommand]:
    """The screen's actions."""
    for title, meaning, action in _COMMANDS:
        yield SystemCommand(title, meaning, partial(browse.run_action, action))
