"""Files that came after the last look at the folders: a hint to who searches, and no scan.

A folder's own time changes when a file comes or goes, so that only the folders that changed since
are listed, and folders in them that hold no known photo. What lies in a folder in which nothing was
known and nothing above changed is not seen; the next scan sees it.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from indexer.folders.beside import has_extension
from indexer.folders.chosen import find_chosen
from indexer.folders.films import is_what_it_says
from indexer.folders.ignore import rules_for
from indexer.formats import PHOTO_EXTENSIONS, VIDEO_EXTENSIONS, photo_extensions
from storage.library import is_library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from indexer.folders.ignore import IgnoreRules
    from storage.library import Library
    from storage.records import Root, RootId

_EXTENSIONS = PHOTO_EXTENSIONS | VIDEO_EXTENSIONS
_COARSEST_CLOCK_SECONDS = 2.0
"""FAT's: a folder that changed just before it was looked at may seem to have changed after."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A folder to look at."""

    root: Root
    folder: str
    known: frozenset[str]
    """The root's folders that hold known photos, and those above them."""


@dataclass(slots=True)
class _Look:
    """What was listed so far: by root and folder the names of files that may be photos."""

    ends_at: float
    others: frozenset[Path]
    """Where roots are."""
    names: list[tuple[RootId, str, list[str]]] = field(default_factory=list)

    def at(self, places: list[_Place]) -> None:
        for place in places:
            if time.monotonic() > self.ends_at:
                return
            if _has_changed(place):
                self._list(place, rules_for(place.root.path, place.folder))

    def _list(self, place: _Place, rules: IgnoreRules) -> None:
        names: list[str] = []
        for entry, path in _entries(place):
            if entry.is_dir(follow_symlinks=False):
                if path not in place.known and self._may_enter(place.root, path, rules):
                    below = _Place(place.root, path, place.known)
                    self._list(below, rules.entering(path, place.root.path / path))
            elif (
                has_extension(entry.name, _EXTENSIONS)
                and is_what_it_says(entry)
                and not rules.ignores(path, is_folder=False)
            ):
                names.append(entry.name)
        if names:
            self.names.append((place.root.id, place.folder, names))

    def _may_enter(self, root: Root, folder: str, rules: IgnoreRules) -> bool:
        if time.monotonic() > self.ends_at or rules.ignores(folder, is_folder=True):
            return False
        path = root.path / folder
        return path not in self.others and not is_library(path)


def count_new_files(library: Library, *, seconds: float) -> int:
    """How many files with the name of a photo lie in the library's folders and are not known to it.

    Args:
        library: its roots that are there, and were looked at before.
        seconds: how long to look at most; what was seen until then counts, also where a drive does
            not answer.
    """
    if find_chosen(library.folder) is not None:
        return 0
    roots = library.roots.all()
    places = [
        place
        for root in roots
        if root.offline_since is None and root.scanned_at is not None
        for place in _places(root, library)
    ]
    look = _Look(
        ends_at=time.monotonic() + seconds,
        others=frozenset(root.path for root in roots),
    )
    # Nothing else ends a look at a drive that does not answer.
    looking = threading.Thread(target=look.at, args=(places,), daemon=True)
    looking.start()
    looking.join(seconds)
    listed = look.names.copy()
    extensions = photo_extensions(library.files.extensions()) if listed else frozenset()
    return sum(_count_unknown(library, *one, extensions) for one in listed)


def _places(root: Root, library: Library) -> Iterator[_Place]:
    """The folders that hold known photos and those above them, the upper ones first.

    Of folders beside each other the last by name come first: where names are dates, the newest.
    """
    known = {""}
    for folder in library.files.all_folders(root.id):
        while folder and folder not in known:
            known.add(folder)
            folder = folder.rpartition("/")[0]
    folders = frozenset(known)
    for folder in sorted(sorted(known, reverse=True), key=_depth):
        yield _Place(root, folder, folders)


def _depth(folder: str) -> int:
    return folder.count("/") + 1 if folder else 0


def _has_changed(place: _Place) -> bool:
    seen = (place.root.scanned_at or 0.0) - _COARSEST_CLOCK_SECONDS
    try:
        return (place.root.path / place.folder).stat().st_mtime > seen
    except OSError:
        return False


def _entries(place: _Place) -> Iterator[tuple[os.DirEntry[str], str]]:
    """What is in a folder, with the path in the root; nothing where it cannot be read."""
    try:
        with os.scandir(place.root.path / place.folder) as entries:
            for entry in entries:
                yield entry, f"{place.folder}/{entry.name}" if place.folder else entry.name
    except OSError:
        return


def _count_unknown(
    library: Library,
    root_id: RootId,
    folder: str,
    names: list[str],
    extensions: frozenset[str],
) -> int:
    known = library.files.known_in(root_id, folder)
    taken = (name for name in names if has_extension(name, extensions))
    return sum(name not in known or known[name].is_deleted for name in taken)
