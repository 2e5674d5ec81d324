"""Programs that run as root of namespaces of their own: with mounts and limits of their own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]


def run_unshared(program: str, *arguments: str) -> list[str]:
    """What the program prints as root of a namespace of its own; skips where that cannot be had."""
    return _unshared("-c", program, *arguments).splitlines()


def run_module_unshared(module: str, *arguments: str) -> str:
    """The same for a module; the text as it was printed."""
    return _unshared("-m", module, *arguments)


def _unshared(*arguments: str) -> str:
    if reason := _obstacle():
        pytest.skip(reason)
    command = ["unshare", "-Urm", sys.executable, *arguments]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@cache
def _obstacle() -> str:
    unshare = shutil.which("unshare")
    if unshare is None:
        return "no unshare, to be somebody with limits and mounts of their own"
    allowed = subprocess.run([unshare, "-Urm", "true"], capture_output=True, text=True)
    return f"no user namespaces here: {allowed.stderr.strip()}" if allowed.returncode else ""
