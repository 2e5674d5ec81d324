"""A library of its own for each test, and quick ways to fill it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from storage.library import Library
from storage.records import ContentId, Embedding, Facts, FileState, PhotoFilter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.records import FloatVector, PhotoId, Root

ENCODER = "test/8"
ROOT = Path("/photos")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open_writer(tmp_path / "library") as opened:
        yield opened


def file_state(name: str, *, inode: int = 1, mtime_ns: int = 10**18, size: int = 10) -> FileState:
    return FileState(name=name, size_bytes=size, mtime_ns=mtime_ns, ctime_ns=1, inode=inode)


def unit(seed: int, dim: int = 8) -> FloatVector:
    vector = np.random.default_rng(seed).normal(size=dim).astype(np.float32)
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


class Shelf:
    """Puts photos into a library as the indexer would."""

    def __init__(self, library: Library, root: Path = ROOT) -> None:
        self.library = library
        with library.atomic():
            self.root: Root = library.roots.add(root)
            library.settings.put("encoder_id", ENCODER)

    def add(self, folder: str, *states: FileState) -> list[PhotoId]:
        with self.library.atomic():
            ids = self.library.files.add(self.root.id, folder, list(states))
            self.library.words.refresh(ids)
        return ids

    def read(self, content_hash: str, facts: Facts | None = None, seed: int = 0) -> ContentId:
        """Read the newest photo that waits, as if it had this hash and this vector."""
        with self.library.atomic() as revision:
            photo = self.library.contents.unread(now=0, limit=1)[0]
            content_id = self.library.contents.put(content_hash, facts or Facts(width=4, height=3))
            self.library.contents.assign(photo, content_id)
            self.library.vectors.put(
                [
                    Embedding(
                        content_id=content_id,
                        kind="image",
                        encoder_id=ENCODER,
                        vector=unit(seed),
                    )
                ],
                revision,
            )
            self.library.words.refresh([photo.photo_id])
        return content_id

    def names(self, photo_filter: PhotoFilter | None = None) -> list[str]:
        photos = self.library.photos.page(photo_filter or PhotoFilter(), offset=0, limit=1000)
        return [photo.path for photo in photos]


@pytest.fixture
def shelf(library: Library) -> Shelf:
    return Shelf(library)
