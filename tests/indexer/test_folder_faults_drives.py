"""Drives that are unmounted, mounted elsewhere, and mounted in each other's place."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from tests.indexer.mount_stories import STORIES
from tests.indexer.unshared import run_module_unshared

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.skipif(sys.platform != "linux", reason="mounts and namespaces are Linux's own")
def test_no_story_of_a_drive_ends_with_a_photo_lost_or_read_twice(tmp_path: Path) -> None:
    """The stories are told by one process; each says in its own lines what it expects."""
    endings = json.loads(run_module_unshared("tests.indexer.mount_stories", str(tmp_path)))
    assert len(endings) == len(STORIES)
    assert {story: ending for story, ending in endings.items() if ending} == {}
