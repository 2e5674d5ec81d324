"""Where roots are that are not where they were: a drive mounted elsewhere, a folder renamed.

A root is followed by the file system it is on, and else by its files: another folder that holds
nearly all of them, of the same names, sizes and times, is that root in another place.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexer.events import RootMoved
from indexer.folders.volumes import Volume, places_of, volume_of
from storage.records import PhotoFilter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from storage.library import Library
    from storage.records import FileState, PhotoId, Root

_SAMPLE_PHOTOS = 1_000
_LEAST_PHOTOS = 3
_DECISIVE_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Homes:
    """Moves roots in the library, never on disk; belongs to the thread that may write."""

    library: Library
    problem_of: Callable[[Root], str]
    """Why a root counts as offline; empty when it is there."""
    clock: Callable[[], float]

    def settle(self) -> tuple[RootMoved, ...]:
        """Follow drives that are mounted elsewhere; make way for those that took their place."""
        for root in self.library.roots.all():
            self._let_mounted_go(root)
        roots = [root for root in self.library.roots.all() if root.volume]
        left = [root.path for root in roots if self._gives_way(root)]
        moved = [moved for root in self.library.roots.all() if (moved := self._follow(root))]
        taken = {root.path for root in self.library.roots.all()}
        with self.library.atomic():
            for path in left:
                if path not in taken:
                    self.library.roots.add(path)
        return tuple(moved)

    def claim(self, folder: Path) -> RootMoved | None:
        """A folder is about to be added: whether it is, or holds, a root that is offline."""
        for root in self.library.roots.all():
            if not self.problem_of(root):
                continue
            for place in _places_in(folder, root.path):
                if self._is_free(place) and self._holds(root, place):
                    return self._move(root, place)
        return None

    # -- a drive in another one's place --------------------------------------------------------

    def _gives_way(self, root: Root) -> bool:
        """Whether the root was sent away, for another drive is where it was."""
        volume = volume_of(root.path)
        if volume is None or volume.id == root.volume or not _is_filled(root):
            return False
        if root.scanned_at is None:
            # It was told to be here, and has not been looked at yet.
            return False
        if self._holds(root, root.path):
            # The same files on a new disk.
            with self.library.atomic():
                self.library.roots.rehome(root.id, root.path)
            return False
        known = Volume(id=root.volume, folder=root.inside)
        with self.library.atomic():
            if not self.library.photos.count(PhotoFilter(folders=(root.path,))):
                self.library.roots.remove(root.id)
            else:
                self.library.roots.rehome(root.id, _aside(root.path, known), is_same_volume=True)
                self.library.roots.mark_offline(root.id, self.clock())
        return True

    def _let_mounted_go(self, root: Root) -> None:
        """Drives below the root that are elsewhere, or gave way, become roots of their own."""
        mounted = self.library.roots.mounted_volumes(root.id)
        if not mounted or self.problem_of(root):
            return
        for folder, (volume_id, inside) in mounted.items():
            place = root.path / folder
            here, known = volume_of(place), Volume(id=volume_id, folder=inside)
            if here is not None and here.id == volume_id:
                continue
            if place.is_mount() and here is not None:
                self._detach(root, folder, _aside(place, known))
            elif not place.is_mount() and places_of(known):
                self._detach(root, folder, place)

    def _detach(self, root: Root, folder: str, path: Path) -> None:
        if any(root.path == path for root in self.library.roots.all()):
            return
        with self.library.atomic():
            self.library.roots.detach(root, folder, path, self.clock())

    # -- a drive in another place --------------------------------------------------------------

    def _follow(self, root: Root) -> RootMoved | None:
        volume = Volume(id=root.volume, folder=root.inside)
        if not root.volume or volume_of(root.path) == volume or not self.problem_of(root):
            return None
        place = next(filter(self._is_free, places_of(volume)), None)
        return None if place is None else self._move(root, place)

    def _is_free(self, place: Path) -> bool:
        return place.is_dir() and all(root.path != place for root in self.library.roots.all())

    def _move(self, root: Root, place: Path) -> RootMoved:
        is_same = self._is_itself(root, place)
        # What a copy lacks may be there still where the copy is from.
        left = [] if is_same else self._missing_in(root, place)
        with self.library.atomic():
            photos = self.library.photos.count(PhotoFilter(folders=(root.path,))) - len(left)
            self.library.roots.rehome(root.id, place, is_same_volume=is_same)
            if left:
                self.library.roots.leave_behind(root, left, self.clock())
        return RootMoved(before=str(root.path), root=str(place), photos=photos)

    # -- the same files ------------------------------------------------------------------------

    def _holds(self, root: Root, place: Path) -> bool:
        """Whether the place holds so many of the root's files that it must be that root."""
        if volume_of(place) == Volume(id=root.volume, folder=root.inside):
            return True
        sample = self.library.files.sample(root.id, _SAMPLE_PHOTOS)
        found = sum(_found(place / path, state) is not None for path, state in sample)
        return found >= _LEAST_PHOTOS and found >= _DECISIVE_SHARE * len(sample)

    def _is_itself(self, root: Root, place: Path) -> bool:
        """Whether the place has the root's very files, renamed or mounted there, not copies."""
        volume = volume_of(place)
        if volume is None or volume.id != root.volume:
            return False
        if volume.folder == root.inside:
            return True
        sample = self.library.files.sample(root.id, _SAMPLE_PHOTOS)
        inodes = [(_found(place / path, state), state.inode) for path, state in sample]
        return all(found == known for found, known in inodes if found is not None)

    def _missing_in(self, root: Root, place: Path) -> list[PhotoId]:
        files = self.library.files
        return [
            known.photo_id
            for folder in files.known_folders(root.id, "")
            for name, known in files.known_in(root.id, folder).items()
            if not known.is_deleted and not os.path.lexists(place / folder / name)
        ]


def _found(path: Path, state: FileState) -> int | None:
    """The inode of a file of this size and time; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    is_alike = (status.st_size, status.st_mtime_ns) == (state.size_bytes, state.mtime_ns)
    return status.st_ino if is_alike else None


def _is_filled(root: Root) -> bool:
    """Whether there is anything at the path, and a drive if one is expected."""
    try:
        with os.scandir(root.path) as entries:
            is_filled = next(entries, None) is not None
    except OSError:
        return False
    return is_filled and (root.path.is_mount() or not root.is_mount)


def _places_in(folder: Path, before: Path) -> Iterator[Path]:
    """Where in a folder a root may be now that had this path: `DCIM` of a drive may be one."""
    yield folder
    for count in range(1, len(before.parts)):
        yield folder.joinpath(*before.parts[-count:])


def _aside(path: Path, volume: Volume) -> Path:
    """A path for a root that has none at the moment, which says what to look for."""
    return path.with_name(f"{path.name} (drive {volume.name.replace('/', '_')})")
