"""Waiting for the screen by looking at it, never by the clock."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from textual.worker import WorkerState

from imagescope_tui.ui.app import ImagescopeApp

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot

_ROUNDS = 500
_ENDLESS = {"pictures", "download", "indexer"}
_QUIET_ROUNDS = 3


async def until(pilot: Pilot[Any], condition: Callable[[], bool]) -> None:
    """Let the app work until the condition holds; fail when it never does."""
    for _ in range(_ROUNDS):
        if condition():
            return
        await pilot.pause()
        await asyncio.sleep(0.01)
    raise AssertionError("it never came to that")


async def settled(pilot: Pilot[Any], *, besides: str = "") -> None:
    """Let the app work until nothing is left to do, the workers of one group left out."""
    quiet = 0
    for _ in range(_ROUNDS):
        await pilot.pause()
        quiet = 0 if _is_busy(pilot.app, _ENDLESS | {besides}) else quiet + 1
        if quiet > _QUIET_ROUNDS:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came to rest")


def _is_busy(app: Any, endless: set[str]) -> bool:  # noqa: ANN401
    assert isinstance(app, ImagescopeApp)
    if app.snapshot is None and app.library_problem is None:
        return True
    if app.pictures is not None and not app.pictures.is_idle:
        return True
    if app.browse.is_about_to_ask:
        return True
    running = (WorkerState.PENDING, WorkerState.RUNNING)
    return any(worker.state in running and worker.group not in endless for worker in app.workers)


def screen_text(app: ImagescopeApp) -> str:
    """Everything on the screen as plain lines."""
    lines = app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in lines)
