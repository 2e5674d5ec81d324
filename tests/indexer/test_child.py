"""The child process as its clients see it: through its client, and through its bare streams."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from imagescope_tui.errors import PicturesUnavailable
from imagescope_tui.wiring import LocalPictures
from indexer.events import (
    EncoderUnavailable,
    IndexerStarted,
    IndexUpToDate,
    PhotoFailed,
    RootOffline,
    RootRemoved,
    ScanFinished,
)
from indexer.models.chat_types import RoleSettings
from indexer.options import IndexerOptions, options_from_json, options_to_json
from indexer.questions import PictureQuestion
from storage.library import THUMBNAILS_NAME, Library
from storage.records import PhotoFilter, PhotoId
from storage.thumbnails import PREVIEW_SIDE, ThumbnailCache
from tests.indexer.children import COMMAND
from tests.indexer.sessions import PATIENCE_SECONDS, Session
from tests.indexer.textures import texture
from tests.pictures import paint
from tests.tampered_program import program_of_colours


@pytest.fixture(autouse=True)
def _colours_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in program_of_colours().environment.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    for colour in ("red", "yellow", "blue"):
        paint(folder / f"{colour[0]}1.png", colour)
    return folder


def options_for(photos: Path, **more: object) -> IndexerOptions:
    fields = {"encoder": "pocket", "workers": 1, **more}
    return IndexerOptions(
        library=photos.parent / "library",
        folders=(photos,),
        **fields,  # type: ignore[arg-type]
    )


def arguments_of_children() -> bytes:
    """What everybody on the machine can read of the processes that we started."""
    own = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return b"".join(Path(f"/proc/{child}/cmdline").read_bytes() for child in own)


def live_names(photos: Path) -> list[str]:
    with Library.open_reader(photos.parent / "library") as library:
        return sorted(p.path for p in library.photos.page(PhotoFilter(), offset=0, limit=99))


def test_options_survive_the_way_to_the_child(tmp_path: Path) -> None:
    odd = Path(os.fsdecode(b"/photos/\xff caf\xc3\xa9"))
    captioner = RoleSettings(urls=("http://127.0.0.1:1/v1",), model="m", api_key="secret")
    options = IndexerOptions(
        library=tmp_path, folders=(odd,), watch=True, models_folder=odd, captioner=captioner
    )
    line = options_to_json(options)
    assert options_from_json(line) == options
    assert "\n" not in line


async def test_no_key_can_be_read_among_the_arguments_of_the_process(photos: Path) -> None:
    captioner = RoleSettings(urls=("http://127.0.0.1:1/v1",), api_key="s3cret")
    session = Session(options_for(photos, serve=True, captioner=captioner))
    await session.client.start()
    try:
        await session.until_told(IndexUpToDate)
        arguments = arguments_of_children()
        assert b"-m\0indexer" in arguments
        assert b"s3cret" not in arguments
    finally:
        await session.client.stop()


async def test_one_run_indexes_everything_and_ends(photos: Path) -> None:
    session = Session(options_for(photos))
    await session.client.start()
    assert await asyncio.wait_for(session.client.wait(), PATIENCE_SECONDS) == 0
    [done] = [event for event in session.events if isinstance(event, IndexUpToDate)]
    assert (done.photos, done.failed) == (3, 0)


async def test_near_copies_are_told_by_the_child_as_in_one_process(photos: Path) -> None:
    scene = texture(1)
    scene.save(photos / "scene.png")
    scene.resize((200, 150)).save(photos / "half.png")
    session = Session(options_for(photos, serve=True))
    await session.client.start()
    try:
        await session.until_told(IndexUpToDate)
        with Library.open_reader(photos.parent / "library") as library:
            found = library.photos.page(PhotoFilter(), offset=0, limit=9)
        content = {photo.path: photo.content_id for photo in found if photo.content_id is not None}
        told = await session.client.stacks(list(content.values()))
    finally:
        await session.client.stop()
    assert {frozenset(stack) for stack in told} == {
        frozenset((content["scene.png"], content["half.png"]))
    }
    pictures = LocalPictures(
        photos.parent / "library", _no_encoder, lambda _: None, caption_weight=0.5
    )
    try:
        assert await pictures.stacks(list(content.values())) == told
    finally:
        pictures.close()


def _no_encoder() -> NoReturn:
    raise AssertionError("no encoder is needed")


async def test_the_nearest_photos_are_asked_for_while_it_runs(photos: Path) -> None:
    session = Session(options_for(photos, serve=True))
    await session.client.start()
    try:
        await session.until_told(IndexUpToDate)
        with Library.open_reader(photos.parent / "library") as library:
            answer = await session.client.nearest(
                PictureQuestion(texts=("something yellow",), limit=9)
            )
            found = library.photos.by_ids([photo.photo_id for photo in answer.photos])
            assert found[answer.photos[0].photo_id].path == "y1.png"
            like = await session.client.nearest(
                PictureQuestion(
                    pictures=(paint(photos.parent / "like.png", "#ee1111"),),
                    limit=9,
                )
            )
            assert found[like.photos[0].photo_id].path == "r1.png"
            own = await session.client.nearest(
                PictureQuestion(pictures=(photos / "r1.png",), limit=9)
            )
            assert "r1.png" not in {found[photo.photo_id].path for photo in own.photos}
    finally:
        await session.client.stop()


async def test_where_words_are_seen_is_asked_while_it_runs_and_searches_are_answered_beside(
    photos: Path,
) -> None:
    session = Session(options_for(photos, serve=True))
    await session.client.start()
    try:
        await session.until_told(IndexUpToDate)
        with Library.open_reader(photos.parent / "library") as library:
            photo = library.photos.at(photos / "y1.png")
        assert photo is not None
        where, _ = await asyncio.gather(
            session.client.where(photo.id, ["yellow", "sea"]),
            session.client.nearest(PictureQuestion(texts=("red",), limit=1)),
        )
        assert [word.word for word in where.words or ()] == ["yellow", "sea"]
        (photos / "y1.png").unlink()
        again = await session.client.where(photo.id, ["yellow", "sea"])
        assert again.words is not None, "the thumbnail is there still"
        gone = await session.client.where(PhotoId(999), ["yellow"])
        assert (gone.words, bool(gone.problem)) == (None, True)
    finally:
        await session.client.stop()


async def test_words_nobody_knows_are_answered_as_such(photos: Path) -> None:
    session = Session(options_for(photos, serve=True))
    await session.client.start()
    try:
        await session.until_told(IndexUpToDate)
        answer = await session.client.nearest(PictureQuestion(texts=("xyzzy",), limit=9))
        assert (answer.has_meaning, answer.photos) == (False, ())
    finally:
        await session.client.stop()


async def test_a_preview_is_made_when_it_is_asked_for(photos: Path) -> None:
    paint(photos / "large.png", "green", (3000, 1500))
    session = Session(options_for(photos, serve=True))
    await session.client.start()
    try:
        await session.until_told(IndexUpToDate)
        with Library.open_reader(photos.parent / "library") as library:
            photo = library.photos.at(photos / "large.png")
        assert photo is not None
        assert photo.content_hash is not None
        assert await session.client.prepare_preview(photo.id)
        cache = ThumbnailCache(photos.parent / "library" / THUMBNAILS_NAME, 0)
        assert cache.has(photo.content_hash, PREVIEW_SIDE)
    finally:
        await session.client.stop()


async def test_a_photo_saved_into_a_watched_folder_is_found(photos: Path) -> None:
    session = Session(options_for(photos, serve=True, watch=True))
    await session.client.start()
    try:
        await session.until_told(IndexUpToDate)
        paint(photos / "new folder" / "g1.png", "green")
        await session.until_told(IndexUpToDate, times=2)
        assert "new folder/g1.png" in live_names(photos)
        os.rename(photos / "r1.png", photos / "renamed.png")  # noqa: PTH104
        await session.until(
            lambda: any(isinstance(e, ScanFinished) and e.moved for e in session.events)
        )
        assert "renamed.png" in live_names(photos)
    finally:
        await session.client.stop()


async def test_a_folder_is_added_while_it_runs(photos: Path, tmp_path: Path) -> None:
    session = Session(options_for(photos, serve=True))
    await session.client.start()
    try:
        await session.until_told(IndexUpToDate)
        paint(tmp_path / "more" / "p.png", "pink")
        await session.client.add_folder(tmp_path / "more")
        await session.until_told(IndexUpToDate, times=2)
        assert "p.png" in live_names(photos)
        library = options_for(photos).library
        with pytest.raises(PicturesUnavailable, match="is a library"):
            await session.client.add_folder(library / "thumbnails")
    finally:
        await session.client.stop()


async def test_a_folder_is_removed_while_it_runs_and_its_files_stay(
    photos: Path, tmp_path: Path
) -> None:
    more = tmp_path / "more"
    paint(more / "p.png", "pink")
    session = Session(replace(options_for(photos, serve=True, watch=True), folders=(photos, more)))
    await session.client.start()
    try:
        await session.until_told(IndexUpToDate)
        await session.client.remove_folder(more)
        await session.until_told(IndexUpToDate, times=2)
        assert RootRemoved(root=str(more)) in session.events
        assert live_names(photos) == ["b1.png", "r1.png", "y1.png"]
        assert (more / "p.png").exists()
        paint(photos / "g1.png", "green")
        await session.client.look_again(photos)
        await session.until(lambda: "g1.png" in live_names(photos))
        await session.client.add_folder(more)
        await session.until(lambda: "p.png" in live_names(photos))
    finally:
        await session.client.stop()


async def test_failed_photos_are_tried_again_one_by_one_or_by_their_reason(photos: Path) -> None:
    for name in ("bad.png", "worse.png"):
        (photos / name).write_bytes(b"no picture")
    session = Session(options_for(photos, serve=True))

    def failed(name: str) -> int:
        told = [event for event in session.events if isinstance(event, PhotoFailed)]
        return sum(event.path.endswith(f"/{name}") for event in told)

    await session.client.start()
    try:
        await session.until_told(IndexUpToDate)
        with Library.open_reader(photos.parent / "library") as library:
            [bad, worse] = library.failures.page(offset=0, limit=9)
        assert bad.reason == worse.reason
        await session.client.retry([bad.photo_id])
        await session.until_told(IndexUpToDate, times=2)
        assert (failed("bad.png"), failed("worse.png")) == (2, 1)
        await session.client.retry(reasons=[bad.reason])
        await session.until_told(IndexUpToDate, times=3)
        assert (failed("bad.png"), failed("worse.png")) == (3, 2)
    finally:
        await session.client.stop()


async def test_a_missing_root_is_told_and_its_photos_stay(photos: Path) -> None:
    first = Session(options_for(photos))
    await first.client.start()
    await first.client.wait()
    os.rename(photos, photos.with_name("unplugged"))  # noqa: PTH104
    second = Session(options_for(photos))
    await second.client.start()
    await second.client.wait()
    assert any(isinstance(event, RootOffline) and event.photos == 3 for event in second.events)
    assert len(live_names(photos)) == 3


async def test_second_indexer_serves_and_takes_over_when_the_first_is_killed(photos: Path) -> None:
    first = Session(options_for(photos, serve=True))
    await first.client.start()
    await first.until_told(IndexUpToDate)
    second = Session(options_for(photos, serve=True))
    await second.client.start()
    try:
        await second.until_told(IndexerStarted)
        assert [e.indexing for e in second.events if isinstance(e, IndexerStarted)] == [False]
        answer = await second.client.nearest(PictureQuestion(texts=("red",), limit=1))
        assert len(answer.photos) == 1
        with pytest.raises(PicturesUnavailable, match="another imagescope indexes this library"):
            await second.client.add_folder(photos)
        first.client.kill()
        await second.until_told(IndexUpToDate)
    finally:
        await second.client.stop()
        await first.client.stop()


async def test_without_its_encoder_a_run_ends_and_a_server_goes_on(photos: Path) -> None:
    missing = "open_clip:local-dir:/no/such/folder"
    run = Session(options_for(photos, encoder=missing))
    await run.client.start()
    assert await run.client.wait() == 4
    server = Session(options_for(photos, encoder=missing, serve=True))
    await server.client.start()
    try:
        await server.until_told(IndexUpToDate)
        assert any(isinstance(event, EncoderUnavailable) for event in server.events)
        with pytest.raises(PicturesUnavailable):
            await server.client.nearest(PictureQuestion(texts=("red",), limit=1))
        assert len(live_names(photos)) == 3
    finally:
        await server.client.stop()


async def test_requests_after_its_death_are_refused_not_left_waiting(photos: Path) -> None:
    session = Session(options_for(photos, serve=True))
    await session.client.start()
    await session.until_told(IndexUpToDate)
    session.client.kill()
    await session.client.wait()
    with pytest.raises(PicturesUnavailable):
        await session.client.nearest(PictureQuestion(texts=("red",), limit=1))
    await session.client.stop()


def test_it_ends_when_its_parent_is_killed(photos: Path) -> None:
    script = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-P', '-m', 'indexer'],"
        " stdin=subprocess.PIPE, stdout=subprocess.PIPE)\n"
        "child.stdin.write(sys.argv[1].encode() + b'\\n'); child.stdin.flush()\n"
        "print(child.pid, flush=True); child.stdout.readline(); print('up', flush=True)\n"
        "time.sleep(600)\n"
    )
    options = options_to_json(options_for(photos, serve=True, watch=True))
    parent = subprocess.Popen(
        [sys.executable, "-c", script, options], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child_id = int(parent.stdout.readline())
    assert parent.stdout.readline().strip() == "up"
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    waiter = os.pidfd_open(child_id) if Path(f"/proc/{child_id}").exists() else None
    if waiter is not None:
        import select

        ready, _, _ = select.select([waiter], [], [], PATIENCE_SECONDS)
        os.close(waiter)
        assert ready


def test_rubbish_on_stdin_is_passed_over(photos: Path) -> None:
    rubbish = b'\x00\xff\n[]\n{"do": "juggle", "request": 1}\n{"do": "nearest", "request": 2}\n'
    done = subprocess.run(
        COMMAND,
        check=False,
        input=options_to_json(options_for(photos, serve=True)).encode() + b"\n" + rubbish,
        capture_output=True,
        timeout=PATIENCE_SECONDS,
    )
    assert done.returncode == 0
    assert b'"reply": 1, "error"' in done.stdout
