from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Imagescope


def test_photos_that_only_passed_a_filter_are_shown_without_a_score(
    imagescope: Imagescope, photos: Path
) -> None:
    assert imagescope("index", photos).status == 0
    [line] = imagescope("search", "--in", photos / "garden", "-k", "1").out.splitlines()
    assert line.split()[0] == "1"
    assert "0.0000" not in line
    assert line.split()[1].startswith(str(photos))
