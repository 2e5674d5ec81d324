"""Why a file gave no picture, in words for its owner, and whether trying again may help."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from PIL import Image, UnidentifiedImageError

from indexer.decoding.cut_short import is_cut_short
from storage.safe_text import printable

if TYPE_CHECKING:
    from storage.records import Facts

REASON_LENGTH_MAX = 200
NOT_REGULAR = "not a regular file"
CUT_SHORT = "the file ends too early"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodeFailure:
    """A file that gave no picture: a value, for the run goes on."""

    reason: str
    """One line for people, without the path."""
    permanent: bool
    """Whether trying again is of no use until the file changes."""
    facts: Facts | None = None
    """What it says of itself all the same; None where that is nothing, or was not asked."""

    @property
    def is_of_content(self) -> bool:
        """Whether the file's own bytes are at fault."""
        return self.permanent or self.reason == CUT_SHORT


class MissingReader(Exception):
    """The library that reads such files is not installed; says which one it is."""


class DamagedPhoto(Exception):
    """A reader's own words for why it gives no picture."""


_TOO_LARGE = Image.DecompressionBombError | Image.DecompressionBombWarning
_CUT_SHORT_WORDS = ("truncated", "end of file", "not enough", "unexpected end", "premature", "eof")
_MEMORY_WORDS = ("memory", "alloc")
_DISK_ERRORS = frozenset(
    getattr(errno, name)
    for name in (
        *("EIO", "ENXIO", "ENODEV", "ENOMEDIUM", "EMEDIUMTYPE", "EREMOTEIO", "ESTALE"),
        *("ENOTCONN", "ECONNRESET", "ECONNABORTED", "EHOSTDOWN", "EHOSTUNREACH"),
        *("ENETDOWN", "ENETUNREACH", "ETIMEDOUT", "ENOLINK", "EACCES", "EPERM"),
    )
    if hasattr(errno, name)
)
"""Any other error number comes from bytes that lead a decoder to seek where nothing is."""

_OTHER_KINDS: tuple[tuple[int, bytes, str], ...] = (
    (8, b"WAVE", "a sound, not a photo"),
    (0, b"%PDF", "a PDF, not a photo"),
    (0, b"%!PS", "a PostScript drawing, not a photo"),
    (0, b"\xc5\xd0\xd3\xc6", "a PostScript drawing, not a photo"),
    (0, b"PK\x03\x04", "a ZIP archive, not a photo"),
    (0, b"<svg", "an SVG drawing, not a photo"),
    (0, b"<?xml", "an XML file, not a photo"),
    (0, b"<!DOCTYPE", "a web page, not a photo"),
    (0, b"<html", "a web page, not a photo"),
    (0, b"\xff\xd8", "the JPEG file is damaged"),
    (0, b"\x89PNG", "the PNG file is damaged"),
    (0, b"GIF8", "the GIF file is damaged"),
    (0, b"BM", "the BMP file is damaged, or of a kind that is not supported"),
    (0, b"8BPS", "the Photoshop file is damaged, or of a kind that is not supported"),
    (4, b"jP  ", "the JPEG 2000 file is damaged, or of a kind that is not supported"),
    (0, b"\xff\x4f\xff\x51", "the JPEG 2000 file is damaged, or of a kind that is not supported"),
    (8, b"WEBP", "the WebP file is damaged, or of a kind that is not supported"),
    (4, b"ftyp", "the HEIF or AVIF file is damaged, or of a kind that is not supported"),
    (0, b"II*\0", "the TIFF file is damaged, or of a kind that is not supported"),
    (0, b"MM\0*", "the TIFF file is damaged, or of a kind that is not supported"),
    (0, b"II+\0", "the TIFF file is damaged, or of a kind that is not supported"),
    (0, b"MM\0+", "the TIFF file is damaged, or of a kind that is not supported"),
)


def is_of_disk(error: OSError) -> bool:
    """Whether the disk or the network failed, not the file's bytes."""
    return error.errno in _DISK_ERRORS


def failure_to_open(error: OSError) -> DecodeFailure:
    """Why the system would not let us have the file; it may another time."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return DecodeFailure(reason="the file is no longer there", permanent=False)
    if isinstance(error, IsADirectoryError):
        return DecodeFailure(reason=NOT_REGULAR, permanent=True)
    if isinstance(error, PermissionError):
        return DecodeFailure(reason="the file may not be read", permanent=False)
    return failure_to_read(error)


def failure_to_read(error: OSError) -> DecodeFailure:
    """The disk or the network failed in the middle of the file."""
    detail = os.strerror(error.errno) if error.errno else "input/output error"
    return DecodeFailure(reason=f"the file cannot be read: {detail}", permanent=False)


def is_of_content(error: Exception) -> bool:
    """Whether the bytes are at fault, and not their number, a disk, or what is installed here."""
    if isinstance(error, OSError) and is_of_disk(error):
        return False
    return not isinstance(error, MissingReader | _TOO_LARGE)


def tells_lost_end(error: Exception, file: IO[bytes]) -> bool:
    """Whether more should follow in a file, by the words of its decoder or by its container.

    Raises OSError where the disk is at fault.
    """
    return _says(str(error), _CUT_SHORT_WORDS) or is_cut_short(file)


def failure_to_decode(error: Exception, file: IO[bytes]) -> DecodeFailure:
    """Why the bytes are no picture: cut short, another kind of file, too large, or damaged.

    Raises MemoryError where a library says in its own words that it ran out of memory.
    """
    if isinstance(error, MissingReader):
        # Files are not read again and again for that: see `IndexRun`.
        return DecodeFailure(reason=str(error), permanent=True)
    message = str(error)
    if isinstance(error, OSError | RuntimeError) and _says(message, _MEMORY_WORDS):
        raise MemoryError(message) from error
    if isinstance(error, OSError) and is_of_disk(error):
        return failure_to_read(error)
    if isinstance(error, _TOO_LARGE):
        return DecodeFailure(reason="too many pixels", permanent=True)
    try:
        return _failure_of_content(error, file)
    except OSError as unreadable:
        return failure_to_read(unreadable)


def _failure_of_content(error: Exception, file: IO[bytes]) -> DecodeFailure:
    if tells_lost_end(error, file):
        return DecodeFailure(reason=CUT_SHORT, permanent=False)
    if isinstance(error, UnidentifiedImageError):
        return DecodeFailure(reason=_other_kind(file), permanent=True)
    if isinstance(error, OSError) and error.errno:
        return DecodeFailure(reason="the picture is damaged", permanent=True)
    if isinstance(error, DamagedPhoto):
        return DecodeFailure(reason=printable(str(error))[:REASON_LENGTH_MAX], permanent=True)
    return DecodeFailure(reason=_damaged(str(error)), permanent=True)


def _says(message: str, words: tuple[str, ...]) -> bool:
    folded = message.lower()
    return any(word in folded for word in words)


def _damaged(message: str) -> str:
    detail = printable(message)[:REASON_LENGTH_MAX]
    return f"the picture is damaged: {detail}" if detail else "the picture is damaged"


def _other_kind(file: IO[bytes]) -> str:
    head = _bytes_at(file, 0, 64)
    for offset, magic, reason in _OTHER_KINDS:
        if head[offset : offset + len(magic)] == magic:
            return reason
    return "not a picture in a known format"


def _bytes_at(file: IO[bytes], offset: int, length: int) -> bytes:
    file.seek(offset)
    return file.read(length)
