"""INQUIRE's re-ranking challenge: a hundred photos for each query, fixed (Vendrow et al., 2024)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from imagescope_tui.errors import DatasetIncomplete, EvaluationError
from imagescope_tui.evaluation.datasets.entries import Entry, csv_entries
from imagescope_tui.evaluation.datasets.inquire_fullrank import PLACES, read_queries
from imagescope_tui.evaluation.datasets.layouts import clean_path, fingerprint
from imagescope_tui.evaluation.task import Benchmark, BenchmarkQuery, MeasureSet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import Any

NAMES: Final = ("INQUIRE-Rerank", "inquire-rerank", "INQUIRE", "inquire", "data")
MEASURES: Final = MeasureSet(inquire_ap=(50, 100), ndcg=(50,), has_mrr=True)
CANDIDATES: Final = 100
_IMAGES: Final = "images/"

_SPLIT_WORDS: Final[Mapping[str, str]] = {"val": "validation", "test": "test"}
_QUERY_COUNTS: Final[Mapping[str, int]] = {"val": 40, "test": 160}
_NAME_COLUMNS: Final = ("inat24_file_name", "file_name", "image_path")
_PICTURE_FOLDERS: Final = (
    _IMAGES,
    "inat24/",
    "data/inat24/",
    "",
    "inat24/train/",
    "inat24/train_rerank/",
    "data/inat24/train_rerank/",
    "train_rerank/",
)


@dataclass(slots=True)
class _Candidates:
    """What the rows say of one query."""

    groups: tuple[str, ...]
    relevant: dict[str, bool] = field(default_factory=dict)
    """By photo, in the order of the rows."""


@dataclass(frozen=True, slots=True)
class _Tables:
    root: Path
    files: tuple[Path, ...]

    @property
    def are_parquet(self) -> bool:
        return self.files[0].suffix == ".parquet"


def load(folder: Path, split: str) -> Benchmark:
    """The queries of `val` or `test`, each among its own candidates.

    Read from the published parquet files, or from a table with the columns `query`, `relevant`
    and `inat24_file_name` or `file_name`.

    Raises:
        DatasetIncomplete: the files are missing or malformed.
        EvaluationError: they are parquet files and pyarrow is not installed.
    """
    tables = _tables(folder, split)
    columns = _parquet_columns(tables.files) if tables.are_parquet else ()
    entries = (
        tuple(_parquet_entries(tables.files, columns))
        if tables.are_parquet
        else _csv_rows(tables, split)
    )
    by_query = _by_query(entries)
    names = list(dict.fromkeys(name for one in by_query.values() for name in one.relevant))
    place_of = _placing(tables.root, names)
    return Benchmark(
        name="inquire-rerank",
        split=split,
        folder=tables.root,
        queries=tuple(
            _query(place, text, found) for place, (text, found) in enumerate(by_query.items())
        ),
        photos={name: place_of(name) for name in names},
        measures=MEASURES,
        fingerprint=_hash_of(entries) if tables.are_parquet else fingerprint(tables.files),
        notes=tuple(_notes(by_query, split)),
    )


def has_packed_photos(folder: Path, split: str) -> bool:
    """Whether the photos are inside the split's tables.

    Raises:
        DatasetIncomplete: there are no tables.
    """
    return _tables(folder, split).are_parquet


def unpacked(benchmark: Benchmark, into: Path) -> Benchmark:
    """The benchmark with the photos of the parquet files below `into`; those there are left.

    Itself where the data set is a table and files.

    Raises:
        DatasetIncomplete: the files are missing or malformed.
        EvaluationError: pyarrow is not installed, or a photo cannot be written.
    """
    tables = _tables(benchmark.folder, benchmark.split)
    if not tables.are_parquet:
        return benchmark
    column = next(name for name in _parquet_columns(tables.files) if name in _NAME_COLUMNS)
    for entry in _parquet_entries(tables.files, ("image", column)):
        name = clean_path(entry.text(column))
        picture = entry.entry("image").fields.get("bytes")
        if name is None or not isinstance(picture, bytes):
            raise entry.wrong("holds no picture")
        _write_once(into / name, picture)
    return replace(benchmark, unpacked=into, photos={name: name for name in benchmark.photos})


def _write_once(path: Path, content: bytes) -> None:
    if path.is_file():
        return
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        raise EvaluationError(f"{path} cannot be written: {error.strerror or error}") from error


def _tables(folder: Path, split: str) -> _Tables:
    if not folder.is_dir():
        raise DatasetIncomplete(f"{folder} is no folder")
    word = _SPLIT_WORDS.get(split, split)
    patterns = (
        f"{word}-*.parquet",
        f"data/{word}-*.parquet",
        f"default/{word}/*.parquet",
        *(f"{place}inquire_rerank_{split}.csv" for place in PLACES),
        *(f"{place}inquire_rerank.csv" for place in PLACES),
    )
    for root in (folder, *(folder / name for name in NAMES)):
        for pattern in patterns:
            files = tuple(sorted(root.glob(pattern)))
            if files:
                return _Tables(root, files)
    raise DatasetIncomplete(f"{folder} lacks {patterns[1]} or inquire_rerank_{split}.csv")


def _parquet_columns(files: Sequence[Path]) -> tuple[str, ...]:
    """The columns that are read; the pictures among them would fill the memory."""
    there = _opened(files[0]).schema_arrow.names
    names = [name for name in _NAME_COLUMNS if name in there][:1]
    for needed in ("query", "relevant", *(names or _NAME_COLUMNS[:1])):
        if needed not in there:
            raise DatasetIncomplete(f"{files[0]} has no column `{needed}`")
    return ("query", "relevant", *names, *(["supercategory"] if "supercategory" in there else []))


def _parquet_entries(files: Sequence[Path], columns: Sequence[str]) -> Iterator[Entry]:
    for path in files:
        row = 0
        try:
            for batch in _opened(path).iter_batches(batch_size=64, columns=list(columns)):
                for fields in batch.to_pylist():
                    yield Entry(path, f"row {row}", fields)
                    row += 1
        except (OSError, ValueError) as error:
            raise DatasetIncomplete(f"{path}, after row {row}: {error}") from error


def _opened(path: Path) -> Any:  # noqa: ANN401 - pyarrow has no types
    try:
        from pyarrow import parquet  # heavy, and in the extra `eval` only
    except ImportError as error:
        hint = "install imagescope-tui[eval]"
        raise EvaluationError("parquet files need pyarrow", hint) from error
    try:
        return parquet.ParquetFile(path)
    except (OSError, ValueError) as error:
        raise DatasetIncomplete(f"{path} is no parquet file: {error}") from error


def _csv_rows(tables: _Tables, split: str) -> tuple[Entry, ...]:
    """Of a table of both splits, the rows whose queries are in the split's list."""
    (path,) = tables.files
    rows = csv_entries(path, "query", "relevant")
    if path.stem.endswith(split):
        return rows
    word = _SPLIT_WORDS.get(split, split)
    if rows and "split" in rows[0].fields:
        return tuple(row for row in rows if row.text("split") in (split, word))
    listed = next(iter(path.parent.glob(f"inquire_queries_{split}.csv")), None)
    if listed is None:
        missing = path.parent / f"inquire_queries_{split}.csv"
        raise DatasetIncomplete(f"{path} has no column `split`, and {missing} is missing")
    texts = {query.text for query in read_queries(listed)}
    return tuple(row for row in rows if row.text("query").strip() in texts)


def _by_query(entries: Sequence[Entry]) -> dict[str, _Candidates]:
    found: dict[str, _Candidates] = {}
    for entry in entries:
        text = entry.text("query").strip()
        column = next((name for name in _NAME_COLUMNS if name in entry.fields), _NAME_COLUMNS[0])
        name = clean_path(entry.text(column))
        if not text or name is None:
            raise entry.wrong(f"`query` or `{column}` is empty")
        group = entry.text("supercategory") if entry.fields.get("supercategory") else ""
        candidates = found.setdefault(text, _Candidates((group,) if group else ()))
        if name in candidates.relevant:
            raise entry.wrong(f"{name} is there twice for one query")
        candidates.relevant[name] = entry.number("relevant") > 0
    if not found:
        raise DatasetIncomplete("no row is about a query of this split")
    return found


def _query(place: int, text: str, found: _Candidates) -> BenchmarkQuery:
    return BenchmarkQuery(
        id=str(place),
        text=text,
        targets=tuple(name for name, is_relevant in found.relevant.items() if is_relevant),
        among=tuple(found.relevant),
        groups=found.groups,
    )


def _whole(name: str) -> str:
    return name


def _below_train(name: str) -> str:
    return name.removeprefix("train/")


def _last_part(name: str) -> str:
    return name.rpartition("/")[2]


def _placing(root: Path, names: Sequence[str]) -> Callable[[str], str]:
    """From a photo's name to its path, as the first that are there lie."""
    for part in (_whole, _below_train, _last_part):
        for folder in _PICTURE_FOLDERS:
            if any((root / folder / part(name)).is_file() for name in names[:CANDIDATES]):
                return partial(_placed, folder, part)
    return partial(_placed, _IMAGES, _whole)


def _placed(folder: str, part: Callable[[str], str], name: str) -> str:
    return folder + part(name)


def _hash_of(entries: Sequence[Entry]) -> str:
    """Of what the rows say: the files are mostly pictures."""
    whole = hashlib.sha256()
    for entry in entries:
        whole.update(json.dumps(entry.fields, sort_keys=True).encode() + b"\n")
    return whole.hexdigest()


def _notes(by_query: Mapping[str, _Candidates], split: str) -> Iterator[str]:
    expected = _QUERY_COUNTS.get(split)
    if len(by_query) != expected:
        yield f"queries: {len(by_query)}; published figures: {expected}"
    other = sum(len(found.relevant) != CANDIDATES for found in by_query.values())
    if other:
        yield f"queries with more or fewer than {CANDIDATES} candidates: {other}"
    without = sum(not any(found.relevant.values()) for found in by_query.values())
    if without:
        yield f"queries without a right answer among their candidates: {without}"
