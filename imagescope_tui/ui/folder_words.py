"""What is said where a folder is chosen; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagescope_tui.counting import counted
from imagescope_tui.ui import wording

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from imagescope_tui.ui.folder_completion import FolderMatches
    from storage.records import Root

EXAMPLE = "type a folder, such as ~/Pictures"


def already_indexed(folder: Path, roots: Sequence[Root], home: Path) -> str:
    """Why adding a folder would change nothing; empty where it would."""
    name = wording.short_path(folder, home)
    holder = next((root.path for root in roots if folder.is_relative_to(root.path)), None)
    if holder is None:
        return ""
    if holder == folder:
        return f"{name} is indexed already."
    return f"{name} is inside {wording.short_path(holder, home)}, which is indexed already."


def added_words(folder: Path, roots: Sequence[Root], home: Path) -> str:
    """What happens now."""
    below = [root.path for root in roots if root.path.is_relative_to(folder)]
    takes = f" It takes in {counted(len(below), 'folder')} of the library." if below else ""
    return f"{wording.short_path(folder, home)} is being looked through.{takes}"


def below_the_list(matches: FolderMatches, typed: str) -> str:
    """That the list goes on, or that nothing begins as typed."""
    if matches.more:
        return f"… and {matches.more:,} more: type on to see them"
    begun = typed.rpartition("/")[2]
    return "" if matches.shown or not begun else "no folder begins like this"
