"""A data set on disk in miniature, and the truth about it."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.world.album import picture_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from imagescope_tui.evaluation.task import DatasetName
    from tests.world.album import Album
    from tests.world.scenes import Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class Miniature:
    """A data set on disk, and the truth about it."""

    name: DatasetName
    split: str
    folder: Path
    """The data set's own folder: for `--data`, as the one above it."""
    scenes: Mapping[str, Scene]
    """The gallery by the names of the benchmark."""
    texts: Mapping[str, str]
    """By query id."""
    references: Mapping[str, str]
    """By query id, where there is one."""
    answers: Mapping[str, frozenset[str]]
    """The right answers by query id, also where the files hide them."""
    fitting: Mapping[str, frozenset[str]]
    """Photos that are what the texts so far ask for; more than the answers early in a
    conversation."""


def write_pictures(folder: Path, scenes: Mapping[str, Scene]) -> None:
    """Scenes by file name."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, scene in scenes.items():
        kind = "PNG" if name.endswith(".png") else "JPEG"
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture_of(scene, kind))


def write_json(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")


def write_csv(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def truth_of(
    name: DatasetName,
    split: str,
    folder: Path,
    album: Album,
    *,
    names: Sequence[str],
    ids: Sequence[str],
) -> Miniature:
    """The truth about an album whose photos and wishes have these names."""
    wishes = dict(zip(ids, album.wishes, strict=True))
    right = {
        query: frozenset(names[place] for place in album.right(wish))
        for query, wish in wishes.items()
    }
    return Miniature(
        name=name,
        split=split,
        folder=folder,
        scenes=dict(zip(names, album.scenes, strict=True)),
        texts={query: wish.text for query, wish in wishes.items()},
        references={
            query: names[wish.reference]
            for query, wish in wishes.items()
            if wish.reference is not None
        },
        answers=right,
        fitting=right,
    )
