"""What a grid of photos shows at each place, without the widget that draws it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from imagescope_tui.search.sections import SECTION_NAMES
from imagescope_tui.ui import wording
from imagescope_tui.ui.known import UNKNOWN
from imagescope_tui.ui.pictures.key import PictureKey, PictureRequest
from imagescope_tui.ui.widgets.card import CardFace, details_of, lead_of, name_of, picture_box
from imagescope_tui.ui.widgets.grid_geometry import CARD_WIDTHS, DEFAULT_SIZE, lay_out
from storage.safe_text import printable
from storage.thumbnails import THUMBNAIL_SIDE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence, Set

    from imagescope_tui.ui.known import Known
    from imagescope_tui.ui.photo_feed import GridItem, PhotoFeed
    from imagescope_tui.ui.pictures.painting import Painting
    from imagescope_tui.ui.pictures.store import PictureStore
    from imagescope_tui.ui.widgets.card import PictureState
    from storage.records import PhotoId


class GridModel:
    """Photos, paintings and marks behind a grid, and the geometry of its cards."""

    def __init__(self, *, is_text: bool, marks: Set[PhotoId]) -> None:
        self.feed: PhotoFeed | None = None
        self.pictures: PictureStore | None = None
        self.geometry = lay_out(80, 20, card_width=CARD_WIDTHS[DEFAULT_SIZE], is_text=is_text)
        self._is_text = is_text
        self._marks = marks
        self._size_step = DEFAULT_SIZE
        self.known: Mapping[PhotoId, Known] = {}
        """What models said of photos."""
        self.known_of_others = UNKNOWN

    @property
    def count(self) -> int:
        """Photos in the grid."""
        return self.feed.length if self.feed else 0

    def item(self, index: int) -> GridItem | None:
        """The photo at a place, where it is at hand."""
        return self.feed.get(index) if self.feed and 0 <= index < self.count else None

    @property
    def picture_size(self) -> int:
        """The step of the sizes there are, from 0."""
        return self._size_step

    @picture_size.setter
    def picture_size(self, size: int) -> None:
        """Wish for larger or smaller cards; `measure` lays them out."""
        self._size_step = max(0, min(size, len(CARD_WIDTHS) - 1))

    def measure(self, width: int, height: int) -> None:
        """Lay the cards out in a place of so many cells."""
        self.geometry = lay_out(
            width, height, card_width=CARD_WIDTHS[self._size_step], is_text=self._is_text
        )

    def keys(self, item: GridItem) -> list[PictureKey]:
        """The pictures for the photo's card, the best first; none before its file has been read.

        Of a moving picture that is the moment that was found, and until it is there, or where it
        cannot be had, what stands for it.
        """
        if item.photo.content_hash is None or self._is_text:
            return []
        key = PictureKey(
            content_hash=item.photo.content_hash,
            side=THUMBNAIL_SIDE,
            box=picture_box(self.geometry.card_width, self.geometry.card_height),
            is_grey=item.photo.offline_since is not None,
        )
        return [key] if item.moment is None else [replace(key, second=item.moment), key]

    def painting(self, index: int) -> Painting | None:
        """The painted picture at a place, where there is one."""
        return self.painting_of(self._painted(self.item(index)))

    def painting_of(self, key: PictureKey | None) -> Painting | None:
        """The painted picture, where it is known."""
        return self.pictures.get(key) if key and self.pictures else None

    def _painted(self, item: GridItem | None) -> PictureKey | None:
        if item is None or self.pictures is None:
            return None
        return next((key for key in self.keys(item) if self.pictures.get(key) is not None), None)

    def requests(self, shown: Sequence[int], around: Iterable[int]) -> list[PictureRequest]:
        """The pictures of the places in view, then their moments, then those of the others."""
        own = self._requests(shown)
        moments = [request for request in own if request.key.second is not None]
        return [*_still(own), *moments, *_still(self._requests(around))]

    def _requests(self, indexes: Iterable[int]) -> list[PictureRequest]:
        items = [item for index in indexes if (item := self.item(index)) is not None]
        return [
            PictureRequest(key=key, photo_id=item.photo.id)
            for item in items
            for key in self.keys(item)
        ]

    def face(self, index: int, *, is_selected: bool, is_first_shown: bool) -> CardFace:
        """What the card at a place shows."""
        item = self.item(index)
        width, height = self.geometry.card_width, self.geometry.card_height
        if item is None:
            return CardFace(width=width, height=height, is_selected=is_selected)
        known = self.known_at(index)
        picture = self._painted(item)
        return CardFace(
            width=width,
            height=height,
            lead="" if self._is_text and item.rank is None else lead_of(item),
            name=name_of(item),
            details=details_of(item) if self._is_text else (),
            heading=self._heading(index, item, is_first_shown=is_first_shown),
            checks=known.checks,
            judged=known.judged,
            trouble=printable(item.failure),
            copies=item.copies + item.stacked,
            is_selected=is_selected,
            is_marked=item.photo.id in self._marks,
            is_favourite=item.photo.is_favourite,
            is_damaged=item.photo.is_damaged,
            is_offline=item.photo.offline_since is not None,
            plays=wording.play_sentence(item.photo, item.second),
            picture=picture,
            state="ready" if picture is not None else self._state(item),
        )

    def names(self, count: int) -> dict[PhotoId, str]:
        """The file names of the first photos, as far as they are at hand."""
        items = (self.item(index) for index in range(min(count, self.count)))
        return {item.photo.id: name_of(item) for item in items if item is not None}

    def known_at(self, index: int) -> Known:
        """What models said of the photo at a place."""
        item = self.item(index)
        if item is None or item.rank is None:
            return UNKNOWN
        return self.known.get(item.photo.id, self.known_of_others)

    def _heading(self, index: int, item: GridItem, *, is_first_shown: bool) -> str:
        """Where a section of the results or a month begins, and on the first card in view."""
        if item.section is None:
            return self._month_above(index, item, is_first_shown=is_first_shown)
        before = self.item(index - 1)
        is_same = before is not None and before.section == item.section
        return "" if is_same and not is_first_shown else SECTION_NAMES[item.section]

    def _month_above(self, index: int, item: GridItem, *, is_first_shown: bool) -> str:
        """In the timeline: the month, where it begins, and on the first card in view."""
        moment = wording.moment_of(item.photo) if item.rank is None else None
        if moment is None:
            return ""
        before = self.item(index - 1)
        moment_before = wording.moment_of(before.photo) if before else None
        is_same = moment_before is not None and wording.month(moment_before) == wording.month(
            moment
        )
        return "" if is_same and not is_first_shown else wording.month(moment)

    def _state(self, item: GridItem) -> PictureState:
        """Why there is no picture."""
        if self._is_text:
            return "text"
        keys = self.keys(item)
        if not keys:
            return "unread"
        return "missing" if self.pictures and self.pictures.is_missing(keys[-1]) else "waiting"


def _still(requests: Iterable[PictureRequest]) -> list[PictureRequest]:
    return [request for request in requests if request.key.second is None]
