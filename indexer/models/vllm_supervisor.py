"""The small process that owns a model server: `python -P -m indexer.models.vllm_supervisor ORDER`.

vLLM is several processes, and those it starts outlive it when it is killed. So it gets a group of
its own, which this process ends when its stdin closes, that is also when its parent was killed;
when the server's first process is gone; when it is asked to (SIGTERM); and when the server was idle
for long. If this process itself is killed, its parent ends the group; if that is gone too, Linux
tells the server's first process to end; and whatever is left even so is ended by the next start.

The line `ready` on stdin says that the server answers; the one line on stdout says how it ended.
"""

from __future__ import annotations

import ctypes
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING, Final

from indexer.models.vllm_group import (
    delete_shared_memory,
    descendants,
    end_group,
    mark_of,
    members,
    shared_memory_of,
)
from indexer.models.vllm_http import ask_activity
from indexer.models.vllm_order import EndNotice, notice_to_line, order_from_json
from indexer.models.vllm_state import (
    LOG_NAME,
    SCRATCH_PREFIX,
    ServerState,
    remove_state,
    write_state,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from indexer.models.vllm_group import ProcessMark
    from indexer.models.vllm_http import Activity
    from indexer.models.vllm_order import EndReason, LaunchOrder

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_CHILD_SUBREAPER: Final = 36
_LOOK_SECONDS_MAX: Final = 15.0
_LOOKS_PER_IDLE_TIME: Final = 4
_METRICS_SECONDS_MAX: Final = 5.0
_TEMPORARY_PATH_BYTES_MAX: Final = 40
# Left over from other programs, each would change what server is started, or who may talk to it.
_UNWANTED: Final = ("PYTHONPATH", "PYTHONHOME", "VLLM_SERVER_DEV_MODE", "VLLM_API_KEY")


@dataclass(slots=True)
class IdleWatch:
    """Knows for how long nobody has asked the server anything."""

    idle_seconds: float
    """0 for never idle."""
    since: float
    """When it was busy last, in seconds of a steady clock."""
    finished: float = 0.0

    def is_over(self, activity: Activity | None, now: float) -> bool:
        """Take note of the counters; whether it has been idle for long enough.

        A server that does not tell counts as busy.
        """
        if activity is None or activity.open or activity.finished != self.finished:
            self.since = now
            self.finished = activity.finished if activity else self.finished
        return 0 < self.idle_seconds <= now - self.since


class Supervisor:
    """One server's owner."""

    def __init__(self, order: LaunchOrder) -> None:
        self._order = order
        self._process: subprocess.Popen[bytes] | None = None
        self._state: ServerState | None = None
        self._shared_memory: set[Path] = set()
        self._idle = IdleWatch(order.idle_seconds, time.monotonic())

    def run(self) -> EndNotice:
        """Start the server, watch it, end it, and clean up behind it."""
        _become_subreaper()
        with _Doorbell() as doorbell:
            try:
                leader = self._start()
            except OSError as error:
                return EndNotice(reason="not started", detail=error.strerror or str(error))
            try:
                reason = self._watch(leader, doorbell)
            finally:
                self._end(leader)
        return EndNotice(reason=reason)

    def _start(self) -> ProcessMark:
        order = self._order
        # vLLM leaves sockets and other files where temporary ones go; here nobody else looks.
        scratch = _make_scratch()
        _prepare_environment((*order.environment, ("TMPDIR", scratch)))
        with (order.folder / LOG_NAME).open("wb") as log:
            self._process = subprocess.Popen(
                order.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                # This process has one thread, so nothing can be held locked in between.
                preexec_fn=_end_with_parent,
                cwd=order.folder,
            )
        leader = mark_of(self._process.pid)
        own = mark_of(os.getpid())
        assert leader and own, "a process that was not waited for has a status"
        self._state = ServerState(
            leader=leader,
            supervisor=own,
            port=order.port,
            model=order.model,
            source=order.source,
            scratch=scratch,
            shared_memory=(),
            is_ready=False,
        )
        write_state(order.folder, self._state)
        return leader

    def _watch(self, leader: ProcessMark, doorbell: _Doorbell) -> EndReason:
        pidfd = os.pidfd_open(leader.process_id)
        with selectors.DefaultSelector() as selector:
            selector.register(pidfd, selectors.EVENT_READ, "ended")
            selector.register(doorbell.reading_end, selectors.EVENT_READ, "asked")
            selector.register(sys.stdin.fileno(), selectors.EVENT_READ, "closed")
            try:
                while True:
                    happened = {key.data for key, _ in selector.select(self._look_seconds())}
                    if reason := self._reason(happened):
                        return reason
            finally:
                os.close(pidfd)

    def _reason(self, happened: set[EndReason]) -> EndReason | None:
        if "closed" in happened and self._hear():
            happened.discard("closed")
        if happened:
            # Which of several came first makes no difference: the server is no more.
            return min(happened)
        self._note_shared_memory()
        return "idle" if self._is_idle() else None

    def _hear(self) -> bool:
        """Whether the owner said something rather than let go."""
        heard = os.read(sys.stdin.fileno(), 4096)
        if heard and self._state is not None:
            self._note_shared_memory()
            names = tuple(map(str, self._shared_memory))
            self._state = replace(self._state, is_ready=True, shared_memory=names)
            self._idle.since = time.monotonic()
            write_state(self._order.folder, self._state)
        return bool(heard)

    def _is_idle(self) -> bool:
        if self._state is None or not self._state.is_ready or not self._order.idle_seconds:
            return False
        activity = ask_activity(self._order.port, timeout_seconds=_METRICS_SECONDS_MAX)
        return self._idle.is_over(activity, time.monotonic())

    def _look_seconds(self) -> float:
        idle = self._order.idle_seconds
        return min(_LOOK_SECONDS_MAX, idle / _LOOKS_PER_IDLE_TIME) if idle else _LOOK_SECONDS_MAX

    def _note_shared_memory(self) -> None:
        own = (*members(self._state.leader), *descendants(os.getpid())) if self._state else ()
        self._shared_memory |= shared_memory_of(own)

    def _end(self, leader: ProcessMark) -> None:
        self._note_shared_memory()
        end_group(
            leader,
            patience_seconds=self._order.stop_seconds,
            reap=_reap,
            also=lambda: descendants(os.getpid()),
        )
        delete_shared_memory(self._shared_memory)
        if self._state is not None:
            remove_state(self._order.folder, self._state)


class _Doorbell:
    """Turns SIGTERM into something a selector sees."""

    def __enter__(self) -> _Doorbell:
        self.reading_end, self._writing_end = os.pipe()
        os.set_blocking(self._writing_end, False)
        signal.signal(signal.SIGTERM, lambda *_: None)
        signal.set_wakeup_fd(self._writing_end)
        return self

    def __exit__(self, *_: object) -> None:
        signal.set_wakeup_fd(-1)


def _make_scratch() -> str:
    # Linux allows 107 bytes for the path of a socket; vLLM adds 37.
    is_long = len(os.fsencode(tempfile.gettempdir())) > _TEMPORARY_PATH_BYTES_MAX
    return tempfile.mkdtemp(prefix=SCRATCH_PREFIX, dir="/tmp" if is_long else None)


def _prepare_environment(environment: Iterable[tuple[str, str]]) -> None:
    for name in _UNWANTED:
        os.unsetenv(name)
    for name, value in environment:
        os.putenv(name, value)


def _prctl(option: int, value: int) -> None:
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _become_subreaper() -> None:
    """Processes that the server leaves behind become our children, so none is lost from sight."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _end_with_parent() -> None:
    # Asked rather than killed: only so the server takes its own children along.
    _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _reap() -> None:
    """Take note of children that ended, so that they do not stay as zombies."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def _tell(stream: IO[str], notice: EndNotice) -> None:
    try:
        stream.write(notice_to_line(notice) + "\n")
        stream.flush()
    except OSError:
        # Nobody listens any more, which is why we end.
        return


def main(argument: str) -> None:
    """Run the process."""
    _tell(sys.stdout, Supervisor(order_from_json(argument)).run())


if __name__ == "__main__":
    main(sys.argv[1])
    # Without the interpreter's own good-byes, which may fail on a closed pipe.
    os._exit(0)
