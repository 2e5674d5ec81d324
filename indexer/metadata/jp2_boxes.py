"""What a JPEG 2000 file says beside its picture, in boxes that Pillow passes over."""

from __future__ import annotations

from typing import IO

from indexer.metadata.boxes import boxes_in, content_of, whole

_BOX_BYTES_MAX = 16_000_000
_UUID_BYTES = 16
_KINDS = {
    bytes.fromhex("be7acfcb97a942e89c71999491e3afac"): "xmp",
    b"JpgTiffExif->JP2": "exif",
    bytes.fromhex("0537cdab9d0c4431a72afa561f2a113e"): "exif",
    bytes.fromhex("33c7a4d2b81d4723a0baf1a3e097ad38"): "iptc",
    bytes.fromhex("09a14e97c0b442e0bebf36df6f0ce36f"): "iptc",
}


def read_jp2_boxes(file: IO[bytes]) -> dict[str, bytes]:
    """EXIF, XMP and IPTC by these names in lower case, as far as they are there."""
    found: dict[str, bytes] = {}
    for box in boxes_in(file, whole(file)):
        if box.kind == b"uuid":
            content = content_of(file, box, _BOX_BYTES_MAX)
            if name := _KINDS.get(content[:_UUID_BYTES]):
                found.setdefault(name, content[_UUID_BYTES:])
        elif box.kind == b"xml ":
            found.setdefault("xmp", content_of(file, box, _BOX_BYTES_MAX))
    return found
