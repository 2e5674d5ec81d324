"""A hundred thousand photos: only what is in view is ever asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import App, ComposeResult

from imagescope_tui.ui.photo_feed import PAGE_PHOTOS, GridItem, PhotoFeed
from imagescope_tui.ui.widgets.photo_grid import PhotoGrid
from storage.records import MonthRun, Photo, PhotoId, RootId
from tests.ui.waiting import until

if TYPE_CHECKING:
    from collections.abc import Sequence

COUNT = 100_000


def photo(number: int) -> Photo:
    return Photo(
        id=PhotoId(number),
        root_id=RootId(1),
        root=Path("/photos"),
        path=f"IMG_{number}.JPG",
        size_bytes=1,
        mtime_ns=1_500_000_000_000_000_000,
        taken_at="2020-07-18T16:02:00",
    )


class Numbers:
    """Photos that are nothing but their number, and a list of what was asked for."""

    def __init__(self, length: int = COUNT, shift: int = 0) -> None:
        self.length = length
        self.asked: list[tuple[int, int]] = []
        self._shift = shift

    async def fetch(self, offset: int, limit: int) -> Sequence[GridItem | None]:
        self.asked.append((offset, limit))
        end = min(self.length, offset + limit)
        return [GridItem(photo=photo(n + self._shift)) for n in range(offset, end)]

    def index_of(self, photo_id: PhotoId) -> int | None:
        return None

    async def months(self) -> Sequence[MonthRun]:
        return [MonthRun("2020-07", self.length)]


class GridApp(App[None]):
    def compose(self) -> ComposeResult:
        yield PhotoGrid(is_text=True, marks=set(), id="grid")


async def test_scrolling_to_the_end_asks_only_for_pages_near_what_is_shown() -> None:
    app, source = GridApp(), Numbers()
    async with app.run_test(size=(80, 24)) as pilot:
        grid = app.query_one(PhotoGrid)
        grid.show(PhotoFeed(source))
        grid.focus()
        await pilot.press("end")
        await until(pilot, lambda: grid.item is not None and grid.index > 0)
        assert grid.index == COUNT - 1
        assert grid.item == GridItem(photo=photo(COUNT - 1))
        near = {offset for offset, _ in source.asked}
        assert near <= {0, *range(COUNT - 3 * PAGE_PHOTOS, COUNT)}
        assert len(source.asked) <= 4
        assert sum(limit for _, limit in source.asked) <= 4 * PAGE_PHOTOS


async def test_dragging_the_bar_through_all_photos_stays_cheap() -> None:
    app, source = GridApp(), Numbers()
    async with app.run_test(size=(80, 24)) as pilot:
        grid = app.query_one(PhotoGrid)
        grid.show(PhotoFeed(source))
        for part in range(1, 11):
            grid.scroll_to(y=grid.max_scroll_y * part // 10, animate=False)
            await until(pilot, lambda: not any(w.is_running for w in app.workers))
        assert len(source.asked) <= 3 * 11


async def test_far_pages_are_forgotten() -> None:
    feed = PhotoFeed(Numbers())
    for number in range(60):
        await feed.load(number)
    assert feed.get(59 * PAGE_PHOTOS) is not None
    assert feed.get(0) is None
    assert feed.pages_missing(0, 10) == [0]


async def test_old_photos_stay_in_view_until_the_fresh_ones_are_there() -> None:
    feed = PhotoFeed(Numbers())
    await feed.load(0)
    feed.replace_source(Numbers(shift=5))
    assert feed.get(0) == GridItem(photo=photo(0))
    assert feed.pages_missing(0, 0) == [0]
    await feed.load(0)
    assert feed.get(0) == GridItem(photo=photo(5))
    assert feed.index_of(PhotoId(7)) == 2


async def test_a_page_of_a_source_that_was_replaced_is_not_shown() -> None:
    slow = Numbers()
    feed = PhotoFeed(slow)

    class Late(Numbers):
        async def fetch(self, offset: int, limit: int) -> Sequence[GridItem | None]:
            feed.replace_source(Numbers(shift=9))
            return await super().fetch(offset, limit)

    feed.replace_source(Late())
    await feed.load(0)
    assert feed.get(0) is None
