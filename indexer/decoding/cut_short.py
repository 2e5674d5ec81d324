"""Whether a file that could not be decoded lacks its end, by what its container says."""

from __future__ import annotations

import os
from typing import IO, TYPE_CHECKING, Literal, TypeAlias

from indexer.decoding.jpeg_marks import read_jpeg_marks
from indexer.formats import is_like_tiff
from indexer.metadata.boxes import Box, boxes_in

if TYPE_CHECKING:
    from collections.abc import Callable

_BLANK_TAIL_BYTES = 512
_TAIL_BYTES = 65_536
_ENDLESS = 2**62
_CODESTREAM = b"\xff\x4f\xff\x51"


def is_cut_short(file: IO[bytes]) -> bool:
    """Whether more should follow.

    Raises OSError where the disk is at fault.
    """
    size = file.seek(0, os.SEEK_END)
    head = _bytes_at(file, 0, 16)
    tail = _bytes_at(file, max(0, size - _TAIL_BYTES), _TAIL_BYTES)
    if size > _BLANK_TAIL_BYTES and not any(tail[-_BLANK_TAIL_BYTES:]):
        return True  # room that was set aside for a download still under way
    for matches, is_short in _CONTAINERS:
        if matches(head):
            return is_short(head, tail, file, size)
    return False


def declared_length(file: IO[bytes]) -> int:
    """How long an ISO media file is by what its boxes say; 0 where they say nothing."""
    ends = (box.end for box in boxes_in(file, Box(b"", 0, _ENDLESS)))
    return max((end for end in ends if end < _ENDLESS), default=0)


def _bytes_at(file: IO[bytes], offset: int, length: int) -> bytes:
    file.seek(offset)
    return file.read(length)


def _is_short_jpeg(_head: bytes, _tail: bytes, file: IO[bytes], size: int) -> bool:
    return not read_jpeg_marks(_bytes_at(file, 0, size)).has_end_mark


def _is_short_png(_head: bytes, tail: bytes, _file: IO[bytes], _size: int) -> bool:
    return b"IEND" not in tail


def _is_short_gif(_head: bytes, tail: bytes, _file: IO[bytes], _size: int) -> bool:
    return not tail.rstrip(b"\0").endswith(b";")


def _is_short_tiff(head: bytes, _tail: bytes, _file: IO[bytes], size: int) -> bool:
    """Where its first directory is, behind the pixels as a rule."""
    order: Literal["little", "big"] = "little" if head.startswith(b"II") else "big"
    is_big = head[2:4] in (b"+\0", b"\0+")
    return int.from_bytes(head[8:16] if is_big else head[4:8], order) >= size


def _is_short_riff(head: bytes, _tail: bytes, _file: IO[bytes], size: int) -> bool:
    return int.from_bytes(head[4:8], "little") + 8 > size


def _is_short_boxes(_head: bytes, _tail: bytes, file: IO[bytes], size: int) -> bool:
    return declared_length(file) > size


def _is_short_jpeg_2000(head: bytes, tail: bytes, file: IO[bytes], size: int) -> bool:
    if head.startswith(_CODESTREAM) or not _is_short_boxes(head, tail, file, size):
        return b"\xff\xd9" not in tail[-_BLANK_TAIL_BYTES:]
    return True


_IsShort: TypeAlias = "Callable[[bytes, bytes, IO[bytes], int], bool]"
_CONTAINERS: tuple[tuple[Callable[[bytes], bool], _IsShort], ...] = (
    (lambda head: head.startswith(b"\xff\xd8"), _is_short_jpeg),
    (lambda head: head.startswith(b"\x89PNG"), _is_short_png),
    (lambda head: head.startswith(b"GIF8"), _is_short_gif),
    (is_like_tiff, _is_short_tiff),
    (lambda head: head.startswith(b"RIFF") and head[8:12] == b"WEBP", _is_short_riff),
    (lambda head: head.startswith(b"ftyp", 4), _is_short_boxes),
    (lambda head: head.startswith((b"\0\0\0\x0cjP  ", _CODESTREAM)), _is_short_jpeg_2000),
)
