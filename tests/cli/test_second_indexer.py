"""Somebody else indexes the library: who it is, and that nothing is lost by asking."""

from __future__ import annotations

import os
import pty
import re
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from storage.holder import HOLDER_NAME
from storage.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.conftest import Imagescope


@pytest.mark.parametrize("words", [(), ("--watch",)], ids=["once", "watching"])
def test_a_second_indexer_is_2_and_says_who_has_the_library(
    imagescope: Imagescope, photos: Path, words: tuple[str, ...]
) -> None:
    with Library.open_writer(imagescope.library) as library:
        told = imagescope("index", photos, *words)
        assert library.roots.all() == ()
    assert told.status == 2
    [line] = [line for line in told.err.splitlines() if line.startswith("imagescope: ")]
    assert "another imagescope indexes this library: " in line
    assert f"(process {os.getpid()})" in line
    assert "wait for it, or close it there" in line


def test_a_second_indexer_is_told_command_terminal_and_time_of_the_first(
    imagescope: Imagescope, photos: Path
) -> None:
    with watching(imagescope, photos) as (first, terminal):
        told = imagescope("index", photos)
        status = imagescope("status")
        assert imagescope("status", "--json").json["indexed_by"]["program"]["process"] == first
    assert told.status == 2
    assert f"terminal {terminal}, since " in status.out
    assert imagescope("status", "--json").json["indexed_by"] is None
    assert re.search(
        rf"another imagescope indexes this library: \S.* index --watch, terminal {terminal},"
        rf" since \d\d:\d\d \(process {first}\)",
        told.err,
    )


@contextmanager
def watching(imagescope: Imagescope, photos: Path) -> Iterator[tuple[int, str]]:
    """A first indexer in a terminal of its own: its number, and the terminal's name."""
    ours, its = pty.openpty()
    arguments = ["--library", str(imagescope.library), "index", "--watch", "--json", str(photos)]
    with subprocess.Popen(
        [*imagescope.command, *arguments],
        stdin=its,
        stdout=subprocess.PIPE,
        env=imagescope.environment,
    ) as first:
        try:
            assert first.stdout is not None
            assert b"indexer_started" in first.stdout.readline() + first.stdout.readline()
            yield first.pid, os.ttyname(its).removeprefix("/dev/")
        finally:
            first.terminate()
            first.communicate()
            os.close(ours)
            os.close(its)
    assert not (imagescope.library / HOLDER_NAME).exists()
