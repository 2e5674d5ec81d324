"""What must hold of a library after everything that was done to it; each check is told by name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from indexer.captions.answer import read_caption
from indexer.captions.desk import CAPTION_SIDE
from indexer.decoding.photo import Decoded, decode_photo, decode_preview
from indexer.models.pocket.encoder import PocketEncoder, load_pocket
from indexer.photos.hashing import hash_file
from storage.holder import HOLDER_NAME
from storage.library import DATABASE_NAME, LOCK_NAME, THUMBNAILS_NAME, Library
from storage.records import PhotoFilter
from storage.thumbnails import THUMBNAIL_SIDE
from tests.world import answers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from storage.records import FloatVector, Photo

_PHOTOS_MAX = 1_000_000
_SHOWN = 5
# SQLite's own: a reader that closes last leaves them, and the next writer folds.
_SQLITES = {f"{DATABASE_NAME}-wal", f"{DATABASE_NAME}-shm"}
_KEPT = {DATABASE_NAME, LOCK_NAME, THUMBNAILS_NAME, "indexer.log", "fields.json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One promise, and what speaks against it; empty where it is kept."""

    promise: str
    against: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.against


def unread_paths(library: Path) -> frozenset[Path]:
    """Photos whose content the library does not know yet."""
    with Library.open_reader(library) as reader:
        waiting = reader.contents.unread(now=2.0**40, limit=_PHOTOS_MAX)
        return frozenset(photo.path for photo in waiting)


def check_all(library: Path, paths: Sequence[Path]) -> tuple[Check, ...]:
    """Compare the library with the files, each read and computed afresh."""
    left = tuple(_left_in(library))
    with Library.open_reader(library) as reader:
        photos = reader.photos.page(PhotoFilter(), offset=0, limit=_PHOTOS_MAX)
        failures = reader.failures.page(offset=0, limit=_PHOTOS_MAX)
        promises = {
            "the database passes its integrity check": reader.check(),
            "every photo is there once": tuple(_places(photos, paths)),
            "no photo is blamed": tuple(f"{item.path}: {item.reason}" for item in failures),
            "every photo has the content of its file": tuple(_contents(photos)),
            "every vector is what the encoder says": tuple(_vectors(reader, photos)),
            "every caption is what the model says": tuple(_captions(reader, photos)),
        }
    promises["nothing half-written, no stale lock in the library"] = left
    return tuple(
        Check(promise=promise, against=against[:_SHOWN]) for promise, against in promises.items()
    )


def _places(photos: Sequence[Photo], paths: Sequence[Path]) -> Iterator[str]:
    found = Counter(photo.full_path for photo in photos)
    yield from (f"{path} is there {times} times" for path, times in found.items() if times > 1)
    yield from (f"{path} is missing" for path in paths if path not in found)
    yield from (f"{path} is no file" for path in found.keys() - set(paths))


def _contents(photos: Sequence[Photo]) -> Iterator[str]:
    for photo in photos:
        if photo.content_hash != hash_file(photo.full_path):
            yield f"{photo.full_path}: {photo.content_hash}"


def _vectors(library: Library, photos: Sequence[Photo]) -> Iterator[str]:
    encoder = load_pocket()
    for photo in _firsts(photos):
        stored = None
        if photo.content_id is not None:
            stored = library.vectors.of(photo.content_id, encoder.encoder_id)
        if stored is None or not np.allclose(stored, _vector(encoder, photo), atol=1e-4):
            yield str(photo.full_path)


def _vector(encoder: PocketEncoder, photo: Photo) -> FloatVector:
    decoded = decode_photo(
        photo.full_path, picture_input=encoder.picture_input, thumbnail_side=THUMBNAIL_SIDE
    )
    assert isinstance(decoded, Decoded)
    [row] = encoder.encode_pictures([decoded.picture])
    return np.asarray(row, dtype=np.float32)


def _captions(library: Library, photos: Sequence[Photo]) -> Iterator[str]:
    for photo in _firsts(photos):
        caption = library.captions.of(photo.content_id) if photo.content_id is not None else None
        jpeg = decode_preview(photo.full_path, longest_side=CAPTION_SIDE)
        assert isinstance(jpeg, bytes)
        said = read_caption(answers.caption(jpeg)).text
        if caption is None or caption.text != said:
            yield f"{photo.full_path}: {caption.text if caption else None!r}, not {said!r}"


def _firsts(photos: Sequence[Photo]) -> list[Photo]:
    """One photo of each content."""
    return list({photo.content_id: photo for photo in photos}.values())


def _left_in(library: Path) -> Iterator[str]:
    yield from (path.name for path in library.iterdir() if path.name not in _KEPT | _SQLITES)
    if (library / HOLDER_NAME).exists():
        yield "the number of a process that has ended"
    unfinished = library / THUMBNAILS_NAME / "unfinished"
    if unfinished.exists():
        yield from (f"unfinished/{path.name}" for path in unfinished.iterdir())
    yield from (str(path) for path in library.rglob("*.new"))
    with Library.open_writer(library):
        pass
