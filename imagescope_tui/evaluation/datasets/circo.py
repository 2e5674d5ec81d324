"""CIRCO: edits of COCO photos with several right answers (Baldrati et al., 2023)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from imagescope_tui.errors import DatasetIncomplete
from imagescope_tui.evaluation.datasets.entries import Entry, json_entries, read_json
from imagescope_tui.evaluation.datasets.layouts import file_names, fingerprint, locate
from imagescope_tui.evaluation.task import Benchmark, BenchmarkQuery, MeasureSet

if TYPE_CHECKING:
    from pathlib import Path

    from imagescope_tui.evaluation.datasets.layouts import Located

NAMES: Final = ("CIRCO", "circo")
PICTURES: Final = ("unlabeled2017/", "COCO2017_unlabeled/unlabeled2017/")
METADATA: Final = (
    "COCO2017_unlabeled/annotations/image_info_unlabeled2017.json",
    "annotations/image_info_unlabeled2017.json",
    "image_info_unlabeled2017.json",
)
GALLERY_SIZE: Final = 123_403
MEASURES: Final = MeasureSet(mean_ap=(5, 10, 25, 50), group_ap=10, main_recall=(5, 10, 25, 50))

_FILE_NAME: Final = re.compile(r"(\d{12})\.jpg")


def load(folder: Path, split: str) -> Benchmark:
    """The queries of `val` or `test`; names of photos are their COCO ids.

    The text is the relative caption alone: systems that also read the shared concept are not
    comparable.

    Raises:
        DatasetIncomplete: an annotation file is missing or malformed.
    """
    found = locate(folder, NAMES, (f"captions/{split}.json", f"annotations/{split}.json"))
    queries = tuple(_query(entry, split) for entry in json_entries(found.files[0]))
    named = {name for query in queries for name in (query.reference, *query.targets) if name}
    prefix = found.prefix(PICTURES)
    metadata = next((found.root / path for path in METADATA if (found.root / path).is_file()), None)
    listed = _ids_in_metadata(metadata) if metadata else _ids_in_folder(found.root / prefix)
    ids = sorted({*listed, *map(int, named)})
    if metadata and len(ids) > len(listed):
        raise DatasetIncomplete(f"{metadata} lacks {len(ids) - len(listed)} photos of {split}")
    return Benchmark(
        name="circo",
        split=split,
        folder=found.root,
        queries=queries,
        photos={str(photo): f"{prefix}{photo:012}.jpg" for photo in ids},
        measures=MEASURES,
        fingerprint=fingerprint([*found.files, *([metadata] if metadata else [])]),
        submission="circo",
        notes=_notes(found, prefix, listed),
    )


def _query(entry: Entry, split: str) -> BenchmarkQuery:
    targets: tuple[int, ...] = ()
    groups: tuple[str, ...] = ()
    if split == "val":
        main = entry.number("target_img_id")
        # The main answer first, whatever the order of the list.
        targets = tuple(dict.fromkeys((main, *entry.numbers("gt_img_ids"))))
        groups = entry.texts("semantic_aspects")
    return BenchmarkQuery(
        id=str(entry.number("id")),
        text=entry.text("relative_caption").strip(),
        reference=str(entry.number("reference_img_id")),
        targets=tuple(map(str, targets)),
        groups=groups,
    )


def _ids_in_metadata(path: Path) -> frozenset[int]:
    whole = read_json(path)
    images = Entry(path, "top level", whole if isinstance(whole, dict) else {}).fields.get("images")
    if not isinstance(images, list):
        raise Entry(path, "top level", {}).wrong("has no list `images`")
    return frozenset(
        Entry(path, f"image {place}", image if isinstance(image, dict) else {}).number("id")
        for place, image in enumerate(images)
    )


def _ids_in_folder(folder: Path) -> frozenset[int]:
    """Other files in the folder are none of the data set's."""
    matches = (_FILE_NAME.fullmatch(name) for name in file_names(folder))
    return frozenset(int(match[1]) for match in matches if match)


def _notes(found: Located, prefix: str, listed: frozenset[int]) -> tuple[str, ...]:
    if not listed:
        return (
            f"neither {METADATA[0]} nor pictures in {found.root / prefix}: the gallery holds only "
            "the photos that the annotations name",
        )
    if len(listed) != GALLERY_SIZE:
        return (f"the gallery has {len(listed):,} photos; published figures: {GALLERY_SIZE:,}",)
    return ()
