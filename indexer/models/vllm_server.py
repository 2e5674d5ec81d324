"""Starts, finds and stops a local `vllm serve`.

The server is stopped rather than put to sleep when nobody uses it: vLLM's sleep mode needs
VLLM_SERVER_DEV_MODE, which also opens requests that run any code in the server (vLLM's
docs/usage/security.md), keeps the weights in RAM, and still holds a GPU context.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from filelock import FileLock, Timeout

from indexer.models.protocols import ModelError, ModelMissing, ModelUnusable
from indexer.models.vllm_group import (
    delete_shared_memory,
    end_group,
    is_running,
    members,
    shared_memory_of,
)
from indexer.models.vllm_http import ask_health, base_url, warm_up
from indexer.models.vllm_log import phase_of, read_tail, reason_of
from indexer.models.vllm_order import EndNotice, notice_from_line, order_to_json
from indexer.models.vllm_state import LOCK_NAME, LOG_NAME, ServerState, read_state, remove_state

if TYPE_CHECKING:
    from collections.abc import Callable

    from indexer.models.vllm_order import LaunchOrder

    Progress = Callable[[str], None]

START_SECONDS_MAX: Final = 900.0
_FIRST_ANSWER_SECONDS_MAX: Final = 180.0
_LOOK_SECONDS: Final = 0.25
_SECONDS_BETWEEN_READS: Final = 0.02
_HEALTH_SECONDS_MAX: Final = 2.0
_FIND_SECONDS_MAX: Final = 0.04
_LEFTOVER_SECONDS_MAX: Final = 2.0
_END_SECONDS_MAX: Final = 20.0


class ServerBusy(ModelError):
    """Another imagescope owns a server, or is just starting or stopping one."""


class ServerStopped(ModelError):
    """The start was called off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningServer:
    """A server that answers."""

    url: str
    """Base URL for OpenAI-compatible clients."""
    model: str
    source: str
    """The folder of the weights."""


class VllmServer:
    """A server that this process owns; it ends with this process, whatever ends that.

    `start` and `wait` block and belong to one thread; `stop` may come from any.
    """

    def __init__(self, order: LaunchOrder) -> None:
        self._order = order
        self._supervisor: subprocess.Popen[str] | None = None
        self._ended = threading.Event()
        self._notice = EndNotice(reason="lost")
        self._is_called_off = False
        self._lock = FileLock(order.folder / LOCK_NAME, thread_local=False)

    def start(
        self, on_progress: Progress, *, seconds_max: float = START_SECONDS_MAX
    ) -> RunningServer:
        """Start the server and wait until it has answered a first question.

        Raises:
            ServerBusy: another imagescope owns one.
            ServerStopped: `stop` was called meanwhile.
            ModelUnusable: it did not start; the message is what its log says.
        """
        began = time.monotonic()
        self._take_lock()
        try:
            end_leftovers(self._order.folder)
            on_progress(f"starting vLLM with {self._order.model}")
            self._launch()
            self._wait_until_healthy(on_progress, began + seconds_max)
            self._warm_up(on_progress)
        except BaseException:
            self.stop()
            raise
        on_progress(f"ready after {time.monotonic() - began:.0f} s")
        return _running(self._order.port, self._order.model, self._order.source)

    def wait(self, timeout_seconds: float | None = None) -> EndNotice | None:
        """Block until the server is no more; None if that takes longer than the timeout."""
        return self._notice if self._ended.wait(timeout_seconds) else None

    def stop(self) -> None:
        """End the server and all its processes; nothing is left when this returns."""
        self._is_called_off = True
        supervisor = self._supervisor
        if supervisor is not None:
            with suppress(OSError):
                _pipe(supervisor.stdin).close()
            with suppress(subprocess.TimeoutExpired):
                supervisor.wait(_END_SECONDS_MAX)
            supervisor.kill()
            supervisor.wait()
            self._ended.wait(_END_SECONDS_MAX)
        self._lock.release()

    def _take_lock(self) -> None:
        self._order.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise ServerBusy(
                "another imagescope starts or runs a model server",
                "imagescope serve --stop ends it",
            ) from error

    def _launch(self) -> None:
        self._supervisor = subprocess.Popen(
            [
                sys.executable,
                "-P",
                "-m",
                "indexer.models.vllm_supervisor",
                order_to_json(self._order),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # a terminal's Ctrl-C is ours to handle
        )
        threading.Thread(
            target=self._listen, args=(self._supervisor,), name="vllm supervisor", daemon=True
        ).start()
        if self._is_called_off:
            raise self._failure()

    def _listen(self, supervisor: subprocess.Popen[str]) -> None:
        """Hears the supervisor's last line; does its work where it was killed before that."""
        stream = _pipe(supervisor.stdout)
        notice = notice_from_line(stream.read())
        stream.close()
        if notice is None:
            end_leftovers(self._order.folder)
        with suppress(OSError):
            _pipe(supervisor.stdin).close()
        supervisor.wait()
        self._notice = notice or EndNotice(reason="lost")
        self._lock.release()
        self._ended.set()

    def _wait_until_healthy(self, on_progress: Progress, deadline: float) -> None:
        told = ""
        while ask_health(self._order.port, timeout_seconds=_HEALTH_SECONDS_MAX) != "well":
            if self._ended.wait(_LOOK_SECONDS):
                raise self._failure()
            if time.monotonic() > deadline:
                raise ModelUnusable(
                    "the model server is not ready in time", f"its log is {self._log}"
                )
            if (phase := phase_of(read_tail(self._log))) and phase != told:
                told = phase
                on_progress(phase)

    def _warm_up(self, on_progress: Progress) -> None:
        on_progress("asking a first question")
        order = self._order
        trouble = warm_up(order.port, order.model, timeout_seconds=_FIRST_ANSWER_SECONDS_MAX)
        if self._ended.is_set():
            raise self._failure()
        if trouble:
            raise ModelUnusable(f"the model server is of no use: {trouble}", f"see {self._log}")
        self._make_known()

    def _make_known(self) -> None:
        """Have the supervisor write down that the server is ready, so that others find it."""
        assert self._supervisor is not None, "it was launched"
        stream = _pipe(self._supervisor.stdin)
        # It may have ended just now, and with it the pipe.
        with suppress(OSError, ValueError):
            stream.write("ready\n")
            stream.flush()
        while not ((state := read_state(self._order.folder)) and state.is_ready):
            if self._ended.wait(_SECONDS_BETWEEN_READS):
                raise self._failure()

    def _failure(self) -> ModelError:
        if self._is_called_off or self._notice.reason == "asked":
            return ServerStopped("the start of the model server was called off")
        if self._notice.reason == "not started":
            return ModelMissing(
                f"{self._order.command[0]} cannot be started: {self._notice.detail}",
                "lmm.vllm must name the command vllm",
            )
        reason = reason_of(read_tail(self._log))
        hint = f"{reason.hint}; " if reason.hint else ""
        return ModelUnusable(
            f"the model server did not start: {reason.told}", f"{hint}its log is {self._log}"
        )

    @property
    def _log(self) -> Path:
        return self._order.folder / LOG_NAME


def find_running(folder: Path) -> RunningServer | None:
    """The server that an imagescope of this user runs, if it answers; takes 50 ms at most.

    One that takes the connection but is too busy to answer at once is taken to be well.
    """
    state = read_state(folder)
    if state is None or not state.is_ready or not state.is_alive:
        return None
    if ask_health(state.port, timeout_seconds=_FIND_SECONDS_MAX) == "gone":
        return None
    return _running(state.port, state.model, state.source)


def stop_running(folder: Path) -> bool:
    """Stop the server that any imagescope of this user runs or starts; whether there was one."""
    state = read_state(folder)
    if state is None or not (is_running(state.supervisor) or members(state.leader)):
        return False
    if is_running(state.supervisor):
        with suppress(ProcessLookupError):
            os.kill(state.supervisor.process_id, signal.SIGTERM)
        deadline = time.monotonic() + _END_SECONDS_MAX
        while is_running(state.supervisor) and time.monotonic() < deadline:
            time.sleep(_LOOK_SECONDS / 5)
    _end(folder, state)
    return True


def end_leftovers(folder: Path) -> None:
    """End what is left of a server whose owner was killed; nobody may own it any more."""
    state = read_state(folder)
    if state is not None:
        _end(folder, state)


def _end(folder: Path, state: ServerState) -> None:
    held = shared_memory_of(members(state.leader))
    end_group(state.leader, patience_seconds=_LEFTOVER_SECONDS_MAX)
    delete_shared_memory(held.union(map(Path, state.shared_memory)))
    remove_state(folder, state)


def _running(port: int, model: str, source: str) -> RunningServer:
    return RunningServer(url=base_url(port), model=model, source=source)


def _pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None, "both ends of the supervisor are pipes"
    return stream
