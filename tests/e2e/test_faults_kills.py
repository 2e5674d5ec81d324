"""A few kills of every kind; `python -m tests.soak kills` does two hundred."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.soak.kills import KillSoak

if TYPE_CHECKING:
    from pathlib import Path

_KILLS = 4
_GROWTH = ((2, 4), (34, 40))


@pytest.mark.timeout(400)
def test_after_kills_of_every_process_every_photo_is_there_once_as_it_should_be(
    tmp_path: Path,
) -> None:
    soak = KillSoak(tmp_path, seed=7, growth=_GROWTH)
    checks = soak.run(_KILLS)
    assert [check for check in checks if not check.holds] == []
    assert soak.outcome.kills.total() == _KILLS
