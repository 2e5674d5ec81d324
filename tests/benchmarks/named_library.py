"""A library of very many photos by the names that cameras and people give, and no files.

Every second photo has a caption, of words that are as unevenly used as those of a language.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from storage.library import DATABASE_NAME, Library
from storage.records import Caption, Facts, FileState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from storage.contents import PendingPhoto
    from storage.records import PhotoId, RootId

_PER_FOLDER = 200
_BATCH = 500
_PLACES = ("Italy", "Lisbon", "New York", "Königssee", "Tromsø", "Geburtstagsfeier", "日本旅行")
_VOCABULARY = 4_000
_CAPTION_WORDS = 10
_YEARS = 20


def add_named_photos(library: Library, count: int) -> list[PhotoId]:
    """Photos with facts and captions, whose words are not written; their ids."""
    chance = random.Random(11)
    with library.atomic():
        root = library.roots.add(library.folder / "Photos").id
    return [
        photo
        for first in range(0, count, _PER_FOLDER)
        for photo in _add_folder(library, root, range(first, first + _PER_FOLDER), chance)
    ]


def write_words(library: Library, photos: list[PhotoId]) -> None:
    """Write their words as the indexer does, a batch of photos at a time."""
    for start in range(0, len(photos), _BATCH):
        with library.atomic():
            library.words.refresh(photos[start : start + _BATCH])


def bytes_of(folder: Path) -> int:
    """What the database takes on disk."""
    return (folder / DATABASE_NAME).stat().st_size


def word(rank: int) -> str:
    """The word of captions that is used so often: 0 is the most frequent one."""
    return f"w{rank:03}x".translate(str.maketrans("0123456789", "baeioulmnr"))


def _add_folder(
    library: Library, root: RootId, numbers: range, chance: random.Random
) -> list[PhotoId]:
    year, month = 2000 + numbers.start // _PER_FOLDER % _YEARS, numbers.start % 12 + 1
    place = chance.choice(_PLACES)
    states = [_state(_name(number, year, month)) for number in numbers]
    with library.atomic():
        photos = library.files.add(root, f"{year}/{year}-{month:02} {place}", states)
        waiting = library.contents.unread(now=0.0, limit=len(photos))
        captions = list(_described(library, waiting, f"{year}-{month:02}", chance))
        library.captions.put(captions)
    return photos


def _described(
    library: Library, waiting: list[PendingPhoto], month: str, chance: random.Random
) -> Iterator[Caption]:
    for photo in waiting:
        facts = Facts(
            width=64,
            height=48,
            format="JPEG",
            taken_at=f"{month}-{chance.randrange(1, 29):02}T12:00:00",
            camera=f"Camera {chance.randrange(100):02}",
        )
        content_id = library.contents.put(f"{photo.photo_id:032x}", facts)
        library.contents.assign(photo, content_id)
        if photo.photo_id % 2:
            ranks = (int(_VOCABULARY ** chance.random()) - 1 for _ in range(_CAPTION_WORDS))
            text = " ".join(word(rank) for rank in ranks)
            yield Caption(content_id=content_id, text=text, model_id="m", prompt_id="p")


def _name(number: int, year: int, month: int) -> str:
    kinds = (
        f"DSC{number:05}.JPG",
        f"IMG_{number:05}.JPG",
        f"IMG_{year}{month:02}{number % 28 + 1:02}_{number * 7919 % 240000:06}.jpg",
        f"holidayphotos{number}.jpg",
    )
    return kinds[number // _PER_FOLDER % len(kinds)]


def _state(name: str) -> FileState:
    number = sum(map(ord, name))
    return FileState(name=name, size_bytes=1, mtime_ns=10**18, ctime_ns=1, inode=number)
