"""IPTC's older form (IIM), and the blocks of Photoshop that hold it in most files."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

IptcValues: TypeAlias = dict[tuple[int, int], list[bytes]]
"""Values by record and data set, as `read_iptc` gives them: not cleaned."""

TITLE = (2, 5)
CATEGORY = (2, 20)
KEYWORDS = (2, 25)
INSTRUCTIONS = (2, 40)
BYLINE = (2, 80)
CITY = (2, 90)
LOCATION = (2, 92)
STATE = (2, 95)
COUNTRY = (2, 101)
HEADLINE = (2, 105)
RIGHTS = (2, 116)
CAPTION = (2, 120)

PHOTOSHOP_IPTC, PHOTOSHOP_EXIF, PHOTOSHOP_XMP = 0x0404, 0x0422, 0x0424

_TAG_MARK = 0x1C
_HEAD_BYTES = 5
_LONG_LENGTH = 0x8000
_VALUES_MAX = 10_000


def read_iptc(data: bytes) -> IptcValues:
    """The values as far as the data is sound; raises nothing."""
    values: IptcValues = {}
    at = data.find(bytes((_TAG_MARK,)))
    for _ in range(_VALUES_MAX):
        if at < 0 or at + _HEAD_BYTES > len(data) or data[at] != _TAG_MARK:
            break
        record, number = data[at + 1], data[at + 2]
        length = int.from_bytes(data[at + 3 : at + 5], "big")
        at += _HEAD_BYTES
        if length & _LONG_LENGTH:
            length_bytes = length & ~_LONG_LENGTH
            length = int.from_bytes(data[at : at + min(length_bytes, 4)], "big")
            at += length_bytes
        values.setdefault((record, number), []).append(data[at : at + length])
        at += length
    return values


def photoshop_blocks(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The numbered blocks that Photoshop keeps beside a picture; of damaged ones the first."""
    at = 0
    while data[at : at + 4] in (b"8BIM", b"MeSa", b"AgHg", b"PHUT", b"DCSR"):
        number = int.from_bytes(data[at + 4 : at + 6], "big")
        at += 6
        if at >= len(data):
            return
        at += 1 + data[at]
        at += at & 1
        length = int.from_bytes(data[at : at + 4], "big")
        at += 4
        yield number, data[at : at + length]
        at += length + (length & 1)
