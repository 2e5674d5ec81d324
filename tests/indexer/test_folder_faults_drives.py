"""Drives that are unmounted, mounted elsewhere, and mounted in each other's place."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, cast

import pytest

from tests.indexer.mount_stories import STORIES
from tests.indexer.unshared import run_module_unshared

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="mounts and namespaces are Linux's own"),
    # They are all told by one process, which one of the test processes waits for.
    pytest.mark.xdist_group("drives"),
]


@pytest.fixture(scope="module")
def endings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder: Path = tmp_path_factory.mktemp("drives")
    told = run_module_unshared("tests.indexer.mount_stories", str(folder))
    return cast("dict[str, str]", json.loads(told))


@pytest.mark.parametrize("story", [story.__name__ for story in STORIES])
def test_drive(story: str, endings: dict[str, str]) -> None:
    assert endings[story] == ""
