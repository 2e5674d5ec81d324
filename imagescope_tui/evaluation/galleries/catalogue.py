"""The names of a benchmark's photos, and where each is in the library that holds them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from storage.records import PhotoId

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from storage.library import Library
    from storage.records import ContentId, IdVector, Root

NOWHERE = -1
"""Content of a photo that is not there, or was never read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Photos in the order of their names: a photo's id in a run is its place, counted from 1."""

    root: Path
    names: tuple[str, ...]
    """Ascending."""
    paths: tuple[str, ...]
    """Relative to the root."""
    contents: IdVector
    """Content of each name in the library, or NOWHERE."""
    stored_ids: tuple[PhotoId | None, ...]
    """Each photo's id in the library; None where it has none."""
    _ids: dict[str, PhotoId] = field(init=False)
    _by_path: dict[Path, PhotoId] = field(init=False)
    _by_stored_id: dict[PhotoId, PhotoId] = field(init=False)

    def __post_init__(self) -> None:
        ids = [PhotoId(place) for place in range(1, len(self.names) + 1)]
        fields = {
            "_ids": dict(zip(self.names, ids, strict=True)),
            "_by_path": {self.path_of(photo): photo for photo in ids},
            "_by_stored_id": {
                stored: photo
                for stored, photo in zip(self.stored_ids, ids, strict=True)
                if stored is not None
            },
        }
        for name, value in fields.items():
            object.__setattr__(self, name, value)

    def name_of(self, photo_id: PhotoId) -> str:
        """A photo's name."""
        return self.names[photo_id - 1]

    def id_of(self, name: str) -> PhotoId | None:
        """The photo of a name; None where the benchmark has none."""
        return self._ids.get(name)

    def path_of(self, photo_id: PhotoId) -> Path:
        """Where the file is, or should be."""
        return self.root / self.paths[photo_id - 1]

    def at(self, path: Path | None) -> PhotoId | None:
        """The photo at an absolute path."""
        return None if path is None else self._by_path.get(path)

    def stored_id_of(self, photo_id: PhotoId) -> PhotoId | None:
        """A photo's id in the library."""
        return self.stored_ids[photo_id - 1]

    def of_stored(self, stored_id: PhotoId) -> PhotoId | None:
        """The photo that the library calls so."""
        return self._by_stored_id.get(stored_id)

    def content_of(self, photo_id: PhotoId) -> int:
        """A photo's content in the library, or NOWHERE."""
        return int(self.contents[photo_id - 1])


def read_catalogue(library: Library, root: Root, photos: Mapping[str, str]) -> Catalogue:
    """Where the library has the photos, given as relative path by name.

    Raises:
        StorageError: the library cannot be read.
    """
    names = tuple(sorted(photos))
    places = [photos[name].rpartition("/") for name in names]
    folders = {folder for folder, _, _ in places}
    known = {folder: library.files.known_in(root.id, folder) for folder in folders}
    files = [known[folder].get(file) for folder, _, file in places]
    stored = tuple(file.photo_id if file and not file.is_deleted else None for file in files)
    contents: dict[PhotoId, ContentId] = library.photos.contents_of(
        [photo_id for photo_id in stored if photo_id is not None]
    )
    return Catalogue(
        root=root.path,
        names=names,
        paths=tuple(photos[name] for name in names),
        contents=np.array(
            [NOWHERE if item is None else contents.get(item, NOWHERE) for item in stored],
            dtype=np.int64,
        ),
        stored_ids=stored,
    )
