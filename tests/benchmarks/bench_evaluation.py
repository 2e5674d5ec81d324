"""What a run of a benchmark costs beside its models: real queries, galleries of the real size."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.benchmarks.benchmark_galleries import SPLITS, is_there, make_gallery, read_benchmark
from tests.benchmarks.evaluation_run import Job, Outcome, run_in_child
from tests.benchmarks.fullrank_files import query_texts, some_names, write_fullrank
from tests.benchmarks.page_cache import forget
from tests.benchmarks.table import Table, mebibytes, milliseconds, verdict

if TYPE_CHECKING:
    from pathlib import Path

    from imagescope_tui.evaluation.task import DatasetName
    from imagescope_tui.search.types import StrategyName

PACKAGES = ("numpy", "pyarrow")
_STRATEGIES: tuple[StrategyName, ...] = ("imagescope", "ours")
_AT_ONCE = 16
_QUICK_QUERIES = 40
_ROWS, _QUICK_ROWS = 5_000_000, 50_000
_FILES = 5
_PEAK_BYTES = 3 * 2**30


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    outcome: Outcome


def run(folder: Path, *, quick: bool) -> tuple[Table, ...]:
    """The stages over files, and stage 1 over pre-computed vectors."""
    return _runs(folder, quick=quick), _fullrank(folder, quick=quick)


def _runs(folder: Path, *, quick: bool) -> Table:
    rows: list[_Row] = []
    absent: list[str] = []
    for dataset, split in SPLITS.items():
        title = f"{dataset.upper()} {split}"
        if not is_there(dataset):
            absent.append(title)
            continue
        gallery = make_gallery(read_benchmark(dataset, folder), folder)
        for strategy in _STRATEGIES:
            job = _job(dataset, folder, gallery, strategy, quick=quick)
            rows.append(_Row(f"{title}, `{strategy}`", _told(run_in_child(job))))
    return Table(
        title="All stages over the real queries, models that answer at once",
        head=("", "queries", "photos", "model calls each", "queries/s", "CPU each", "peak memory"),
        rows=tuple(_stages_row(row) for row in rows),
        notes=(
            f"{_AT_ONCE} queries at a time; three questions about each candidate. Every step of"
            " every query is written to disk. The encoder is random, and photos are shown to the"
            " models without being decoded.",
            *(f"Not measured, for its annotations are not there: {title}." for title in absent),
        ),
    )


def _job(
    dataset: DatasetName, folder: Path, gallery: Path, strategy: StrategyName, *, quick: bool
) -> Job:
    return Job(
        dataset=dataset,
        folder=str(folder),
        gallery=str(gallery),
        strategy=strategy,
        at_once=_AT_ONCE,
        limit=_QUICK_QUERIES if quick else None,
    )


def _stages_row(row: _Row) -> tuple[str, ...]:
    took = row.outcome
    _expect_no_failure(row)
    return (
        row.name,
        f"{took.queries:,}",
        f"{took.photos:,}",
        f"{took.model_calls / took.queries:.1f}",
        f"{took.queries / took.seconds:.1f}",
        milliseconds(took.cpu_seconds / took.queries),
        mebibytes(took.peak_bytes),
    )


def _fullrank(folder: Path, *, quick: bool) -> Table:
    count = _QUICK_ROWS if quick else _ROWS
    texts = query_texts()
    title = f"INQUIRE fullrank, stage 1 over {count:,} × 512 float16 from a memory map"
    if not texts:
        return Table(
            title=title, head=("",), rows=(), notes=("Not measured: its queries are not there.",)
        )
    model = write_fullrank(folder, count, _FILES)
    names = some_names(model)
    every, one = tuple(texts), tuple(texts[:1])
    rows: list[_Row] = []
    for name, asked in (
        ("all queries, files not in the page cache", every),
        ("all queries", every),
        ("one query", one),
    ):
        if "not in" in name:
            for path in (*model.rglob("*.npy"), *model.rglob("*.parquet")):
                forget(path)
        job = Job(
            dataset="inquire-fullrank",
            folder=str(folder),
            gallery=str(model.parents[2]),
            strategy="retrieval",
            at_once=len(asked),
            texts=asked,
            targets=tuple(names),
        )
        rows.append(_Row(name, _told(run_in_child(job))))
    peak = max(row.outcome.peak_bytes for row in rows)
    return Table(
        title=title,
        head=("", "queries", "passes", "opening", "run", "each query", "CPU each", "peak memory"),
        rows=tuple(_fullrank_row(row) for row in rows),
        notes=(
            f"Target: at most {mebibytes(_PEAK_BYTES)} resident, what is mapped included:"
            f" {verdict(peak, _PEAK_BYTES)}. {_FILES} files of vectors, the best 1,000 of each"
            f" query. Opening checks the files and finds {len(names):,} right answers among the"
            " names.",
        ),
    )


def _fullrank_row(row: _Row) -> tuple[str, ...]:
    took = row.outcome
    _expect_no_failure(row)
    return (
        row.name,
        str(took.queries),
        str(took.passes),
        f"{took.opened_seconds:.1f} s",
        f"{took.seconds:.1f} s",
        milliseconds(took.seconds / took.queries),
        milliseconds(took.cpu_seconds / took.queries),
        mebibytes(took.peak_bytes),
    )


def _told(outcome: Outcome) -> Outcome:
    print(outcome, file=sys.stderr, flush=True)
    return outcome


def _expect_no_failure(row: _Row) -> None:
    assert not row.outcome.failed, f"{row.name}: {row.outcome.failed} queries failed or fell back"
