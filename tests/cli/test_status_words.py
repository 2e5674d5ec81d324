"""What `imagescope status` says, without a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest import mock

from imagescope_tui.cli import status
from indexer import formats
from storage.library import Library

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_films_that_are_passed_over_are_told_with_what_reads_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Library.open_writer(tmp_path / "library") as library:
        with library.atomic():
            root = library.roots.add(tmp_path)
            library.passed_over.put(root.id, {"trip": 2, "": 1}, seen=())
        report = {**status._report(library), "paused": None}
    assert report["videos_passed_over"] == 3
    with mock.patch.object(formats, "find_spec", return_value=None):
        status._print(report)
    told = "videos    3 videos passed over: pip install 'imagescope-tui[video]'"
    assert told in capsys.readouterr().out.splitlines()
    status._print(report)
    assert "passed over" not in capsys.readouterr().out
