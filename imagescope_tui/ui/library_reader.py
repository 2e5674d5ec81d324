"""The library as the screen reads it: on a thread of its own, so that no key waits for a disk."""

from __future__ import annotations

import asyncio
import functools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from storage.errors import LibraryMissing
from storage.records import LibraryNames, PhotoFilter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from imagescope_tui.ui.library_report import LibraryReport
    from storage.library import Library
    from storage.records import (
        Caption,
        ContentId,
        Facts,
        Failure,
        FailureReason,
        MonthRun,
        Photo,
        PhotoId,
        Place,
        Root,
    )
    from storage.saved_searches import SavedSearch

_Answer = TypeVar("_Answer")
_IDS_AT_ONCE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class LibrarySnapshot:
    """What the library holds at one moment; `exists` is false until it was written once."""

    exists: bool = False
    revision: int = 0
    photos: int = 0
    """How many there are; to count them by their state takes too long for every look."""
    roots: tuple[Root, ...] = ()
    searches: tuple[SavedSearch, ...] = ()
    """Those that the reader keeps, by name."""
    films_passed: int = 0
    """Films that were not read, because what reads them is not installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoDetail:
    """All that is known of one photo."""

    photo: Photo
    facts: Facts | None = None
    place: Place | None = None
    """The one of the gazetteer that is nearest to it."""
    text: str = ""
    """What is to be read in the picture."""
    caption: Caption | None = None
    copies: tuple[Photo, ...] = ()
    """The other files with the same bytes."""
    companions: tuple[Path, ...] = ()
    """Files that belong to it: its RAW, the seconds around it."""
    failure: str | None = None
    """Why the file could not be read, where it was tried."""
    fails: frozenset[PhotoFilter] = frozenset()
    """Of the filters that were asked about, those that it does not pass."""


class LibraryReader:
    """Asks the library, one question at a time.

    Every question raises StorageError where the library cannot be read; a library that is not there
    yet answers as an empty one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._library: Library | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="library")

    async def revision(self) -> int:
        """Grows with every commit; 0 without a library."""
        return await self._ask(lambda library: library.revision, 0)

    async def snapshot(self) -> LibrarySnapshot:
        """How many photos there are, and where."""
        return await self._ask(_snapshot, LibrarySnapshot())

    async def names(self) -> LibraryNames:
        """The names that photos go by; on another thread, for it takes long in a large library."""
        return await asyncio.to_thread(_names, self._folder)

    async def page(
        self, wanted: PhotoFilter, *, offset: int, limit: int, oldest_first: bool = False
    ) -> tuple[Photo, ...]:
        """A stretch of the timeline, newest first."""
        return await self._ask(
            lambda library: library.photos.page(
                wanted, offset=offset, limit=limit, oldest_first=oldest_first
            ),
            (),
        )

    async def months(
        self, wanted: PhotoFilter, *, oldest_first: bool = False
    ) -> tuple[MonthRun, ...]:
        """How many photos of each month follow each other in the timeline."""
        return await self._ask(
            lambda library: library.photos.months(wanted, oldest_first=oldest_first), ()
        )

    async def moments(self, photo_ids: Sequence[PhotoId]) -> dict[PhotoId, str]:
        """What to sort photos by as the timeline does."""
        return await self._ask(lambda library: library.photos.moments(photo_ids), {})

    async def count(self, wanted: PhotoFilter) -> int:
        """How many photos pass."""
        return await self._ask(lambda library: library.photos.count(wanted), 0)

    async def photos(self, photo_ids: Sequence[PhotoId]) -> dict[PhotoId, Photo]:
        """Those of the photos that are there."""
        return await self._ask(lambda library: library.photos.by_ids(photo_ids), {})

    async def photo_at(self, path: Path) -> Photo | None:
        """The photo at an absolute path; None where the library has none there."""
        return await self._ask(lambda library: library.photos.at(path), None)

    async def companions(self, photo_ids: Sequence[PhotoId]) -> dict[PhotoId, tuple[Path, ...]]:
        """The files that go by the name of each of the photos that have such."""
        return await self._ask(lambda library: library.companions.of(photo_ids), {})

    async def copy_counts(self, content_ids: Sequence[ContentId]) -> dict[ContentId, int]:
        """How many files hold each content."""
        return await self._ask(
            lambda library: {key: len(library.photos.copies(key)) for key in content_ids}, {}
        )

    async def failures_of(self, photos: Sequence[Photo]) -> dict[PhotoId, str]:
        """Why those of the photos that have no content could not be read."""
        unread = [photo.id for photo in photos if photo.content_hash is None]
        if not unread:
            return {}
        return await self._ask(lambda library: library.failures.reasons(unread), {})

    async def detail(self, photo: Photo, filters: Sequence[PhotoFilter] = ()) -> PhotoDetail:
        """What is known of a photo, and which of the filters it does not pass."""
        question = functools.partial(_detail, photo, filters)
        return await self._ask(question, PhotoDetail(photo=photo))

    async def all_ids(self, wanted: PhotoFilter) -> tuple[PhotoId, ...]:
        """Every photo that passes, newest first."""
        found: list[PhotoId] = []
        while page := await self.page(wanted, offset=len(found), limit=_IDS_AT_ONCE):
            found.extend(photo.id for photo in page)
        return tuple(found)

    async def report(self) -> LibraryReport:
        """All that the library page tells; on another thread, for it looks at every photo."""
        from imagescope_tui.ui.library_report import report_of

        return await asyncio.to_thread(report_of, self._folder)

    async def failures(self, reason: FailureReason, *, limit: int) -> tuple[Failure, ...]:
        """The first of the photos that failed for a reason, by path."""
        return await self._ask(
            lambda library: library.failures.page(offset=0, limit=limit, reason=reason), ()
        )

    async def close(self) -> None:
        """Close the library and end the thread."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown()

    async def _ask(self, question: Callable[[Library], _Answer], absent: _Answer) -> _Answer:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._answer, question, absent)

    def _answer(self, question: Callable[[Library], _Answer], absent: _Answer) -> _Answer:
        if self._library is None:
            from storage.library import Library  # SQLite is not needed for the first paint

            try:
                self._library = Library.open_reader(self._folder)
            except LibraryMissing:
                return absent
        return question(self._library)

    def _close(self) -> None:
        if self._library is not None:
            self._library.close()
            self._library = None


def _names(folder: Path) -> LibraryNames:
    from storage.library import Library

    try:
        with Library.open_reader(folder) as library:
            return library.names()
    except LibraryMissing:
        return LibraryNames()


def _snapshot(library: Library) -> LibrarySnapshot:
    return LibrarySnapshot(
        exists=True,
        revision=library.revision,
        photos=library.photos.count(PhotoFilter()),
        roots=library.roots.all(),
        searches=library.saved_searches.all(),
        films_passed=library.passed_over.count(),
    )


def _detail(photo: Photo, filters: Sequence[PhotoFilter], library: Library) -> PhotoDetail:
    known = PhotoDetail(
        photo=photo,
        facts=library.facts.of(photo.id),
        place=library.places.of([photo.id]).get(photo.id),
        companions=library.companions.of([photo.id]).get(photo.id, ()),
        fails=frozenset(
            wanted
            for wanted in filters
            if not library.photos.count(replace(wanted, photo_ids=(photo.id,)))
        ),
    )
    if photo.content_id is None or photo.content_hash is None:
        reasons = library.failures.reasons([photo.id])
        return replace(known, failure=reasons.get(photo.id))
    copies = library.photos.copies(photo.content_id)
    return replace(
        known,
        caption=library.captions.of(photo.content_id),
        text=library.picture_texts.of([photo.content_id]).get(photo.content_id, ""),
        copies=tuple(copy for copy in copies if copy.id != photo.id),
    )
