"""Compares a root with the library: the one place that decides what has changed.

Nothing is taken for deleted unless the folder that held it could be read, and the file system that
was mounted there still is, and was all the while.
"""

from __future__ import annotations

import os
import stat
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from indexer.folders.beside import Beside, Sorted, has_extension, is_sidecar
from indexer.folders.films import is_film, is_what_it_says, note_films
from indexer.folders.ignore import IGNORE_FILE, IgnoreRules, rules_for
from indexer.folders.mount_guard import MountGuard, MountsChanged
from indexer.folders.scan_walk import Changes, Counts, Listing, Walk, file_state
from indexer.folders.volumes import volume_of
from storage.library import is_library
from storage.records import PhotoFilter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from indexer.folders.chosen import ChosenFiles
    from indexer.folders.gitignore import OddLine
    from storage.files import KnownFile
    from storage.library import Library
    from storage.records import FileState, PhotoId, Root

_COMMIT_FILES = 1_000
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanReport:
    """What a scan found; counts of photos."""

    photos: int = 0
    added: int = 0
    modified: int = 0
    moved: int = 0
    deleted: int = 0
    regrouped: int = 0
    """Of which other files belong to them now, or other words."""
    sidecars: int = 0
    """Sidecars that came, changed or went."""
    offline_reason: str = ""
    """Why the root counts as offline; empty when it is there."""
    odd_lines: Mapping[Path, tuple[OddLine, ...]] = field(default_factory=dict)
    """Of ignore files, by their paths."""

    @property
    def is_different(self) -> bool:
        """Whether anything was not as the library knew it."""
        return bool(self.added or self.modified or self.moved or self.deleted or self.regrouped)


class Scanner:
    """Brings the library's list of files in step with the roots.

    Of a file's content at most the first bytes are read, where its name says too little.
    """

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
        self._beside = Beside(library, extensions)
        self._clock = clock
        self._is_stopped = is_stopped

    def scan_root(self, root: Root) -> ScanReport:
        """Compare the whole root; marks it offline where it is not there."""
        return self._attempt(root, self._compare_all)

    def _compare_all(self, walk: Walk) -> None:
        self._walk_from(walk, "", IgnoreRules(), descend_known=True)
        if not self._is_stopped():
            known = self._library.files.known_folders(walk.root.id, "")
            self._settle_missing_folders(walk, known)
            self._remember(walk)
            note_films(self._library, walk, is_whole=True)

    def scan_folders(self, root: Root, folders: Iterable[Path]) -> ScanReport:
        """Compare only these folders of the root, and folders in them that are new."""
        return self._attempt(root, lambda walk: self._compare_some(walk, folders))

    def _compare_some(self, walk: Walk, folders: Iterable[Path]) -> None:
        own = [path for path in folders if not any(map(path.is_relative_to, walk.other_roots))]
        for folder in sorted({self._nearest_folder(walk, path) for path in own}):
            rules = rules_for(walk.root.path, folder.rpartition("/")[0])
            if not folder or self._chosen is not None or not _is_left_out(rules, folder):
                self._walk_from(walk, folder, rules, descend_known=False)
                self._settle_missing_below(walk, folder)
        note_films(self._library, walk, is_whole=False)

    def _attempt(self, root: Root, compare: Callable[[Walk], None]) -> ScanReport:
        counts = Counts()
        for _ in range(_ATTEMPTS):
            walk = self._begin(root, counts)
            if isinstance(walk, str):
                return self._go_offline(root, walk)
            try:
                compare(walk)
            except MountsChanged:
                continue
            return self._report(walk)
        return self._go_offline(root, "its drive comes and goes")

    def problem_of(self, root: Root) -> str:
        """Why the root counts as offline; empty when it is there."""
        walk = self._begin(root, Counts())
        return walk if isinstance(walk, str) else ""

    # -- the root itself ---------------------------------------------------------------------

    def _begin(self, root: Root, counts: Counts) -> Walk | str:
        """A walk, or why the root counts as offline."""
        try:
            guard = MountGuard(root.path)
            with os.scandir(root.path) as entries:
                is_empty = next(entries, None) is None
        except OSError as error:
            if not _is_absent(error):
                return error.strerror or str(error)
            return "its drive is not mounted" if root.is_mount else "the folder is not there"
        if root.is_mount and not root.path.is_mount():
            return "its drive is not mounted"
        if is_empty and self._library.photos.count(PhotoFilter(folders=(root.path,))):
            return "the folder is empty; is its drive mounted?"
        if _is_on_other_volume(root):
            return "another drive is there"
        others = frozenset(item.path for item in self._library.roots.all() if item.id != root.id)
        below = frozenset(path for path in others if path.is_relative_to(root.path))
        return Walk(root, self._library.roots.mounts(root.id), guard, counts, below)

    def _go_offline(self, root: Root, reason: str) -> ScanReport:
        with self._library.atomic():
            self._library.roots.mark_offline(root.id, self._clock())
            self._library.words.refresh(self._library.files.adopt_moved())
        photos = self._library.photos.count(PhotoFilter(folders=(root.path,)))
        return ScanReport(photos=photos, offline_reason=reason)

    def _remember(self, walk: Walk) -> None:
        root, volume = walk.root, volume_of(walk.root.path)
        walk.guard.expect_intact()
        with self._library.atomic():
            self._library.roots.mark_online(
                root.id, is_mount=root.path.is_mount(), scanned_at=self._clock()
            )
            if volume is not None:
                self._library.roots.put_volume(root.id, volume.id, volume.folder)
            self._library.roots.put_mounts(root.id, frozenset(walk.mounts | walk.unmounted))
            for folder in walk.mounts:
                if (below := volume_of(walk.path_of(folder))) is not None:
                    self._library.roots.put_mounted_volume(root.id, folder, below.id, below.folder)
            self._library.roots.put_unreadable(root.id, frozenset(walk.unreadable))

    # -- walking -----------------------------------------------------------------------------

    def _walk_from(
        self, walk: Walk, start: str, rules: IgnoreRules, *, descend_known: bool
    ) -> None:
        known_folders = (
            frozenset() if descend_known else self._library.files.known_folders(walk.root.id, start)
        )
        waiting = [(start, rules)]
        while waiting and not self._is_stopped():
            folder, outer = waiting.pop()
            path = walk.path_of(folder)
            inner = outer.entering(folder, path)
            if inner is not outer and inner.odd_lines:
                walk.odd_lines[path / IGNORE_FILE] = inner.odd_lines
            listing = self._list(walk, folder, path, inner)
            if listing is None:
                continue
            self._compare(walk, folder, listing)
            for name, device in listing.folders.items():
                below = f"{folder}/{name}" if folder else name
                if self._may_enter(walk, below, device) and below not in known_folders:
                    waiting.append((below, inner))
        self._write(walk)

    def _list(self, walk: Walk, folder: str, path: Path, rules: IgnoreRules) -> Listing | None:
        listing = Listing({}, {}, {})
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    place = f"{folder}/{entry.name}" if folder else entry.name
                    self._sort_entry(walk, entry, place, rules, listing)
        except OSError as error:
            if not _is_absent(error):
                walk.unreadable.add(folder)
            return None
        walk.visited.add(folder)
        return listing

    def _sort_entry(
        self,
        walk: Walk,
        entry: os.DirEntry[str],
        place: str,
        rules: IgnoreRules,
        listing: Listing,
    ) -> None:
        try:
            if entry.is_dir(follow_symlinks=self._chosen is not None):
                if self._enters(place, rules):
                    listing.folders[entry.name] = entry.stat(follow_symlinks=False).st_dev
            elif self._takes(entry.name, place, rules):
                status = entry.stat()
                if stat.S_ISREG(status.st_mode) and (self._chosen or is_what_it_says(entry)):
                    kind = listing.sidecars if is_sidecar(entry.name) else listing.files
                    kind[entry.name] = file_state(entry.name, status, walk.unnumbered)
            elif (
                self._chosen is None
                and is_film(entry)
                and not rules.ignores(place, is_folder=False)
            ):
                listing.films.append(entry.name)
        except OSError as error:
            # It vanished while we looked, or is a link to nowhere: as good as not there. Else the
            # folder may be listed but not entered, and nothing is known of what is in it.
            if not (_is_absent(error) or entry.is_symlink()):
                raise

    def _enters(self, folder: str, rules: IgnoreRules) -> bool:
        if self._chosen is not None:
            return folder in self._chosen.folders
        return not rules.ignores(folder, is_folder=True)

    def _takes(self, name: str, place: str, rules: IgnoreRules) -> bool:
        if self._chosen is not None:
            return place in self._chosen.files
        is_wanted = has_extension(name, self._extensions) or self._beside.takes(name)
        return is_wanted and not rules.ignores(place, is_folder=False)

    def _may_enter(self, walk: Walk, folder: str, device: int) -> bool:
        path = walk.path_of(folder)
        if path in walk.other_roots or is_library(path):
            return False
        if device != walk.guard.device and path.is_mount():
            walk.mounts.add(folder)
            walk.guard.enter(path)
            return True
        if folder in walk.known_mounts and not path.is_mount():
            walk.unmounted.add(folder)
            return False
        return True

    # -- comparing and writing ---------------------------------------------------------------

    def _compare(self, walk: Walk, folder: str, listing: Listing) -> None:
        known = self._library.files.known_in(walk.root.id, folder)
        sorted_out = Sorted(photos=listing.files)
        if self._chosen is None:
            path = walk.path_of(folder)
            sorted_out = self._beside.sort_out(walk.root.id, folder, path, listing.files)
        files, companions = sorted_out.photos, sorted_out.companions
        if films := len(listing.films) + len(listing.files) - len(files):
            walk.films_passed[folder] = films
        changes = walk.changes
        changes_before = len(changes)
        for name, state in files.items():
            before = known.get(name)
            if before is None or not walk.is_unchanged(before.state, state):
                changes.fresh.setdefault(folder, []).append(state)
                changes.added += before is None and name not in companions
                changes.modified += before is not None and name not in companions
                continue
            if before.state != state:
                changes.settled.append((before.photo_id, state))
            if before.is_deleted or before.is_offline:
                changes.returned.append(before.photo_id)
                changes.added += before.is_deleted and name not in companions
        gone = [item for name, item in known.items() if _is_gone(name, item, files)]
        changes.gone.extend(item.photo_id for item in gone)
        changes.deleted += sum(not item.is_companion for item in gone)
        walk.photos += len(files) - len(companions)
        if self._chosen is None:
            news = self._beside.news_of(
                walk.root.id,
                folder,
                names=(*files, *known),
                sidecars=listing.sidecars,
                films=sorted_out.films,
                is_changed=len(changes) > changes_before,
            )
            changes.beside.extend(news)
        if len(changes) >= _COMMIT_FILES:
            self._write(walk)

    def _write(self, walk: Walk) -> None:
        changes, walk.changes = walk.changes, Changes()
        if not len(changes):
            return
        walk.guard.expect_intact()
        files = self._library.files
        with self._library.atomic():
            added: list[PhotoId] = []
            for folder, states in changes.fresh.items():
                added.extend(files.add(walk.root.id, folder, states))
            self._library.words.refresh(added)
            files.settle(changes.settled)
            files.revive(changes.returned)
            files.tombstone(changes.gone, self._clock())
            for news in changes.beside:
                walk.counts.regrouped += self._beside.write(walk.root.id, news)
                walk.counts.sidecars += len(news.sidecars) + len(news.gone)
        walk.counts.count(changes)

    def _settle_missing_folders(self, walk: Walk, known: frozenset[str]) -> None:
        """Folders that hold photos and were not visited are gone, hidden, or out of reach."""
        missing = known - walk.visited
        if not missing:
            return
        walk.guard.expect_intact()
        out_of_reach = walk.unreadable | walk.unmounted | (walk.known_mounts - walk.mounts)
        with self._library.atomic():
            for folder in sorted(missing):
                if any(_is_in(folder, barrier) for barrier in out_of_reach):
                    self._library.files.mark_folder_offline(walk.root.id, folder, self._clock())
                    continue
                walk.counts.deleted += self._library.files.tombstone_folder(
                    walk.root.id, folder, self._clock()
                )
        walk.unmounted |= {mount for mount in walk.known_mounts if mount not in walk.visited}

    def _settle_missing_below(self, walk: Walk, folder: str) -> None:
        known = self._library.files.known_folders(walk.root.id, folder)
        present = {place for place in known - walk.visited if _may_be_folder(walk.path_of(place))}
        self._settle_missing_folders(walk, known - present)

    def _nearest_folder(self, walk: Walk, path: Path) -> str:
        while path != walk.root.path and not path.is_dir():
            path = path.parent
        if not path.is_relative_to(walk.root.path) or path == walk.root.path:
            return ""
        return str(path.relative_to(walk.root.path))

    def _report(self, walk: Walk) -> ScanReport:
        moved, counts = 0, walk.counts
        if counts.added or counts.deleted:
            with self._library.atomic():
                adopted = self._library.files.adopt_moved()
                self._library.words.refresh(adopted)
            moved = len(adopted)
        return ScanReport(
            photos=walk.photos,
            added=max(0, counts.added - moved),
            modified=counts.modified,
            moved=moved,
            regrouped=counts.regrouped,
            sidecars=counts.sidecars,
            deleted=max(0, counts.deleted - moved),
            odd_lines=walk.odd_lines,
        )


def _is_on_other_volume(root: Root) -> bool:
    """Whether another file system is at the root's path than at its last scan."""
    if not root.volume or root.scanned_at is None:
        return False
    volume = volume_of(root.path)
    return volume is not None and volume.id != root.volume


def _may_be_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError as error:
        return not _is_absent(error)


def _is_left_out(rules: IgnoreRules, folder: str) -> bool:
    parts = folder.split("/")
    places = ("/".join(parts[: count + 1]) for count in range(len(parts)))
    return any(rules.ignores(place, is_folder=True) for place in places)


def _is_gone(name: str, known: KnownFile, files: dict[str, FileState]) -> bool:
    return name not in files and not known.is_deleted


def _is_in(folder: str, barrier: str) -> bool:
    return not barrier or folder == barrier or folder.startswith(barrier + "/")


def _is_absent(error: OSError) -> bool:
    return isinstance(error, FileNotFoundError | NotADirectoryError)
