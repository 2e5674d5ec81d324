"""A picture into the clipboard: as Kitty's protocol tells it, or by the desktop's helpers."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagescope_tui.ui.opening import Failed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST_BYTES = 32 * 1024 * 1024
"""Of a picture; what is larger is copied as its preview."""
_CHUNK_BYTES = 4096
"""The most that Kitty's protocol takes at once, before it is encoded."""
_KINDS = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))
_STATUS = re.compile(r"\x1b\]5522;type=write:(?:[^;\x1b\x07]*:)?status=([A-Z]+)")
_REASONS = {
    "EPERM": "the terminal does not let programs write its clipboard",
    "EBUSY": "the clipboard is busy",
    "ENOSYS": "the terminal has no clipboard",
}


@dataclass(frozen=True, slots=True)
class CopiedPicture:
    """A picture as other programs take it."""

    mime: str
    """image/jpeg or image/png."""
    data: bytes


def own_bytes(path: Path) -> CopiedPicture | None:
    """The photo's file as it is; None where it is no JPEG or PNG, too large, or out of reach."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError:
        return None
    kind = _kind(data)
    return CopiedPicture(kind, data) if kind and len(data) <= MOST_BYTES else None


def as_png(picture: CopiedPicture) -> CopiedPicture:
    """The same as PNG, which every program on the desktop takes.

    Raises:
        OSError: the picture is damaged.
    """
    if picture.mime == "image/png":
        return picture
    from PIL import Image

    png = io.BytesIO()
    with Image.open(io.BytesIO(picture.data), formats=("JPEG",)) as image:
        image.save(png, "PNG", compress_level=1)
    return CopiedPicture("image/png", png.getvalue())


def kitty_packets(picture: CopiedPicture) -> Iterator[str]:
    """What is written to the terminal: a beginning, pieces, an end.

    The protocol: https://sw.kovidgoyal.net/kitty/clipboard/
    """
    yield _packet("type=write")
    mime = _base64(picture.mime.encode())
    for start in range(0, len(picture.data), _CHUNK_BYTES):
        piece = _base64(picture.data[start : start + _CHUNK_BYTES])
        yield _packet(f"type=wdata:mime={mime};{piece}")
    yield _packet("type=wdata")


def kitty_answer(answer: str) -> Failed | bool:
    """Whether the picture is in the clipboard; false where the answer is to something else."""
    found = _STATUS.match(answer)
    if found is None:
        return False
    status = found[1]
    return status == "DONE" or Failed(_REASONS.get(status, f"the terminal says {status}"))


def _kind(data: bytes) -> str:
    return next((kind for start, kind in _KINDS if data.startswith(start)), "")


def _packet(told: str) -> str:
    return f"\x1b]5522;{told}\x1b\\"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
