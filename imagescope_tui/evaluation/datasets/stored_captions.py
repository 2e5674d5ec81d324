"""Captions that a model wrote earlier, in a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from imagescope_tui.errors import DatasetIncomplete
from imagescope_tui.evaluation.datasets.entries import Entry, csv_entries, read_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from imagescope_tui.evaluation.task import Benchmark

ID_COLUMNS: Final = ("image_id", "file", "filename", "image", "name")


@dataclass(frozen=True, slots=True)
class CaptionTable:
    """One caption for each photo."""

    captions: Mapping[str, str]
    """By the photo's name as the file writes it; without the empty ones."""
    source: str
    """What wrote them, as far as the file says: the column's name and the file's."""


def read_caption_table(path: Path) -> CaptionTable:
    """Captions by name: a JSON object as ImageScope's `image_caption.json`, or a CSV table.

    Of a table it is the column `caption`, else the first that is not the name.

    Raises:
        DatasetIncomplete: the file cannot be read, or is neither.
    """
    if path.suffix.lower() == ".json":
        value = read_json(path)
        if not isinstance(value, dict):
            raise DatasetIncomplete(f"{path} holds no object of captions by name")
        whole = Entry(path, "top level", value)
        return CaptionTable(_filled({name: whole.text(name) for name in value}), path.name)
    rows = csv_entries(path)
    if not rows:
        return CaptionTable({}, path.name)
    name_column = id_column_of(rows[0])
    others = [column for column in rows[0].fields if column != name_column]
    if not others:
        raise DatasetIncomplete(f"{path} has no column of captions")
    column = "caption" if "caption" in others else others[0]
    captions = {row.text(name_column).strip(): row.text(column) for row in rows}
    source = path.name if column == "caption" else f"{column} ({path.name})"
    return CaptionTable(_filled(captions), source)


def id_column_of(row: Entry) -> str:
    """The column that names the photo.

    Raises:
        DatasetIncomplete: there is none.
    """
    for column in ID_COLUMNS:
        if column in row.fields:
            return column
    raise DatasetIncomplete(f"{row.path} has no column `image_id` or `file`")


def with_captions(benchmark: Benchmark, path: Path) -> Benchmark:
    """A benchmark with the captions of a file; names match with or without folder and suffix.

    Raises:
        DatasetIncomplete: the file cannot be read, or is about none of the photos.
    """
    table = read_caption_table(path)
    stored = {**{PurePosixPath(name).stem: text for name, text in table.captions.items()}}
    stored.update(table.captions)
    captions: dict[str, str] = {}
    for name, photo in benchmark.photos.items():
        file = PurePosixPath(photo)
        text = next((stored[key] for key in (name, file.name, file.stem) if key in stored), "")
        if text:
            captions[name] = text
    if not captions:
        raise DatasetIncomplete(f"{path} has no caption of a photo of {benchmark.name}")
    lacking = len(benchmark.photos) - len(captions)
    note = (f"photos without a stored caption: {lacking:,}",) if lacking else ()
    return replace(
        benchmark,
        captions=captions,
        captions_source=table.source,
        notes=(*benchmark.notes, *note),
    )


def _filled(captions: Mapping[str, str]) -> dict[str, str]:
    return {name: text.strip() for name, text in captions.items() if name and text.strip()}
