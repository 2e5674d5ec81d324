"""What the watcher says where the system allows little, or unmounts; in namespaces of their own."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.indexer.unshared import run_unshared

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's own")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "photos"
    (root / "2020" / "lake").mkdir(parents=True)
    (root / "2021").mkdir()
    return root


UNMOUNTED = """
import queue, subprocess, sys
from pathlib import Path
from indexer.folders.watcher import FolderWatcher
root = Path(sys.argv[1])
def mount():
    subprocess.run(["mount", "-t", "tmpfs", "none", str(root)], check=True)
changes = queue.Queue()
watcher = FolderWatcher(
    lambda *news: changes.put(news[1]), lambda *_: None, 0.05, 0.2, seconds_between_checks=0.1
)
mount()
watcher.watch(root)
subprocess.run(["umount", str(root)], check=True)
print(changes.get(timeout=20), flush=True)
mount()
print(changes.get(timeout=20), flush=True)
(root / "photo.jpg").write_bytes(b"photo")
print(changes.get(timeout=20) == {root}, flush=True)
watcher.close()
"""


def test_unmounted_and_mounted_root_is_reported_whole_and_watched_again(root: Path) -> None:
    assert run_unshared(UNMOUNTED, str(root)) == ["None", "None", "True"]


LIMITED = """
import queue, sys
from pathlib import Path
from indexer.folders.watcher import FolderWatcher
limit, maximum, root = sys.argv[1], sys.argv[2], Path(sys.argv[3])
Path(f"/proc/sys/user/max_inotify_{limit}").write_text(maximum)
degraded = queue.Queue()
watcher = FolderWatcher(lambda *_: None, lambda *news: degraded.put(news), 0.05, 0.2)
watcher.watch(root)
if not degraded.qsize():
    print("watched", flush=True)
    for number in range(30):
        (root / str(number)).mkdir()
print(degraded.get(timeout=20)[1], flush=True)
watcher.close()
"""


def test_limit_of_watches_degrades_the_root(root: Path) -> None:
    (reason,) = run_unshared(LIMITED, "watches", "2", str(root))
    assert "(2)" in reason


def test_limit_of_watches_met_by_new_folders_degrades_the_root(root: Path) -> None:
    state, reason = run_unshared(LIMITED, "watches", "10", str(root))
    assert state == "watched"
    assert reason == "the system's limit of watched folders (10) is reached"


def test_limit_of_instances_degrades_the_root(root: Path) -> None:
    (reason,) = run_unshared(LIMITED, "instances", "0", str(root))
    assert reason == "the system's limit of programs that watch folders is reached"
