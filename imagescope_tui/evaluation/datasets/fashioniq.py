"""FashionIQ: edits of garments in two captions (Wu et al., 2021), one benchmark for each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from imagescope_tui.errors import DatasetIncomplete
from imagescope_tui.evaluation.datasets.entries import json_entries, json_texts
from imagescope_tui.evaluation.datasets.layouts import (
    clean_path,
    fingerprint,
    locate,
    picture_names,
)
from imagescope_tui.evaluation.task import Benchmark, BenchmarkQuery, MeasureSet

if TYPE_CHECKING:
    from collections.abc import Container, Mapping
    from pathlib import Path

    from imagescope_tui.evaluation.datasets.entries import Entry
    from imagescope_tui.evaluation.task import DatasetName

Garment: TypeAlias = Literal["dress", "shirt", "toptee"]
NAMES: Final = ("FashionIQ", "fashioniq", "fashionIQ", "fashion-iq", "fashionIQ_dataset")
PICTURES: Final = ("images/", "image_data/", "resized_image/", "img/")
MEASURES: Final = MeasureSet(recall=(1, 5, 10, 50))
_BENCHMARKS: Final[Mapping[Garment, DatasetName]] = {
    "dress": "fashioniq-dress",
    "shirt": "fashioniq-shirt",
    "toptee": "fashioniq-toptee",
}


def load_dress(folder: Path, split: str) -> Benchmark:
    """Dresses; see `load`."""
    return load(folder, split, "dress")


def load_shirt(folder: Path, split: str) -> Benchmark:
    """Shirts; see `load`."""
    return load(folder, split, "shirt")


def load_toptee(folder: Path, split: str) -> Benchmark:
    """Tops and tees; see `load`."""
    return load(folder, split, "toptee")


def load(folder: Path, split: str, garment: Garment) -> Benchmark:
    """One kind of garment against its whole split list, the original protocol.

    Raises:
        DatasetIncomplete: an annotation file is missing, malformed, or names unknown photos.
    """
    found = locate(
        folder,
        NAMES,
        (f"captions/cap.{garment}.{split}.json",),
        (f"image_splits/split.{garment}.{split}.json",),
    )
    names = json_texts(found.files[1])
    prefix = found.prefix(PICTURES)
    photos = _photos(names, prefix, picture_names(found.root / prefix), found.files[1])
    entries = json_entries(found.files[0])
    return Benchmark(
        name=_BENCHMARKS[garment],
        split=split,
        folder=found.root,
        queries=tuple(_query(place, entry, photos) for place, entry in enumerate(entries)),
        photos=photos,
        measures=MEASURES,
        fingerprint=fingerprint(found.files),
        notes=_notes(entries),
    )


def _photos(
    names: tuple[str, ...], prefix: str, there: Mapping[str, str], path: Path
) -> dict[str, str]:
    """The mirror has .png, the official lists lead to .jpg."""
    suffix = ".jpg" if any(name.endswith(".jpg") for name in there.values()) else ".png"
    for name in names:
        if clean_path(name) != name or "/" in name:
            raise DatasetIncomplete(f"{path}: {name!r} is no name of a photo")
    return {name: prefix + there.get(name, name + suffix) for name in names}


def _query(place: int, entry: Entry, gallery: Container[str]) -> BenchmarkQuery:
    reference, target = entry.text("candidate"), entry.text("target")
    for name in (reference, target):
        if name not in gallery:
            raise entry.wrong(f"{name} is not in the split's list")
    said = _said(entry)
    if not said:
        raise entry.wrong("both captions are empty")
    return BenchmarkQuery(
        id=str(place), text=" and ".join(said), reference=reference, targets=(target,)
    )


def _said(entry: Entry) -> tuple[str, ...]:
    """The captions as the published systems strip them, without the empty ones."""
    stripped = (caption.strip(" .?") for caption in entry.texts("captions"))
    return tuple(caption for caption in stripped if caption)


def _notes(entries: tuple[Entry, ...]) -> tuple[str, ...]:
    empty = sum(len(_said(entry)) < len(entry.texts("captions")) for entry in entries)
    return (f"queries with one caption instead of two: {empty}",) if empty else ()
