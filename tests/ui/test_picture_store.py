"""Paintings are made in the order the screen wants them, and only while it wants them."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imagescope_tui.ui.pictures.key import Box, PictureKey, PictureRequest
from imagescope_tui.ui.pictures.painting import Painting
from imagescope_tui.ui.pictures.store import PictureStore
from storage.records import PhotoId

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


def request(name: str, width: int = 10) -> PictureRequest:
    key = PictureKey(content_hash=name, side=320, box=Box(width, 10))
    return PictureRequest(key=key, photo_id=PhotoId(1))


@dataclass
class Bench:
    """A store with everything around it in plain sight."""

    jpegs: dict[str, bytes] = field(default_factory=dict)
    made_by_indexer: dict[str, bytes] = field(default_factory=dict)
    painted: list[str] = field(default_factory=list)
    released: list[str] = field(default_factory=list)
    ready: list[str] = field(default_factory=list)
    asked: list[tuple[int, int]] = field(default_factory=list)

    def read(
        self, content_hash: str, longest_side: int, second: float | None = None
    ) -> bytes | None:
        return self.jpegs.get(content_hash if second is None else f"{content_hash} at {second}")

    def paint(self, jpeg: bytes, key: PictureKey) -> Painting:
        if jpeg == b"damaged":
            raise OSError("damaged")
        self.painted.append(key.content_hash)
        return Painting((), release=lambda: self.released.append(key.content_hash))

    async def prepare(self, photo_id: PhotoId, side: int, second: float | None) -> bool:
        self.asked.append((photo_id, side))
        self.jpegs |= self.made_by_indexer
        return bool(self.made_by_indexer)

    @asynccontextmanager
    async def store(self) -> AsyncIterator[PictureStore]:
        with ThreadPoolExecutor(1) as executor:
            store = PictureStore(
                source=self,
                paint=self.paint,
                prepare=self.prepare,
                on_ready=lambda key: self.ready.append(key.content_hash),
                executor=executor,
            )
            worker = asyncio.create_task(store.work())
            yield store
            worker.cancel()

    async def finish(self, store: PictureStore) -> None:
        while not store.is_idle:
            await asyncio.wait([asyncio.ensure_future(asyncio.sleep(0))])


async def test_the_first_wanted_is_made_first() -> None:
    bench = Bench(jpegs=dict.fromkeys("abc", b"x"))
    async with bench.store() as store:
        store.want("grid", [request("b"), request("c"), request("a")])
        await bench.finish(store)
        assert bench.painted == ["b", "c", "a"]
        assert bench.ready == bench.painted
        assert store.get(request("a").key) is not None


async def test_what_nobody_wants_any_more_is_not_made() -> None:
    bench = Bench(jpegs=dict.fromkeys("abcd", b"x"))
    async with bench.store() as store:
        store.want("grid", [request("a"), request("b"), request("c")])
        store.want("grid", [request("d")])
        await bench.finish(store)
        assert bench.painted == ["d"]


async def test_a_missing_picture_is_asked_for_once_and_tried_again_later() -> None:
    bench = Bench()
    async with bench.store() as store:
        store.want("grid", [request("a")])
        await bench.finish(store)
        assert store.is_missing(request("a").key)
        assert bench.asked == [(1, 320)]
        bench.jpegs["a"] = b"x"
        store.try_missing_again()
        await bench.finish(store)
        assert bench.painted == ["a"]


async def test_a_picture_the_indexer_makes_on_request_is_shown() -> None:
    bench = Bench(made_by_indexer={"a": b"x"})
    async with bench.store() as store:
        store.want("panel", [request("a")])
        await bench.finish(store)
        assert bench.painted == ["a"]


async def test_a_damaged_picture_is_as_good_as_missing() -> None:
    bench = Bench(jpegs={"a": b"damaged"})
    async with bench.store() as store:
        store.want("grid", [request("a")])
        await bench.finish(store)
        assert store.is_missing(request("a").key)


async def test_the_least_looked_at_paintings_go_first() -> None:
    names = [str(number) for number in range(40)]
    bench = Bench(jpegs=dict.fromkeys(names, b"x"))
    async with bench.store() as store:
        store.want("grid", [request(name, 400) for name in names[:30]])
        await bench.finish(store)
        store.get(request("0", 400).key)
        store.want("grid", [request(name, 400) for name in names[30:]])
        await bench.finish(store)
        assert store.get(request("0", 400).key) is not None
        assert store.get(request("1", 400).key) is None
        assert bench.released[0] == "1"


async def test_cleared_paintings_are_released() -> None:
    bench = Bench(jpegs={"a": b"x"})
    async with bench.store() as store:
        store.want("grid", [request("a")])
        await bench.finish(store)
        store.clear()
        assert bench.released == ["a"]
