from __future__ import annotations

import inspect
import os
import select
import signal
import subprocess
import sys
import threading
from concurrent.futures import CancelledError
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import numpy as np
import pytest
from PIL import Image

from indexer.decoding import guarded_command
from indexer.decoding import pool as decode_pool
from indexer.decoding.photo import Decoded, DecodeFailure, decode_photo
from indexer.decoding.pool import DecodePool
from indexer.decoding.process import DecodeProcess, FileTooSlow
from indexer.errors import WorkerPoolBroken
from tests.indexer.photo_files import CROP_64, exif_with, opened, shaded
from tests.indexer.raw_files import dng
from tests.indexer.video_files import write_video

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from indexer.decoding.wire import Outcome, Request

PROJECT = Path(__file__).parents[2]

needs_pidfd = pytest.mark.skipif(
    not hasattr(os, "pidfd_open"), reason="this system cannot wait for other processes"
)


def pool_of(
    workers: int = 1, *, seconds_per_file: float = 30, memory_bytes: int = 2**30
) -> DecodePool:
    return DecodePool(
        picture_input=CROP_64,
        thumbnail_side=96,
        workers=workers,
        seconds_per_file=seconds_per_file,
        memory_bytes=memory_bytes,
    )


@pytest.fixture
def pool() -> Iterator[DecodePool]:
    pool = pool_of()
    yield pool
    pool.close()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    shaded(300, 200).save(path, exif=exif_with({0x010F: "Canon", 0x0110: "EOS 5D", 0x0112: 6}))
    return path


@pytest.fixture(scope="module")
def slow_photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Takes longer than a twentieth of a second to decode on any machine."""
    path = tmp_path_factory.mktemp("slow") / "slow.jp2"
    noise = np.random.default_rng(0).integers(0, 255, (1000, 1000, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path)
    return path


def wait_for_end(process_id: int) -> None:
    """Returns when the process is gone; fails the test if that takes long."""
    try:
        handle = os.pidfd_open(process_id)
    except ProcessLookupError:
        return
    try:
        ended, _, _ = select.select([handle], [], [], 20)
        assert ended, "the worker lives on"
    finally:
        os.close(handle)


def test_worker_gives_what_decoding_gives(pool: DecodePool, photo: Path) -> None:
    outcome = pool.submit(photo).result()
    here = decode_photo(photo, picture_input=CROP_64, thumbnail_side=96)
    assert isinstance(outcome, Decoded)
    assert isinstance(here, Decoded)
    assert (outcome.picture.pixels == here.picture.pixels).all()
    assert outcome.picture.pixels.flags.writeable
    assert (outcome.picture.width, outcome.picture.height) == (200, 300)
    assert outcome.facts == here.facts
    assert outcome.thumbnail == here.thumbnail


def test_failure_is_a_value(pool: DecodePool, tmp_path: Path) -> None:
    outcome = pool.submit(tmp_path / "gone.jpg").result()
    assert outcome == DecodeFailure(reason="the file is no longer there", permanent=False)


def test_name_that_is_not_utf8_is_found(pool: DecodePool, photo: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(photo.parent) + b"/caf\xe9\n.jpg"))
    photo.rename(odd)
    assert isinstance(pool.submit(odd).result(), Decoded)


def test_relative_path_is_that_of_the_parent(
    pool: DecodePool, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(photo.parent)
    assert isinstance(pool.submit(Path(photo.name)).result(), Decoded)


def test_preview_is_a_jpeg_of_the_side_asked_for(pool: DecodePool, photo: Path) -> None:
    preview = pool.submit_preview(photo, 150).result()
    assert isinstance(preview, bytes)
    assert opened(preview).size == (100, 150)


def test_nothing_is_started_before_there_is_work() -> None:
    pool = pool_of()
    assert pool.worker_ids() == ()
    pool.close()


def test_preview_goes_before_photos_that_wait(pool: DecodePool, photo: Path) -> None:
    pool.submit(photo).result()
    (worker,) = pool.worker_ids()
    os.kill(worker, signal.SIGSTOP)
    finished: list[str] = []
    waiting = [pool.submit(photo) for _ in range(3)]
    preview = pool.submit_preview(photo, 100)
    for future in waiting:
        future.add_done_callback(lambda _: finished.append("photo"))
    preview.add_done_callback(lambda _: finished.append("preview"))
    os.kill(worker, signal.SIGCONT)
    for future in waiting:
        future.result()
    # One photo may have been in hand already.
    assert "preview" in finished[:2]


def test_crashed_worker_costs_nothing_but_another_try(pool: DecodePool, photo: Path) -> None:
    pool.submit(photo).result()
    (worker,) = pool.worker_ids()
    os.kill(worker, signal.SIGSTOP)
    futures = [pool.submit(photo) for _ in range(3)]
    os.kill(worker, signal.SIGKILL)
    assert all(isinstance(future.result(), Decoded) for future in futures)
    assert worker not in pool.worker_ids()


@pytest.mark.parametrize(("number", "is_blamed"), [(signal.SIGKILL, False), (signal.SIGSEGV, True)])
def test_photo_whose_workers_die_twice_is_given_up_and_blamed_for_a_crash_alone(
    pool: DecodePool,
    photo: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: signal.Signals,
    is_blamed: bool,
) -> None:
    ask = DecodeProcess.ask
    deaths = 0

    def die(process: DecodeProcess, request: Request) -> Outcome:
        nonlocal deaths
        if request.facts_alone:
            return ask(process, request)
        deaths += 1
        os.kill(process.process_id, number)
        return ask(process, request)

    with monkeypatch.context() as dying:
        dying.setattr(DecodeProcess, "ask", die)
        outcome = pool.submit(photo).result()
    assert deaths == 2
    assert isinstance(outcome, DecodeFailure)
    assert outcome.permanent == is_blamed
    assert (outcome.facts is not None) == is_blamed
    assert isinstance(pool.submit(photo).result(), Decoded)


def test_photo_that_takes_too_long_is_given_up_and_the_next_one_decoded(
    slow_photo: Path, photo: Path
) -> None:
    pool = pool_of(seconds_per_file=0.05)
    try:
        slow, quick = pool.submit(slow_photo), pool.submit(photo)
        outcome = slow.result()
        assert isinstance(outcome, DecodeFailure)
        assert "takes longer than 0.05 s" in outcome.reason
        # On a machine that is busy enough the worker may not have got to decoding at all.
        assert outcome.permanent == outcome.reason.startswith("decoding")
        assert isinstance(quick.result(), Decoded | DecodeFailure)
    finally:
        pool.close()


def test_photo_that_takes_too_long_is_not_tried_again_at_once(photo: Path) -> None:
    asked: list[bool] = []

    class Slow(DecodeProcess):
        def ask(self, request: Request) -> Outcome:
            asked.append(request.facts_alone)
            raise FileTooSlow("decoding it takes longer than 30 s", permanent=True)

    pool = pool_of()
    with mock.patch.object(decode_pool, "DecodeProcess", Slow):
        outcome = pool.submit(photo).result()
    pool.close()
    assert asked == [False, True]
    assert outcome == DecodeFailure(reason="decoding it takes longer than 30 s", permanent=True)


def test_half_a_minute_is_the_most_for_one_file() -> None:
    defaults = inspect.signature(DecodePool).parameters
    assert defaults["seconds_per_file"].default == 30


def test_photo_whose_disk_does_not_answer_is_tried_another_time(photo: Path) -> None:
    pool = pool_of(seconds_per_file=0.5)
    try:
        pool.submit(photo).result()
        os.kill(pool.worker_ids()[0], signal.SIGSTOP)
        assert pool.submit(photo).result() == DecodeFailure(
            reason="reading it takes longer than 0.5 s", permanent=False
        )
        assert isinstance(pool.submit(photo).result(), Decoded)
    finally:
        pool.close()


@pytest.mark.skipif(sys.platform != "linux", reason="address space is limited on Linux only")
def test_photo_that_takes_too_much_memory_is_given_up_and_the_next_one_decoded(
    photo: Path, tmp_path: Path
) -> None:
    large_photo = tmp_path / "large.png"
    Image.new("RGB", (4000, 3000)).save(large_photo)
    pool = pool_of(memory_bytes=30_000_000)
    try:
        large, small = pool.submit(large_photo), pool.submit(photo)
        outcome = large.result()
        assert isinstance(outcome, DecodeFailure)
        assert outcome.permanent
        assert "memory" in outcome.reason
        assert isinstance(small.result(), Decoded)
    finally:
        pool.close()


def test_close_ends_workers_and_cancels_what_waits(slow_photo: Path) -> None:
    before = threading.active_count()
    pool = pool_of(workers=2)
    futures = [pool.submit(slow_photo) for _ in range(6)]
    while not pool.worker_ids():
        futures[0].exception(timeout=0) if futures[0].done() else os.sched_yield()
    workers = pool.worker_ids()
    pool.close()
    assert threading.active_count() == before
    for worker in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(worker, 0)
    with pytest.raises(CancelledError):
        futures[-1].result(timeout=0)
    assert all(future.done() for future in futures)


def test_closed_pool_takes_no_more(photo: Path) -> None:
    pool = pool_of()
    pool.close()
    pool.close()
    with pytest.raises(RuntimeError, match="closed"):
        pool.submit(photo)


def test_cancelled_photo_is_not_decoded(pool: DecodePool, photo: Path, tmp_path: Path) -> None:
    pool.submit(photo).result()
    os.kill(pool.worker_ids()[0], signal.SIGSTOP)
    in_hand, waiting = pool.submit(photo), pool.submit(tmp_path / "gone.jpg")
    assert waiting.cancel()
    os.kill(pool.worker_ids()[0], signal.SIGCONT)
    assert isinstance(in_hand.result(), Decoded)
    assert waiting.cancelled()


def test_many_threads_may_submit(photo: Path) -> None:
    pool = pool_of(workers=2)
    outcomes: list[Decoded | DecodeFailure] = []

    def submit_some() -> None:
        outcomes.extend(pool.submit(photo).result() for _ in range(5))

    threads = [threading.Thread(target=submit_some) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pool.close()
    assert len(outcomes) == 20
    assert all(isinstance(outcome, Decoded) for outcome in outcomes)


def test_worker_is_replaced_after_its_share_of_files(
    photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.decoding.pool.FILES_PER_WORKER", 2)
    pool = pool_of()
    try:
        workers: set[int] = set()
        for _ in range(3):
            pool.submit(photo).result()
            workers.update(pool.worker_ids())
        assert len(workers) == 2
    finally:
        pool.close()


@needs_pidfd
def test_idle_worker_is_let_go_and_the_next_photo_starts_another(
    photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.decoding.pool._IDLE_SECONDS", 0.05)
    pool = pool_of()
    try:
        pool.submit(photo).result()
        for worker in pool.worker_ids():
            wait_for_end(worker)
        assert isinstance(pool.submit(photo).result(), Decoded)
    finally:
        pool.close()


@pytest.mark.parametrize(
    ("bootstrap", "said"),
    [("raise SystemExit('no Pillow here')", "no Pillow here"), ("print('hello' * 9)", "no reason")],
)
def test_workers_that_do_not_start_break_the_pool(
    bootstrap: str, said: str, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarded_command, "_BOOTSTRAP", bootstrap)
    pool = pool_of()
    try:
        futures = [pool.submit(photo) for _ in range(3)]
        for future in futures:
            with pytest.raises(WorkerPoolBroken, match=said):
                future.result()
        with pytest.raises(WorkerPoolBroken):
            pool.submit(photo)
    finally:
        pool.close()


def ending_parent(end: Callable[[subprocess.Popen[str]], None], photo: Path) -> int:
    """Runs a process with a pool at work, ends it, and gives its worker's process id."""
    program = (
        "import sys; from pathlib import Path;"
        " from indexer.decoding.pool import DecodePool;"
        " from indexer.models.protocols import PictureInput;"
        " given = PictureInput(width=8, height=8, fit='crop');"
        " pool = DecodePool(picture_input=given, thumbnail_side=8, workers=1);"
        f" pool.submit(Path({str(photo)!r})).result();"
        " print(*pool.worker_ids(), flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
    ) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        os.kill(worker, 0)
        end(parent)
    return worker


@needs_pidfd
def test_worker_dies_with_a_parent_that_is_killed(photo: Path) -> None:
    wait_for_end(ending_parent(lambda parent: parent.kill(), photo))


@needs_pidfd
def test_worker_dies_with_a_parent_that_forgets_to_close(photo: Path) -> None:
    def close_stdin(parent: subprocess.Popen[str]) -> None:
        assert parent.stdin is not None
        parent.stdin.close()

    wait_for_end(ending_parent(close_stdin, photo))


def test_worker_decodes_with_one_thread_whatever_the_format(
    pool: DecodePool, tmp_path: Path
) -> None:
    # The stacks of more would count as memory of the photo.
    raw = tmp_path / "photo.dng"
    raw.write_bytes(dng(shaded(640, 480)))
    for path in (raw, write_video(tmp_path / "film.mkv", seconds=1, codec="libx264")):
        assert isinstance(pool.submit(path).result(), Decoded)
        threads = Path(f"/proc/{pool.worker_ids()[0]}/task")
        if not threads.is_dir():
            pytest.skip("this system does not show processes as files")
        assert len(list(threads.iterdir())) == 1


def test_worker_has_no_terminal_and_loads_no_learned_models(pool: DecodePool, photo: Path) -> None:
    pool.submit(photo).result()
    process = Path(f"/proc/{pool.worker_ids()[0]}")
    if not process.is_dir():
        pytest.skip("this system does not show processes as files")
    assert (process / "fd/0").readlink() == Path(os.devnull)
    assert (process / "cwd").readlink() == Path("/")
    assert os.getsid(pool.worker_ids()[0]) == pool.worker_ids()[0]
    mapped = (process / "maps").read_text()
    assert "torch" not in mapped
    assert "sqlite" not in mapped
