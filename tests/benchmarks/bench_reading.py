"""How long it takes to read a line."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from imagescope_tui.search.query_language import LineContext, parse_query
from storage.records import LibraryNames, NameCount
from tests.benchmarks.index_command import PROJECT
from tests.benchmarks.table import Table, milliseconds, verdict
from tests.search.reading.page_examples import EXAMPLES

if TYPE_CHECKING:
    from pathlib import Path

PACKAGES = ("babel", "python-dateutil")
_TARGET_SECONDS = 0.001
_IMPORT_TARGET_SECONDS = 0.05
_ROUNDS, _QUICK_ROUNDS = 51, 5
_FOLDERS = 5_000
_WORDS = ("a dog on a beach", "photos of my dog", "yellow flower with a bee", "in:Italy red door")
_IMPORT = """
import time, dataclasses, re, storage.records
begin = time.process_time()
import imagescope_tui.search.query_language as language
language.parse_query("")
imported = time.process_time()
language.parse_query("dog last summer")
print(imported - begin, time.process_time() - imported)
"""


def run(folder: Path, *, quick: bool) -> tuple[Table, ...]:
    """Each line several times, the lines in turn; imports in processes of their own."""
    rounds = _QUICK_ROUNDS if quick else _ROUNDS
    names = tuple(NameCount(name=f"{number} Italy trip", photos=1) for number in range(_FOLDERS))
    context = LineContext(names=LibraryNames(roots=("Photos",), folders=names))
    lines = (*EXAMPLES, *_WORDS)
    seconds = [_median_seconds(line, context, rounds) for line in lines]
    imports = [_import_seconds() for _ in range(_QUICK_ROUNDS)]
    import_best, first_best = (min(each) for each in zip(*imports, strict=True))
    median = statistics.median(seconds)
    return (
        Table(
            title=f"{len(lines)} lines, beside the names of {_FOLDERS:,} folders",
            head=("", "median", "95 %", "longest"),
            rows=(
                (
                    "reading a line",
                    milliseconds(median),
                    milliseconds(statistics.quantiles(seconds, n=20)[-1]),
                    milliseconds(max(seconds)),
                ),
            ),
            notes=(
                f"Target: median at most {milliseconds(_TARGET_SECONDS)}:"
                f" {verdict(median, _TARGET_SECONDS)}.",
                f"Before the first frame {milliseconds(import_best)} of CPU are imports, target"
                f" {milliseconds(_IMPORT_TARGET_SECONDS)}:"
                f" {verdict(import_best, _IMPORT_TARGET_SECONDS)}."
                f" The first line that is read takes {milliseconds(first_best)}.",
            ),
        ),
    )


def _median_seconds(line: str, context: LineContext, rounds: int) -> float:
    parse_query(line, context)
    spent: list[float] = []
    for _ in range(rounds):
        begin = time.perf_counter()
        parse_query(line, context)
        spent.append(time.perf_counter() - begin)
    return statistics.median(spent)


def _import_seconds() -> tuple[float, float]:
    done = subprocess.run(
        [sys.executable, "-c", _IMPORT], cwd=PROJECT, check=True, capture_output=True, text=True
    )
    imported, first = done.stdout.split()
    return float(imported), float(first)
