"""Drives that can be plugged in and out: real ones in a namespace, or folders that are put away."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from tests.indexer.folder_world import mount, put_away, take_out, unmount

if TYPE_CHECKING:
    from pathlib import Path


class Drive(ABC):
    """A drive, plugged in at first."""

    def __init__(self, path: Path) -> None:
        self.path = path
        """Where it is, or was last."""
        self.is_there = True
        self._drawer = path.with_name("drawer")
        self._times_elsewhere = 0

    @abstractmethod
    def unplug(self) -> None:
        """It is nowhere now."""

    @abstractmethod
    def plug_in(self) -> None:
        """It is where it was."""

    def plug_in_elsewhere(self) -> None:
        """It is somewhere else."""
        self._times_elsewhere += 1
        self.path = self.path.with_name(f"place {self._times_elsewhere}")
        self.plug_in()

    @abstractmethod
    def throw_away(self) -> None:
        """It may be deleted with the folder it is in."""


class FolderDrive(Drive):
    """A folder that is renamed away and back."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        path.mkdir()

    def unplug(self) -> None:
        self.path.rename(self._drawer)
        self.is_there = False

    def plug_in(self) -> None:
        self._drawer.rename(self.path)
        self.is_there = True

    def throw_away(self) -> None:
        pass


class MountedDrive(Drive):
    """A file system of its own; only as root of a namespace."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        mount(path)

    def unplug(self) -> None:
        put_away(self.path, self._drawer)
        self.is_there = False

    def plug_in(self) -> None:
        take_out(self._drawer, self.path)
        self.is_there = True

    def throw_away(self) -> None:
        unmount(self.path)
