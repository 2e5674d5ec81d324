"""A saved search is opened from a terminal, or refused in a line."""

from __future__ import annotations

import os
import pty
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Imagescope

_TUI = "from imagescope_tui.cli.tui_app import main; main()"


def refused(imagescope: Imagescope, trace: Path) -> tuple[int, str]:
    """What `imagescope-tui --trace` says where it has a terminal, but opens no screen."""
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            [
                *(imagescope.command[0], "-P", "-c", _TUI),
                *("--library", str(imagescope.library), "--trace", str(trace)),
            ],
            check=False,
            stdin=theirs,
            stdout=theirs,
            stderr=subprocess.PIPE,
            env=imagescope.environment,
            cwd=imagescope.base,
            timeout=100,
        )
    finally:
        os.close(ours)
        os.close(theirs)
    return done.returncode, done.stderr.decode()


@pytest.fixture
def trace(indexed: Imagescope) -> Path:
    path = indexed.base / "trace.jsonl"
    path.write_text(indexed("search", "red", "--format", "jsonl").out, "utf-8")
    return path


def test_a_trace_needs_the_library_it_was_made_with(indexed: Imagescope, trace: Path) -> None:
    indexed.library = indexed.base / "other"
    status, told = refused(indexed, trace)
    assert status == 3
    assert told.strip().splitlines() == [
        f"imagescope: there is no library in {indexed.library}: a trace is opened with the library"
        " it was made with — name it with --library"
    ]


@pytest.mark.parametrize("has_library", [True, False])
def test_a_bad_trace_is_told_whether_or_not_there_is_a_library(
    indexed: Imagescope, trace: Path, has_library: bool
) -> None:
    if not has_library:
        indexed.library = indexed.base / "other"
    trace.write_text("{}\n")
    status, told = refused(indexed, trace)
    assert status == 2
    assert "trace.jsonl, line 1, is no event of a search" in told
    assert len(told.strip().splitlines()) == 1
    missing = refused(indexed, indexed.base / "none.jsonl")
    assert missing[0] == 2
    assert "none.jsonl cannot be read" in missing[1]
