"""Five million random vectors and their names, in the layout of INQUIRE's pre-computed embeddings.

The rows are of no unit length, as an encoder's are before they are brought to one. They are drawn
once and then turned: columns changed places and signs, which leaves them as random to any query.
"""

from __future__ import annotations

import csv
import os
from typing import TYPE_CHECKING

import numpy as np

from tests.benchmarks.benchmark_galleries import DIM
from tests.conftest import SHARED_DATA

if TYPE_CHECKING:
    from pathlib import Path

    from storage.records import FloatMatrix

RIGHT_ANSWERS = 33_000
"""As many names as INQUIRE's annotations have."""
_DRAWN = 250_000
_LENGTH = 10.0
_SPECIES = 10_000
_QUERIES = SHARED_DATA / "annotations" / "INQUIRE" / "inquire_queries_test.csv"


def query_texts() -> list[str]:
    """INQUIRE's 200 test queries; none where they are not beside the project."""
    if not _QUERIES.exists():
        return []
    with _QUERIES.open(encoding="utf-8", newline="") as stream:
        return [row["query_text"].strip() for row in csv.DictReader(stream)]


def write_fullrank(folder: Path, rows: int, files: int) -> Path:
    """One model's folder; made anew unless an earlier run left it whole."""
    place = folder / f"fullrank-{rows}" / "inat24" / "embs" / "random"
    finished = place / "finished"
    if finished.exists():
        return place
    for name in ("img_emb", "metadata"):
        (place / name).mkdir(parents=True, exist_ok=True)
    source = np.random.default_rng(0)
    each = rows // files
    drawn = _drawn(source, min(each, _DRAWN))
    for number in range(files):
        _write_vectors(place / "img_emb" / f"img_emb_{number}.npy", drawn, each, source)
        _write_names(place / "metadata" / f"metadata_{number}.parquet", each, source)
    finished.touch()
    return place


def some_names(place: Path) -> list[str]:
    """Names of as many photos as there are right answers, spread over all files."""
    from pyarrow import parquet

    names: list[str] = []
    paths = sorted((place / "metadata").glob("*.parquet"))
    for path in paths:
        column = parquet.read_table(path, columns=["image_path"]).column(0)
        step = max(1, len(column) * len(paths) // RIGHT_ANSWERS)
        names += [
            f"{stem}.jpg" for stem in column.take(list(range(0, len(column), step))).to_pylist()
        ]
    return names


def _drawn(source: np.random.Generator, rows: int) -> FloatMatrix:
    drawn = source.standard_normal((rows, DIM), dtype=np.float32)
    drawn *= _LENGTH / np.sqrt(DIM)
    return drawn


def _write_vectors(path: Path, drawn: FloatMatrix, rows: int, source: np.random.Generator) -> None:
    matrix = np.lib.format.open_memmap(path, mode="w+", dtype=np.float16, shape=(rows, DIM))
    for start in range(0, rows, len(drawn)):
        signs = source.choice(np.array([-1, 1], dtype=np.float32), DIM)
        part = matrix[start : start + len(drawn)]
        part[:] = (drawn[:, source.permutation(DIM)] * signs)[: len(part)]
    matrix.flush()
    del matrix, part
    # What is not on the disk yet cannot leave the page cache, which a cold pass wants.
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def _write_names(path: Path, rows: int, source: np.random.Generator) -> None:
    import pyarrow as arrow
    from pyarrow import parquet

    species = source.integers(0, _SPECIES, rows)
    ids = source.bytes(16 * rows).hex()
    names = arrow.array(
        f"train/{kind:05}_Animalia_Chordata_Aves_Passeriformes_Genus_species/{ids[at : at + 32]}"
        for kind, at in zip(species.tolist(), range(0, len(ids), 32), strict=True)
    )
    parquet.write_table(arrow.table({"image_path": names}), path)
