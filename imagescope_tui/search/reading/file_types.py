"""Names of file types, and which extensions each stands for."""

from __future__ import annotations

from typing import Final

from indexer.formats import PHOTO_EXTENSIONS, VIDEO_EXTENSIONS
from storage.pairs import RAW_EXTENSIONS

_SAME_FORMAT: Final = (
    ("jpg", "jpeg", "jpe", "jfif"),
    ("heic", "heif", "hif", "heics", "heifs"),
    ("tif", "tiff"),
)
# The first of each is the word itself, so that a line can be written from the filter again.
_FAMILIES: Final = {
    "raw": ("raw", *sorted(name for name in RAW_EXTENSIONS if name != "raw")),
    "video": ("video", *sorted(name[1:] for name in VIDEO_EXTENSIONS)),
}
_TYPES: Final = frozenset(name[1:] for name in PHOTO_EXTENSIONS | VIDEO_EXTENSIONS)


def extensions_of(name: str) -> tuple[str, ...]:
    """The extensions that a type stands for; none for what is no type."""
    extension = name.lower().lstrip(".")
    extension = "video" if extension == "videos" else extension
    if extension in _FAMILIES:
        return _FAMILIES[extension]
    group = next((group for group in _SAME_FORMAT if extension in group), (extension,))
    return () if _TYPES.isdisjoint(group) else group


def types_of(extensions: tuple[str, ...]) -> tuple[str, ...]:
    """The fewest names that stand for the extensions, in their order."""
    names: list[str] = []
    place = 0
    while place < len(extensions):
        group = extensions_of(extensions[place])
        is_whole = extensions[place : place + len(group)] == group
        names.append(extensions[place])
        place += len(group) if is_whole and group else 1
    return tuple(names)
