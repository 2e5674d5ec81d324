"""Captions through the real child process, from a server that really looks."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING

import pytest

from indexer.events import (
    CaptionerReady,
    CaptionerUnavailable,
    CaptionProgress,
    CaptionsCommitted,
    IndexProgress,
    IndexUpToDate,
    PhotosCommitted,
)
from indexer.models.chat_types import RoleSettings
from indexer.options import IndexerOptions
from indexer.questions import PictureQuestion
from storage.library import Library
from storage.records import PhotoFilter
from tests.indexer.children import child_of
from tests.indexer.sessions import PATIENCE_SECONDS, Session
from tests.world.model_server import ModelServer
from tests.world.scenes import COLOURS, draw, scene_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NOBODY = RoleSettings(urls=("http://127.0.0.1:9/v1",), model="none")


def put_scenes(folder: Path, count: int) -> None:
    """Drawn photos, all different, the first ones the newest."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        colour = list(COLOURS)[number % len(COLOURS)]
        path = folder / f"{number:02}-{colour}.png"
        draw(scene_of(f"{colour} circle"), side=90 + number).save(path)
        os.utime(path, (1_600_000_000 - number, 1_600_000_000 - number))


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    put_scenes(tmp_path / "photos", 6)
    return tmp_path / "photos"


@pytest.fixture
def server() -> Iterator[ModelServer]:
    made = ModelServer()
    with made.served():
        yield made
        made.release()


def options_for(photos: Path, server: ModelServer | None, **more: object) -> IndexerOptions:
    captioner = RoleSettings(urls=(server.url,), concurrency=2) if server else None
    fields = {"encoder": "pocket", "workers": 1, "captioner": captioner, **more}
    return IndexerOptions(
        library=photos.parent / "library",
        folders=(photos,),
        **fields,  # type: ignore[arg-type]
    )


async def session_with_captions_held(base: Path, server: ModelServer) -> Session:
    """A serving child with six photos, two of which the model has been asked about in vain."""
    (base / "photos").mkdir()
    session = Session(options_for(base / "photos", server, serve=True))
    await session.client.start()
    await session.until_told(CaptionerReady)
    server.hold()
    put_scenes(base / "photos", 6)
    await session.client.rescan()
    await asyncio.wait_for(server.until(lambda: server.count("caption") == 2), PATIENCE_SECONDS)
    return session


def embedded(base: Path) -> int:
    with Library.open_reader(base / "library") as library:
        return library.counts().embedded


def captioned(photos: Path) -> int:
    with Library.open_reader(photos.parent / "library") as library:
        return library.counts().captioned


async def run(options: IndexerOptions) -> tuple[int, Session]:
    session = Session(options)
    await session.client.start()
    return await asyncio.wait_for(session.client.wait(), PATIENCE_SECONDS), session


async def test_a_run_ends_when_all_photos_are_captioned_truly(
    photos: Path, server: ModelServer
) -> None:
    status, session = await run(options_for(photos, server))
    assert status == 0
    assert isinstance(session.events[-1], IndexUpToDate)
    assert CaptionerReady(model="world-vlm") in session.events
    assert sum(e.captions for e in session.events if isinstance(e, CaptionsCommitted)) == 6
    with Library.open_reader(photos.parent / "library") as library:
        for photo in library.photos.page(PhotoFilter(), offset=0, limit=99):
            assert photo.content_id is not None
            caption = library.captions.of(photo.content_id)
            assert caption is not None
            assert photo.path.partition("-")[2].removesuffix(".png") in caption.text
            assert "circle" in caption.text
        assert len(library.words.search(["circle"], PhotoFilter(), limit=99)) == 6
    assert server.count("caption") == 6
    status, _ = await run(options_for(photos, server))
    assert (status, server.count("caption")) == (0, 6)


async def test_captions_count_in_search_and_their_part_is_told(
    photos: Path, server: ModelServer
) -> None:
    session = Session(options_for(photos, server, serve=True, caption_weight=0.5))
    await session.client.start()
    try:
        await session.until(lambda: captioned_events(session) == 6)
        answer = await session.client.nearest(PictureQuestion(texts=("a green circle",), limit=9))
        assert len(answer.photos) == 6
        for photo in answer.photos:
            assert photo.caption is not None
            halves = 0.5 * photo.picture + 0.5 * photo.caption
            assert photo.score == pytest.approx(halves, abs=1e-5)
    finally:
        await session.client.stop()


def captioned_events(session: Session) -> int:
    return sum(e.captions for e in session.events if isinstance(e, CaptionsCommitted))


def test_after_kill_9_while_captioning_only_what_was_not_committed_is_asked_again(
    tmp_path: Path, server: ModelServer
) -> None:
    photos = tmp_path / "photos"
    put_scenes(photos, 30)
    server.switch("captioner", delay_seconds=0.15)
    with child_of(options_for(photos, server)) as child:
        assert child.stdout is not None
        assert any(b'"captions_committed"' in line for line in child.stdout)
        child.send_signal(signal.SIGKILL)
    with Library.open_reader(tmp_path / "library") as library:
        assert library.check() == ()
        kept = library.counts().captioned
    assert 0 < kept < 30
    server.mend()
    before = server.count("caption")
    assert before - kept <= 2 + 64
    with child_of(options_for(photos, server)) as child:
        assert child.stdout is not None
        child.stdout.read()
    assert child.returncode == 0
    assert captioned(photos) == 30
    assert server.count("caption") == before + 30 - kept


async def test_search_and_new_photos_do_not_wait_for_a_captioner_that_hangs(
    tmp_path: Path, server: ModelServer
) -> None:
    session = await session_with_captions_held(tmp_path, server)
    try:
        answer = await session.client.nearest(PictureQuestion(texts=("red",), limit=9))
        assert len(answer.photos) == 6
        assert {photo.caption for photo in answer.photos} == {None}
        batches = sum(isinstance(event, PhotosCommitted) for event in session.events)
        for colour in ("blue", "purple"):
            (tmp_path / "more").mkdir(exist_ok=True)
            draw(scene_of(f"{colour} star")).save(tmp_path / "more" / f"{colour}.png")
        await session.client.add_folder(tmp_path / "more")
        await session.until_told(PhotosCommitted, times=batches + 1)
        assert embedded(tmp_path) == 8
        assert captioned_events(session) == 0
        assert server.cancelled == 0
        server.release()
        await session.until(lambda: captioned_events(session) == 8)
        assert server.count("caption") == 8
    finally:
        await session.client.stop()


async def test_while_paused_nothing_new_is_asked_and_answers_are_kept(
    tmp_path: Path, server: ModelServer
) -> None:
    session = await session_with_captions_held(tmp_path, server)
    try:
        await session.client.pause()
        await session.until(
            lambda: any(isinstance(e, CaptionProgress) and e.paused for e in session.events)
        )
        server.release()
        await session.until(lambda: captioned_events(session) == 2)
        told = sum(isinstance(e, IndexProgress) and e.paused for e in session.events)
        await session.until(
            lambda: sum(isinstance(e, IndexProgress) and e.paused for e in session.events) > told
        )
        assert server.count("caption") == 2
        await session.client.resume()
        await session.until(lambda: captioned_events(session) == 6)
    finally:
        await session.client.stop()


async def test_the_captioner_is_named_changed_and_taken_away_while_it_runs(
    photos: Path, server: ModelServer
) -> None:
    session = Session(options_for(photos, None, serve=True))
    await session.client.start()
    try:
        await session.until_told(IndexUpToDate)
        await session.client.caption_with(_NOBODY)
        await session.until_told(CaptionerUnavailable)
        await session.client.caption_with(RoleSettings(urls=(server.url,)))
        await session.until(lambda: captioned_events(session) == 6)
        await session.client.caption_with(None)
        draw(scene_of("blue star")).save(photos / "star.png")
        await session.client.rescan()
        await session.until_told(IndexUpToDate, times=2)
        assert server.count("caption") == 6
    finally:
        await session.client.stop()


async def test_a_run_does_not_wait_for_ever_for_a_server_that_is_not_there(photos: Path) -> None:
    status, session = await run(options_for(photos, None, captioner=_NOBODY))
    assert status == 4
    assert sum(isinstance(event, CaptionerUnavailable) for event in session.events) == 1
    [done] = [event for event in session.events if isinstance(event, IndexUpToDate)]
    assert (done.photos, done.failed) == (6, 0)
    with Library.open_reader(photos.parent / "library") as library:
        assert library.counts().embedded == 6


async def test_a_server_that_is_away_is_not_missed_where_all_is_captioned(
    photos: Path, server: ModelServer
) -> None:
    await run(options_for(photos, server))
    status, _ = await run(options_for(photos, None, captioner=_NOBODY))
    assert status == 0
