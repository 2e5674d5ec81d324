"""The desk whose photos are captioned by workers of a cluster, which ask the model servers.

A thread of its own sends requests and takes what came back, so that whoever offers photos never
waits. All workers together have no more requests in flight than the servers like.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from indexer.captions.desk import (
    Captioned,
    ModelDown,
    ModelReady,
    seconds_before_asking_again,
)
from indexer.cluster.ray_tasks import Lost, RayCluster, Task
from indexer.cluster.shape import WorkerSize
from indexer.cluster.work import CaptionReply, CaptionRequest, caption_photos
from indexer.errors import ClusterUnusable
from indexer.models.protocols import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable

    from indexer.captions.desk import CaptionJob, DeskNews
    from indexer.captions.prompt import CaptionPrompt
    from indexer.models.chat_types import Capabilities, RoleSettings

_SIZE = WorkerSize(cores=1)
_ROUNDS_PER_TASK = 4
"""How often each place of a task is filled; at its end places stand empty, so not too seldom."""
_LOST_MAX = 3
_WAIT_SECONDS = 0.5
_CLOSE_SECONDS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """How the requests that servers like at once are dealt out to workers."""

    settings: RoleSettings
    workers: int
    photos_per_task: int


def _plan(settings: RoleSettings, capabilities: Capabilities, workers: int) -> _Plan:
    servers = max(1, len(settings.urls))
    per_server = max(1, capabilities.parallel // servers)
    used = max(1, min(workers, per_server))
    share = per_server // used
    return _Plan(
        settings=replace(settings, concurrency=share),
        workers=used,
        photos_per_task=share * servers * _ROUNDS_PER_TASK,
    )


class ClusterDesk:
    """A `Desk`; the public methods belong to one other thread than its own."""

    def __init__(
        self,
        cluster: RayCluster,
        settings: RoleSettings,
        prompt: CaptionPrompt,
        wake: Callable[[], None],
    ) -> None:
        self.prompt = prompt
        self._cluster = cluster
        self._settings = settings
        self._wake = wake
        self._news: queue.SimpleQueue[DeskNews] = queue.SimpleQueue()
        self._state = threading.Condition()
        # All below is only touched while holding the lock of the state.
        self._requests: deque[CaptionRequest] = deque()
        self._is_resting = False
        self._is_closed = False
        self._thread: threading.Thread | None = None
        # These belong to the desk's own thread.
        self._sent: dict[Task, tuple[CaptionRequest, ...]] = {}
        self._captions = 0

    # -- from outside ------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to look for the server."""
        self._thread = threading.Thread(target=self._run, name="cluster-captions", daemon=True)
        self._thread.start()

    def offer(self, job: CaptionJob) -> None:
        """Have a photo captioned."""
        self._put(CaptionRequest(photo=job.photo))

    def rest(self, is_resting: bool) -> None:
        """Begin no request for now, or go on; what is in flight goes on."""
        with self._state:
            self._is_resting = is_resting
            self._state.notify_all()

    def take_news(self) -> list[DeskNews]:
        """What happened since the last time."""
        taken: list[DeskNews] = []
        with contextlib.suppress(queue.Empty):
            while True:
                taken.append(self._news.get_nowait())
        return taken

    def close(self) -> None:
        """Give up what is in flight; nothing is told any more."""
        with self._state:
            self._is_closed = True
            self._state.notify_all()
        if self._thread is not None:
            self._thread.join(_CLOSE_SECONDS)

    def _put(self, request: CaptionRequest) -> None:
        with self._state:
            self._requests.append(request)
            self._state.notify_all()

    # -- in the desk's thread ----------------------------------------------------------------

    def _run(self) -> None:
        tries = 0
        try:
            while not self._is_closed:
                captions_before = self._captions
                down = self._serve()
                tries = 1 if self._captions > captions_before else tries + 1
                self._tell(ModelDown(reason=down.message, hint=down.hint, tries=tries))
                with self._state:
                    self._state.wait_for(
                        lambda: self._is_closed, seconds_before_asking_again(tries)
                    )
        finally:
            self._cluster.cancel(self._sent)

    def _tell(self, news: DeskNews) -> None:
        if not self._is_closed:
            self._news.put(news)
            self._wake()

    def _serve(self) -> ModelError:
        """Have photos captioned until a server does not answer; why it does not."""
        try:
            capabilities = asyncio.run(_ready(self._settings))
            plan = _plan(self._settings, capabilities, _SIZE.fit_into(self._cluster.nodes()))
            at_once = plan.workers * plan.photos_per_task
            self._tell(ModelReady(capabilities=replace(capabilities, parallel=at_once)))
            return self._work(plan)
        except ModelError as error:
            return error
        except ClusterUnusable as error:
            return ModelError(error.message, error.hint)

    def _work(self, plan: _Plan) -> ModelError:
        down: ModelDown | None = None
        while not self._is_closed and (down is None or self._sent):
            if down is None:
                self._send(plan)
            for task in self._cluster.wait(self._sent, _WAIT_SECONDS) if self._sent else ():
                down = self._take(task) or down
        return ModelError(down.reason, down.hint) if down else ModelError("the run has ended")

    def _send(self, plan: _Plan) -> None:
        """Fill the places of the plan; wait a moment for photos where none is in flight."""
        with self._state:
            if not self._sent:
                self._state.wait_for(lambda: self._is_closed or self._may_send, _WAIT_SECONDS)
            while len(self._sent) < plan.workers and self._may_send:
                batch = self._next_batch(plan.photos_per_task)
                task = self._cluster.submit(
                    caption_photos, plan.settings, _SIZE.cores, batch, size=_SIZE
                )
                self._sent[task] = batch

    @property
    def _may_send(self) -> bool:
        return bool(self._requests) and not self._is_resting

    def _next_batch(self, photos_max: int) -> tuple[CaptionRequest, ...]:
        """The first that wait; one that got no answer before is asked alone."""
        batch = [self._requests.popleft()]
        while not batch[0].unanswered and self._requests and len(batch) < photos_max:
            if self._requests[0].unanswered:
                break
            batch.append(self._requests.popleft())
        return tuple(batch)

    def _take(self, task: Task) -> ModelDown | None:
        """Tell what came back, and let what got no answer wait; why the server gave none."""
        requests = self._sent.pop(task)
        try:
            reply = self._cluster.result(task, CaptionReply)
        except ClusterUnusable:
            for request in requests:
                self._put(request)
            raise
        if isinstance(reply, Lost):
            for request in requests:
                self._note_lost(request, reply)
            return None
        for answer in reply.told:
            self._captions += bool(answer.text)
            self._tell(answer)
        for request in reply.left:
            self._put(request)
        return reply.down

    def _note_lost(self, request: CaptionRequest, lost: Lost) -> None:
        again = replace(request, unanswered=request.unanswered + 1)
        if again.unanswered >= _LOST_MAX:
            self._tell(Captioned(photo=request.photo, problem=lost.reason))
        else:
            self._put(again)


async def _ready(settings: RoleSettings) -> Capabilities:
    from indexer.models.chat import open_chat  # loads the client library, which takes a while

    model = open_chat(settings)
    try:
        return await model.ready()
    finally:
        await model.close()
