"""Runs a program of the tests where it may mount small disks, or where permissions count for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

PROJECT = Path(__file__).parents[2]
_SECONDS_MAX = 110


def run_with_mounts(module: str, *words: object) -> str:
    """What `python -m module words…` prints where it is root of a name space of its own."""
    return _run(["unshare", "-Urm"], module, words)


def run_without_privileges(module: str, *words: object) -> str:
    """The same as nobody special, whoever runs the tests."""
    return _run(["unshare", "-U"] if os.geteuid() == 0 else [], module, words)


def _run(before: Sequence[str], module: str, words: Sequence[object]) -> str:
    if before and not _works(before):
        pytest.skip("no name spaces for users on this machine")
    done = subprocess.run(
        [*before, sys.executable, "-m", module, *map(str, words)],
        check=False,
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_SECONDS_MAX,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _works(before: Sequence[str]) -> bool:
    if shutil.which(before[0]) is None:
        return False
    return subprocess.run([*before, "true"], check=False, capture_output=True).returncode == 0
