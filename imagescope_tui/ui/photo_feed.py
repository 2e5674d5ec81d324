"""The photos behind a grid, however many: pages of them, fetched when they come into view."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING, Protocol

from storage.records import MonthRun

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from imagescope_tui.search.sections import Section
    from imagescope_tui.search.types import Candidate
    from imagescope_tui.ui.library_reader import LibraryReader
    from storage.records import ContentId, Photo, PhotoFilter, PhotoId

PAGE_PHOTOS = 64
_PAGES_KEPT = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class GridItem:
    """A photo at its place in a grid."""

    photo: Photo
    rank: int | None = None
    """From 1; None in the timeline."""
    copies: int = 1
    """How many files hold these bytes, where copies are folded into one."""
    stacked: int = 0
    """How many further photos this one stands for: of the same burst, or near-copies."""
    number: int | None = None
    """From 1, in a stack that is open; None for all others."""
    section: Section | None = None
    """How well it fits what was searched for; None in the timeline."""
    is_by_date: bool = False
    """Whether its day tells more of its place than its rank."""
    failure: str = ""
    """Why the file could not be read; empty where it was, or was not tried yet."""
    second: float | None = None
    """Of a moving picture that was found, the moment that was; None for all others."""

    @property
    def moment(self) -> float | None:
        """The moment to show in place of what stands for the photo; None where that is it."""
        return self.photo.moment_beside(self.second)


class PhotoSource(Protocol):
    """Photos in an order."""

    @property
    def length(self) -> int:
        """How many there are."""
        ...

    async def fetch(self, offset: int, limit: int) -> Sequence[GridItem | None]:
        """A stretch of them; None for one that has gone meanwhile.

        Raises:
            StorageError: the library cannot be read.
        """
        ...

    def index_of(self, photo_id: PhotoId) -> int | None:
        """Where the photo is, if that is known without asking."""
        ...

    async def months(self) -> Sequence[MonthRun]:
        """How many photos of each month follow each other; in all as many as there are.

        Raises:
            StorageError: the library cannot be read.
        """
        ...


class Timeline:
    """All photos that pass a filter, by date."""

    def __init__(
        self,
        reader: LibraryReader,
        wanted: PhotoFilter,
        length: int,
        *,
        oldest_first: bool = False,
    ) -> None:
        self._reader = reader
        self._wanted = wanted
        self.is_oldest_first = oldest_first
        self.length = length

    async def fetch(self, offset: int, limit: int) -> Sequence[GridItem | None]:
        """A stretch of the timeline."""
        page = await self._reader.page(
            self._wanted, offset=offset, limit=limit, oldest_first=self.is_oldest_first
        )
        failures = await self._reader.failures_of(page)
        return [GridItem(photo=photo, failure=failures.get(photo.id, "")) for photo in page]

    def index_of(self, photo_id: PhotoId) -> int | None:
        """Unknown: the timeline is only ever read in pages."""
        return None

    async def months(self) -> Sequence[MonthRun]:
        """The months of all that pass."""
        return await self._reader.months(self._wanted, oldest_first=self.is_oldest_first)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """What a ranking has at one place of the grid."""

    photo_id: PhotoId
    rank: int
    section: Section | None
    second: float | None = None
    number: int | None = None
    hidden: tuple[PhotoId, ...] = ()


class Ranking:
    """What was found, in its order; the photos of open stacks follow who stands for them."""

    def __init__(
        self,
        reader: LibraryReader,
        ranking: Sequence[Candidate],
        sections: Sequence[Section] = (),
        opened: AbstractSet[PhotoId] = frozenset(),
        *,
        is_by_date: bool = False,
        has_ranks: bool = True,
    ) -> None:
        """`opened`: photos whose stacks are open. Without ranks it looks as the timeline does."""
        self._reader = reader
        self._is_by_date = is_by_date
        self._has_ranks = has_ranks
        whole = zip_longest(ranking, sections)
        self._ranking = tuple(
            place
            for rank, (candidate, section) in enumerate(whole, start=1)
            for place in _places_of(candidate, rank, section, opened)
        )
        self._places = {
            photo_id: n
            for n, place in enumerate(self._ranking)
            for photo_id in (place.photo_id, *place.hidden)
        }
        self.length = len(self._ranking)

    @property
    def photo_ids(self) -> tuple[PhotoId, ...]:
        """The photos that have a place of their own."""
        return tuple(place.photo_id for place in self._ranking)

    async def fetch(self, offset: int, limit: int) -> Sequence[GridItem | None]:
        """A stretch of the ranking, with the number of copies of each photo."""
        wanted = self._ranking[offset : offset + limit]
        photos = await self._reader.photos([place.photo_id for place in wanted])
        contents = [key for photo in photos.values() if (key := photo.content_id) is not None]
        copies = await self._reader.copy_counts(contents)
        failures = await self._reader.failures_of(list(photos.values()))
        return [
            GridItem(
                photo=photo,
                rank=place.rank if self._has_ranks else None,
                copies=_copies_of(photo, copies),
                stacked=len(place.hidden),
                number=place.number,
                section=place.section,
                # The rest stays by match, whatever order is asked for.
                is_by_date=self._is_by_date and place.section in ("match", "maybe"),
                failure=failures.get(photo.id, ""),
                second=place.second,
            )
            if (photo := photos.get(place.photo_id))
            else None
            for place in wanted
        ]

    def index_of(self, photo_id: PhotoId) -> int | None:
        """The place of the photo, or of who stands for it."""
        return self._places.get(photo_id)

    async def months(self) -> Sequence[MonthRun]:
        """The months of the photos that have a place of their own."""
        moments = await self._reader.moments(self.photo_ids)
        told = (moments.get(photo_id, "").partition(" ")[0] for photo_id in self.photo_ids)
        months = groupby(moment[: len("2020-07")] for moment in told)
        return [MonthRun(month, len(list(photos))) for month, photos in months]


def _places_of(
    candidate: Candidate, rank: int, section: Section | None, opened: AbstractSet[PhotoId]
) -> Iterator[_Place]:
    is_open = bool(candidate.stack) and not opened.isdisjoint(candidate.whole_stack)
    yield _Place(
        photo_id=candidate.photo_id,
        rank=rank,
        section=section,
        second=candidate.second,
        number=1 if is_open else None,
        hidden=() if is_open else candidate.stack,
    )
    for number, photo_id in enumerate(candidate.stack if is_open else (), start=2):
        yield _Place(photo_id=photo_id, rank=rank, section=section, number=number)


def _copies_of(photo: Photo, copies: dict[ContentId, int]) -> int:
    return 1 if photo.content_id is None else copies.get(photo.content_id, 1)


class PhotoFeed:
    """Pages of a source; old pages stay in view until the fresh ones are there."""

    def __init__(self, source: PhotoSource) -> None:
        self._source = source
        self._pages: dict[int, Sequence[GridItem | None]] = {}
        self._stale: dict[int, Sequence[GridItem | None]] = {}

    @property
    def length(self) -> int:
        """How many photos there are."""
        return self._source.length

    def get(self, index: int) -> GridItem | None:
        """The photo at an index, where its page is at hand."""
        number, place = divmod(index, PAGE_PHOTOS)
        page = self._pages.get(number) or self._stale.get(number) or ()
        return page[place] if place < len(page) else None

    def index_of(self, photo_id: PhotoId) -> int | None:
        """Where a photo is, as far as that is known."""
        place = self._source.index_of(photo_id)
        return place if place is not None else self._index_at_hand(photo_id)

    @property
    def photo_ids(self) -> tuple[PhotoId, ...]:
        """The photos that are at hand."""
        pages = (self._stale | self._pages).values()
        return tuple(item.photo.id for page in pages for item in page if item is not None)

    def change(self, photos: Mapping[PhotoId, Photo]) -> None:
        """Photos as they are now, each at its place, though it might have another by now."""
        for pages in (self._pages, self._stale):
            for number, page in pages.items():
                pages[number] = [
                    item and replace(item, photo=photos.get(item.photo.id, item.photo))
                    for item in page
                ]

    def replace_source(self, source: PhotoSource) -> None:
        """The same photos in a newer state: what is shown stays until it is fetched again."""
        self._source = source
        self._stale |= self._pages
        self._pages = {}

    def pages_missing(self, first: int, last: int) -> list[int]:
        """Numbers of the pages between two indexes, both included, that are not fresh."""
        if self.length == 0:
            return []
        last = min(last, self.length - 1)
        numbers = range(max(0, first) // PAGE_PHOTOS, last // PAGE_PHOTOS + 1)
        return [number for number in numbers if number not in self._pages]

    async def load_around(self, index: int) -> None:
        """Fetch the page that an index is on.

        Raises:
            StorageError: the library cannot be read.
        """
        await self.load(index // PAGE_PHOTOS)

    async def load(self, number: int) -> None:
        """Fetch a page.

        Raises:
            StorageError: the library cannot be read.
        """
        source = self._source
        page = await source.fetch(number * PAGE_PHOTOS, PAGE_PHOTOS)
        if source is not self._source:
            return
        self._pages[number] = page
        self._stale.pop(number, None)
        self._forget_far_pages(number)

    def _forget_far_pages(self, number: int) -> None:
        for pages in (self._pages, self._stale):
            for far in sorted(pages, key=lambda other: abs(other - number))[_PAGES_KEPT:]:
                del pages[far]

    def _index_at_hand(self, photo_id: PhotoId) -> int | None:
        for number, page in self._pages.items():
            for place, item in enumerate(page):
                if item is not None and item.photo.id == photo_id:
                    return number * PAGE_PHOTOS + place
        return None
