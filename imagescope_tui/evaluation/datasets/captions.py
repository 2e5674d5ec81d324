"""Any folder of captioned pictures: each caption is a query for its own photo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from imagescope_tui.errors import DatasetIncomplete
from imagescope_tui.evaluation.datasets.entries import csv_entries
from imagescope_tui.evaluation.datasets.layouts import (
    Located,
    clean_path,
    file_names,
    fingerprint,
    picture_names,
)
from imagescope_tui.evaluation.datasets.stored_captions import (
    CaptionTable,
    id_column_of,
    read_caption_table,
)
from imagescope_tui.evaluation.task import Benchmark, BenchmarkQuery, MeasureSet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

CAPTION_FILES: Final = ("captions.csv", "captions_en.csv")
MACHINE_FILES: Final = ("machine_captions.csv", "captions_machine_blip2.csv")
PICTURES: Final = ("images/", "images224/")
MEASURES: Final = MeasureSet(recall=(1, 5, 10), has_mrr=True)


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    caption: str


def load(folder: Path, split: str) -> Benchmark:
    """The whole folder, by the usual names of its files; there is no split but `all`."""
    return load_captions(folder, images=None, captions=None, machine_captions=None)


def load_captions(
    folder: Path,
    *,
    images: str | None,
    captions: Path | None,
    machine_captions: Path | None,
) -> Benchmark:
    """A folder with a table of `image_id` or `file`, and `caption`; a photo may have several.

    `images`: the folder below it with the pictures. With machine captions, only photos that have
    one are in the gallery.

    Raises:
        DatasetIncomplete: the captions or a named file are missing, or malformed.
    """
    if not folder.is_dir():
        raise DatasetIncomplete(f"{folder} is no folder")
    table = _table(folder, captions, CAPTION_FILES)
    if table is None:
        raise DatasetIncomplete(f"{folder} lacks {' or '.join(CAPTION_FILES)}")
    machine_file = _table(folder, machine_captions, MACHINE_FILES)
    machine = read_caption_table(machine_file) if machine_file else CaptionTable({}, "")
    if machine_file and not machine.captions:
        raise DatasetIncomplete(f"{machine_file} has no captions")
    rows, empty = _rows(table)
    named = list(dict.fromkeys(row.name for row in rows))
    gallery = [name for name in named if not machine.captions or name in machine.captions]
    if not named:
        raise DatasetIncomplete(f"{table} has no captions")
    if not gallery:
        raise DatasetIncomplete(f"{machine_file} has no caption of a photo of {table}")
    return Benchmark(
        name="captions",
        split="all",
        folder=folder,
        queries=_queries(rows, frozenset(gallery)),
        photos=_photos(folder, images, gallery),
        measures=MEASURES,
        fingerprint=fingerprint([table]),
        captions={name: machine.captions[name] for name in gallery if machine.captions},
        captions_source=machine.source,
        notes=_notes(len(named) - len(gallery), empty),
    )


def _table(folder: Path, given: Path | None, usual: Sequence[str]) -> Path | None:
    """A file that was named, from here or from the folder; else the first usual one that is there.

    Raises:
        DatasetIncomplete: the one that was named is not there.
    """
    if given is None:
        return next((folder / name for name in usual if (folder / name).is_file()), None)
    for path in (given, folder / given):
        if path.is_file():
            return path
    raise DatasetIncomplete(f"{given} is neither here nor in {folder}")


def _rows(path: Path) -> tuple[list[_Row], int]:
    """The captions, and how many were empty."""
    entries = csv_entries(path, "caption")
    if not entries:
        raise DatasetIncomplete(f"{path} has no captions")
    column = id_column_of(entries[0])
    rows = []
    for entry in entries:
        name = clean_path(entry.text(column))
        if name is None:
            raise entry.wrong(f"`{column}` is {entry.text(column)!r}, which names no photo")
        rows.append(_Row(name, entry.text("caption").strip()))
    filled = [row for row in rows if row.caption]
    return filled, len(rows) - len(filled)


def _queries(rows: Sequence[_Row], gallery: frozenset[str]) -> tuple[BenchmarkQuery, ...]:
    counts: dict[str, int] = {}
    queries = []
    for row in rows:
        if row.name not in gallery:
            continue
        # A slash in an id stands for a conversation's round.
        name = row.name.replace("/", ":")
        counts[name] = counts.get(name, -1) + 1
        queries.append(
            BenchmarkQuery(id=f"{name}#{counts[name]}", text=row.caption, targets=(row.name,))
        )
    return tuple(queries)


def _photos(folder: Path, images: str | None, names: Sequence[str]) -> Mapping[str, str]:
    """Where the photos are: below the pictures' folder, or named from the data set's own."""
    if images is None:
        prefix = Located(folder, ()).prefix((*PICTURES, ""))
        prefix = prefix if (folder / prefix).is_dir() else ""
    else:
        below = clean_path(images)
        if below is None or not (folder / below).is_dir():
            raise DatasetIncomplete(f"{folder} has no folder {images}")
        prefix = f"{below}/"
    there = file_names(folder / prefix)
    by_stem = picture_names(folder / prefix)
    return {name: _path(folder, prefix, name, there, by_stem) for name in names}


def _path(
    folder: Path, prefix: str, name: str, there: frozenset[str], by_stem: Mapping[str, str]
) -> str:
    if name in there:
        return prefix + name
    if name in by_stem:
        return prefix + by_stem[name]
    return (
        name
        if not (folder / prefix / name).is_file() and (folder / name).is_file()
        else (prefix + name)
    )


def _notes(without_machine: int, empty: int) -> tuple[str, ...]:
    notes = []
    if without_machine:
        notes.append(f"photos without a machine caption, not in the gallery: {without_machine}")
    if empty:
        notes.append(f"empty captions, left out: {empty}")
    return tuple(notes)
