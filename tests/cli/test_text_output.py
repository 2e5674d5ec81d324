from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Imagescope, Shelf


def test_photos_that_only_passed_a_filter_are_shown_without_a_score(
    indexed: Imagescope, shelf: Shelf
) -> None:
    [line] = indexed("search", "--in", shelf.photos / "garden", "-k", "1").out.splitlines()
    assert line.split()[0] == "1"
    assert "0.0000" not in line
    assert line.split()[1].startswith(str(shelf.photos))
