"""What `status` says of why nothing is indexed just now."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import psutil
import pytest

from imagescope_tui.cli import status
from imagescope_tui.config import load_settings
from storage.pause_mark import put_pause

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("is_unplugged", "on_battery", "is_asked", "reason"),
    [
        (False, "pause", False, None),
        (True, "pause", False, "battery"),
        (True, "run", False, None),
        (True, "pause", True, "asked"),
        (False, "run", True, "asked"),
    ],
)
def test_the_reason_is_the_one_the_indexer_acts_by(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    is_unplugged: bool,
    on_battery: str,
    is_asked: bool,
    reason: str | None,
) -> None:
    battery = SimpleNamespace(power_plugged=not is_unplugged)
    monkeypatch.setattr(psutil, "sensors_battery", lambda: battery, raising=False)
    put_pause(tmp_path, is_asked)
    settings = load_settings(
        {"library": str(tmp_path), "on_battery": on_battery}, environ={}, config_file=None
    )
    assert status._pause_reason(settings) == reason
