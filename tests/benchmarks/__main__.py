"""`python -m tests.benchmarks NAME…`: measure, and print a Markdown table for each."""

from __future__ import annotations

import argparse
import compileall
import importlib
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from tests.benchmarks.document import DOCUMENT, write_section
from tests.benchmarks.index_command import PROJECT
from tests.benchmarks.machine import describe
from tests.benchmarks.table import to_markdown

if TYPE_CHECKING:
    from types import ModuleType

    from tests.benchmarks.table import Table

_PACKAGES = ("imagescope_tui", "indexer", "storage")
NAMES = (
    "indexing",
    "search",
    "words",
    "rescan",
    "growth",
    "screen",
    "lag",
    "pictures",
    "startup",
    "reading",
    "watching",
    "search_first",
    "stages",
    "noise",
    "captions",
    "where",
    "places",
    "stacks",
    "evaluation",
    "pocket",
    "queries",
    "text",
    "facts",
    "timeline",
)
ON_REQUEST = ("million", "graph", "serving", "viewers")
"""Only measured when named: they need much disk, an hour for the graph, a real vLLM, and other
programs."""


class Benchmark(Protocol):
    """What each module of this package named `bench_…` offers.

    One may name a `DOCUMENT` of its own, in which its tables stand between markers.
    """

    PACKAGES: tuple[str, ...]
    """Distributions whose versions matter to the figures."""

    def run(self, folder: Path, *, quick: bool) -> tuple[Table, ...]:
        """Measure; big files go into the folder, and may be there from an earlier run."""


class Comparison(Protocol):
    """What such a module may offer besides."""

    def compare(self, folder: Path, older: Path, *, quick: bool) -> tuple[Table, ...]:
        """Measure an older checkout, with an environment of its own in `.venv`, beside this one."""


def main() -> int:
    """Run what was named, one after the other."""
    asked = _parser().parse_args()
    _compile_packages()
    with tempfile.TemporaryDirectory(prefix="imagescope-benchmark-") as passing:
        folder = asked.folder or Path(passing)
        folder.mkdir(parents=True, exist_ok=True)
        for name in asked.names or NAMES:
            print(f"measuring {name} …", file=sys.stderr, flush=True)
            module = importlib.import_module(f"tests.benchmarks.bench_{name}")
            body = _measured(module, folder, asked.against, quick=asked.quick)
            print(body, flush=True)
            if asked.write:
                write_section(name, body, getattr(module, "DOCUMENT", DOCUMENT))
    return 0


def _compile_packages() -> None:
    """As pip does: a checkout where Python may write no bytecode compiles itself at each start."""
    for package in _PACKAGES:
        compileall.compile_dir(str(PROJECT / package), quiet=2)


def _measured(module: ModuleType, folder: Path, against: Path | None, *, quick: bool) -> str:
    benchmark = cast("Benchmark", module)
    tables = benchmark.run(folder, quick=quick)
    if against is not None and hasattr(module, "compare"):
        tables += cast("Comparison", module).compare(folder, against, quick=quick)
    size = " Small version (`--quick`)." if quick else ""
    return "\n\n".join([*map(to_markdown, tables), describe(*benchmark.PACKAGES) + size])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        choices=[*NAMES, *ON_REQUEST, []],
        help=str((*NAMES, *ON_REQUEST)),
    )
    parser.add_argument("--quick", action="store_true", help="small and rough, to try it out")
    parser.add_argument("--write", action="store_true", help="put the tables into the documents")
    parser.add_argument(
        "--against",
        type=lambda text: Path(text).absolute(),
        metavar="DIR",
        help="an older checkout with its own .venv, to measure beside this one (pocket)",
    )
    parser.add_argument("--folder", type=Path, help="keep big files here for the next run")
    return parser


if __name__ == "__main__":
    sys.exit(main())
