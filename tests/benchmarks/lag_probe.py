"""Runs the real screen in this process, and notes how long its event loop was busy at a time.

`python tests/benchmarks/lag_probe.py REPORT [imagescope-tui's own arguments]`; it knows nothing of
the other benchmarks, so that any checkout's Python can run it. A heartbeat on the event loop tells
when it is late, from one SIGUSR1 to the next. A thread beside it looks where the main thread is
while it is. On a machine that others keep busy lateness is theirs, too: so the processor time of
the main thread between two heartbeats is told beside it.
"""

from __future__ import annotations

import asyncio
import gc
import json
import signal
import sys
import threading
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from imagescope_tui.cli.tui_app import main
from imagescope_tui.ui.app import ImagescopeApp

_BEAT_SECONDS = 0.005
_LATE_SECONDS = 0.05
_SECONDS_BETWEEN_LOOKS = 0.01
_FRAMES_TOLD = 12


@dataclass(slots=True)
class Probe:
    """Heartbeats of one event loop."""

    lateness: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    """Processor time of the main thread from one heartbeat to the next, in seconds."""
    collections: list[float] = field(default_factory=list)
    """Seconds of each search for garbage, during which nothing else runs."""
    places: Counter[str] = field(default_factory=Counter)
    """Where the main thread was while a heartbeat was late, and how often it was seen there."""
    is_wanted: bool = False
    _due: float = 0.0
    _collecting_since: float = 0.0

    async def beat(self) -> None:
        """Note lateness until cancelled."""
        threading.Thread(
            target=self._look, args=(threading.get_ident(),), name="looking", daemon=True
        ).start()
        gc.callbacks.append(self._note_collection)
        worked = time.thread_time()
        while True:
            self._due = time.perf_counter() + _BEAT_SECONDS
            await asyncio.sleep(_BEAT_SECONDS)
            now, works = time.perf_counter(), time.thread_time()
            if self.is_wanted:
                self.lateness.append(now - self._due)
                self.busy.append(works - worked)
            worked = works

    def _note_collection(self, phase: str, _info: dict[str, int]) -> None:
        now = time.perf_counter()
        if phase == "start":
            self._collecting_since = now
        elif self.is_wanted:
            self.collections.append(now - self._collecting_since)

    def _look(self, thread: int) -> None:
        while True:
            time.sleep(_SECONDS_BETWEEN_LOOKS)
            if self.is_wanted and time.perf_counter() - self._due > _LATE_SECONDS:
                frame = sys._current_frames().get(thread)
                calls = [
                    f"{Path(entry.filename).stem}.{entry.name}:{entry.lineno}"
                    for entry in traceback.extract_stack(frame)[-_FRAMES_TOLD:]
                ]
                self.places[" < ".join(reversed(calls))] += 1

    def report(self, path: Path) -> None:
        """Write what was seen as JSON."""
        told = {
            "lateness": self.lateness,
            "busy": self.busy,
            "collections": self.collections,
            "places": self.places.most_common(20),
        }
        path.write_text(json.dumps(told))


def _run(report: Path) -> None:
    probe = Probe()
    mounted = ImagescopeApp.on_mount
    beats: list[asyncio.Task[None]] = []

    def toggle() -> None:
        probe.is_wanted = not probe.is_wanted

    def on_mount(app: ImagescopeApp) -> None:
        mounted(app)
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGUSR1, toggle)
        beats.append(loop.create_task(probe.beat()))

    ImagescopeApp.on_mount = on_mount  # type: ignore[method-assign,assignment]
    try:
        main()
    finally:
        probe.report(report)


if __name__ == "__main__":
    _run(Path(sys.argv.pop(1)))
