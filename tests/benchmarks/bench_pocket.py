"""What the encoder that comes with the program costs: pictures, texts, memory, whole commands.

Weights say nothing about time: the other encoder, a ViT-B-32, has random ones.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from indexer.models.encoders import load_encoder
from indexer.options import IndexerOptions
from tests.benchmarks.checkpoint import ARCHITECTURE, make_checkpoint, setting_for
from tests.benchmarks.indexing_rounds import indexing_table, measure_indexing
from tests.benchmarks.library_seed import make_library
from tests.benchmarks.search_builds import Build, measure_searches
from tests.benchmarks.served_indexer import Heard, seconds_of_search, serving
from tests.benchmarks.table import Table, milliseconds, verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.benchmarks.indexing_rounds import Indexed

PACKAGES = ("onnxruntime", "tokenizers", "pillow", "torch", "open_clip_torch")
TARGET_ENCODING, TARGET_SHARE, TARGET_INDEXING = 6.0, 0.92, 2.5
TARGET_QUERY_SECONDS = 0.010
TARGET_PEAK_BYTES = 500_000_000
TARGET_SEARCH = 1.0
_LIBRARY, _QUICK_LIBRARY = 10_000, 1_000
_TEXTS, _QUICK_TEXTS = 200, 30
_COMMANDS, _QUICK_COMMANDS = 15, 4
_WORDS = ("a dog", "red", "a dog in the snow", "two children on a beach at sunset", "old harbour")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Queries:
    """Seconds, text by text, in a process that has read texts before."""

    read: list[float]
    answered: list[float]


def run(folder: Path, *, quick: bool) -> tuple[Table, ...]:
    """Index the same photos with both encoders in turns, then ask one child for texts."""
    other = setting_for(make_checkpoint(folder))
    pocket, vit = measure_indexing(folder, ["pocket", other], quick=quick)
    count = _QUICK_LIBRARY if quick else _LIBRARY
    queries = _queries(folder, count, _QUICK_TEXTS if quick else _TEXTS)
    return (
        _figures_table(pocket, vit, queries),
        _queries_table(queries, count),
        indexing_table(pocket, "pocket", TARGET_SHARE),
        indexing_table(vit, ARCHITECTURE, TARGET_SHARE),
    )


def compare(folder: Path, older: Path, *, quick: bool) -> tuple[Table, ...]:
    """The whole command that searches, by an older checkout and by this one, in turns."""
    count = _QUICK_LIBRARY if quick else _LIBRARY
    builds = [Build.of_checkout("older build", older), Build.here("this build")]
    then, now = measure_searches(
        builds, folder, photos=count, rounds=_QUICK_COMMANDS if quick else _COMMANDS
    )
    cpu, wall = now.cpu / then.cpu, now.wall / then.wall
    return (
        Table(
            title=f'`imagescope search "a dog"` over {count:,} photos, whole command, median',
            head=("", "CPU", "wall", "best wall"),
            rows=tuple(
                (each.name, f"{each.cpu:.2f} s", f"{each.wall:.2f} s", f"{each.best_wall:.2f} s")
                for each in (then, now)
            ),
            notes=(
                f"Target: at most {TARGET_SEARCH} times the older build's: CPU {cpu:.2f},"
                f" {verdict(cpu, TARGET_SEARCH)}; wall {wall:.2f}, {verdict(wall, TARGET_SEARCH)}."
                " The builds take turns; each has a library of its own, with vectors of the encoder"
                " that comes with it.",
            ),
        ),
    )


def _figures_table(pocket: Indexed, vit: Indexed, queries: _Queries) -> Table:
    encoding = vit.encode.wall / pocket.encode.wall
    indexing = vit.whole.span.wall / pocket.whole.span.wall
    query = float(np.median(queries.read))
    peak = f"{pocket.peak / 1e6:.0f} MB"
    return Table(
        title=f"pocket, and beside it {ARCHITECTURE} of open_clip in the same run",
        head=("", "reached", "target", ""),
        rows=(
            _row(
                f"pictures/s of the encoder alone, against {ARCHITECTURE}",
                encoding,
                TARGET_ENCODING,
            ),
            _row("indexing, share of the bound", pocket.share, TARGET_SHARE, unit=""),
            _row(f"indexing, against {ARCHITECTURE}", indexing, TARGET_INDEXING),
            (
                "peak memory of the indexer's process",
                peak,
                f"≤ {TARGET_PEAK_BYTES / 1e6:.0f} MB",
                verdict(pocket.peak, TARGET_PEAK_BYTES),
            ),
            (
                "reading the text of a query, warm, median",
                milliseconds(query),
                f"≤ {milliseconds(TARGET_QUERY_SECONDS)}",
                verdict(query, TARGET_QUERY_SECONDS),
            ),
        ),
    )


def _row(name: str, reached: float, target: float, *, unit: str = " ×") -> tuple[str, ...]:
    met = verdict(reached, target, at_least=True)
    return name, f"{reached:.2f}{unit}", f"≥ {target:g}{unit}", met


def _queries_table(queries: _Queries, count: int) -> Table:
    return Table(
        title="A query's text in a warm process, median / 90 %",
        head=("", "time"),
        rows=(
            ("reading it", _median_and_90(queries.read)),
            (f"asking the indexer's child, {count:,} photos", _median_and_90(queries.answered)),
        ),
        notes=(f"{len(queries.read)} different texts of one to seven words, each once.",),
    )


def _median_and_90(seconds: Sequence[float]) -> str:
    return " / ".join(milliseconds(float(q)) for q in np.percentile(seconds, [50, 90]))


def _queries(folder: Path, count: int, texts: int) -> _Queries:
    library = make_library(folder, count)
    asked = [f"{_WORDS[number % len(_WORDS)]} {number}" for number in range(texts)]
    return _Queries(
        read=_seconds_to_read(asked), answered=asyncio.run(_seconds_to_answer(library, asked))
    )


def _seconds_to_read(texts: Sequence[str]) -> list[float]:
    encoder = load_encoder("pocket", models_folder=None)
    encoder.encode_texts(["warm"])
    seconds: list[float] = []
    for text in texts:
        started = time.perf_counter()
        encoder.encode_texts([text])
        seconds.append(time.perf_counter() - started)
    return seconds


async def _seconds_to_answer(library: Path, texts: Sequence[str]) -> list[float]:
    options = IndexerOptions(library=library, encoder="pocket", serve=True)
    async with serving(options, Heard()) as client:
        return [await seconds_of_search(client, text) for text in texts]
