"""What `imagescope status` says, without a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest import mock

from imagescope_tui.cli.status_report import Status, print_status
from imagescope_tui.ui.library_page_words import folder_words
from imagescope_tui.ui.library_report import read_report
from indexer import formats
from storage.library import Library

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.cli.conftest import Imagescope, Shelf


def test_films_that_are_passed_over_are_told_with_what_reads_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Library.open_writer(tmp_path / "library") as library:
        with library.atomic():
            root = library.roots.add(tmp_path)
            library.passed_over.put(root.id, {"trip": 2, "": 1}, seen=())
        status = Status(library=tmp_path, report=read_report(library))
    assert status.report.films_passed == 3
    with mock.patch.object(formats, "find_spec", return_value=None):
        print_status(status)
    told = "videos    3 videos passed over: pip install 'imagescope-tui[video]'"
    assert told in capsys.readouterr().out.splitlines()
    print_status(status)
    assert "passed over" not in capsys.readouterr().out


def test_a_folder_is_told_as_on_the_library_page_and_room_where_it_is_asked_for(
    indexed: Imagescope, shelf: Shelf
) -> None:
    told = indexed("status", "--disk").out.splitlines()
    [folder] = [line for line in told if line.startswith("folder ")]
    with Library.open_reader(indexed.library) as library:
        [report] = read_report(library).folders
    assert report.root.scanned_at is not None
    page = folder_words(report, report.root.scanned_at + 60)
    assert folder.startswith(f"folder    {shelf.photos}: 4 photos · looked at ")
    assert folder.partition(" ago")[2] == page.partition(" ago")[2]
    assert any(line.startswith("database  ") for line in told)
    assert "database" not in indexed("status").out
