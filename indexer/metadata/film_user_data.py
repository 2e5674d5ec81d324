"""User data of films that FFmpeg does not give: of Windows, of 3GPP's phones, of QuickTime."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from indexer.metadata.boxes import Box, box_along, boxes_in, content_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_BYTES_MAX = 262_144
_PARTS_MAX = 1000
_WINDOWS = b"Xtra"
_WINDOWS_TEXT, _WINDOWS_NUMBER = 8, 19
_QUICKTIME_NAMES = {b"\xa9des": "description", b"\xa9key": "keywords"}
_PHONE_NAMES = {
    b"titl": "title",
    b"dscp": "description",
    b"auth": "author",
    b"perf": "artist",
    b"gnre": "genre",
}
"""3GPP TS 26.244, 8."""
_PHONE_KEYWORDS = b"kywd"
_WHEN = b"date"
_PHONE_HEADER = 6
"""A version and a language."""


def user_texts(file: IO[bytes], movie: Box) -> Iterator[tuple[str, str]]:
    """Names, in lower case, and what is said under them."""
    data = box_along(file, movie, b"udta")
    for box in boxes_in(file, data) if data is not None else ():
        if box.kind == _WINDOWS:
            yield from _windows_texts(content_of(file, box, _BYTES_MAX))
        elif box.kind in _QUICKTIME_NAMES:
            content = content_of(file, box, _BYTES_MAX)
            length = int.from_bytes(content[:2], "big")
            yield _QUICKTIME_NAMES[box.kind], _text(content[4 : 4 + length])
        elif box.kind in _PHONE_NAMES:
            yield _PHONE_NAMES[box.kind], _text(content_of(file, box, _BYTES_MAX)[_PHONE_HEADER:])
        elif box.kind == _WHEN:
            yield "date_recorded", _text(content_of(file, box, _BYTES_MAX))
        elif box.kind == _PHONE_KEYWORDS:
            yield from _phone_keywords(content_of(file, box, _BYTES_MAX)[_PHONE_HEADER:])


def _phone_keywords(content: bytes) -> Iterator[tuple[str, str]]:
    """Each behind its length, the first behind their number."""
    at = 1
    for _ in range(content[0] if content else 0):
        length = content[at] if at < len(content) else 0
        yield "keywords", _text(content[at + 1 : at + 1 + length])
        at += 1 + length


def _text(raw: bytes) -> str:
    """UTF-8, or UTF-16 that says so, up to the zero behind it."""
    is_wide = raw.startswith((b"\xfe\xff", b"\xff\xfe"))
    return raw.decode("utf-16" if is_wide else "utf-8", "replace").split("\0", 1)[0]


def _windows_texts(content: bytes) -> Iterator[tuple[str, str]]:
    """Of Windows' own box: entries of a name, and of values each with its length and kind."""
    for entry in _sized(content, 0, len(content)):
        length = int.from_bytes(content[entry.start : entry.start + 4], "big")
        written = content[entry.start + 4 : entry.start + 4 + length]
        name = written.decode("ascii", "replace").casefold()
        first = entry.start + 8 + length
        for value in _sized(content, first, entry.end):
            kind = int.from_bytes(content[value.start : value.start + 2], "big")
            said = content[value.start + 2 : value.end]
            if kind == _WINDOWS_TEXT:
                yield name, said.decode("utf-16-le", "replace").rstrip("\0")
            elif kind == _WINDOWS_NUMBER and len(said) <= 8:
                yield name, str(int.from_bytes(said, "little"))


def _sized(content: bytes, start: int, end: int) -> Iterator[Box]:
    """Parts that begin with their own length, in four bytes."""
    for _ in range(_PARTS_MAX):
        length = int.from_bytes(content[start : start + 4], "big")
        if length <= 4 or start + length > end:
            return
        yield Box(b"", start + 4, start + length)
        start += length
