"""Notices when a file system goes, or another takes its place, while its folders are walked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.folders.mounts import current_mounts, mounts_of

if TYPE_CHECKING:
    from pathlib import Path


class MountsChanged(Exception):
    """What was seen so far may be of another file system than what comes now."""


class MountGuard:
    """Remembers what is mounted where a walk goes.

    An unmounted drive looks like a folder whose files were all deleted. So whoever lists folders
    asks afterwards, before the lists are believed.
    """

    def __init__(self, root: Path) -> None:
        """The walk begins here.

        Raises:
            OSError: the root is not there.
        """
        self._root = root
        self.device = root.stat().st_dev
        self._mounts = {root: _mount_at(root)}

    def enter(self, folder: Path) -> None:
        """The walk goes into a file system that is mounted below."""
        self._mounts[folder] = _mount_at(folder)

    def expect_intact(self) -> None:
        """Raise MountsChanged unless everything is mounted as it was when the walk came there."""
        try:
            is_same = self._root.stat().st_dev == self.device
        except OSError:
            is_same = False
        if not is_same or any(_mount_at(path) != number for path, number in self._mounts.items()):
            raise MountsChanged


def _mount_at(folder: Path) -> int | None:
    """The mount that a path lies on by its name, whether or not there is a folder."""
    mounts = mounts_of(folder.resolve(), current_mounts())
    return mounts[0].id if mounts else None


def numbering_anew() -> frozenset[int]:
    """Devices whose files have other inodes each time they are mounted."""
    return frozenset(mount.device for mount in current_mounts() if mount.numbers_anew)
