"""Texts of EXIF that say in which encoding they are, or that have one of their own."""

from __future__ import annotations

from indexer.metadata.exif import decoded_text

_HEAD_BYTES = 8
_JIS_ENCODINGS = ("iso2022_jp", "euc_jp", "shift_jis")


def user_comment(stored: object) -> str:
    """EXIF's UserComment: eight bytes name the encoding of what follows; empty where none does."""
    if isinstance(stored, str):
        return stored
    if not isinstance(stored, bytes):
        return ""
    head, rest = stored[:_HEAD_BYTES].upper(), stored[_HEAD_BYTES:]
    if head.startswith(b"UNICODE"):
        return _wide_text(rest)
    if head.startswith(b"JIS\0"):
        return _japanese_text(rest.rstrip(b"\0 "))
    if head.startswith(b"ASCII\0") or not head.strip(b"\0 "):
        return decoded_text(rest.partition(b"\0")[0])
    return decoded_text(stored.partition(b"\0")[0])


def windows_text(stored: object, *, length_max: int) -> str:
    """The text of one of Windows' own tags: UTF-16 in a tag of bytes; empty where none is."""
    if isinstance(stored, str) or not isinstance(stored, bytes | tuple | list):
        return ""
    try:
        return bytes(stored)[: 2 * length_max].decode("utf-16-le", "replace").split("\0", 1)[0]
    except (TypeError, ValueError):
        return ""


def _wide_text(raw: bytes) -> str:
    """UTF-16 of either byte order: the bytes that tell the script are the fewer kinds."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace").split("\0", 1)[0]
    even, odd = raw[:-1:2], raw[1::2]
    is_little = (len(set(odd)), odd.count(0) == 0) < (len(set(even)), even.count(0) == 0)
    return raw.decode("utf-16-le" if is_little else "utf-16-be", "replace").split("\0", 1)[0]


def _japanese_text(raw: bytes) -> str:
    for encoding in _JIS_ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return ""
