"""EXIF and XMP in the boxes of a JPEG XL file (ISO/IEC 18181-2), compressed ones too."""

from __future__ import annotations

from typing import IO

from indexer.metadata.boxes import boxes_in, content_of, whole

_BOX_BYTES_MAX = 8_000_000
_EXIF = b"Exif"
_NAMES = {_EXIF: "exif", b"xml ": "xmp"}
_BROTLI = b"brob"
_KIND_BYTES = 4
_TIFF_MARKS = (b"II*\0", b"MM\0*")


def jxl_metadata(file: IO[bytes]) -> dict[str, bytes]:
    """EXIF and XMP, by the names under which Pillow's readers look for them.

    Raises OSError alone.
    """
    plain: dict[str, bytes] = {}
    compressed: dict[str, bytes] = {}
    for box in boxes_in(file, whole(file)):
        if box.kind in _NAMES:
            _keep(plain, box.kind, content_of(file, box, _BOX_BYTES_MAX))
        elif box.kind == _BROTLI:
            content = content_of(file, box, _BOX_BYTES_MAX)
            kind = content[:_KIND_BYTES]
            if kind in _NAMES:
                _keep(compressed, kind, _unpacked(content[_KIND_BYTES:]))
    # Editors that cannot compress put a box of their own behind the compressed one.
    return compressed | plain


def _keep(found: dict[str, bytes], kind: bytes, content: bytes) -> None:
    if content:
        bare = _bare_exif(content) if kind == _EXIF else content
        found.setdefault(_NAMES[kind], bare)


def _unpacked(content: bytes) -> bytes:
    """What Brotli has compressed, as far as it can be read and no more than is looked at."""
    import brotli  # few files need it

    try:
        unpacked: bytes = brotli.Decompressor().process(content, output_buffer_limit=_BOX_BYTES_MAX)
    except brotli.error:
        return b""
    return unpacked


def _bare_exif(content: bytes) -> bytes:
    """By the standard the first bytes say where it begins; some writers leave them out."""
    is_bare = content[:4] in _TIFF_MARKS
    return content if is_bare else content[4 + int.from_bytes(content[:4], "big") :]
