"""Folders that complete what was typed so far."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_USUAL = ("Pictures", "Photos", "Bilder", "Images", "Imágenes", "Immagini", "DCIM")


@dataclass(frozen=True, slots=True)
class FolderMatch:
    """A folder, and the text that names it the way it was begun."""

    text: str
    path: Path


@dataclass(frozen=True, slots=True)
class FolderMatches:
    """The first folders that begin as typed, and how many more do."""

    shown: tuple[FolderMatch, ...] = ()
    more: int = 0


def usual_folder(home: Path) -> str:
    """Where photos usually are, if there is such a folder; else nothing."""
    found = (name for name in _USUAL if (home / name).is_dir())
    name = next(found, None)
    return f"~/{name}" if name else ""


def matching_folders(typed: str, home: Path, limit: int) -> FolderMatches:
    """Sub-folders whose names begin as typed, by name; hidden ones only if a dot was typed."""
    before, _, begun = typed.rpartition("/")
    parent = _expanded(f"{before}/" if "/" in typed else "~/", home)
    lead = f"{before}/" if "/" in typed else "~/"
    try:
        with os.scandir(parent) as entries:
            names = [entry.name for entry in entries if _fits(entry, begun)]
    except OSError:
        return FolderMatches()
    chosen = sorted(names, key=str.casefold)[:limit]
    return FolderMatches(
        tuple(FolderMatch(f"{lead}{name}/", parent / name) for name in chosen),
        more=len(names) - len(chosen),
    )


def typed_folder(typed: str, home: Path) -> Path:
    """The folder that was typed, absolute."""
    return Path(os.path.abspath(_expanded(typed.strip(), home)))  # noqa: PTH100 - links stay links


def _expanded(typed: str, home: Path) -> Path:
    if typed == "~" or typed.startswith("~/"):
        return home / typed[2:]
    return home / typed if not typed.startswith("/") else Path(typed)


def _fits(entry: os.DirEntry[str], begun: str) -> bool:
    if not entry.name.casefold().startswith(begun.casefold()):
        return False
    if entry.name.startswith(".") and not begun.startswith("."):
        return False
    try:
        return entry.is_dir()
    except OSError:
        return False
