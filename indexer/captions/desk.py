"""Asks a model for captions, with as many requests in flight as the server likes.

A thread of its own runs the event loop with the requests; whoever offers photos only collects what
became of them. A server that does not answer is asked again with growing waits, and the photos that
were offered to it wait meanwhile.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from indexer.captions.answer import CaptionAnswer, read_caption
from indexer.decoding.failures import DecodeFailure
from indexer.errors import IndexerError
from indexer.models.chat_types import (
    ChatMalformed,
    ChatPicture,
    ChatRequest,
    ChatUnavailable,
)
from indexer.models.protocols import ModelError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from concurrent.futures import Future

    from indexer.captions.prompt import CaptionPrompt
    from indexer.models.chat_types import Capabilities, ChatModel
    from storage.contents import PendingPhoto

    OpenModel: TypeAlias = Callable[[], ChatModel]

CAPTION_SIDE = 768
"""Longest side in pixels of the picture that is sent."""

_MAX_TOKENS = 160
_FIRST_WAIT_SECONDS = 1.0
_LONGEST_WAIT_SECONDS = 300.0
_UNANSWERED_MAX = 2
_UNANSWERED_ALONE_MAX = 3
_USELESS_MAX = 8
_CLOSE_SECONDS = 3.0

_LOG_HINT = "see indexer.log in the library's folder"

_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class CaptionJob:
    """A photo on its way to the model and back."""

    photo: PendingPhoto
    picture: Future[bytes | DecodeFailure]
    unanswered: int = 0
    """How often a server that was there gave no answer for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelReady:
    """The server answers; photos can be offered."""

    capabilities: Capabilities


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDown:
    """The server does not answer; it is asked again later."""

    reason: str
    hint: str
    tries: int
    """How often in a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Captioned:
    """What became of one photo: a caption, or why there is none."""

    photo: PendingPhoto
    text: str = ""
    problem: str = ""
    is_permanent: bool = False
    is_abandoned: bool = False
    """Nothing was learned of it."""


DeskNews: TypeAlias = ModelReady | ModelDown | Captioned


@dataclass(slots=True)
class CaptionDesk:
    """One model, asked from a thread of its own; the public methods belong to one other thread."""

    open_model: OpenModel
    prompt: CaptionPrompt
    wake: Callable[[], None]
    """Called from the desk's thread when there is news."""
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    """Waits for so many seconds before an unavailable server is asked again."""
    _news: queue.SimpleQueue[DeskNews] = field(default_factory=queue.SimpleQueue)
    _jobs: asyncio.Queue[CaptionJob] = field(default_factory=asyncio.Queue)
    _may_ask: asyncio.Event = field(default_factory=asyncio.Event)
    _loop: asyncio.AbstractEventLoop | None = None
    _work: asyncio.Task[None] | None = None
    _answers: int = 0
    _captions: int = 0
    _useless: int = 0
    """Photos in a row of which no answer was a caption."""
    _is_closed: bool = False
    _thread: threading.Thread | None = None

    # -- from outside ------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to look for the server."""
        self._thread = threading.Thread(target=self._run, name="captions", daemon=True)
        self._thread.start()

    def offer(self, job: CaptionJob) -> None:
        """Have a photo captioned; allowed once the model was ready."""
        self._call(lambda: self._jobs.put_nowait(job))

    def rest(self, is_resting: bool) -> None:
        """Begin no request for now, or go on; what is in flight goes on."""
        self._call(self._may_ask.clear if is_resting else self._may_ask.set)

    def take_news(self) -> list[DeskNews]:
        """What happened since the last time."""
        taken: list[DeskNews] = []
        with contextlib.suppress(queue.Empty):
            while True:
                taken.append(self._news.get_nowait())
        return taken

    def close(self) -> None:
        """Give up what is in flight; nothing is told any more."""
        self._is_closed = True
        if self._work is not None:
            self._call(self._work.cancel)
        if self._thread is not None:
            self._thread.join(_CLOSE_SECONDS)

    def _call(self, action: Callable[[], object]) -> None:
        # A loop that is closed has nothing left to be told.
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(action)

    # -- in the desk's thread ----------------------------------------------------------------

    def _run(self) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(self._main())

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._work = asyncio.current_task()
        self._may_ask.set()
        tries = 0
        while not self._is_closed:
            captions_before = self._captions
            down = await self._serve()
            tries = 1 if self._captions > captions_before else tries + 1
            self._tell(ModelDown(reason=down.message, hint=down.hint, tries=tries))
            await self.pause(seconds_before_asking_again(tries))

    def _tell(self, news: DeskNews) -> None:
        if not self._is_closed:
            self._news.put(news)
            self.wake()

    async def _serve(self) -> ModelError:
        """Ask one model until its server does not answer; why it does not."""
        model: ChatModel | None = None
        try:
            # Each time anew: the server that comes back may hold another model.
            model = self.open_model()
            capabilities = await model.ready()
            # After a pause one photo shows whether it is of use now.
            self._useless = min(self._useless, _USELESS_MAX - 1)
            self._tell(ModelReady(capabilities=capabilities))
            await self._ask_all(model, max(1, capabilities.parallel))
        except ModelError as error:
            return error
        except Exception:  # noqa: BLE001 - a seam
            # One of the seams where everything is caught: a client may raise anything, and the
            # indexer must not wait for a thread that is gone.
            _log.exception("the captioner's client failed")
        finally:
            if model is not None:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(model.close(), _CLOSE_SECONDS)
        return ModelError("the captioner's client failed", _LOG_HINT)

    async def _ask_all(self, model: ChatModel, parallel: int) -> None:
        """Keep so many requests in flight.

        Raises:
            ChatUnavailable: the server does not answer; what was in flight waits for the next.
        """
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(parallel):
                    group.create_task(self._ask_on(model))
        except ExceptionGroup as found:
            raise found.exceptions[0] from found

    async def _ask_on(self, model: ChatModel) -> None:
        while True:
            job = await self._jobs.get()
            try:
                await self._may_ask.wait()
                answers_before = self._answers
                outcome = await self._caption(model, job)
            except ChatUnavailable as error:
                is_alone = self._answers == answers_before
                if self._take_back(job, error, is_alone=is_alone) and is_alone:
                    raise
            except asyncio.CancelledError:
                self._jobs.put_nowait(job)
                raise
            else:
                self._tell(outcome)
                self._expect_use(outcome)

    def _expect_use(self, outcome: Captioned) -> None:
        """Stop asking a model that cannot see, or does nothing but refuse.

        Raises:
            ChatUnavailable: it gave no caption for so many photos in a row.
        """
        if outcome.text:
            self._captions, self._useless = self._captions + 1, 0
        elif outcome.problem:
            self._useless += 1
            if self._useless >= _USELESS_MAX:
                raise ChatUnavailable(
                    f"the model writes no captions: {outcome.problem}",
                    "choose a model that sees pictures",
                )

    def _take_back(self, job: CaptionJob, error: ChatUnavailable, *, is_alone: bool) -> bool:
        """Let a photo without an answer wait; False where it is what the server cannot take.

        That is so sooner where the server answers for others.
        """
        job.unanswered += 1
        if job.unanswered >= (_UNANSWERED_ALONE_MAX if is_alone else _UNANSWERED_MAX):
            self._answers += 1
            self._tell(Captioned(photo=job.photo, problem=error.message))
            return False
        self._jobs.put_nowait(job)
        return True

    async def _caption(self, model: ChatModel, job: CaptionJob) -> Captioned:
        picture = await _picture(job)
        if isinstance(picture, Captioned):
            return picture
        answer = await self._ask(model, self._request(picture, self.prompt.question))
        if answer.problem:
            answer = await self._ask(model, self._request(picture, self.prompt.question_again))
        return Captioned(photo=job.photo, text=answer.text, problem=answer.problem)

    def _request(self, picture: bytes, question: str) -> ChatRequest:
        return ChatRequest(
            system=self.prompt.system,
            pictures=(ChatPicture(jpeg=picture),),
            text=question,
            max_tokens=_MAX_TOKENS,
        )

    async def _ask(self, model: ChatModel, request: ChatRequest) -> CaptionAnswer:
        try:
            answer = read_caption(await model.answer_text(request))
        except ChatMalformed as error:
            answer = CaptionAnswer(problem=error.message)
        except ChatUnavailable:
            raise
        except Exception as error:
            # One of the seams where everything is caught: a client may raise anything, and the
            # photo must not be lost.
            _log.exception("a request for a caption failed")
            raise ChatUnavailable("the captioner's client failed", _LOG_HINT) from error
        self._answers += 1
        return answer


def seconds_before_asking_again(tries: int) -> float:
    """How long a server is left alone that did not answer so often in a row."""
    return min(_FIRST_WAIT_SECONDS * 2.0 ** min(tries - 1, 16), _LONGEST_WAIT_SECONDS)


async def _picture(job: CaptionJob) -> bytes | Captioned:
    """The JPEG, once it is decoded, or what became of the photo without it."""
    try:
        # Shielded: a photo whose request is given up is offered to the next server as it is.
        picture = await asyncio.shield(asyncio.wrap_future(job.picture))
    except asyncio.CancelledError:
        if not job.picture.cancelled():
            raise
        return Captioned(photo=job.photo, is_abandoned=True)
    except IndexerError:
        # Workers do not start: the pipeline says so.
        return Captioned(photo=job.photo, is_abandoned=True)
    except Exception as error:  # noqa: BLE001 - a seam
        # What a worker's thread raises is told by the pool's own log.
        return Captioned(photo=job.photo, problem=f"the picture could not be made: {error}")
    if isinstance(picture, DecodeFailure):
        return Captioned(photo=job.photo, problem=picture.reason, is_permanent=picture.permanent)
    return picture
