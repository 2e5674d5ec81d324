"""What lies beside the photos of a folder: files that go by a photo's name, and sidecars.

The scanner lists them with the photos; here it is decided what that changes, and written.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from indexer.folders.film_card import film_card
from storage.pairs import (
    FilmCard,
    FolderFile,
    companions_in,
    films_of_photos,
    may_be_companion,
)
from storage.sidecar_names import SIDECAR_SUFFIXES, is_takeout, plain_name, sidecars_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from storage.library import Library
    from storage.records import FileState, RootId


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderNews:
    """A folder in which companions or sidecars are to be looked at again."""

    folder: str
    sidecars: tuple[FileState, ...] = ()
    """New ones, and changed ones."""
    gone: tuple[str, ...] = ()
    """Names of sidecars that are no longer there."""
    films: tuple[tuple[FileState, FilmCard], ...] = ()
    """Films that were looked at for what they say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """The files of a folder, sorted out."""

    photos: dict[str, FileState]
    companions: frozenset[str] = frozenset()
    """Names of those of the photos that go by another one's."""
    films: tuple[tuple[FileState, FilmCard], ...] = ()
    """Films that were looked at for what they say, which the library does not know yet."""


class Beside:
    """Keeps pairs and sidecars in step with what is in the folders."""

    def __init__(self, library: Library, extensions: frozenset[str]) -> None:
        """`extensions`: of the files that are taken for photos, in lower case with the dot."""
        self._library = library
        self._extensions = extensions

    def takes(self, name: str) -> bool:
        """Whether a file that is no photo may matter to one."""
        return is_sidecar(name) or may_be_companion(os.fsencode(name))

    def sort_out(
        self, root_id: RootId, folder: str, path: Path, files: dict[str, FileState]
    ) -> Sorted:
        """The photos of a folder, and which of them go by another one's name.

        A film is left out where films are not read, unless it goes by a photo's name.
        """
        if not any(may_be_companion(os.fsencode(name)) for name in files):
            return Sorted(photos=files)
        films = self._films_in(root_id, folder, path, files)
        pairs = companions_in(self._folder_files(root_id, folder, files, films))
        companions = frozenset(map(os.fsdecode, pairs))
        photos = {
            name: state
            for name, state in files.items()
            if name in companions or has_extension(name, self._extensions)
        }
        fresh = tuple((files[name], card) for name, (card, is_new) in films.items() if is_new)
        return Sorted(photos=photos, companions=companions, films=fresh)

    def _films_in(
        self, root_id: RootId, folder: str, path: Path, files: dict[str, FileState]
    ) -> dict[str, tuple[FilmCard, bool]]:
        """What films that have a photo's name say, and whether that was not known before."""
        names = list(map(os.fsdecode, films_of_photos(map(os.fsencode, files))))
        known = self._library.films.known_in(root_id, folder) if names else {}
        cards: dict[str, tuple[FilmCard, bool]] = {}
        for name in names:
            size_bytes, mtime_ns, card = known.get(name, (-1, -1, FilmCard()))
            if (size_bytes, mtime_ns) == (files[name].size_bytes, files[name].mtime_ns):
                cards[name] = card, False
            else:
                with suppress(OSError):
                    cards[name] = film_card(path / name), True
        return cards

    def _folder_files(
        self,
        root_id: RootId,
        folder: str,
        files: dict[str, FileState],
        films: dict[str, tuple[FilmCard, bool]],
    ) -> Iterator[FolderFile]:
        """The files as they are now, with what the library knows of those that are as they were."""
        known = self._library.companions.files_in(root_id, folder) if films else {}
        for name, state in files.items():
            file = FolderFile(
                name=os.fsencode(name), size_bytes=state.size_bytes, mtime_ns=state.mtime_ns
            )
            if name in films:
                file = replace(file, card=films[name][0])
            elif name in known and _is_same(known[name], file):
                file = replace(file, taken_at=known[name].taken_at, live_id=known[name].live_id)
            yield file

    def news_of(
        self,
        root_id: RootId,
        folder: str,
        *,
        names: Iterable[str],
        sidecars: dict[str, FileState],
        films: tuple[tuple[FileState, FilmCard], ...] = (),
        is_changed: bool,
    ) -> tuple[FolderNews, ...]:
        """What is to be written of a folder; nothing where all is as it was.

        Args:
            root_id: of the root.
            folder: in the root.
            names: of the photos that are there, or were.
            sidecars: that are there.
            films: that were looked at for what they say.
            is_changed: whether any of its photos came, changed or went.
        """
        known = self._library.sidecars.known_in(root_id, folder)
        names = list(names)
        sidecars = _speaking(sidecars, names)
        fresh = tuple(state for name, state in sidecars.items() if known.get(name) != state)
        gone = tuple(name for name in known if name not in sidecars)
        has_pairs = any(may_be_companion(os.fsencode(name)) for name in names)
        if has_pairs and not is_changed:
            has_pairs = not self._library.companions.is_settled(root_id, folder)
        if fresh or gone or films or has_pairs or (is_changed and known):
            return (FolderNews(folder=folder, sidecars=fresh, gone=gone, films=films),)
        return ()

    def write(self, root_id: RootId, news: FolderNews) -> int:
        """Bring pairs and sidecars of a folder up to date; how many photos that concerns.

        Belongs inside the caller's transaction, after its photos were written.
        """
        companions, sidecars = self._library.companions, self._library.sidecars
        self._library.films.put(root_id, news.folder, news.films)
        regrouped = companions.settle(root_id, news.folder)
        sidecars.put(root_id, news.folder, news.sidecars)
        sidecars.forget(root_id, news.folder, news.gone)
        has_sidecars = news.gone or sidecars.known_in(root_id, news.folder)
        told = sidecars.spread(root_id, news.folder) if has_sidecars else []
        concerned = sorted({*regrouped, *told})
        self._library.words.refresh(concerned)
        return len(concerned)


def _is_same(known: FolderFile, now: FolderFile) -> bool:
    return (known.size_bytes, known.mtime_ns) == (now.size_bytes, now.mtime_ns)


def is_sidecar(name: str) -> bool:
    """Whether other programs keep what they know of a photo in files of such a name."""
    return name.lower().endswith(SIDECAR_SUFFIXES)


def _speaking(sidecars: dict[str, FileState], photos: Iterable[str]) -> dict[str, FileState]:
    """Without those that have only the ending of Takeout's, as all kinds of files have."""
    takeout = [name for name in sidecars if is_takeout(os.fsencode(name))]
    if not takeout:
        return sidecars
    wanted = {name.lower() for photo in photos for name in sidecars_of(os.fsencode(photo))}
    strange = {name for name in takeout if plain_name(os.fsencode(name)).lower() not in wanted}
    return {name: state for name, state in sidecars.items() if name not in strange}


def has_extension(name: str, extensions: frozenset[str]) -> bool:
    """Whether a name ends in one of these, in any case."""
    return os.path.splitext(name)[1].lower() in extensions  # noqa: PTH122 - once per file
