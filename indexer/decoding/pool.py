"""Decoding in processes of our own, so that no file can hurt more than itself."""

from __future__ import annotations

import heapq
import itertools
import logging
import os
import threading
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from indexer.decoding.failures import DecodeFailure
from indexer.decoding.process import DecodeProcess, FileTooSlow, WorkerStopped
from indexer.decoding.wire import Outcome, Request, WorkerSettings
from indexer.errors import WorkerPoolBroken
from storage.records import Facts

if TYPE_CHECKING:
    from pathlib import Path

    from indexer.decoding.photo import Decoded
    from indexer.models.protocols import PictureInput

logger = logging.getLogger(__name__)

MEMORY_BYTES = 1_610_612_736
"""What one file may take by default: 1.5 GiB."""
FILES_PER_WORKER = 1000
"""After so many a worker is replaced: what decoders leak goes with it."""
_ATTEMPTS_PER_FILE = 2
_ATTEMPTS_TO_START = 3
_SECONDS_BETWEEN_STARTS = 0.3
_IDLE_SECONDS = 120.0
_SOON, _LATER = 0, 1


@dataclass(order=True, slots=True)
class _Job:
    """A request that waits; previews before photos, else first come, first served."""

    urgency: int
    number: int
    request: Request = field(compare=False)
    # Of Decoded or bytes, as the request says, or of DecodeFailure.
    future: Future[Any] = field(compare=False, default_factory=Future)


class DecodePool:
    """Guarded worker processes, started when there is work, that decode photos and previews.

    A file that makes its worker crash or outgrow its memory is tried once more in a fresh worker
    and then is a permanent DecodeFailure, as is at once a file that takes too long; no other file
    notices. Where somebody else kills the workers, it is not permanent. Every method may be called
    from any thread.
    """

    def __init__(
        self,
        *,
        picture_input: PictureInput,
        thumbnail_side: int,
        workers: int = 0,
        memory_bytes: int = MEMORY_BYTES,
        seconds_per_file: float = 30,
    ) -> None:
        """Starts nothing yet; `workers` of 0 means one for each core we may use."""
        self._settings = WorkerSettings(
            picture_input=picture_input,
            thumbnail_side=thumbnail_side,
            memory_bytes=memory_bytes,
            seconds_per_file=seconds_per_file,
            parent_id=os.getpid(),
        )
        self._workers_max = workers if workers > 0 else _usable_cores()
        self._state = threading.Condition()
        # All below is only touched while holding the lock of the state.
        self._jobs: list[_Job] = []
        self._numbers = itertools.count()
        self._slots: list[_Slot] = []
        self._idle_slots = 0
        self._is_closed = False
        self._broken: WorkerPoolBroken | None = None

    def submit(self, path: Path) -> Future[Decoded | DecodeFailure]:
        """Decode the photo at `path`.

        The future raises CancelledError when the pool was closed first.

        Raises:
            WorkerPoolBroken: workers do not start on this machine; also from the future.
            RuntimeError: the pool is closed.
        """
        return self._put(_LATER, Request(path=path.absolute()))

    def submit_preview(
        self, path: Path, longest_side: int, second: float | None = None
    ) -> Future[bytes | DecodeFailure]:
        """Make a JPEG no longer than `longest_side` of the photo, before all waiting submits.

        Of a moving picture `second` says which moment. Futures and errors are those of `submit`.
        """
        request = Request(path=path.absolute(), preview_side=longest_side, second=second)
        return self._put(_SOON, request)

    def worker_ids(self) -> tuple[int, ...]:
        """The process ids of the workers that run now."""
        with self._state:
            slots = tuple(self._slots)
        return tuple(number for slot in slots if (number := slot.process_id) is not None)

    def close(self) -> None:
        """End all workers at once; what is unfinished raises CancelledError."""
        with self._state:
            self._is_closed = True
            abandoned, self._jobs = self._jobs, []
            slots = tuple(self._slots)
            self._state.notify_all()
        for job in abandoned:
            job.future.cancel()
            job.future.set_running_or_notify_cancel()
        for slot in slots:
            slot.stop()
        for slot in slots:
            if slot.thread is not threading.current_thread():
                slot.thread.join()

    def _put(self, urgency: int, request: Request) -> Future[Any]:
        with self._state:
            if self._is_closed:
                raise RuntimeError("the pool is closed")
            if self._broken is not None:
                raise self._broken
            job = _Job(urgency, next(self._numbers), request)
            heapq.heappush(self._jobs, job)
            if self._idle_slots < len(self._jobs) and len(self._slots) < self._workers_max:
                self._add_slot()
            self._state.notify()
        return job.future

    def _add_slot(self) -> None:
        slot = _Slot(self._settings)
        slot.thread = threading.Thread(
            target=self._serve, args=(slot,), name="decode-pool", daemon=True
        )
        self._slots.append(slot)
        slot.thread.start()

    def _serve(self, slot: _Slot) -> None:
        """What the thread of a slot does for as long as the pool is open."""
        try:
            while (job := self._next_job(slot)) is not None:
                if job.future.set_running_or_notify_cancel():
                    self._finish(job, slot)
        finally:
            slot.stop()
            slot.rest()

    def _next_job(self, slot: _Slot) -> _Job | None:
        """The most urgent job, or None when the pool is closed; waits, and lets the worker go."""
        with self._state:
            while not self._jobs:
                if self._is_closed:
                    return None
                self._idle_slots += 1
                was_called = self._state.wait(_IDLE_SECONDS)
                self._idle_slots -= 1
                if not was_called:
                    slot.rest()
            return heapq.heappop(self._jobs)

    def _finish(self, job: _Job, slot: _Slot) -> None:
        try:
            job.future.set_result(slot.outcome_of(job.request))
        except WorkerPoolBroken as error:
            job.future.set_exception(error)
            self._break(error)
        except CancelledError as error:
            job.future.set_exception(error)
        except Exception as error:
            # Whoever waits for the future must not wait for ever.
            logger.exception("decoding a photo failed in a way nobody foresaw")
            job.future.set_exception(error)

    def _break(self, error: WorkerPoolBroken) -> None:
        with self._state:
            self._broken = error
            abandoned, self._jobs = self._jobs, []
        for job in abandoned:
            if job.future.set_running_or_notify_cancel():
                job.future.set_exception(error)


class _Slot:
    """A place for one worker, which is started, replaced and ended by the slot's own thread."""

    thread: threading.Thread

    def __init__(self, settings: WorkerSettings) -> None:
        self._settings = settings
        self._process: DecodeProcess | None = None
        self._lock = threading.Lock()
        self._is_stopped = threading.Event()

    @property
    def process_id(self) -> int | None:
        """The worker's process id, if there is one."""
        process = self._process
        return process.process_id if process is not None else None

    def outcome_of(self, request: Request) -> Outcome:
        """The outcome of a request; a photo that cannot be decoded has its facts all the same.

        Raises:
            CancelledError, WorkerPoolBroken: as `_asked`.
        """
        outcome = self._asked(request, _ATTEMPTS_PER_FILE)
        is_photo = request.preview_side is None
        if not (is_photo and isinstance(outcome, DecodeFailure) and outcome.is_of_content):
            return outcome
        said = self._asked(Request(path=request.path, facts_alone=True), 1)
        return replace(outcome, facts=said) if isinstance(said, Facts) else outcome

    def _asked(self, request: Request, attempts: int) -> Outcome:
        """The outcome of a request, from a second worker if the first one did not survive it.

        Raises:
            CancelledError: the slot was stopped meanwhile.
            WorkerPoolBroken: no worker can be started.
        """
        last = WorkerStopped("")
        for _ in range(attempts):
            process = self._ready_process()
            try:
                return process.ask(request)
            except FileTooSlow as stop:
                # Not once more: a folder of such files would hold everything up for twice as long.
                self.rest()
                return DecodeFailure(reason=str(stop), permanent=stop.permanent)
            except WorkerStopped as stop:
                last = stop
                logger.debug("a decoding worker stopped: %s", stop)
                self.rest()
        if self._is_stopped.is_set():
            raise CancelledError
        return DecodeFailure(reason=str(last), permanent=not last.is_from_outside)

    def stop(self) -> None:
        """End the worker for good, also while it works; from any thread."""
        self._is_stopped.set()
        with self._lock:
            if self._process is not None:
                self._process.kill()

    def rest(self) -> None:
        """End the worker; the next request starts a new one."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            process.close()

    def _ready_process(self) -> DecodeProcess:
        if self._process is not None and self._process.served >= FILES_PER_WORKER:
            self.rest()
        for attempt in range(_ATTEMPTS_TO_START):
            if self._process is not None:
                break
            try:
                self._start()
            except WorkerPoolBroken:
                self.rest()
                if self._is_stopped.wait(_SECONDS_BETWEEN_STARTS):
                    raise CancelledError from None
                if attempt == _ATTEMPTS_TO_START - 1:
                    raise
        assert self._process is not None
        return self._process

    def _start(self) -> None:
        with self._lock:
            if self._is_stopped.is_set():
                raise CancelledError
            self._process = DecodeProcess(self._settings)
        self._process.wait_until_ready()


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
