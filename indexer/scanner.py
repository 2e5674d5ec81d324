"""Compares a root with the library: the one place that decides what has changed.

Nothing is taken for deleted unless the folder that held it could be read, and the file system that
was mounted there still is.
"""

from __future__ import annotations

import os
import stat
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from indexer.ignore import IgnoreRules, rules_for
from storage.records import FileState, PhotoFilter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from indexer.chosen import ChosenFiles
    from storage.files import KnownFile
    from storage.library import Library
    from storage.records import PhotoId, Root

_COMMIT_FILES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanReport:
    """What a scan found; counts of photos."""

    photos: int = 0
    added: int = 0
    modified: int = 0
    moved: int = 0
    deleted: int = 0
    offline_reason: str = ""
    """Why the root counts as offline; empty when it is there."""


@dataclass(slots=True)
class _Changes:
    """What was found and is not yet written."""

    fresh: list[tuple[str, FileState]] = field(default_factory=list)
    returned: list[PhotoId] = field(default_factory=list)
    gone: list[PhotoId] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.fresh) + len(self.returned) + len(self.gone)


@dataclass(slots=True)
class _Walk:
    """One scan of one root, while it runs."""

    root: Root
    known_mounts: frozenset[str]
    device: int
    visited: set[str] = field(default_factory=set)
    unreadable: set[str] = field(default_factory=set)
    unmounted: set[str] = field(default_factory=set)
    mounts: set[str] = field(default_factory=set)
    changes: _Changes = field(default_factory=_Changes)
    photos: int = 0
    added: int = 0
    modified: int = 0
    deleted: int = 0

    def path_of(self, folder: str) -> Path:
        return self.root.path / folder if folder else self.root.path


@dataclass(frozen=True, slots=True)
class _Listing:
    """One folder as it is on disk."""

    files: dict[str, FileState]
    folders: dict[str, int]
    """Name and device of each real folder, not of links to folders."""


class Scanner:
    """Brings the library's list of files in step with the roots; reads no file's contents."""

    def __init__(
        self,
        library: Library,
        extensions: frozenset[str],
        *,
        chosen: ChosenFiles | None = None,
        clock: Callable[[], float] = time.time,
        is_stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        """`chosen`: the only files there are, in every root; None for all photos."""
        self._library = library
        self._extensions = extensions
        self._chosen = chosen
        self._clock = clock
        self._is_stopped = is_stopped

    def scan_root(self, root: Root) -> ScanReport:
        """Compare the whole root; marks it offline where it is not there."""
        walk = self._begin(root)
        if isinstance(walk, str):
            return self._go_offline(root, walk)
        self._walk_from(walk, "", IgnoreRules(), descend_known=True)
        if not self._is_stopped():
            self._settle_missing_folders(walk, self._library.files.known_folders(root.id, ""))
            self._remember(walk)
        return self._report(walk)

    def scan_folders(self, root: Root, folders: Iterable[Path]) -> ScanReport:
        """Compare only these folders of the root, and folders in them that are new."""
        walk = self._begin(root)
        if isinstance(walk, str):
            return self._go_offline(root, walk)
        for folder in sorted({self._nearest_folder(walk, path) for path in folders}):
            rules = rules_for(root.path, folder.rpartition("/")[0])
            if not folder or self._chosen is not None or not _is_left_out(rules, folder):
                self._walk_from(walk, folder, rules, descend_known=False)
                self._settle_missing_below(walk, folder)
        return self._report(walk)

    def problem_of(self, root: Root) -> str:
        """Why the root counts as offline; empty when it is there."""
        walk = self._begin(root)
        return walk if isinstance(walk, str) else ""

    # -- the root itself ---------------------------------------------------------------------

    def _begin(self, root: Root) -> _Walk | str:
        """A walk, or why the root counts as offline."""
        try:
            status = root.path.stat()
            with os.scandir(root.path) as entries:
                is_empty = next(entries, None) is None
        except OSError as error:
            return "the folder is not there" if _is_absent(error) else f"{error.strerror}"
        if root.is_mount and not root.path.is_mount():
            return "its drive is not mounted"
        if is_empty and self._library.photos.count(PhotoFilter(folders=(root.path,))):
            return "the folder is empty; is its drive mounted?"
        return _Walk(root, self._library.roots.mounts(root.id), status.st_dev)

    def _go_offline(self, root: Root, reason: str) -> ScanReport:
        with self._library.atomic():
            self._library.roots.mark_offline(root.id, self._clock())
        photos = self._library.photos.count(PhotoFilter(folders=(root.path,)))
        return ScanReport(photos=photos, offline_reason=reason)

    def _remember(self, walk: _Walk) -> None:
        root = walk.root
        with self._library.atomic():
            self._library.roots.mark_online(
                root.id, is_mount=root.path.is_mount(), scanned_at=self._clock()
            )
            self._library.roots.put_mounts(root.id, frozenset(walk.mounts | walk.unmounted))
            self._library.roots.put_unreadable(root.id, frozenset(walk.unreadable))

    # -- walking -----------------------------------------------------------------------------

    def _walk_from(
        self, walk: _Walk, start: str, rules: IgnoreRules, *, descend_known: bool
    ) -> None:
        known_folders = (
            frozenset() if descend_known else self._library.files.known_folders(walk.root.id, start)
        )
        waiting = [(start, rules)]
        while waiting and not self._is_stopped():
            folder, outer = waiting.pop()
            path = walk.path_of(folder)
            inner = outer.entering(folder, path)
            listing = self._list(walk, folder, path, inner)
            if listing is None:
                continue
            self._compare(walk, folder, listing.files)
            for name, device in listing.folders.items():
                below = f"{folder}/{name}" if folder else name
                if self._may_enter(walk, below, device) and below not in known_folders:
                    waiting.append((below, inner))
        self._write(walk)

    def _list(self, walk: _Walk, folder: str, path: Path, rules: IgnoreRules) -> _Listing | None:
        files: dict[str, FileState] = {}
        folders: dict[str, int] = {}
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    place = f"{folder}/{entry.name}" if folder else entry.name
                    self._sort_entry(entry, place, rules, files, folders)
        except OSError as error:
            if not _is_absent(error):
                walk.unreadable.add(folder)
            return None
        walk.visited.add(folder)
        return _Listing(files, folders)

    def _sort_entry(
        self,
        entry: os.DirEntry[str],
        place: str,
        rules: IgnoreRules,
        files: dict[str, FileState],
        folders: dict[str, int],
    ) -> None:
        try:
            if entry.is_dir(follow_symlinks=self._chosen is not None):
                if self._enters(place, rules):
                    folders[entry.name] = entry.stat(follow_symlinks=False).st_dev
            elif self._takes(entry.name, place, rules):
                status = entry.stat()
                if stat.S_ISREG(status.st_mode):
                    files[entry.name] = _file_state(entry.name, status)
        except OSError:
            # It vanished while we looked, or is a link to nowhere: as good as not there.
            return

    def _enters(self, folder: str, rules: IgnoreRules) -> bool:
        if self._chosen is not None:
            return folder in self._chosen.folders
        return not rules.ignores(folder, is_folder=True)

    def _takes(self, name: str, place: str, rules: IgnoreRules) -> bool:
        if self._chosen is not None:
            return place in self._chosen.files
        return _has_extension(name, self._extensions) and not rules.ignores(place, is_folder=False)

    def _may_enter(self, walk: _Walk, folder: str, device: int) -> bool:
        if walk.path_of(folder) == self._library.folder:
            return False
        if device != walk.device and walk.path_of(folder).is_mount():
            walk.mounts.add(folder)
            return True
        if folder in walk.known_mounts and not walk.path_of(folder).is_mount():
            walk.unmounted.add(folder)
            return False
        return True

    # -- comparing and writing ---------------------------------------------------------------

    def _compare(self, walk: _Walk, folder: str, files: dict[str, FileState]) -> None:
        known = self._library.files.known_in(walk.root.id, folder)
        changes = walk.changes
        for name, state in files.items():
            before = known.get(name)
            if before is None or before.state != state:
                changes.fresh.append((folder, state))
                walk.added += before is None
                walk.modified += before is not None
            elif before.is_deleted or before.is_offline:
                changes.returned.append(before.photo_id)
                walk.added += before.is_deleted
        gone = [item.photo_id for name, item in known.items() if _is_gone(name, item, files)]
        changes.gone.extend(gone)
        walk.deleted += len(gone)
        walk.photos += len(files)
        if len(changes) >= _COMMIT_FILES:
            self._write(walk)

    def _write(self, walk: _Walk) -> None:
        changes, walk.changes = walk.changes, _Changes()
        if not len(changes):
            return
        files = self._library.files
        with self._library.atomic():
            added: list[PhotoId] = []
            for folder, state in changes.fresh:
                added.extend(files.add(walk.root.id, folder, [state]))
            self._library.words.refresh(added)
            files.revive(changes.returned)
            files.tombstone(changes.gone, self._clock())

    def _settle_missing_folders(self, walk: _Walk, known: frozenset[str]) -> None:
        """Folders that hold photos and were not visited are gone, hidden, or out of reach."""
        missing = known - walk.visited
        if not missing:
            return
        out_of_reach = walk.unreadable | walk.unmounted | (walk.known_mounts - walk.mounts)
        with self._library.atomic():
            for folder in sorted(missing):
                if any(_is_in(folder, barrier) for barrier in out_of_reach):
                    self._library.files.mark_folder_offline(walk.root.id, folder, self._clock())
                    continue
                walk.deleted += self._library.files.tombstone_folder(
                    walk.root.id, folder, self._clock()
                )
        walk.unmounted |= {mount for mount in walk.known_mounts if mount not in walk.visited}

    def _settle_missing_below(self, walk: _Walk, folder: str) -> None:
        known = self._library.files.known_folders(walk.root.id, folder)
        present = {place for place in known - walk.visited if _may_be_folder(walk.path_of(place))}
        self._settle_missing_folders(walk, known - present)

    def _nearest_folder(self, walk: _Walk, path: Path) -> str:
        while path != walk.root.path and not path.is_dir():
            path = path.parent
        if not path.is_relative_to(walk.root.path) or path == walk.root.path:
            return ""
        return str(path.relative_to(walk.root.path))

    def _report(self, walk: _Walk) -> ScanReport:
        moved = 0
        if walk.added or walk.deleted:
            with self._library.atomic():
                moved = self._library.files.adopt_moved()
        return ScanReport(
            photos=walk.photos,
            added=max(0, walk.added - moved),
            modified=walk.modified,
            moved=moved,
            deleted=max(0, walk.deleted - moved),
        )


def _may_be_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError as error:
        return not _is_absent(error)


def _is_left_out(rules: IgnoreRules, folder: str) -> bool:
    parts = folder.split("/")
    places = ("/".join(parts[: count + 1]) for count in range(len(parts)))
    return any(rules.ignores(place, is_folder=True) for place in places)


def _has_extension(name: str, extensions: frozenset[str]) -> bool:
    return os.path.splitext(name)[1].lower() in extensions  # noqa: PTH122 - once per file


def _file_state(name: str, status: os.stat_result) -> FileState:
    return FileState(
        name=name,
        size_bytes=status.st_size,
        mtime_ns=status.st_mtime_ns,
        ctime_ns=status.st_ctime_ns,
        # SQLite's integers are signed; some network file systems use all 64 bits.
        inode=status.st_ino & (2**63 - 1),
    )


def _is_gone(name: str, known: KnownFile, files: dict[str, FileState]) -> bool:
    return name not in files and not known.is_deleted


def _is_in(folder: str, barrier: str) -> bool:
    return not barrier or folder == barrier or folder.startswith(barrier + "/")


def _is_absent(error: OSError) -> bool:
    return isinstance(error, FileNotFoundError | NotADirectoryError)
