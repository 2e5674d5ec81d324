"""The indexer's child process as an object on the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import subprocess
import sys
from typing import IO, TYPE_CHECKING, Any

from imagescope_tui.config import indexer_environment
from imagescope_tui.errors import PicturesUnavailable, Superseded
from indexer.events import decode_event
from indexer.options import options_to_json, role_to_json
from indexer.wire import (
    answer_from_wire,
    decode_line,
    encode_line,
    question_to_wire,
    stacks_from_wire,
    where_from_wire,
)
from storage.private import open_private
from storage.thumbnails import PREVIEW_SIDE, THUMBNAIL_SIDE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from indexer.answers import NearestAnswer, WhereAnswer
    from indexer.events import IndexEvent
    from indexer.models.chat_types import RoleSettings
    from indexer.options import IndexerOptions
    from indexer.questions import PictureQuestion
    from storage.records import ContentId, PhotoId

LOG_NAME = "indexer.log"

_LINE_BYTES_MAX = 1 << 24
_STOP_SECONDS = 15.0

_log = logging.getLogger(__name__)


class IndexerClient:
    """Starts the child, asks it, hears it, and never leaves it behind.

    Events are told on the event loop. The child ends when our end of its stdin closes, and so also
    when this process is killed.
    """

    def __init__(self, options: IndexerOptions, *, on_event: Callable[[IndexEvent], None]) -> None:
        self._options = options
        self._on_event = on_event
        self._child: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}

    @property
    def is_running(self) -> bool:
        """Whether the child is there."""
        return self._child is not None and self._child.returncode is None

    async def start(self) -> None:
        """Start the child; it begins to scan at once.

        Raises:
            PicturesUnavailable: no process could be started.
        """
        log = _open_log(self._options.library)
        try:
            self._child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "indexer"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log or subprocess.DEVNULL,
                env=indexer_environment(),
                limit=_LINE_BYTES_MAX,
                # Ctrl-C in the terminal is ours to handle.
                start_new_session=True,
            )
        except OSError as error:
            raise PicturesUnavailable(f"the indexer cannot be started: {error}") from error
        finally:
            if log is not None:
                log.close()
        self._write(options_to_json(self._options))
        self._reader = asyncio.create_task(self._read(self._child))

    async def wait(self) -> int:
        """The child's exit status, once it has ended."""
        if self._child is None or self._reader is None:
            return 0
        await self._reader
        return await self._child.wait()

    async def stop(self) -> None:
        """Let the child finish its batch and end; it is killed if it does not."""
        child = self._child
        if child is None or child.stdin is None:
            return
        self._tell({"do": "stop"})
        with contextlib.suppress(OSError):
            child.stdin.close()
        try:
            await asyncio.wait_for(child.wait(), _STOP_SECONDS)
        except TimeoutError:
            _log.warning("the indexer did not stop; it is killed")
            child.kill()
            await child.wait()
        if self._reader is not None:
            # Not awaited itself: a loop that is closing may have cancelled it already.
            await asyncio.wait([self._reader])

    def request_stop(self) -> None:
        """Ask the child to end after its batch, without waiting for it."""
        self._tell({"do": "stop"})

    def kill(self) -> None:
        """End the child at once; what it committed stays."""
        if self._child is not None:
            self._child.kill()

    # -- asking ------------------------------------------------------------------------------

    async def nearest(self, question: PictureQuestion) -> NearestAnswer:
        """The photos nearest to what is asked; see search.retriever."""
        request = {"do": "nearest", "question": question_to_wire(question)}
        return answer_from_wire(await self._ask(request))

    async def where(
        self, photo_id: PhotoId, words: Sequence[str], second: float | None = None
    ) -> WhereAnswer:
        """Where in a photo each of the words is seen; of a moving picture, in that moment.

        Raises:
            PicturesUnavailable: the photos cannot be looked at just now.
            Superseded: another photo was asked about before this one's turn came.
        """
        request = {"do": "where", "photo": photo_id, "second": second, "words": list(words)}
        return where_from_wire(await self._ask(request))

    async def stacks(self, contents: Sequence[ContentId]) -> tuple[tuple[ContentId, ...], ...]:
        """The sets of photos of a ranking that are one; see search.retriever.

        Raises:
            PicturesUnavailable: they cannot be compared just now.
            Superseded: another ranking was asked about before this one's turn came.
        """
        return stacks_from_wire(await self._ask({"do": "stacks", "contents": list(contents)}))

    async def prepare_preview(self, photo_id: PhotoId, second: float | None = None) -> bool:
        """Have the large picture made; whether it is in the cache now."""
        return await self.prepare_picture(photo_id, PREVIEW_SIDE, second)

    async def prepare_thumbnail(self, photo_id: PhotoId, second: float | None = None) -> bool:
        """Have a thumbnail made that was dropped, or of another moment; whether it is there."""
        return await self.prepare_picture(photo_id, THUMBNAIL_SIDE, second)

    async def prepare_picture(
        self, photo_id: PhotoId, side: int, second: float | None = None
    ) -> bool:
        """Have a JPEG of this longest side made; whether it is in the cache now.

        Of a moving picture `second` says which moment; None is what stands for it.
        """
        request = {"do": "picture", "photo": photo_id, "side": side, "second": second}
        try:
            answer = await self._ask(request)
        except PicturesUnavailable:
            return False
        return bool(answer.get("ready"))

    async def add_folder(self, folder: Path) -> None:
        """Add a root and index it."""
        await self._ask({"do": "add_folder", "path": str(folder)})

    async def remove_folder(self, folder: Path) -> None:
        """Forget a root; its files are not touched."""
        await self._ask({"do": "remove_folder", "path": str(folder)})

    async def pause(self) -> None:
        """Leave photos alone for now."""
        await self._ask({"do": "pause"})

    async def resume(self) -> None:
        """Go on indexing."""
        await self._ask({"do": "resume"})

    async def rescan(self, *, retry: bool = False) -> None:
        """Look at every root again, and at failed photos too if so asked."""
        await self._ask({"do": "rescan", "retry": retry})

    async def look_again(self, folder: Path) -> None:
        """Look at one root again."""
        await self._ask({"do": "rescan", "path": str(folder)})

    async def retry(
        self, photo_ids: Sequence[PhotoId] = (), *, reasons: Sequence[str] = ()
    ) -> None:
        """Try failed photos again: these, and those that failed for these reasons."""
        await self._ask({"do": "retry", "photos": list(photo_ids), "reasons": list(reasons)})

    async def caption_with(self, settings: RoleSettings | None) -> None:
        """Have captions written by this model from now on, or by none."""
        await self._ask({"do": "caption_with", "settings": role_to_json(settings)})

    async def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        number = next(self._numbers)
        answered: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answered
        try:
            if not self.is_running or not self._tell({"request": number, **request}):
                raise PicturesUnavailable("the indexer is not running")
            return await answered
        finally:
            self._waiting.pop(number, None)

    def _tell(self, message: dict[str, Any]) -> bool:
        return self._write(encode_line(message))

    def _write(self, line: str) -> bool:
        if self._child is None or self._child.stdin is None or self._child.stdin.is_closing():
            return False
        self._child.stdin.write(line.encode("ascii") + b"\n")
        return True

    # -- hearing -----------------------------------------------------------------------------

    async def _read(self, child: asyncio.subprocess.Process) -> None:
        if child.stdout is None:
            return
        while line := await child.stdout.readline():
            message = decode_line(line)
            if message is None:
                continue
            if "reply" in message:
                self._hear_reply(message)
            elif (event := decode_event(message)) is not None:
                self._on_event(event)
        await child.wait()
        for answered in self._waiting.values():
            if not answered.done():
                answered.set_exception(PicturesUnavailable("the indexer has ended"))

    def _hear_reply(self, message: dict[str, Any]) -> None:
        answered = self._waiting.get(message["reply"])
        if answered is None or answered.done():
            return
        error = message.get("error")
        if error is None:
            answered.set_result(message.get("answer") or {})
        elif str(error).startswith("superseded"):
            answered.set_exception(Superseded(str(error)))
        else:
            answered.set_exception(PicturesUnavailable(str(error), str(message.get("hint") or "")))


def _open_log(library: Path) -> IO[bytes] | None:
    """The child's log in the library's folder; None where it cannot be written."""
    try:
        library.mkdir(mode=0o700, parents=True, exist_ok=True)
        return open_private(library / LOG_NAME, "wb")
    except OSError:
        return None
