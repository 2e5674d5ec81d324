"""Films among the files of folders: which are none, and how many are passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.folders.beside import has_extension
from indexer.formats import AMBIGUOUS_EXTENSIONS, HEAD_BYTES, VIDEO_EXTENSIONS, is_video

if TYPE_CHECKING:
    import os

    from indexer.folders.scan_walk import Walk
    from storage.library import Library


def is_film(entry: os.DirEntry[str]) -> bool:
    """Whether a regular file goes by a film's name, and is what its name says."""
    return (
        has_extension(entry.name, VIDEO_EXTENSIONS) and entry.is_file() and is_what_it_says(entry)
    )


def is_what_it_says(entry: os.DirEntry[str]) -> bool:
    """False for a program in TypeScript and its like; a file that cannot be read is believed."""
    if not has_extension(entry.name, AMBIGUOUS_EXTENSIONS):
        return True
    try:
        with open(entry.path, "rb") as file:  # noqa: PTH123 - once per file
            return is_video(file.read(HEAD_BYTES))
    except OSError:
        return True


def note_films(library: Library, walk: Walk, *, is_whole: bool) -> None:
    """Keep how many were passed over in the folders that a walk has seen; `is_whole`: in all."""
    passed, root_id = library.passed_over, walk.root.id
    known = passed.known_in(root_id)
    seen = known.keys() | walk.visited if is_whole else walk.visited
    if walk.films_passed != {folder: known[folder] for folder in known.keys() & seen}:
        with library.atomic(changes_photos=False):
            passed.put(root_id, walk.films_passed, seen=seen)
