"""What a command says when nobody takes what it prints."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from typing import IO

    from tests.cli.conftest import Imagescope

_TOLD = "imagescope: the output cannot be written: No space left on device"


def run_into(
    stdout: IO[bytes], imagescope: Imagescope, *words: str, stderr: int | IO[bytes]
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*imagescope.command, "--library", str(imagescope.library), *words],
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        env=imagescope.environment,
        cwd=imagescope.base,
    )


@pytest.mark.parametrize(
    "words",
    [
        ("status",),
        ("status", "--json"),
        ("search", "red"),
        ("search", "red", "--explain"),
        ("search", "red", "--format", "json"),
        ("search", "red", "--format", "paths"),
        ("search", "red", "--format", "jsonl"),
        ("index", "--json"),
        ("--help",),
        ("--version",),
    ],
    ids=" ".join,
)
def test_a_full_disk_is_told_in_one_line(indexed: Imagescope, words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = run_into(full, indexed, *words, stderr=subprocess.PIPE)
    assert done.stderr.decode().splitlines() == [_TOLD]
    assert done.returncode == 2


def test_a_full_disk_is_2_where_nobody_can_be_told(indexed: Imagescope) -> None:
    with Path("/dev/full").open("wb") as full:
        assert run_into(full, indexed, "status", stderr=full).returncode == 2


def test_a_closed_pipe_is_silent(indexed: Imagescope) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as closed:
        done = run_into(closed, indexed, "status", stderr=subprocess.PIPE)
    assert done.stderr == b""
