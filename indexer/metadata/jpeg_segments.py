"""Metadata that JPEG cuts over several of its segments, which hold 64 KiB each."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from indexer.metadata.iptc import PHOTOSHOP_IPTC, photoshop_blocks, read_iptc

if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.metadata.iptc import IptcValues


_EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
_GUID_BYTES = 32
_PHOTOSHOP = b"Photoshop 3.0\0"
_NAMED_GUID = re.compile(rb"HasExtendedXMP\s*(?:=\s*[\"']|>)\s*([0-9A-Fa-f]{32})")
_EXTENSION_BYTES_MAX = 64_000_000


def extended_xmp(segments: Sequence[tuple[str, bytes]], packet: bytes) -> bytes:
    """The second packet, which the first one names; empty where there is none.

    Its pieces say where in it they belong; what is missing leaves the packet cut off.
    """
    begin = len(_EXTENSION) + _GUID_BYTES
    pieces = [
        (data[len(_EXTENSION) : begin], int.from_bytes(data[begin + 4 : begin + 8], "big"), data)
        for name, data in segments
        if name == "APP1" and data.startswith(_EXTENSION)
    ]
    if not pieces:
        return b""
    named = _NAMED_GUID.search(packet)
    guid = named[1] if named else Counter(guid for guid, _, _ in pieces).most_common(1)[0][0]
    joined = bytearray()
    for _, offset, data in sorted(piece for piece in pieces if piece[0].upper() == guid.upper()):
        if offset > len(joined):
            break
        joined[offset:] = data[begin + 8 :]
        if len(joined) > _EXTENSION_BYTES_MAX:
            break
    return bytes(joined)


def iptc_in(segments: Sequence[tuple[str, bytes]]) -> IptcValues:
    """IPTC of a JPEG, whose block of Photoshop may be cut anywhere."""
    joined = b"".join(
        data[len(_PHOTOSHOP) :]
        for name, data in segments
        if name == "APP13" and data.startswith(_PHOTOSHOP)
    )
    return read_iptc(
        b"".join(data for number, data in photoshop_blocks(joined) if number == PHOTOSHOP_IPTC)
    )


def comments_in(segments: Sequence[tuple[str, bytes]]) -> list[bytes]:
    """The comments of a JPEG."""
    return [data for name, data in segments if name == "COM"]
