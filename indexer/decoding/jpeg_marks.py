"""Where the picture in a JPEG file ends, and what its marks tell of lost bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import IO

END_MARK = b"\xff\xd9"
_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
_RESTARTS = range(0xD0, 0xD8)
_BARE = frozenset((0x00, 0x01, *_RESTARTS))
"""No length follows them."""
_BETWEEN_SCANS = frozenset((0xC4, 0xCC, _SCAN, 0xDB, 0xDC, 0xDD, 0xFE, *range(0xE0, 0xF0)))
_METADATA = frozenset((0xFE, *range(0xE0, 0xF0)))
_FRAMES = frozenset((*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), 0xCD, 0xCE, 0xCF))
_LOSSLESS = frozenset((0xC3, 0xC7, 0xCB, 0xCF))
_SEGMENTS_MAX = 10_000
_WRONG_MAX = 1_000
_MARK = re.compile(rb"\xff[^\xff]", re.DOTALL)
_SEGMENT_MARK = re.compile(rb"\xff[\xc0-\xcf\xda-\xfe]", re.DOTALL)
_MARK_IN_SCAN = re.compile(rb"\xff[^\x00\xff]", re.DOTALL)


@dataclass(slots=True)
class JpegMarks:
    """What the marks of a JPEG file's first picture say."""

    values: int | None = None
    """Where the values of its first scan begin; None where it has none."""
    pixels: int = 0
    """How many it has, by its header."""
    end: int = 0
    """Where the bytes end that are its own."""
    has_end_mark: bool = False
    wrong: list[int] = field(default_factory=list)
    """Where its scans hold marks that no encoder writes there, the first thousand."""


def read_jpeg_marks(data: bytes) -> JpegMarks:
    """The marks of the JPEG file that `data` begins with; of several pictures the first's."""
    marks = JpegMarks(end=len(data))
    position = 2
    for _ in range(_SEGMENTS_MAX):
        found = _MARK.search(data, position)
        if found is None:
            break
        mark, position = found[0][1], found.end()
        if mark in (_START, _END):
            # Where another picture starts, this one has lost its end.
            marks.has_end_mark = mark == _END
            marks.end = position if marks.has_end_mark else found.start()
            break
        if mark in _BARE:
            continue
        if mark in _FRAMES and not marks.pixels:
            marks.pixels = _whole(data, position + 3) * _whole(data, position + 5)
        position = _behind_segment(data, position)
        if mark == _SCAN:
            marks.values = marks.values or position
            position = _behind_scan(data, position, marks.wrong)
    return marks


def is_lossless(file: IO[bytes]) -> bool:
    """Whether a JPEG file is of the kind that cannot be scaled while it is decoded."""
    position = 2
    for _ in range(_SEGMENTS_MAX):
        file.seek(position)
        header = file.read(4)
        if len(header) < 4 or header[0] != 0xFF or header[1] in _FRAMES:
            return len(header) > 1 and header[1] in _LOSSLESS
        position += 2 + int.from_bytes(header[2:], "big")
    return False


def metadata_segments(data: bytes) -> bytes:
    """The beginning of a JPEG file with the metadata before its picture; empty for other files."""
    kept = [data[:2]]
    position = 2
    for _ in range(_SEGMENTS_MAX):
        found = _SEGMENT_MARK.match(data, position)
        if found is None or found[0][1] == _SCAN:
            break
        position = _behind_segment(data, found.end())
        if found[0][1] in _METADATA and position <= len(data):
            kept.append(data[found.start() : position])
    return b"".join(kept) if data.startswith(b"\xff\xd8") else b""


def without_false_start(data: bytes) -> bytes:
    """The file with its first mark right behind its beginning, where other bytes stand between."""
    found = _SEGMENT_MARK.search(data, 2)
    return data if found is None or found.start() == 2 else data[:2] + data[found.start() :]


def _behind_segment(data: bytes, position: int) -> int:
    return position + max(2, _whole(data, position))


def _whole(data: bytes, position: int) -> int:
    return int.from_bytes(data[position : position + 2], "big")


def _behind_scan(data: bytes, start: int, wrong: list[int]) -> int:
    """Where the values of a scan end."""
    restart: int | None = None
    for found in _MARK_IN_SCAN.finditer(data, start):
        mark, position = found[0][1], found.start()
        if mark in _RESTARTS:
            is_next = restart is None or mark == 0xD0 + (restart + 1) % 8
            restart = mark - 0xD0
            if is_next:
                continue
        elif mark in (_START, _END):
            return position
        elif mark in _BETWEEN_SCANS:
            behind = _behind_segment(data, found.end())
            if data[behind : behind + 1] == b"\xff" or mark == _SCAN:
                return position
        if len(wrong) < _WRONG_MAX:
            wrong.append(position)
    return len(data)
