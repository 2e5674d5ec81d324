"""The one thing wanted of Apple's maker note in EXIF: the identifier that pairs photo and film."""

from __future__ import annotations

import struct

from indexer.metadata.exif import clean_text

_BEGINNING = b"Apple iOS\0\0\1MM"
_IDENTIFIER, _TEXT = 0x0011, 2
_ENTRIES_MAX = 200
_ENTRY = struct.Struct(">HHII")
_LENGTH_MAX = 120


def live_id_told(note: object) -> str | None:
    """What iOS writes as ContentIdentifier; None where `note` is no such note, or has none."""
    if not isinstance(note, bytes) or not note.startswith(_BEGINNING):
        return None
    start = len(_BEGINNING) + 2
    count = min(int.from_bytes(note[start - 2 : start], "big"), _ENTRIES_MAX)
    for tag, kind, length, at in _entries(note[start:], count):
        if tag == _IDENTIFIER and kind == _TEXT:
            return clean_text(note[at : at + length], length_max=_LENGTH_MAX)
    return None


def _entries(directory: bytes, count: int) -> list[tuple[int, int, int, int]]:
    """Tag, kind, length and place of each value, which here is longer than four bytes."""
    whole = directory[: min(count * _ENTRY.size, len(directory) // _ENTRY.size * _ENTRY.size)]
    return list(_ENTRY.iter_unpack(whole))
