"""VisDial as chat-based retrieval: a caption and ten answered questions (Levy et al., 2023)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from imagescope_tui.errors import DatasetIncomplete
from imagescope_tui.evaluation.datasets.entries import json_entries, json_texts
from imagescope_tui.evaluation.datasets.layouts import clean_path, fingerprint, locate
from imagescope_tui.evaluation.task import Benchmark, BenchmarkQuery, MeasureSet

if TYPE_CHECKING:
    from collections.abc import Container, Iterator
    from pathlib import Path

    from imagescope_tui.evaluation.datasets.entries import Entry
    from imagescope_tui.evaluation.datasets.layouts import Located

NAMES: Final = ("VisDial", "visdial")
PICTURES: Final = (
    "unlabeled2017/",
    "images/unlabeled2017/",
    "images/",
    "COCO2017_unlabeled/unlabeled2017/",
)
GALLERY_SIZE: Final = 50_000
MEASURES: Final = MeasureSet(hits=(1, 2, 3, 4, 5, 10, 20, 25, 50))

_SPACE: Final = "Search_Space_{}_50k.json"
_QUERIES: Final = "VisDial_v1.0_queries_{}.json"


def load(folder: Path, split: str) -> Benchmark:
    """Every round of every dialogue, `DIALOGUE/ROUND`, round 0 the caption alone.

    A round's text is its own question and answer; what was said before is the earlier query's.

    Raises:
        DatasetIncomplete: a file is missing or malformed, or a photo is not in the search space.
    """
    space, dialogues = _SPACE.format(split), _QUERIES.format(split)
    found = locate(
        folder,
        NAMES,
        (dialogues, f"dialogues/{dialogues}"),
        (space, *(f"{place}/{space}" for place in ("Protocal", "Protocol", "ChatIR_Protocol"))),
    )
    photos = _photos(found)
    entries = json_entries(found.files[0])
    count = f"the gallery has {len(photos):,} photos; published figures: {GALLERY_SIZE:,}"
    return Benchmark(
        name="visdial",
        split=split,
        folder=found.root,
        queries=tuple(
            query
            for place, entry in enumerate(entries)
            for query in _rounds(str(place), entry, photos)
        ),
        photos=photos,
        measures=MEASURES,
        fingerprint=fingerprint(found.files),
        notes=() if len(photos) == GALLERY_SIZE else (count,),
    )


def _photos(found: Located) -> dict[str, str]:
    """The space says `unlabeled2017/ID.jpg`; photos go by the last part."""
    prefix = found.prefix(PICTURES)
    photos: dict[str, str] = {}
    for place, text in enumerate(json_texts(found.files[1])):
        path = clean_path(text)
        if path is None:
            raise DatasetIncomplete(f"{found.files[1]}, entry {place}: names no file")
        name = path.rpartition("/")[2]
        if name in photos:
            raise DatasetIncomplete(f"{found.files[1]}, entry {place}: {name} is there twice")
        photos[name] = prefix + name
    return photos


def _rounds(dialogue: str, entry: Entry, gallery: Container[str]) -> Iterator[BenchmarkQuery]:
    name = entry.text("img").rpartition("/")[2]
    if name not in gallery:
        raise entry.wrong(f"{name} is not in the search space")
    texts = [text.strip() for text in entry.texts("dialog")]
    if not texts or not all(texts):
        raise entry.wrong("`dialog` has an empty round")
    for place, text in enumerate(texts):
        yield BenchmarkQuery(
            id=f"{dialogue}/{place}",
            text=text,
            targets=(name,),
            earlier=f"{dialogue}/{place - 1}" if place else None,
        )
