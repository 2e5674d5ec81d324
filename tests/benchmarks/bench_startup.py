"""How long a command takes that has little to do."""

from __future__ import annotations

import statistics
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.benchmarks.clocks import Span, Stopwatch
from tests.benchmarks.index_command import PROJECT
from tests.benchmarks.library_seed import make_library
from tests.benchmarks.table import Table, verdict

if TYPE_CHECKING:
    from pathlib import Path

PACKAGES = ("typer", "numpy", "sqlite-utils")
TARGET_SECONDS = 0.25
_HELP = "`imagescope --help`"
_SIZES, _QUICK_SIZES = (1_000, 100_000), (300,)
_ROUNDS, _QUICK_ROUNDS = 7, 3


def run(folder: Path, *, quick: bool) -> tuple[Table, ...]:
    """Every command in turn, several rounds."""
    commands = {"`python -c pass`": ["-c", "pass"], _HELP: _imagescope("--help")}
    for size in _QUICK_SIZES if quick else _SIZES:
        library = ("--library", str(make_library(folder, size)))
        suffix = f", {size:,} photos"
        commands |= {
            f"`imagescope status`{suffix}": _imagescope("status", *library),
            f"`imagescope search red`{suffix}": _imagescope(
                "search", "red", "--encoder", "pocket", *library
            ),
        }
    rounds = [
        {name: _timed(arguments) for name, arguments in commands.items()}
        for _ in range(_QUICK_ROUNDS if quick else _ROUNDS)
    ]
    return (
        Table(
            title="Commands from start to end, files in the page cache",
            head=("", "best", "median", "CPU"),
            rows=tuple(_row(name, [each[name] for each in rounds]) for name in commands),
            notes=(_note([each[_HELP].wall for each in rounds]),),
        ),
    )


def _imagescope(*arguments: str) -> list[str]:
    return ["-m", "imagescope_tui.cli", *arguments]


def _timed(arguments: list[str]) -> Span:
    with Stopwatch() as watch:
        subprocess.run(
            [sys.executable, *arguments],
            cwd=PROJECT,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
    return watch.span


def _note(seconds: list[float]) -> str:
    best = min(seconds)
    return (
        f"Target: {_HELP} in at most {TARGET_SECONDS:g} s: {best:.2f} s,"
        f" {verdict(best, TARGET_SECONDS)}."
    )


def _row(name: str, spans: list[Span]) -> tuple[str, ...]:
    walls = [each.wall for each in spans]
    return (
        name,
        f"{min(walls):.2f} s",
        f"{statistics.median(walls):.2f} s",
        f"{min(each.cpu for each in spans):.2f} s",
    )
