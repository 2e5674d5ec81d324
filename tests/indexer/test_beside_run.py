"""Pairs and sidecars in a real run of the indexer, which follows what changes."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from indexer.events import PhotosCommitted
from indexer.options import IndexerOptions
from storage.errors import LibraryMissing, LibraryOutdated
from storage.library import Library
from storage.records import PhotoFilter
from tests.indexer.sessions import Session
from tests.indexer.test_beside import sidecar
from tests.pictures import paint

if TYPE_CHECKING:
    from pathlib import Path


class Followed:
    """A folder that a child process indexes and watches."""

    def __init__(self, base: Path) -> None:
        self.photos = base / "photos"
        self.photos.mkdir()
        self.library = base / "library"
        options = IndexerOptions(
            library=self.library,
            folders=(self.photos,),
            encoder="pocket",
            workers=1,
            watch=True,
            serve=True,
        )
        self.session = Session(options)

    def put(self, name: str, colour: str) -> Path:
        """A picture under any name: what it holds is told by its bytes."""
        painted = paint(self.photos.parent / f"{colour}.jpg", colour)
        shutil.copy(painted, self.photos / name)
        return self.photos / name

    @property
    def items(self) -> dict[str, str]:
        """Each item with its title; nothing before there is a library."""
        try:
            with Library.open_reader(self.library) as library:
                found = library.photos.page(PhotoFilter(), offset=0, limit=99)
                facts = {photo.path: library.facts.of(photo.id) for photo in found}
        except (LibraryMissing, LibraryOutdated):
            return {}
        return {path: (told.title if told else None) or "" for path, told in sorted(facts.items())}

    async def until(self, items: dict[str, str]) -> None:
        await self.session.until(lambda: self.items == items)

    @property
    def read(self) -> int:
        """How many photos were hashed, decoded or embedded."""
        committed = [event for event in self.session.events if isinstance(event, PhotosCommitted)]
        return sum(event.photos for event in committed)


@pytest.fixture
def followed(tmp_path: Path) -> Followed:
    return Followed(tmp_path)


async def test_pairs_and_sidecars_are_followed_and_photos_read_once(followed: Followed) -> None:
    still, _ = followed.put("a.jpg", "red"), followed.put("a.cr2", "blue")
    await followed.session.client.start()
    try:
        await followed.until({"a.jpg": ""})
        await followed.session.until(lambda: followed.read == 1)
        (followed.photos / "a.xmp").write_text(sidecar("Harbour"))
        await followed.until({"a.jpg": "Harbour"})
        (followed.photos / "a.xmp").write_text(sidecar("Lighthouse"))
        await followed.until({"a.jpg": "Lighthouse"})
        (followed.photos / "a.xmp").unlink()
        await followed.until({"a.jpg": ""})
        assert followed.read == 1
        still.unlink()
        await followed.until({"a.cr2": ""})
        await followed.session.until(lambda: followed.read == 2)
    finally:
        await followed.session.client.stop()


async def test_a_broken_still_lets_its_raw_go_at_once_and_takes_it_back(
    followed: Followed,
) -> None:
    still, _ = followed.put("a.jpg", "red"), followed.put("a.cr2", "blue")
    whole = still.read_bytes()
    still.write_bytes(b"broken")
    await followed.session.client.start()
    try:
        await followed.until({"a.cr2": "", "a.jpg": ""})
        await followed.session.until(lambda: followed.read == 2)
        still.write_bytes(whole)
        await followed.until({"a.jpg": ""})
    finally:
        await followed.session.client.stop()
