"""Flickr30K and MSCOCO: every caption of a photo is a query for it (Karpathy's test splits)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from imagescope_tui.errors import DatasetIncomplete
from imagescope_tui.evaluation.datasets.entries import csv_entries
from imagescope_tui.evaluation.datasets.layouts import clean_path, fingerprint, locate
from imagescope_tui.evaluation.task import Benchmark, BenchmarkQuery, MeasureSet

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from imagescope_tui.evaluation.datasets.entries import Entry
    from imagescope_tui.evaluation.task import DatasetName

MEASURES: Final = MeasureSet(recall=(1, 5, 10))


def load_flickr30k(folder: Path, split: str) -> Benchmark:
    """The thousand photos of Flickr30K's test split.

    Raises:
        DatasetIncomplete: the table is missing or malformed.
    """
    return _load(
        folder,
        split,
        name="flickr30k",
        names=("Flickr30K", "flickr30k", "Flickr30k"),
        table="test_1k_flickr.csv",
        pictures=("images/", "images_flickr_1k_test/", "flickr30k-images/", "flickr30k_images/"),
    )


def load_mscoco(folder: Path, split: str) -> Benchmark:
    """The five thousand photos of COCO 2014's test split.

    Raises:
        DatasetIncomplete: the table is missing or malformed.
    """
    return _load(
        folder,
        split,
        name="mscoco",
        names=("MSCOCO", "mscoco", "COCO", "coco"),
        table="test_5k_mscoco_2014.csv",
        pictures=("images/", "images_mscoco_2014_5k_test/", "val2014/"),
    )


def _load(
    folder: Path,
    split: str,
    *,
    name: DatasetName,
    names: Sequence[str],
    table: str,
    pictures: Sequence[str],
) -> Benchmark:
    found = locate(folder, names, (table,))
    entries = csv_entries(found.files[0], "filename", "raw")
    rows = [entry for entry in entries if entry.fields.get("split", split) == split]
    prefix = found.prefix(pictures)
    photos: dict[str, str] = {}
    queries: list[BenchmarkQuery] = []
    notes: list[str] = []
    for entry in rows:
        photo = _photo(entry)
        if photo in photos:
            raise entry.wrong(f"{photo} is there twice")
        photos[photo] = prefix + photo
        captions = [caption.strip() for caption in entry.texts("raw")]
        if not all(captions):
            notes.append(f"empty captions of {photo} are left out")
        queries += [
            BenchmarkQuery(id=f"{photo}#{place}", text=caption, targets=(photo,))
            for place, caption in enumerate(captions)
            if caption
        ]
    if not rows:
        raise DatasetIncomplete(f"{found.files[0]} has no row of split `{split}`")
    return Benchmark(
        name=name,
        split=split,
        folder=found.root,
        queries=tuple(queries),
        photos=photos,
        measures=MEASURES,
        fingerprint=fingerprint(found.files),
        notes=tuple(notes),
    )


def _photo(entry: Entry) -> str:
    path = clean_path(entry.text("filename"))
    if path is None:
        raise entry.wrong("`filename` names no file")
    return path.rpartition("/")[2]
