from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from storage.thumbnails import ThumbnailCache

if TYPE_CHECKING:
    from pathlib import Path


JPEG = b"\xff\xd8 pixels \xff\xd9"


def test_what_was_written_is_read_and_nothing_else(tmp_path: Path) -> None:
    cache = ThumbnailCache(tmp_path, 1000)
    cache.write("abcd", 320, JPEG)
    assert cache.read("abcd", 320) == JPEG
    assert cache.read("abcd", 1600) is None
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["abcd-320.jpg"]


def test_each_moment_of_a_moving_picture_has_a_picture_of_its_own(tmp_path: Path) -> None:
    cache = ThumbnailCache(tmp_path, 1000)
    cache.write("abcd", 320, JPEG, second=42.04)
    assert cache.read("abcd", 320) is None
    assert cache.read("abcd", 320, 7.0) is None
    assert cache.read("abcd", 320, 42.04) == JPEG
    assert cache.has("abcd", 320, 42.04)
    assert [path.name for path in tmp_path.rglob("*.jpg")] == ["abcd-320-42040ms.jpg"]


def test_moments_are_trimmed_as_all_pictures_are(tmp_path: Path) -> None:
    cache = ThumbnailCache(tmp_path, 2 * len(JPEG) - 1)
    cache.write("abcd", 320, JPEG)
    cache.write("abcd", 320, JPEG, second=7.0)
    os.utime(cache.path_of("abcd", 320, 7.0), (1000, 1000))
    assert cache.trim() == len(JPEG)
    assert not cache.has("abcd", 320, 7.0)
    assert cache.has("abcd", 320)


def test_trimming_drops_the_least_recently_used_until_it_fits(tmp_path: Path) -> None:
    cache = ThumbnailCache(tmp_path, 250)
    for age, name in enumerate(("new1", "old1", "old2")):
        cache.write(name, 320, JPEG.ljust(98, b"x") + JPEG[-2:])
        os.utime(cache.path_of(name, 320), (1000 - age, 1000 - age))
    assert cache.trim() == 100
    assert cache.read("old2", 320) is None
    assert cache.read("new1", 320) is not None
    assert cache.trim() == 0


@pytest.mark.parametrize("stored", [b"", JPEG[:-1], JPEG[:1], b"\0" * len(JPEG), b"not a jpeg"])
def test_a_file_that_is_not_whole_is_as_good_as_missing(tmp_path: Path, stored: bytes) -> None:
    cache = ThumbnailCache(tmp_path, 1000)
    cache.write("abcd", 320, JPEG)
    assert cache.has("abcd", 320)
    cache.path_of("abcd", 320).write_bytes(stored)
    assert not cache.has("abcd", 320)
    assert cache.read("abcd", 320) is None
    cache.write("abcd", 320, JPEG)
    assert cache.has("abcd", 320)


def test_what_a_killed_process_was_writing_is_removed_and_what_others_write_stays(
    tmp_path: Path,
) -> None:
    cache = ThumbnailCache(tmp_path, 1000)
    cache.write("abcd", 320, JPEG)
    ended = subprocess.Popen(["true"])
    ended.wait()
    folder = tmp_path / "unfinished"
    for process_id in (ended.pid, os.getppid()):
        (folder / f"{process_id}-x").write_bytes(JPEG[:3])
    cache.clear_unfinished()
    assert [path.name for path in folder.iterdir()] == [f"{os.getppid()}-x"]
    assert cache.has("abcd", 320)
