"""Where PNG, HEIC and AVIF tell their colours by numbers, of which their decoders do nothing.

Pillow does not even say that a PNG or AVIF tells them.
"""

from __future__ import annotations

import struct
from typing import IO, TYPE_CHECKING

from indexer.decoding.coded_colour import CodedColour, keep_coded_colour
from indexer.metadata.boxes import box_along, boxes_in, content_of, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PIL import Image

_BYTES_MAX = 65_536
_CHUNKS_MAX = 1_000
_PNG_START = 8


def note_coded_colour(image: Image.Image, file: IO[bytes]) -> None:
    """Keeps with an opened image what its file says of its colours, where that matters.

    In a PNG numbers count before a profile, in HEIC and AVIF behind it.
    """
    reader = _READERS.get(image.format or "")
    if reader is None or (image.format != "PNG" and image.info.get("icc_profile")):
        return
    position = file.tell()
    code = reader(file)
    file.seek(position)
    if code is not None:
        keep_coded_colour(image, code)


def _code_of_png(file: IO[bytes]) -> CodedColour | None:
    """What the chunk `cICP` says, which stands before the pixels."""
    at = _PNG_START
    for _ in range(_CHUNKS_MAX):
        file.seek(at)
        head = file.read(12)
        kind, content = head[4:8], head[8:]
        if kind == b"cICP" and len(content) == 4:
            return CodedColour(primaries=content[0], transfer=content[1])
        if len(head) < 12 or kind in (b"IDAT", b"IEND"):
            return None
        at += 12 + int.from_bytes(head[:4], "big")
    return None


def _code_of_heif(file: IO[bytes]) -> CodedColour | None:
    """What the property `colr` of the primary picture says (ISO/IEC 23008-12, 6.5.5)."""
    meta = box_along(file, whole(file), b"meta")
    primary = box_along(file, meta, b"pitm") if meta else None
    properties = box_along(file, meta, b"iprp", b"ipco") if meta else None
    links = box_along(file, meta, b"iprp", b"ipma") if meta else None
    if primary is None or properties is None or links is None:
        return None
    item = int.from_bytes(content_of(file, primary, 8)[4:], "big")
    own = dict(_associations(content_of(file, links, _BYTES_MAX))).get(item, [])
    for index, box in enumerate(boxes_in(file, properties), start=1):
        if index in own and box.kind == b"colr":
            content = content_of(file, box, 8)
            if content[:4] == b"nclx" and len(content) == 8:
                return CodedColour(*struct.unpack(">HH", content[4:]))
    return None


def _associations(content: bytes) -> Iterator[tuple[int, list[int]]]:
    """For each picture the numbers of its properties, from 1 on; of a cut box what is there."""
    item_bytes = 4 if content[:1] > b"\0" else 2
    index_bytes = 2 if content[3:4] == b"\1" else 1
    essential_bit = 0x80 << 8 * (index_bytes - 1)
    at = 8
    while at + item_bytes < len(content):
        item = int.from_bytes(content[at : at + item_bytes], "big")
        at += item_bytes
        end = at + 1 + content[at] * index_bytes
        yield (
            item,
            [
                int.from_bytes(content[place : place + index_bytes], "big") & ~essential_bit
                for place in range(at + 1, min(end, len(content)), index_bytes)
            ],
        )
        at = end


_READERS: dict[str, Callable[[IO[bytes]], CodedColour | None]] = {
    "PNG": _code_of_png,
    "HEIF": _code_of_heif,
    "AVIF": _code_of_heif,
}
