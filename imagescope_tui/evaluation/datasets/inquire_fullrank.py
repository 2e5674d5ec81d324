"""INQUIRE over all five million photos of iNat24 (Vendrow et al., 2024): queries and answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from imagescope_tui.evaluation.datasets.entries import csv_entries
from imagescope_tui.evaluation.datasets.layouts import clean_path, fingerprint, locate
from imagescope_tui.evaluation.task import Benchmark, BenchmarkQuery, MeasureSet

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

NAMES: Final = ("INQUIRE", "inquire", "data")
PLACES: Final = ("", "inquire/", "data/inquire/")
MEASURES: Final = MeasureSet(inquire_ap=(50,), ndcg=(50,), has_mrr=True)

_EMBEDDINGS: Final = ("embs", "inat24/embs", "data/inat24/embs")


def load(folder: Path, split: str) -> Benchmark:
    """The queries of `val` or `test`; right answers by their `image_path`.

    Only right answers are annotated: every other photo counts as wrong.

    Raises:
        DatasetIncomplete: a table is missing or malformed.
    """
    found = locate(
        folder,
        NAMES,
        tuple(f"{place}inquire_queries_{split}.csv" for place in PLACES),
        tuple(f"{place}inquire_annotations.csv" for place in PLACES),
    )
    queries = read_queries(found.files[0])
    targets = _targets(found.files[1], {query.id for query in queries})
    without = sum(not targets[query.id] for query in queries)
    return Benchmark(
        name="inquire-fullrank",
        split=split,
        folder=found.root,
        queries=tuple(
            BenchmarkQuery(
                id=query.id, text=query.text, targets=targets[query.id], groups=query.groups
            )
            for query in queries
        ),
        photos={},
        measures=MEASURES,
        fingerprint=fingerprint(found.files),
        notes=(f"queries without a right answer: {without}",) if without else (),
    )


def embedding_folders(root: Path) -> tuple[Path, ...]:
    """Folders of pre-computed vectors in a data set's folder, one for each model."""
    return tuple(
        folder
        for place in _EMBEDDINGS
        for folder in sorted((root / place).glob("*"))
        if (folder / "img_emb").is_dir() and (folder / "metadata").is_dir()
    )


def read_queries(path: Path) -> tuple[BenchmarkQuery, ...]:
    """A table of queries, without right answers; outer spaces are no part of a text.

    Raises:
        DatasetIncomplete: it cannot be read, or is malformed.
    """
    queries: dict[str, BenchmarkQuery] = {}
    for entry in csv_entries(path, "query_id", "query_text", "supercategory"):
        name = str(entry.number("query_id"))
        text = entry.text("query_text").strip()
        if not text:
            raise entry.wrong("`query_text` is empty")
        if name in queries:
            raise entry.wrong(f"query {name} is there twice")
        groups = (entry.text("supercategory").strip(),)
        queries[name] = BenchmarkQuery(id=name, text=text, groups=groups if groups[0] else ())
    return tuple(queries.values())


def _targets(path: Path, queries: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """The table is about both splits; what is about the other is passed over."""
    # Keys of a dictionary: each once, in the order of the file.
    found: dict[str, dict[str, None]] = {query: {} for query in queries}
    for entry in csv_entries(path, "query_id", "image_path"):
        query = str(entry.number("query_id"))
        if query not in found:
            continue
        name = clean_path(entry.text("image_path"))
        if name is None:
            raise entry.wrong("`image_path` names no file")
        found[query][name] = None
    return {query: tuple(names) for query, names in found.items()}
