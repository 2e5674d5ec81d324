"""What a run says at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest import mock

from imagescope_tui.cli.exit_codes import ExitCode
from imagescope_tui.cli.index_report import PlainReport, event_line
from indexer import formats
from indexer.events import IgnoreLineOdd, IndexUpToDate

if TYPE_CHECKING:
    import pytest


def test_an_indexer_killed_when_all_was_done_is_told_as_killed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report = PlainReport()
    report.take(IndexUpToDate(photos=3, failed=0, seconds=1.0))
    capsys.readouterr()
    report.status = -9
    report.summarize()
    assert "the indexer was killed" in capsys.readouterr().err
    assert report.exit_code is ExitCode.USAGE


def test_films_that_are_passed_over_are_told_at_the_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with mock.patch.object(formats, "find_spec", return_value=None):
        report = PlainReport()
        report.take(IndexUpToDate(photos=3, failed=0, seconds=1.0, films_passed=1))
        report.summarize()
    told = capsys.readouterr().err.splitlines()
    assert told[-1] == "1 video passed over: pip install 'imagescope-tui[video]'"


def test_a_line_of_an_ignore_file_that_leaves_out_nothing_is_told() -> None:
    odd = IgnoreLineOdd(
        path="/p/.imagescopeignore", line=2, text="a[", reason="a bracket has no end"
    )
    assert event_line(odd) == "/p/.imagescopeignore, line 2, “a[”: a bracket has no end"
