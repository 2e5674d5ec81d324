"""Several runs at once over one gallery: one prepares it, nobody changes it while it is used."""

from __future__ import annotations

import asyncio
import fcntl
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from imagescope_tui.errors import EvaluationError
from storage.private import FILE_MODE, open_private

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

_PREPARED_NAME = "prepare.lock"
_USED_NAME = "use.lock"
_SECONDS_BETWEEN_LOOKS = 0.2


@asynccontextmanager
async def preparing(gallery: Path, note: Callable[[str], None]) -> AsyncIterator[None]:
    """While photos are brought into it; waits, saying so, for another run that does."""
    lock = FileLock(gallery / _PREPARED_NAME, timeout=0, mode=FILE_MODE)
    is_told = False
    while not lock.is_locked:
        try:
            lock.acquire()
        except Timeout:
            if not is_told:
                note("another run is preparing this gallery: waiting for it")
            is_told = True
            await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def using(gallery: Path) -> Iterator[None]:
    """While a run ranks its photos; any number at once."""
    with open_private(gallery / _USED_NAME, "ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


@contextmanager
def changing(gallery: Path) -> Iterator[None]:
    """While it becomes one of other photos or captions, which would mix a run's figures.

    Raises:
        EvaluationError: a run is using it.
    """
    with open_private(gallery / _USED_NAME, "ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise EvaluationError(
                f"another run uses the gallery {gallery} with other photos or captions",
                "wait for it, or name another folder with --gallery",
            ) from error
        yield
