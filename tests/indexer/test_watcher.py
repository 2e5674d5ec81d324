from __future__ import annotations

import ctypes
import logging
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from watchdog.observers.inotify_c import InotifyConstants, InotifyEvent, InotifyFD

from indexer.folders.mounts import Mount
from indexer.folders.watcher import FolderWatcher

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's own")

PATIENCE_SECONDS = 20.0
_MARK = "mark.jpg"


@dataclass
class Listener:
    """Collects what a watcher reports."""

    changes: queue.Queue[tuple[Path, frozenset[Path] | None]] = field(default_factory=queue.Queue)
    degraded: queue.Queue[tuple[Path, str]] = field(default_factory=queue.Queue)

    def folders(self) -> frozenset[Path] | None:
        """The folders of the next report."""
        return self.changes.get(timeout=PATIENCE_SECONDS)[1]

    def folders_until(self, wanted: Path) -> frozenset[Path]:
        """All folders reported until one of them is `wanted`; the whole root never is."""
        seen: set[Path] = set()
        while wanted not in seen:
            folders = self.folders()
            assert folders is not None, "the whole root was reported"
            seen |= folders
        return frozenset(seen)

    def wait_for_whole(self) -> None:
        """Returns when the whole root was reported."""
        while self.folders() is not None:
            pass


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def watcher(listener: Listener) -> Iterator[FolderWatcher]:
    watcher = FolderWatcher(
        lambda root, folders: listener.changes.put((root, folders)),
        lambda root, reason: listener.degraded.put((root, reason)),
        quiet_seconds=0.05,
        longest_seconds=0.3,
        seconds_between_checks=0.1,
    )
    yield watcher
    watcher.close()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "photos"
    (root / "2020" / "lake").mkdir(parents=True)
    (root / "2021").mkdir()
    return root


def save(path: Path) -> None:
    path.write_bytes(b"photo")


# -- what is reported ------------------------------------------------------------------------


def test_saved_file_leads_to_its_folder(
    watcher: FolderWatcher, listener: Listener, root: Path
) -> None:
    watcher.watch(root)
    save(root / "2020" / "lake" / "photo.jpg")
    assert listener.changes.get(timeout=PATIENCE_SECONDS) == (
        root,
        frozenset({root / "2020" / "lake"}),
    )


def test_saved_file_is_reported_within_a_second_at_the_default_pace(
    listener: Listener, root: Path
) -> None:
    reported_at: list[float] = []
    reported = threading.Event()

    def note(_root: Path, _folders: frozenset[Path] | None) -> None:
        reported_at.append(time.monotonic())
        reported.set()

    watcher = FolderWatcher(note, lambda root, reason: listener.degraded.put((root, reason)))
    try:
        watcher.watch(root)
        save(root / "photo.jpg")
        closed_at = time.monotonic()
        assert reported.wait(PATIENCE_SECONDS)
        assert reported_at[0] - closed_at < 1.0
    finally:
        watcher.close()


def test_many_files_are_one_report(watcher: FolderWatcher, listener: Listener, root: Path) -> None:
    watcher.watch(root)
    for number in range(200):
        save(root / "2021" / f"{number}.jpg")
    save(root / "2020" / _MARK)
    reports = 0
    seen: set[Path] = set()
    while seen != {root / "2021", root / "2020"}:
        seen |= listener.folders() or frozenset()
        reports += 1
    assert reports <= 5


def test_renamed_file_leads_to_both_folders(
    watcher: FolderWatcher, listener: Listener, root: Path
) -> None:
    save(root / "2020" / "photo.jpg")
    watcher.watch(root)
    (root / "2020" / "photo.jpg").rename(root / "2021" / "photo.jpg")
    assert listener.folders() == frozenset({root / "2020", root / "2021"})


def test_deleted_file_leads_to_its_folder(
    watcher: FolderWatcher, listener: Listener, root: Path
) -> None:
    save(root / "2020" / "photo.jpg")
    watcher.watch(root)
    (root / "2020" / "photo.jpg").unlink()
    assert listener.folders() == frozenset({root / "2020"})


def test_files_that_are_never_closed_are_reported(
    watcher: FolderWatcher, listener: Listener, root: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.jpg"
    save(outside)
    watcher.watch(root)
    (root / "2020" / "linked.jpg").hardlink_to(outside)
    listener.folders_until(root / "2020")
    outside.rename(root / "2021" / "moved-in.jpg")
    listener.folders_until(root / "2021")


def test_new_tree_is_reported_and_watched(
    watcher: FolderWatcher, listener: Listener, root: Path
) -> None:
    watcher.watch(root)
    shutil.copytree(root / "2020", root / "copy")
    assert root in listener.folders_until(root / "copy")
    save(root / "copy" / "lake" / "photo.jpg")
    listener.folders_until(root / "copy" / "lake")


def test_folder_moved_away_is_reported_with_the_one_it_was_in(
    watcher: FolderWatcher, listener: Listener, root: Path, tmp_path: Path
) -> None:
    watcher.watch(root)
    (root / "2020").rename(tmp_path / "elsewhere")
    assert root in listener.folders_until(root / "2020")


def test_renamed_folder_is_reported_under_both_names(
    watcher: FolderWatcher, listener: Listener, root: Path
) -> None:
    watcher.watch(root)
    (root / "2020").rename(root / "2019")
    seen = listener.folders_until(root / "2019")
    assert {root, root / "2020"} <= seen
    save(root / "2019" / "lake" / "photo.jpg")
    listener.folders_until(root / "2019" / "lake")


def test_reading_and_listing_are_not_reported(
    watcher: FolderWatcher, listener: Listener, root: Path
) -> None:
    photo = root / "2020" / "photo.jpg"
    save(photo)
    watcher.watch(root)
    for _ in range(5):
        photo.read_bytes()
        list(root.rglob("*"))
    save(root / "2021" / _MARK)
    assert listener.folders_until(root / "2021") == {root / "2021"}


def test_folder_behind_a_symbolic_link_is_not_watched(
    watcher: FolderWatcher, listener: Listener, root: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (root / "link").symlink_to(outside)
    watcher.watch(root)
    save(outside / "photo.jpg")
    save(root / "2021" / _MARK)
    assert listener.folders_until(root / "2021") == {root / "2021"}


def test_root_that_is_a_symbolic_link_is_watched_under_its_own_name(
    watcher: FolderWatcher, listener: Listener, root: Path, tmp_path: Path
) -> None:
    link = tmp_path / "link"
    link.symlink_to(root)
    watcher.watch(link)
    save(root / "2020" / "photo.jpg")
    assert listener.changes.get(timeout=PATIENCE_SECONDS) == (link, frozenset({link / "2020"}))


def test_name_that_is_not_utf8_is_reported_as_it_is(
    watcher: FolderWatcher, listener: Listener, root: Path
) -> None:
    odd = Path(os.fsdecode(os.fsencode(root) + b"/caf\xe9"))
    odd.mkdir()
    watcher.watch(root)
    save(odd / "photo.jpg")
    assert listener.folders() == frozenset({odd})


# -- roots that come and go ------------------------------------------------------------------


def test_root_that_is_replaced_is_watched_again(
    watcher: FolderWatcher, listener: Listener, root: Path
) -> None:
    watcher.watch(root)
    shutil.rmtree(root)
    listener.wait_for_whole()
    root.mkdir()
    listener.wait_for_whole()
    save(root / "photo.jpg")
    while listener.folders() != frozenset({root}):
        pass
    assert listener.degraded.empty()


def test_root_that_is_renamed_away_and_back_is_watched_again(
    watcher: FolderWatcher, listener: Listener, root: Path
) -> None:
    watcher.watch(root)
    away = root.with_name("away")
    root.rename(away)
    listener.wait_for_whole()
    away.rename(root)
    listener.wait_for_whole()
    save(root / "photo.jpg")
    while listener.folders() != frozenset({root}):
        pass


def test_root_that_is_not_there_yet_is_waited_for(
    watcher: FolderWatcher, listener: Listener, tmp_path: Path
) -> None:
    later = tmp_path / "later"
    watcher.watch(later)
    later.mkdir()
    listener.wait_for_whole()
    save(later / "photo.jpg")
    listener.folders_until(later)
    assert listener.degraded.empty()


def test_unwatched_root_is_not_reported(
    watcher: FolderWatcher, listener: Listener, root: Path
) -> None:
    watcher.watch(root / "2020")
    watcher.watch(root / "2021")
    watcher.unwatch(root / "2020")
    save(root / "2020" / "photo.jpg")
    save(root / "2021" / _MARK)
    assert listener.changes.get(timeout=PATIENCE_SECONDS)[0] == root / "2021"
    assert listener.changes.empty()


def test_root_may_be_watched_again_after_it_was_not(
    watcher: FolderWatcher, listener: Listener, root: Path
) -> None:
    watcher.watch(root)
    watcher.unwatch(root)
    watcher.unwatch(root)
    watcher.watch(root)
    watcher.watch(root)
    save(root / "photo.jpg")
    assert listener.folders() == frozenset({root})


def test_closed_watcher_leaves_no_thread_and_no_instance(listener: Listener, root: Path) -> None:
    threads, files = threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))
    watcher = FolderWatcher(
        lambda root, folders: listener.changes.put((root, folders)),
        lambda root, reason: listener.degraded.put((root, reason)),
    )
    watcher.watch(root)
    watcher.close()
    watcher.close()
    assert threading.active_count() == threads
    assert len(list(Path("/proc/self/fd").iterdir())) == files
    watcher.watch(root)
    assert threading.active_count() == threads


# -- what cannot be watched ------------------------------------------------------------------


def test_overflow_leads_to_the_whole_root(
    watcher: FolderWatcher, listener: Listener, root: Path
) -> None:
    watcher.watch(root)
    logging.getLogger("watchdog.observers.inotify_c").warning("Inotify queue overflowed; lost")
    assert listener.folders() is None


_FLOOD = """
import os, sys
folder, count = sys.argv[1], int(sys.argv[2])
os.close(os.open(f"{folder}/0", os.O_CREAT))
for number in range(1, count):
    os.link(f"{folder}/0", f"{folder}/{number}")
os.makedirs(f"{folder}/new/deep")
"""


def test_flood_that_overflows_the_systems_queue_leads_to_the_whole_root_and_hides_no_folder(
    watcher: FolderWatcher, listener: Listener, root: Path
) -> None:
    room = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    if room > 20_000:
        pytest.skip(f"this system queues {room} events, more than a test should make")
    watcher.watch(root)
    flood = [sys.executable, "-c", _FLOOD, str(root / "2021"), str(room + 2_000)]
    wait_and_hold = ctypes.PyDLL(None).waitid  # no thread of this process reads meanwhile
    with subprocess.Popen(flood) as process:
        ended = ctypes.create_string_buffer(128)
        wait_and_hold(os.P_PID, process.pid, ended, os.WEXITED | os.WNOWAIT)
    listener.wait_for_whole()
    photo = root / "2021/new/deep/photo.jpg"
    save(photo)
    while (folders := listener.folders()) is None or photo.parent not in folders:
        pass


def test_watchdog_says_in_its_log_when_events_were_lost(
    caplog: pytest.LogCaptureFixture,
) -> None:
    inotify = InotifyFD()
    inotify.start()
    try:
        overflow = InotifyEvent(-1, InotifyConstants.IN_Q_OVERFLOW, 0, b"")  # type: ignore[arg-type]
        inotify.handle_event(overflow)
    finally:
        inotify.stop()
        inotify.join()
    assert [record.name for record in caplog.records] == ["watchdog.observers.inotify_c"]
    assert "overflow" in caplog.text


@pytest.mark.parametrize("kind", ["nfs4", "fuse.sshfs"])
def test_network_file_system_is_not_watched(
    kind: str,
    watcher: FolderWatcher,
    listener: Listener,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mounts = (
        Mount(id=1, point=Path("/"), kind="ext4"),
        Mount(id=2, point=root / "2020", kind=kind),
    )
    monkeypatch.setattr("indexer.folders.watcher.current_mounts", lambda: mounts)
    watcher.watch(root)
    degraded, reason = listener.degraded.get(timeout=PATIENCE_SECONDS)
    assert degraded == root
    assert kind in reason


def test_root_with_more_folders_than_may_be_watched_is_not_watched(
    watcher: FolderWatcher, listener: Listener, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.folders.watcher.watches_max", lambda: 3)
    watcher.watch(root)
    assert listener.degraded.get(timeout=PATIENCE_SECONDS)[0] == root
