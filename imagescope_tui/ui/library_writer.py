"""What the reader says, written into the library beside whoever indexes it; none of it waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from storage.records import PhotoId
    from storage.saved_searches import SavedSearch


@dataclass(frozen=True, slots=True)
class Marked:
    """What became of a mark."""

    is_favourite: bool | None
    """None where the photo cannot be marked, for nobody has read it yet."""
    revision: int
    """Of the library, behind this change."""


def toggle_favourite(folder: Path, photo_id: PhotoId) -> Marked:
    """Make a photo of the library in a folder a favourite, or none any more.

    Raises:
        StorageError: the library cannot be written.
    """
    from storage.library import Library  # SQLite is not needed for the first paint

    with (
        Library.open_annotator(folder) as library,
        library.atomic(changes_photos=False) as revision,
    ):
        return Marked(library.favourites.toggle(photo_id), revision)


def save_search(folder: Path, search: SavedSearch) -> None:
    """Keep a search, in place of the one that has its name.

    Raises:
        StorageError: the library cannot be written.
    """
    from storage.library import Library

    with Library.open_annotator(folder) as library, library.atomic(changes_photos=False):
        library.saved_searches.put(search)


def forget_search(folder: Path, name: str) -> None:
    """Keep the search of a name no longer.

    Raises:
        StorageError: the library cannot be written.
    """
    from storage.library import Library

    with Library.open_annotator(folder) as library, library.atomic(changes_photos=False):
        library.saved_searches.drop(name)
