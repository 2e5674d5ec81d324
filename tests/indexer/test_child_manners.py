"""The child steps back behind others, and waits when it is told to; searching never does."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import psutil

from indexer.events import IndexPaused, IndexResumed, IndexUpToDate
from indexer.options import IndexerOptions
from indexer.questions import PictureQuestion
from storage.library import Library
from storage.pause_mark import put_pause
from tests.indexer.sessions import Session
from tests.pictures import paint

if TYPE_CHECKING:
    from pathlib import Path

_NICE = 7


def session_over(tmp_path: Path) -> Session:
    return Session(
        IndexerOptions(
            library=tmp_path / "library",
            folders=(tmp_path / "photos",),
            encoder="pocket",
            workers=1,
            nice=_NICE,
            serve=True,
        )
    )


def photos_in(tmp_path: Path) -> int:
    with Library.open_reader(tmp_path / "library") as library:
        return library.counts().embedded


def child_of_ours() -> psutil.Process:
    [child] = [
        child
        for child in psutil.Process().children()
        if child.status() != psutil.STATUS_ZOMBIE and child.cmdline()[-2:] == ["-m", "indexer"]
    ]
    return child


async def test_indexing_steps_back_and_searching_does_not(tmp_path: Path) -> None:
    paint(tmp_path / "photos" / "red.png", "red")
    session = session_over(tmp_path)
    await session.client.start()
    try:
        await session.until_told(IndexUpToDate)
        indexer = child_of_ours()
        # On Linux a process's own number is that of its main thread, which indexes.
        assert indexer.nice() == _NICE
        assert indexer.ionice().value == 7
        assert [worker.nice() for worker in indexer.children()] == [_NICE]
        assert 0 in [os.getpriority(os.PRIO_PROCESS, thread.id) for thread in indexer.threads()]
        await session.client.nearest(
            PictureQuestion(pictures=(paint(tmp_path / "like.png", "blue"),), limit=1)
        )
        assert sorted(worker.nice() for worker in indexer.children()) == [0, _NICE]
    finally:
        await session.client.stop()


async def test_a_pause_from_outside_is_obeyed_told_and_loses_nothing(tmp_path: Path) -> None:
    paint(tmp_path / "photos" / "red.png", "red")
    session = session_over(tmp_path)
    await session.client.start()
    try:
        await session.until_told(IndexUpToDate)
        put_pause(tmp_path / "library", True)
        await session.until_told(IndexPaused)
        paint(tmp_path / "photos" / "blue.png", "blue")
        await session.client.rescan()
        answer = await session.client.nearest(PictureQuestion(texts=("red",), limit=9))
        assert len(answer.photos) == 1
        assert photos_in(tmp_path) == 1
        put_pause(tmp_path / "library", False)
        await session.until_told(IndexResumed)
        # Not the next word of being up to date: that may be older than the pause.
        await session.until(lambda: photos_in(tmp_path) == 2)
    finally:
        await session.client.stop()


async def test_a_paused_library_stays_so_after_a_restart_until_it_goes_on(tmp_path: Path) -> None:
    paint(tmp_path / "photos" / "red.png", "red")
    (tmp_path / "library").mkdir()
    put_pause(tmp_path / "library", True)
    session = session_over(tmp_path)
    await session.client.start()
    try:
        await session.until_told(IndexPaused)
        assert [e.reason for e in session.events if isinstance(e, IndexPaused)] == ["asked"]
        assert photos_in(tmp_path) == 0
        await session.client.resume()
        # Not the first word of being up to date: that may be older than the pause.
        await session.until(lambda: photos_in(tmp_path) == 1)
    finally:
        await session.client.stop()
