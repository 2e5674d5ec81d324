"""Paintings by key: kept while there is room, made in the order the screen wants them."""

from __future__ import annotations

import asyncio
import functools
from collections import OrderedDict
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from concurrent.futures import Executor

    from imagescope_tui.ui.pictures.key import PictureKey, PictureRequest
    from imagescope_tui.ui.pictures.painting import Painting
    from storage.records import PhotoId

_CELLS_KEPT = 120_000
"""About a dozen full screens; a cell of half-blocks takes some 500 bytes."""


class JpegSource(Protocol):
    """Where the small JPEGs lie."""

    def read(
        self, content_hash: str, longest_side: int, second: float | None = None
    ) -> bytes | None:
        """The JPEG, or None where there is none."""
        ...


class PictureStore:
    """Gives paintings at once where they are known, and makes the wanted ones meanwhile.

    Each part of the screen says what it wants now; what nobody wants any more is not made, so that
    fast scrolling leaves no work behind.
    """

    def __init__(
        self,
        *,
        source: JpegSource,
        paint: Callable[[bytes, PictureKey], Painting],
        prepare: Callable[[PhotoId, int, float | None], Awaitable[bool]],
        on_ready: Callable[[PictureKey], None],
        executor: Executor,
    ) -> None:
        self._source = source
        self._paint = paint
        self._prepare = prepare
        self._on_ready = on_ready
        self._executor = executor
        self._paintings: OrderedDict[PictureKey, Painting] = OrderedDict()
        self._cells = 0
        self._wanted: dict[str, tuple[PictureRequest, ...]] = {}
        self._missing: set[PictureKey] = set()
        self._in_work: set[PictureKey] = set()
        self._something_wanted = asyncio.Event()

    def get(self, key: PictureKey) -> Painting | None:
        """The painting, where it is known."""
        painting = self._paintings.get(key)
        if painting is not None:
            self._paintings.move_to_end(key)
        return painting

    def is_missing(self, key: PictureKey) -> bool:
        """Whether there is no such picture for now."""
        return key in self._missing

    @property
    def is_idle(self) -> bool:
        """Whether everything wanted is made, or known to be missing."""
        return not self._in_work and self._next() is None

    def want(self, owner: str, requests: Sequence[PictureRequest]) -> None:
        """Replace what this part of the screen waits for; the first is made first."""
        self._wanted[owner] = tuple(
            request for request in requests if request.key not in self._paintings
        )
        if self._wanted[owner]:
            self._something_wanted.set()

    def try_missing_again(self) -> None:
        """Pictures that were not there may be there now."""
        if self._missing:
            self._missing.clear()
            self._something_wanted.set()

    async def work(self) -> None:
        """Make what is wanted, for ever; several of these may run side by side."""
        while True:
            request = self._next()
            if request is None:
                self._something_wanted.clear()
                await self._something_wanted.wait()
                continue
            self._in_work.add(request.key)
            try:
                await self._make(request)
            finally:
                self._in_work.discard(request.key)

    def clear(self) -> None:
        """Drop every painting; the terminal drops what it kept for them."""
        while self._paintings:
            self._drop_oldest()
        self._wanted.clear()

    def _next(self) -> PictureRequest | None:
        for requests in self._wanted.values():
            for request in requests:
                if not self._is_settled(request.key):
                    return request
        return None

    def _is_settled(self, key: PictureKey) -> bool:
        return key in self._paintings or key in self._missing or key in self._in_work

    async def _make(self, request: PictureRequest) -> None:
        key = request.key
        painting = await self._read_and_paint(key)
        if painting is None and await self._prepare(request.photo_id, key.side, key.second):
            painting = await self._read_and_paint(key)
        if painting is None:
            self._missing.add(key)
        else:
            self._keep(key, painting)
        self._on_ready(key)

    async def _read_and_paint(self, key: PictureKey) -> Painting | None:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._executor, functools.partial(_painted, self._source, self._paint, key)
        )

    def _keep(self, key: PictureKey, painting: Painting) -> None:
        self._paintings[key] = painting
        self._cells += key.box.width * key.box.height
        while self._cells > _CELLS_KEPT and len(self._paintings) > 1:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        key, painting = self._paintings.popitem(last=False)
        self._cells -= key.box.width * key.box.height
        if painting.release is not None:
            painting.release()


def _painted(
    source: JpegSource, paint: Callable[[bytes, PictureKey], Painting], key: PictureKey
) -> Painting | None:
    jpeg = source.read(key.content_hash, key.side, key.second)
    if jpeg is None:
        return None
    try:
        return paint(jpeg, key)
    except (OSError, ValueError):  # a file that was damaged on disk is as good as missing
        return None
