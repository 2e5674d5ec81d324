"""CIRR's and CIRCO's real queries, and galleries of the real size whose photos nobody has drawn."""

from __future__ import annotations

import json
import shutil
from itertools import count, groupby, islice
from typing import TYPE_CHECKING

from imagescope_tui.evaluation.datasets.catalog import load_benchmark
from imagescope_tui.evaluation.datasets.circo import GALLERY_SIZE, METADATA
from storage.library import Library
from storage.records import FileState
from tests.benchmarks.library_seed import mark_as_read
from tests.conftest import SHARED_DATA
from tests.indexer.space import RandomEncoder

if TYPE_CHECKING:
    from pathlib import Path

    from imagescope_tui.evaluation.task import Benchmark, DatasetName

DIM = 512
SPLITS: dict[DatasetName, str] = {"cirr": "test1", "circo": "test"}
_ANNOTATIONS = SHARED_DATA / "annotations"
_COMPLETE_NAME = "complete"


def random_encoder() -> RandomEncoder:
    """Puts each text at a place of its own, as long a vector as ViT-B-32's."""
    return RandomEncoder(encoder_id="random/benchmark", dim=DIM)


def is_there(dataset: DatasetName) -> bool:
    """Whether the real annotations are beside the project."""
    return (_ANNOTATIONS / dataset.upper()).is_dir()


def read_benchmark(dataset: DatasetName, folder: Path) -> Benchmark:
    """The real queries; of CIRCO with as many photos as its gallery has."""
    place = folder / dataset.upper()
    if not place.exists():
        shutil.copytree(_ANNOTATIONS / dataset.upper(), place)
        if dataset == "circo":
            _list_photos(place)
    return load_benchmark(dataset, place, SPLITS[dataset])


def make_gallery(benchmark: Benchmark, folder: Path) -> Path:
    """A library in which all photos of a benchmark count as indexed by the random encoder.

    The queries' references are there as files, for a query without one is not asked; they are
    empty, for nobody looks at them.
    """
    place = folder / f"gallery-{benchmark.name}"
    if (place / _COMPLETE_NAME).exists():
        return place
    for name in {query.reference for query in benchmark.queries if query.reference}:
        path = benchmark.folder / benchmark.photos[name]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    with Library.open_writer(place) as library:
        with library.atomic():
            root = library.roots.add(benchmark.folder)
            paths = sorted(path.rpartition("/")[::2] for path in benchmark.photos.values())
            for parent, inside in groupby(paths, key=lambda path: path[0]):
                library.files.add(root.id, parent, [_state(name) for _, name in inside])
        mark_as_read(library, encoder=random_encoder())
    (place / _COMPLETE_NAME).touch()
    return place


def _state(name: str) -> FileState:
    return FileState(name=name, size_bytes=1, mtime_ns=1, ctime_ns=1, inode=1)


def _list_photos(place: Path) -> None:
    """The list of COCO's unlabeled photos is not among the annotations: the named ones and others,
    as many as there are."""
    entries = json.loads((place / "captions" / "test.json").read_text("utf-8"))
    named = sorted({int(entry["reference_img_id"]) for entry in entries})
    known = frozenset(named)
    others = islice((photo for photo in count(1) if photo not in known), GALLERY_SIZE - len(named))
    path = place / METADATA[-1]
    path.write_text(json.dumps({"images": [{"id": photo} for photo in (*named, *others)]}))
