"""What one scan of one root keeps in mind while it runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from indexer.folders.mount_guard import MountGuard, numbering_anew
from storage.records import FileState

if TYPE_CHECKING:
    import os
    from pathlib import Path

    from indexer.folders.beside import FolderNews
    from indexer.folders.gitignore import OddLine
    from storage.records import PhotoId, Root


@dataclass(slots=True)
class Changes:
    """What was found and is not yet written."""

    fresh: dict[str, list[FileState]] = field(default_factory=dict)
    """New and changed files by their folder."""
    settled: list[tuple[PhotoId, FileState]] = field(default_factory=list)
    """Unchanged files whose inode or time of change is another one in this place."""
    returned: list[PhotoId] = field(default_factory=list)
    gone: list[PhotoId] = field(default_factory=list)
    beside: list[FolderNews] = field(default_factory=list)
    added: int = 0
    modified: int = 0
    deleted: int = 0

    def __len__(self) -> int:
        fresh = sum(map(len, self.fresh.values()))
        files = fresh + len(self.settled) + len(self.returned) + len(self.gone)
        return files + len(self.beside)


@dataclass(slots=True)
class Counts:
    """Photos that were found different, over all attempts at one scan."""

    added: int = 0
    modified: int = 0
    deleted: int = 0
    regrouped: int = 0
    """Of which other files belong to them now, or other words."""
    sidecars: int = 0
    """Sidecars that came, changed or went."""

    def count(self, written: Changes) -> None:
        """Changes are in the library."""
        self.added += written.added
        self.modified += written.modified
        self.deleted += written.deleted


@dataclass(slots=True)
class Walk:
    """One scan of one root, while it runs."""

    root: Root
    known_mounts: frozenset[str]
    guard: MountGuard
    counts: Counts
    other_roots: frozenset[Path]
    """Roots below this one, which are compared by themselves."""
    unnumbered: frozenset[int] = field(default_factory=numbering_anew)
    """Devices on which an inode says nothing."""
    visited: set[str] = field(default_factory=set)
    unreadable: set[str] = field(default_factory=set)
    unmounted: set[str] = field(default_factory=set)
    mounts: set[str] = field(default_factory=set)
    changes: Changes = field(default_factory=Changes)
    photos: int = 0
    films_passed: dict[str, int] = field(default_factory=dict)
    """By folder the films that are not taken, where there are any."""
    odd_lines: dict[Path, tuple[OddLine, ...]] = field(default_factory=dict)
    """By the ignore file in which they stand."""

    def path_of(self, folder: str) -> Path:
        """A folder of the root as an absolute path."""
        return self.root.path / folder if folder else self.root.path

    def is_unchanged(self, before: FileState, now: FileState) -> bool:
        """Whether a file is the one the library knows."""
        if (before.size_bytes, before.mtime_ns) != (now.size_bytes, now.mtime_ns):
            return False
        # In another place than last time the rest is different for each file.
        is_moved = self.root.scanned_at is None
        return is_moved or (before.ctime_ns == now.ctime_ns and now.inode in (before.inode, 0))


@dataclass(frozen=True, slots=True)
class Listing:
    """One folder as it is on disk."""

    files: dict[str, FileState]
    folders: dict[str, int]
    """Name and device of each real folder, not of links to folders."""
    sidecars: dict[str, FileState]
    films: list[str] = field(default_factory=list)
    """Names of films that are not taken."""


def file_state(name: str, status: os.stat_result, unnumbered: frozenset[int]) -> FileState:
    """What the library keeps of what the file system says; `unnumbered` as in Walk."""
    return FileState(
        name=name,
        size_bytes=status.st_size,
        mtime_ns=status.st_mtime_ns,
        ctime_ns=status.st_ctime_ns,
        # SQLite's integers are signed; some network file systems use all 64 bits.
        inode=0 if status.st_dev in unnumbered else status.st_ino & (2**63 - 1),
    )
