"""Why nothing of a folder is in the library, as far as a short look can tell."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from indexer.folders.ignore import rules_for
from indexer.formats import photo_extensions

if TYPE_CHECKING:
    from pathlib import Path

    from indexer.folders.ignore import IgnoreRules

Finding: TypeAlias = Literal["missing", "unreadable", "empty", "ignored", "other files"]
_ENTRIES_MAX = 5_000
"""A look is short: of a large folder only the beginning counts."""


@dataclass(frozen=True, slots=True)
class FolderLook:
    """What is the matter with a folder."""

    folder: Path
    finding: Finding


def look_at(folder: Path) -> FolderLook:
    """Why no photo of it is in the library; `other files` where nothing speaks against it."""
    try:
        with os.scandir(folder) as entries:
            is_empty = next(entries, None) is None
    except (FileNotFoundError, NotADirectoryError):
        return FolderLook(folder, "missing")
    except OSError:
        return FolderLook(folder, "unreadable")
    if is_empty:
        return FolderLook(folder, "empty")
    return FolderLook(folder, "ignored" if _leaves_all_out(folder) else "other files")


def _leaves_all_out(root: Path) -> bool:
    """Whether there are photos, and ignore files that name all of them."""
    extensions, found, seen = photo_extensions(), 0, 0
    for parent, folders, files in os.walk(root):
        place = os.path.relpath(parent, root)
        rules = rules_for(root, "" if place == "." else place)
        for name in files:
            seen += 1
            if os.path.splitext(name)[1].lower() in extensions:  # noqa: PTH122 - names, not paths
                if not _is_ignored(rules, place, name):
                    return False
                found += 1
        if (seen := seen + len(folders)) > _ENTRIES_MAX:
            break
    return found > 0


def _is_ignored(rules: IgnoreRules, place: str, name: str) -> bool:
    parts = [] if place == "." else place.split("/")
    above = ["/".join(parts[: count + 1]) for count in range(len(parts))]
    path = "/".join((*parts, name))
    is_below = any(rules.ignores(folder, is_folder=True) for folder in above)
    return is_below or rules.ignores(path, is_folder=False)
