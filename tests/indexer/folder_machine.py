"""Anything that may happen to folders of photos, in any order, and what must be true then."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from indexer.photos.hashing import hash_file
from tests.indexer.drives import Drive, FolderDrive
from tests.indexer.folder_world import FolderWorld
from tests.pictures import paint

_SIZE_BYTES = 200
_COLOURS = ("red", "green", "blue", "white", "black", "orange", "purple")

contents = st.integers(0, len(_COLOURS) - 1)
names = st.sampled_from(["a.png", "b.png", "A.png", "\udcff\n.png"])
folders = st.sampled_from(["", "2019", "2019/lake", "2020"])
places = st.builds(lambda folder, name: f"{folder}/{name}".lstrip("/"), folders, names)
roots = st.sampled_from([0, 1])


class FolderMachine(RuleBasedStateMachine):
    """Two roots, one of them on a drive; the library is compared after each look at them."""

    drive_kind: ClassVar[type[Drive]] = FolderDrive

    def __init__(self) -> None:
        super().__init__()
        self.base = Path(tempfile.mkdtemp(prefix="imagescope-folders-"))
        self.pictures = [self._picture(colour) for colour in _COLOURS]
        self.world = FolderWorld(self.base)
        self.home = self.base / "home"
        self.home.mkdir()
        self.drive = self.drive_kind(self.base / "drive")
        for root in (self.home, self.drive.path):
            (root / "always.png").write_bytes(self.pictures[0])
        self.decoded = 0
        self.known_on_drive: dict[Path, str] = {}
        self.look()

    def _picture(self, colour: str) -> bytes:
        picture = paint(self.base / "colour.png", colour, (3, 3)).read_bytes()
        return picture.ljust(_SIZE_BYTES, b"\0")

    def teardown(self) -> None:
        """All is plugged in at last: the library is what a fresh one of the same folders is."""
        if not self.drive.is_there:
            self.drive.plug_in()
        self.look()
        fresh = FolderWorld(self.base / "fresh")
        try:
            fresh.index(self.home, self.drive.path)
            assert _shown(fresh) == _shown(self.world)
        finally:
            fresh.close()
            self.world.close()
            self.drive.throw_away()
            shutil.rmtree(self.base)

    # -- what happens to folders -----------------------------------------------------------------

    def root(self, number: int) -> Path:
        """The drive where it is there, else the other root."""
        return self.drive.path if number and self.drive.is_there else self.home

    @rule(root=roots, place=places, content=contents)
    def create(self, root: int, place: str, content: int) -> None:
        path = self.root(root) / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_bytes(self.pictures[content])

    @rule(root=roots, data=st.data())
    def delete(self, root: int, data: st.DataObject) -> None:
        if (path := self._any_file(root, data)) is not None:
            path.unlink()

    @rule(root=roots, other=roots, place=places, data=st.data(), how=st.integers(0, 2))
    def bring(self, root: int, other: int, place: str, data: st.DataObject, how: int) -> None:
        """Moved, copied with its times, or linked; within a root, or to the other one."""
        source, target = self._any_file(root, data), self.root(other) / place
        if source is None or source == target:
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        if how == 0:
            target.unlink(missing_ok=True)
            shutil.move(source, target)
        elif how == 1 or target.exists() or source.stat().st_dev != target.parent.stat().st_dev:
            if not (target.exists() and target.samefile(source)):
                shutil.copy2(source, target)
        else:
            target.hardlink_to(source)

    @rule(root=roots, data=st.data())
    def swap(self, root: int, data: st.DataObject) -> None:
        one, two = self._any_file(root, data), self._any_file(root, data)
        if one is not None and two is not None and one != two:
            passing = one.with_name("passing.tmp")
            one.rename(passing)
            two.rename(one)
            passing.rename(two)

    @rule(root=roots, content=contents, in_place=st.booleans(), data=st.data())
    def replace_unseen(self, root: int, content: int, in_place: bool, data: st.DataObject) -> None:
        """Another photo of the same size and time."""
        if (path := self._any_file(root, data)) is None:
            return
        before = path.stat()
        if in_place:
            with path.open("r+b") as stream:
                stream.write(self.pictures[content])
        else:
            other = path.with_name("other.tmp")
            other.write_bytes(self.pictures[content])
            other.rename(path)
        # The clock of some file systems ticks a few hundred times a second.
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        while path.stat().st_ctime_ns == before.st_ctime_ns:
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    @rule(root=roots, before=folders, after=folders)
    def rename_folder(self, root: int, before: str, after: str) -> None:
        one, two = self.root(root) / before, self.root(root) / after
        if before and one.is_dir() and not two.exists() and not two.is_relative_to(one):
            two.parent.mkdir(parents=True, exist_ok=True)
            one.rename(two)

    @precondition(lambda self: self.drive.is_there)
    @rule()
    def unplug(self) -> None:
        self.drive.unplug()

    @precondition(lambda self: not self.drive.is_there)
    @rule()
    def plug_in(self) -> None:
        self.drive.plug_in()

    @precondition(lambda self: not self.drive.is_there)
    @rule()
    def plug_in_elsewhere(self) -> None:
        self.drive.plug_in_elsewhere()
        self.look()

    # -- what the indexer does -------------------------------------------------------------------

    @rule()
    def scan(self) -> None:
        """A run that is killed before it read anything."""
        self.world.keeper.scan_all()

    @rule(root=roots, folder=folders)
    def glance(self, root: int, folder: str) -> None:
        """What is done when the watcher names a folder."""
        paths = {item.path: item for item in self.world.library.roots.all()}
        path = self.root(root)
        if path in paths:
            self.world.scanner.scan_folders(paths[path], [path / folder])

    @rule()
    def look(self) -> None:
        """A whole run."""
        there = [self.drive.path] if self.drive.is_there else []
        self.decoded += self.world.index(self.home, *there).decoded
        self._compare()

    def _compare(self) -> None:
        on_disk = _files(self.home)
        if self.drive.is_there:
            self.known_on_drive = _files(self.drive.path)
            on_disk |= self.known_on_drive
        online = {
            photo.full_path: photo.content_hash
            for photo in self.world.photos
            if photo.offline_since is None
        }
        assert online == on_disk

    @invariant()
    def nothing_is_lost_or_done_twice(self) -> None:
        if not self.drive.is_there:
            known = {photo.full_path for photo in self.world.photos}
            missing = set(self.known_on_drive) - known
            assert not missing
        assert self.decoded <= len(_COLOURS)

    def _any_file(self, root: int, data: st.DataObject) -> Path | None:
        # The last photo of a root stays: an emptied folder counts as a drive that is missing.
        found = sorted(path for path in _files(self.root(root)) if path.name != "always.png")
        return data.draw(st.sampled_from(found)) if found else None


def _files(root: Path) -> dict[Path, str]:
    """Photos of a folder and their hashes, read from the disk."""
    return {path: hash_file(path) for path in root.rglob("*") if path.suffix.lower() == ".png"}


def _shown(world: FolderWorld) -> dict[Path, Any]:
    """What is shown of each photo that is there."""
    return {
        photo.full_path: (photo.content_hash, photo.width, photo.height, photo.mtime_ns)
        for photo in world.photos
        if photo.offline_since is None
    }
