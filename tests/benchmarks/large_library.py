"""A library of very many photos that nobody took: rows and vectors, and no files.

Of the photos one in a hundred passes each of the filters in `narrow_filters`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from storage.library import Library
from storage.moments import moment_of
from storage.records import Embedding, Facts, FileState, PhotoFilter
from tests.benchmarks.vector_sets import make_vectors

if TYPE_CHECKING:
    from pathlib import Path

    from storage.records import FloatMatrix, RootId

ENCODER = "benchmark/512"
QUERIES = 400
_BATCH = 5_000
_SECONDS_BETWEEN = 600
_FIRST_MOMENT = 1_000_000_000
_FILES_PER_FOLDER = 200
_COMPLETE_NAME = "complete"
_QUERIES_NAME = "queries.npy"


def make_large_library(folder: Path, count: int) -> Path:
    """The library's folder, made only once; beside it the queries: pictures', then texts'."""
    place = folder / f"large-library-{count}"
    if (place / _COMPLETE_NAME).exists():
        return place
    vectors = make_vectors(count, QUERIES)
    with Library.open_writer(place) as library:
        with library.atomic():
            root = library.roots.add(folder / "never there").id
            library.settings.put("encoder_id", ENCODER)
        for start in range(0, count, _BATCH):
            _add(library, root, start, vectors.pictures[start : start + _BATCH])
    np.save(place / _QUERIES_NAME, np.stack([vectors.picture_queries, vectors.text_queries]))
    (place / _COMPLETE_NAME).touch()
    return place


def queries_of(place: Path) -> tuple[FloatMatrix, FloatMatrix]:
    """Queries that lie as pictures do, and as texts do."""
    pictures, texts = np.load(place / _QUERIES_NAME)
    return pictures, texts


def narrow_filters(place: Path, count: int) -> dict[str, PhotoFilter]:
    """Filters that one photo in a hundred passes, by what they look at."""
    root = place.parent / "never there"
    middle = count // 2
    stretch = (_moment(middle), _moment(middle + count // 100))
    return {
        "dates": PhotoFilter(taken_from=stretch[0], taken_before=stretch[1]),
        "a folder": PhotoFilter(folders=(root / "part 07",)),
        "a camera": PhotoFilter(cameras=("Camera 42",)),
        "a file type": PhotoFilter(extensions=("heic",)),
    }


def _add(library: Library, root: RootId, start: int, vectors: FloatMatrix) -> None:
    numbers = range(start, start + len(vectors))
    with library.atomic() as revision:
        for first in range(start, start + len(vectors), _FILES_PER_FOLDER):
            states = [_state(n) for n in range(first, min(first + _FILES_PER_FOLDER, numbers.stop))]
            library.files.add(root, _folder_of(first), states)
        photos = library.contents.unread(now=0.0, limit=_BATCH)
        embeddings: list[Embedding] = []
        for photo, number, vector in zip(photos, reversed(numbers), vectors[::-1], strict=True):
            camera = f"Camera {number * 7 % 100:02}"
            facts = Facts(width=64, height=48, format="JPEG", camera=camera)
            content_id = library.contents.put(f"{number:032x}", facts)
            library.contents.assign(photo, content_id)
            embeddings.append(
                Embedding(content_id=content_id, kind="image", encoder_id=ENCODER, vector=vector)
            )
        library.vectors.put(embeddings, revision)
        library.words.refresh([photo.photo_id for photo in photos])


def _folder_of(number: int) -> str:
    roll = number // _FILES_PER_FOLDER
    return f"part {roll % 100:02}/roll {roll:05}"


def _state(number: int) -> FileState:
    extension = "heic" if number * 13 % 100 == 0 else "jpg"
    return FileState(
        name=f"IMG_{number:07}.{extension}",
        size_bytes=1,
        mtime_ns=(_FIRST_MOMENT + number * _SECONDS_BETWEEN) * 10**9,
        ctime_ns=1,
        inode=number,
    )


def _moment(number: int) -> str:
    return moment_of(_state(number).mtime_ns)
