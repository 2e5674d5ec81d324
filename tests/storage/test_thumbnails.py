from __future__ import annotations

import os
from typing import TYPE_CHECKING

from storage.thumbnails import ThumbnailCache

if TYPE_CHECKING:
    from pathlib import Path


def test_what_was_written_is_read_and_nothing_else(tmp_path: Path) -> None:
    cache = ThumbnailCache(tmp_path, 1000)
    cache.write("abcd", 320, b"jpeg")
    assert cache.read("abcd", 320) == b"jpeg"
    assert cache.read("abcd", 1600) is None
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["abcd-320.jpg"]


def test_trimming_drops_the_least_recently_used_until_it_fits(tmp_path: Path) -> None:
    cache = ThumbnailCache(tmp_path, 250)
    for age, name in enumerate(("new1", "old1", "old2")):
        cache.write(name, 320, b"x" * 100)
        os.utime(cache.path_of(name, 320), (1000 - age, 1000 - age))
    assert cache.trim() == 100
    assert cache.read("old2", 320) is None
    assert cache.read("new1", 320) is not None
    assert cache.trim() == 0
