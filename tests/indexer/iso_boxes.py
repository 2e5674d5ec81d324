"""Boxes of ISO media files that the tests write: of films, of JPEG XL and of Canon's RAW."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

XMP_ID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
MAC_EPOCH = -2_082_844_800
"""In seconds since that of Unix."""


def box(kind: bytes, content: bytes = b"", *, is_long: bool = False) -> bytes:
    """One box; with its length in eight bytes where it `is_long`."""
    if is_long:
        return struct.pack(">I4sQ", 1, kind, 16 + len(content)) + content
    return struct.pack(">I4s", 8 + len(content), kind) + content


def movie_header(created: int = 0, *, seconds: float = 2.0, version: int = 0) -> bytes:
    """`mvhd` of a film made at a second of Unix's time; 0 where its clock was never set."""
    stamp = created - MAC_EPOCH if created else 0
    form = ">B3xQQIQ" if version else ">B3xIIII"
    return box(b"mvhd", struct.pack(form, version, stamp, stamp, 600, round(seconds * 600)))


def data(value: bytes, kind: int = 1) -> bytes:
    """One value of an item; kind 1 is UTF-8, 2 UTF-16, 21 a number."""
    return box(b"data", struct.pack(">II", kind, 0) + value)


def keyed(values: Mapping[str, str]) -> bytes:
    """QuickTime's `meta` of Apple's keys, as a phone writes it."""
    names = b"".join(box(b"mdta", name.encode()) for name in values)
    keys = box(b"keys", struct.pack(">II", 0, len(values)) + names)
    items = b"".join(
        box(struct.pack(">I", number), data(text.encode()))
        for number, text in enumerate(values.values(), 1)
    )
    return box(b"meta", box(b"hdlr", bytes(24)) + keys + box(b"ilst", items))


def listed(*items: bytes) -> bytes:
    """iTunes' `meta` with a list of items."""
    return box(b"meta", bytes(4) + box(b"hdlr", bytes(25)) + box(b"ilst", b"".join(items)))


def xtra(values: Mapping[str, Sequence[str | int]]) -> bytes:
    """Microsoft's box, as Windows' Explorer writes tags."""
    return box(b"Xtra", b"".join(_entry(name, said) for name, said in values.items()))


def _entry(name: str, said: Sequence[str | int]) -> bytes:
    parts = b""
    for value in said:
        is_text = isinstance(value, str)
        raw = f"{value}\0".encode("utf-16-le") if is_text else struct.pack("<Q", value)
        parts += struct.pack(">IH", 6 + len(raw), 8 if is_text else 19) + raw
    content = struct.pack(">I", len(name)) + name.encode() + struct.pack(">I", len(said)) + parts
    return struct.pack(">I", 4 + len(content)) + content


def with_boxes(
    film: Path, in_movie: bytes = b"", in_user_data: bytes = b"", behind: bytes = b""
) -> Path:
    """A film whose `moov` is its last box, with more in it and behind it."""
    whole = film.read_bytes()
    at = whole.rindex(b"moov") - 4
    movie = whole[at + 8 :]
    user_at = movie.find(b"udta")
    if in_user_data and user_at >= 0:
        length = int.from_bytes(movie[user_at - 4 : user_at], "big")
        movie = movie[: user_at - 4] + box(b"udta", in_user_data) + movie[user_at - 4 + length :]
    elif in_user_data:
        movie += box(b"udta", in_user_data)
    film.write_bytes(whole[:at] + box(b"moov", movie + in_movie) + behind)
    return film
