"""Photos that could not be processed: by reason, a page at a time, and let go one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from storage.records import FailureReason, FolderCounts
from tests.storage.conftest import ROOT, file_state

if TYPE_CHECKING:
    from storage.records import PhotoId
    from tests.storage.conftest import Shelf

EMPTY = FailureReason(step="decode", reason="the file is empty", photos=3)
CAPTION = FailureReason(step="caption", reason="the file is empty", photos=1)
DAMAGED = FailureReason(step="decode", reason="the picture is damaged", photos=1)


@pytest.fixture
def failed(shelf: Shelf) -> list[PhotoId]:
    """Five photos that failed: three for one reason, two each for another."""
    ids = shelf.add("trip", *[file_state(f"{n}.jpg", inode=n + 1) for n in range(6)])
    with shelf.library.atomic():
        for photo_id, told in zip(ids, (EMPTY, EMPTY, EMPTY, CAPTION, DAMAGED), strict=False):
            shelf.library.failures.put(photo_id, told.step, told.reason, retry_after=None)
    return ids[:5]


def test_reasons_are_counted_and_the_most_frequent_comes_first(
    shelf: Shelf, failed: list[PhotoId]
) -> None:
    assert shelf.library.failures.by_reason() == (EMPTY, CAPTION, DAMAGED)


def test_the_photos_of_a_reason_come_a_page_at_a_time(shelf: Shelf, failed: list[PhotoId]) -> None:
    failures = shelf.library.failures
    first = failures.page(offset=0, limit=2, reason=EMPTY)
    assert [item.path for item in first] == [ROOT / "trip/0.jpg", ROOT / "trip/1.jpg"]
    assert [item.photo_id for item in failures.page(offset=2, limit=2, reason=EMPTY)] == [failed[2]]
    assert [item.step for item in failures.page(offset=0, limit=9, reason=CAPTION)] == ["caption"]


def test_only_the_photos_that_are_named_are_let_go(shelf: Shelf, failed: list[PhotoId]) -> None:
    with shelf.library.atomic():
        shelf.library.failures.forget(failed[:1])
    left = shelf.library.failures.page(offset=0, limit=9)
    assert [item.photo_id for item in left] == failed[1:]


def test_what_a_folder_holds_is_counted_apart(shelf: Shelf, failed: list[PhotoId]) -> None:
    with shelf.library.atomic():
        other = shelf.library.roots.add(ROOT.with_name("other"))
        shelf.library.passed_over.put(other.id, {"": 2, "a": 1}, seen=())
    shelf.read("a" * 32)
    assert shelf.library.folder_counts() == {
        shelf.root.id: FolderCounts(photos=6, embedded=1, failed=5),
        other.id: FolderCounts(films_passed=3),
    }
