"""The real programs, each in processes of its own, and how to find and kill what is theirs."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

import psutil

from tests.benchmarks.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable

Victim: TypeAlias = Literal["indexer", "parent", "worker", "server"]
"""The indexer's process; the screen or command above it; a decoding process; the model server."""

PROJECT = Path(__file__).parents[2]
MARK = "IMAGESCOPE_SOAK_MARK"
"""A variable by which our processes are known, whatever they call themselves."""
END_SECONDS_MAX = 40.0
_LOOK_SECONDS = 0.05
_LOOK_FOR_ALL_SECONDS = 0.25
_PARTS = {"indexer": "-m indexer", "worker": "indexer.decoding.worker"}
_SCREEN = "from imagescope_tui.cli.tui_app import main; main()"


class Programs:
    """One library's programs: an indexing command or the screen, and the model server."""

    def __init__(
        self, library: Path, photos: Path, server_log: Path, mark: str, models: Path
    ) -> None:
        self.library = library
        self.photos = photos
        self.mark = mark
        self._server_log = server_log
        self._port = _free_port()
        self._server: subprocess.Popen[bytes] | None = None
        self._running: subprocess.Popen[bytes] | None = None
        self._terminal: Terminal | None = None
        self._stack = ExitStack()
        self._environment = {
            **os.environ,
            MARK: mark,
            "IMAGESCOPE_LIBRARY": str(library),
            "IMAGESCOPE_MODELS_FOLDER": str(models),
            "IMAGESCOPE_ENCODER": "pocket",
            "IMAGESCOPE_WORKERS": "2",
            "IMAGESCOPE_LMM_URL": f"http://127.0.0.1:{self._port}/v1",
            "IMAGESCOPE_LMM_AUTOSTART": "off",
        }

    # -- starting ----------------------------------------------------------------------------

    def start_server(self) -> None:
        """Serve on the same port as before."""
        words = ("-m", "tests.soak.truthful_server", str(self._port), str(self._server_log))
        self._server = self._popen(sys.executable, *words)

    def start_command(self, *words: str) -> None:
        """`imagescope index`."""
        self._running = self._popen(*self._imagescope, "index", str(self.photos), *words)

    def start_screen(self) -> None:
        """`imagescope-tui` in a terminal of its own."""
        command = [sys.executable, "-c", _SCREEN, str(self.photos)]
        self._terminal = self._stack.enter_context(Terminal(command, environment=self._environment))
        self._running = self._terminal.process

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Another `imagescope` command, to its end."""
        return subprocess.run(
            [*self._imagescope, *words],
            check=False,
            cwd=PROJECT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )

    @property
    def _imagescope(self) -> tuple[str, ...]:
        return (sys.executable, "-m", "imagescope_tui.cli")

    def _popen(self, *command: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            cwd=PROJECT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    # -- looking -----------------------------------------------------------------------------

    @property
    def is_running(self) -> bool:
        """Whether the command or the screen lives."""
        return self._running is not None and self._running.poll() is None

    @property
    def is_screen(self) -> bool:
        """Whether it is the screen."""
        return self._terminal is not None

    def victims(self, kind: Victim) -> list[psutil.Process]:
        """The processes of this kind that live now."""
        if kind == "server":
            return _living(self._server)
        if kind == "parent":
            return _living(self._running)
        return [process for process in self.descendants() if _PARTS[kind] in _command(process)]

    def descendants(self) -> list[psutil.Process]:
        """All below the command or the screen."""
        with suppress(psutil.NoSuchProcess):
            if self._running is not None:
                return psutil.Process(self._running.pid).children(recursive=True)
        return []

    def marked(self) -> list[psutil.Process]:
        """Every process that carries our mark, wherever it hangs."""
        return [process for process in psutil.process_iter() if self._is_marked(process)]

    def _is_marked(self, process: psutil.Process) -> bool:
        try:
            return (
                process.environ().get(MARK) == self.mark
                and process.status() != psutil.STATUS_ZOMBIE
            )
        except (psutil.Error, OSError):
            return False

    # -- waiting and ending ------------------------------------------------------------------

    def pass_time(self, seconds: float, is_enough: Callable[[], bool] = lambda: False) -> bool:
        """Let the programs go on; the screen's drawing is taken from it meanwhile."""
        ends = time.monotonic() + seconds
        while not is_enough():
            if time.monotonic() >= ends:
                return False
            if self._terminal is not None and self.is_running:
                self._terminal.watch(_LOOK_SECONDS)
            else:
                time.sleep(_LOOK_SECONDS)
        return True

    def kill(self, kind: Victim, number: float) -> bool:
        """Kill one of a kind, -9; whether there was one. `number` in [0, 1) chooses among them."""
        victims = self.victims(kind)
        if not victims:
            return False
        with suppress(psutil.NoSuchProcess):
            victims[int(number * len(victims))].kill()
        return True

    def press(self, keys: str) -> None:
        """Keys for the screen."""
        if self._terminal is not None and self.is_running:
            self._terminal.type(keys)

    def end(self) -> None:
        """End the command or the screen as a person does."""
        if self.is_screen:
            self.press("\x11")
        elif self._running is not None:
            self._running.terminate()
        if not self.pass_time(END_SECONDS_MAX, lambda: not self.is_running):
            raise TimeoutError("it does not end")
        self.clear()

    def clear(self) -> float:
        """Wait until nothing is left of the command or the screen; how many seconds it took."""
        began = time.monotonic()
        others = {process.pid for process in _living(self._server)}

        def is_gone() -> bool:
            return not [process for process in self.marked() if process.pid not in others]

        if self._running is not None:
            self._running.wait(END_SECONDS_MAX)
        while not is_gone() and time.monotonic() < began + END_SECONDS_MAX:
            time.sleep(_LOOK_FOR_ALL_SECONDS)
        if not is_gone():
            left = [_command(process) for process in self.marked() if process.pid not in others]
            raise TimeoutError(f"left behind: {left}")
        self._stack.close()
        self._stack = ExitStack()
        self._running = self._terminal = None
        return time.monotonic() - began

    def stop_server(self) -> None:
        """Kill it for good."""
        if self._server is not None:
            self._server.kill()
            self._server.wait()

    def close(self) -> None:
        """Leave nothing behind, whatever happened."""
        for process in self.marked():
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._stack.close()
        for started in (self._server, self._running):
            if started is not None:
                started.wait()


def _living(process: subprocess.Popen[bytes] | None) -> list[psutil.Process]:
    if process is None or process.poll() is not None:
        return []
    return [psutil.Process(process.pid)]


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def _free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
