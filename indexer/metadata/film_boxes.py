"""What the boxes of an MP4 or MOV file say of the film, beside what FFmpeg gives of them.

Apple's keys (QuickTime File Format, "Metadata"), the item list of iTunes, user data, and XMP by its
part 3, "MPEG-4" and "QuickTime". Pure Python: nothing is decoded.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import IO, TYPE_CHECKING

from indexer.metadata.boxes import Box, box_along, boxes_in, content_of, uuid_box, whole
from indexer.metadata.film_user_data import user_texts
from indexer.metadata.xmp import PACKET_BYTES_MAX

if TYPE_CHECKING:
    from collections.abc import Iterator

APPLE = "com.apple.quicktime."
LIVE_ID = f"{APPLE}content.identifier"
_XMP_ID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_MAC_EPOCH, _UNIX_EPOCH = datetime(1904, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)
_MAC_TO_UNIX_SECONDS = 2_082_844_800
_CREATED_SECONDS_MAX = 10_000_000_000
_DURATION_SECONDS_MAX = 1_000_000
_VALUE_BYTES_MAX, _TABLE_BYTES_MAX = 65_536, 262_144
_VALUES_MAX, _LENGTH_MAX = 10_000, 4_000_000
"""Of all texts together."""
_ITEM_NAMES = {
    b"desc": "description",
    b"\xa9des": "description",
    b"keyw": "keywords",
    b"\xa9key": "keywords",
    b"catg": "category",
    b"\xa9gen": "genre",
    b"rate": "rating percent",
}
"""Items of which FFmpeg gives the last value alone, or none."""
_UTF8, _UTF16, _SIGNED, _UNSIGNED, _FLOAT, _DOUBLE = 1, 2, 21, 22, 23, 24


@dataclass(frozen=True, slots=True)
class FilmBoxes:
    """Of one film; all optional, all as read, none trusted."""

    created: datetime | None = None
    """In UTC, as the standard says; None where the clock was never set."""
    duration_seconds: float | None = None
    texts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By Apple's keys, Microsoft's names and the names above, all in lower case."""
    xmp: bytes = b""

    def first(self, name: str) -> str | None:
        """The first text of this name."""
        return next(iter(self.texts.get(name, ())), None)


def read_film_boxes(file: IO[bytes]) -> FilmBoxes:
    """What the boxes in `file` say; nothing of a file that has none. Raises OSError alone."""
    movie = box_along(file, whole(file), b"moov")
    if movie is None:
        return FilmBoxes(xmp=xmp_beside(file))
    texts: dict[str, list[str]] = {}
    room = _LENGTH_MAX
    for name, text in islice(_texts_in(file, movie), _VALUES_MAX):
        room -= len(name) + len(text)
        if room < 0:
            break
        texts.setdefault(name, []).append(text)
    created, duration = _header_of(file, movie)
    packet = box_along(file, movie, b"udta", b"XMP_")
    return FilmBoxes(
        created=created,
        duration_seconds=duration,
        texts={name: tuple(values) for name, values in texts.items()},
        xmp=content_of(file, packet, PACKET_BYTES_MAX) if packet else xmp_beside(file),
    )


def _texts_in(file: IO[bytes], movie: Box) -> Iterator[tuple[str, str]]:
    yield from _keyed_texts(file, movie)
    yield from _keyed_texts(file, box_along(file, movie, b"udta"))
    yield from user_texts(file, movie)


def _header_of(file: IO[bytes], movie: Box) -> tuple[datetime | None, float | None]:
    """When the film was made, and how long it lasts."""
    header = box_along(file, movie, b"mvhd")
    content = content_of(file, header, 32) if header is not None else b""
    form = ">QQIQ" if content[:1] == b"\x01" else ">IIII"
    if len(content) < 4 + struct.calcsize(form):
        return None, None
    created, _, ticks_per_second, ticks = struct.unpack_from(form, content, 4)
    seconds = ticks / ticks_per_second if ticks_per_second else 0.0
    return _instant(created), seconds if 0 < seconds < _DURATION_SECONDS_MAX else None


def _instant(seconds: int) -> datetime | None:
    """By the Macintosh's epoch, and by that of Unix where so early a film cannot be."""
    if not 0 < seconds < _CREATED_SECONDS_MAX or seconds == _MAC_TO_UNIX_SECONDS:
        return None
    epoch = _MAC_EPOCH if seconds > _MAC_TO_UNIX_SECONDS else _UNIX_EPOCH
    return epoch + timedelta(seconds=seconds)


def _keyed_texts(file: IO[bytes], outer: Box | None) -> Iterator[tuple[str, str]]:
    """Of the item list in `outer`: by Apple's keys, where there is a table of them."""
    meta = box_along(file, outer, b"meta") if outer is not None else None
    items = box_along(file, meta, b"ilst") if meta is not None else None
    if meta is None or items is None:
        return
    keys = box_along(file, meta, b"keys")
    names = _key_names(content_of(file, keys, _TABLE_BYTES_MAX)) if keys is not None else []
    for item in boxes_in(file, items):
        number = int.from_bytes(item.kind, "big")
        name = names[number - 1] if 0 < number <= len(names) else _ITEM_NAMES.get(item.kind)
        if name is None:
            continue
        for box in boxes_in(file, item):
            text = _value_of(content_of(file, box, _VALUE_BYTES_MAX)) if box.kind == b"data" else ""
            if text:
                yield name, text


def _key_names(content: bytes) -> list[str]:
    """The table of keys, in their order."""
    names: list[str] = []
    at = 8
    while at + 8 <= len(content) and len(names) < _VALUES_MAX:
        length = int.from_bytes(content[at : at + 4], "big")
        if length < 8:
            break
        names.append(content[at + 8 : at + length].decode("utf-8", "replace").casefold())
        at += length
    return names


def _value_of(content: bytes) -> str:
    """The text or the number of a `data` box: four bytes say what it is, four are of no use."""
    kind, value = int.from_bytes(content[:4], "big"), content[8:]
    if kind in {_SIGNED, _UNSIGNED} and len(value) <= 8:
        return str(int.from_bytes(value, "big", signed=kind == _SIGNED))
    if kind in {_FLOAT, _DOUBLE}:
        form = ">f" if kind == _FLOAT else ">d"
        return str(struct.unpack(form, value)[0]) if len(value) == struct.calcsize(form) else ""
    if kind in {_UTF8, _UTF16}:
        return value.decode("utf-8" if kind == _UTF8 else "utf-16-be", "replace")
    return ""


def xmp_beside(file: IO[bytes]) -> bytes:
    """The packet of XMP in a box of its own beside what is to be seen; empty without one."""
    box = uuid_box(file, whole(file), _XMP_ID)
    return content_of(file, box, PACKET_BYTES_MAX) if box is not None else b""
