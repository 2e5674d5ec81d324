"""A disk that is full, and folders that may not be written or read any more."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.e2e.namespaces import run_with_mounts, run_without_privileges
from tests.e2e.small_disk import PHOTOS

if TYPE_CHECKING:
    from pathlib import Path


def _seen(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_disk_that_is_full_is_told_in_one_line_and_what_was_done_stays(tmp_path: Path) -> None:
    *runs, done, full, found = _seen(run_with_mounts("tests.e2e.small_disk", "first", tmp_path))
    for run in (*runs, full):
        assert run["status"] == 2
        [line] = run["told"]
        assert line.startswith("imagescope: ")
        assert line.endswith(" — free some space on its disk")
    assert runs[0]["kept"] is None
    assert 0 <= runs[1]["kept"] < PHOTOS
    assert (done["status"], done["kept"]) == (0, PHOTOS)
    assert full["kept"] == PHOTOS
    assert found["status"] == 0
    assert found["found"]


def test_a_process_that_serves_goes_on_by_itself_when_there_is_room(tmp_path: Path) -> None:
    *halts, done, ended = _seen(run_with_mounts("tests.e2e.small_disk", "held", tmp_path))
    assert [event["event"] for event in halts] == ["index_halted"] * 2
    assert all(event["hint"] == "free some space on its disk" for event in halts)
    assert (done["event"], done["photos"], done["failed"]) == ("index_up_to_date", PHOTOS, 0)
    assert ended["kept"] == PHOTOS


def test_permissions_that_are_lost_and_come_back_cost_nothing(tmp_path: Path) -> None:
    seen = _seen(run_without_privileges("tests.e2e.lost_permissions", tmp_path))
    by_name = {fields.pop("what"): fields for fields in seen}
    assert by_name["indexed"] == {"status": 0, "told": [], "photos": 3, "failed": 0}
    locked = by_name["a photo may not be read, and a folder not be entered"]
    assert (locked["status"], locked["photos"], locked["failed"]) == (5, 4, 1)
    readable = by_name["all may be read again"]
    assert (readable["status"], readable["photos"], readable["failed"]) == (0, 4, 0)
    frozen = by_name["library may not be written"]
    assert (frozen["status"], frozen["photos"]) == (2, 4)
    [line] = frozen["told"]
    assert "check its permissions" in line
    assert by_name["search of it"]["status"] == 0
