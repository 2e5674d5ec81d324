"""CIRR: edits of NLVR2 photos with one right answer (Liu et al., 2021), also among six alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from imagescope_tui.errors import DatasetIncomplete
from imagescope_tui.evaluation.datasets.entries import Entry, json_entries, read_json
from imagescope_tui.evaluation.datasets.layouts import clean_path, fingerprint, locate
from imagescope_tui.evaluation.task import Benchmark, BenchmarkQuery, MeasureSet

if TYPE_CHECKING:
    from collections.abc import Container
    from pathlib import Path

NAMES: Final = ("CIRR", "cirr", "cirr_dataset")
MEASURES: Final = MeasureSet(recall=(1, 2, 3, 5, 10, 50))
SUBSET_MEASURES: Final = MeasureSet(recall=(1, 2, 3))
EMPTY_TEXT: Final = "the same image"
"""What ImageScope reads an empty caption as; test1 has one, pair 27098."""


def load(folder: Path, split: str) -> Benchmark:
    """All pairs of `val` or `test1` against the split's gallery, without the reference.

    Raises:
        DatasetIncomplete: an annotation file is missing, malformed, or names unknown photos.
    """
    return _load(folder, split, is_subset=False)


def load_subset(folder: Path, split: str) -> Benchmark:
    """The same pairs, each among the five other photos of its set.

    Raises:
        DatasetIncomplete: an annotation file is missing, malformed, or names unknown photos.
    """
    return _load(folder, split, is_subset=True)


def _load(folder: Path, split: str, *, is_subset: bool) -> Benchmark:
    found = locate(
        folder,
        NAMES,
        (f"captions/cap.rc2.{split}.json", f"cirr/captions/cap.rc2.{split}.json"),
        (f"image_splits/split.rc2.{split}.json", f"cirr/image_splits/split.rc2.{split}.json"),
    )
    paths = _paths(found.files[1])
    probe = next(iter(paths.values()), "").partition("/")[0]
    prefix = found.prefix(("", "img_raw/", "cirr/img_raw/"), probe)
    entries = json_entries(found.files[0])
    return Benchmark(
        name="cirr-subset" if is_subset else "cirr",
        split=split,
        folder=found.root,
        queries=tuple(_query(entry, split, paths, is_subset=is_subset) for entry in entries),
        photos={name: f"{prefix}{path}" for name, path in paths.items()},
        measures=SUBSET_MEASURES if is_subset else MEASURES,
        fingerprint=fingerprint(found.files),
        excludes_reference=True,
        submission="cirr-subset" if is_subset else "cirr",
        notes=_notes(entries),
    )


def _paths(path: Path) -> dict[str, str]:
    """The split's photos: the files say `./dev/NAME.png`."""
    value = read_json(path)
    if not isinstance(value, dict):
        raise DatasetIncomplete(f"{path} holds no object")
    paths = {}
    for name in value:
        relative = clean_path(Entry(path, "the list", value).text(name))
        if relative is None:
            raise DatasetIncomplete(f"{path}: the path of {name} leads nowhere")
        paths[name] = relative
    return paths


def _query(entry: Entry, split: str, gallery: Container[str], *, is_subset: bool) -> BenchmarkQuery:
    reference = entry.text("reference")
    members = entry.entry("img_set").texts("members")
    target = () if split.startswith("test") else (entry.text("target_hard"),)
    for name in (reference, *members, *target):
        if name not in gallery:
            raise entry.wrong(f"{name} is not in the gallery of {split}")
    among = tuple(name for name in members if name != reference)
    if is_subset and not {*target} <= {*among}:
        raise entry.wrong("the right answer is not in `img_set`")
    return BenchmarkQuery(
        id=str(entry.number("pairid")),
        text=entry.text("caption").strip() or EMPTY_TEXT,
        reference=reference,
        targets=target,
        among=among if is_subset else (),
    )


def _notes(entries: tuple[Entry, ...]) -> tuple[str, ...]:
    empty = [entry.number("pairid") for entry in entries if not entry.text("caption").strip()]
    if not empty:
        return ()
    pairs = ", ".join(map(str, empty))
    return (f"empty caption, read as “{EMPTY_TEXT}” as ImageScope does: pair {pairs}",)
