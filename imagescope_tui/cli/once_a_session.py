"""What a person need not be told at every command, but once in each terminal.

A terminal's session is named by its leader, the shell. For each session in which something was told
there is an empty file; it holds as long as the shell that it is named by is older than it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from imagescope_tui.config import told_folder

if TYPE_CHECKING:
    from pathlib import Path


def is_first_time(subject: str) -> bool:
    """Whether this was not told in this session yet; from now on it counts as told.

    Where nothing can be remembered, it is told again.
    """
    folder = told_folder()
    mark = folder / f"{subject}-{os.getsid(0)}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for other in folder.iterdir():
            if not _is_of_this_life(other):
                other.unlink(missing_ok=True)
        if mark.exists():
            return False
        mark.touch(mode=0o600)
    except OSError:
        return True
    return True


def _is_of_this_life(mark: Path) -> bool:
    """Whether the process that a mark is named by is still the one that it was made for."""
    import psutil  # only where something is to be told

    try:
        leader = psutil.Process(int(mark.name.rpartition("-")[2]))
        return leader.create_time() <= mark.stat().st_mtime
    except (ValueError, psutil.Error):
        return False
