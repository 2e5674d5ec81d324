"""A model's download, by the one command that may: in its own process, told line by line."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PULL_COMMAND = (sys.executable, "-P", "-m", "imagescope_tui.cli", "models", "pull", "--json")
_LAST_WORDS_BYTES = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadView:
    """A download as far as it has come."""

    name: str
    done: int = 0
    total: int = 0
    problem: str = ""
    is_finished: bool = False

    @property
    def is_running(self) -> bool:
        """Whether bytes still come."""
        return not self.is_finished and not self.problem

    @property
    def percent(self) -> int:
        """From 0 to 100."""
        return min(100, 100 * self.done // self.total) if self.total > 0 else 0


async def download(
    name: str, command: Sequence[str], on_progress: Callable[[DownloadView], None]
) -> DownloadView:
    """Run the command to its end, telling how far it is; cancelling ends it.

    What is there already stays on disk, and the next download goes on from it.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            name,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        return DownloadView(name=name, problem=f"the download cannot be started: {error.strerror}")
    try:
        return await _follow(process, name, on_progress)
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()


async def _follow(
    process: asyncio.subprocess.Process, name: str, on_progress: Callable[[DownloadView], None]
) -> DownloadView:
    assert process.stdout is not None
    assert process.stderr is not None
    complaints = asyncio.create_task(process.stderr.read())
    view = DownloadView(name=name)
    try:
        async for line in process.stdout:
            view = _after(view, line)
            on_progress(view)
        status = await process.wait()
        said = (await complaints)[-_LAST_WORDS_BYTES:].decode("utf-8", "replace").strip()
    finally:
        complaints.cancel()
    if status == 0:
        return DownloadView(name=name, done=view.total, total=view.total, is_finished=True)
    last = said.splitlines()[-1] if said else f"the download ended with status {status}"
    return DownloadView(
        name=name, done=view.done, total=view.total, problem=last.removeprefix("imagescope: ")
    )


def _after(view: DownloadView, line: bytes) -> DownloadView:
    try:
        message = json.loads(line)
        done, total = int(message["done"]), int(message["total"])
    except (ValueError, KeyError, TypeError):
        return view
    return DownloadView(name=view.name, done=done, total=total)
