"""Camera RAW files that the tests write: DNG, with or without a preview."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PIL import Image

_Value: TypeAlias = "bytes | int | tuple[int, ...] | tuple[tuple[int, int], ...]"
_BYTE, _SHORT, _LONG, _RATIONAL, _SRATIONAL = 1, 3, 4, 5, 10
_SUB_IFDS, _EXIF_IFD, _GPS_IFD = 330, 34665, 34853
_DATE_TAKEN, _LENS_MODEL = 36867, 42036
_IDENTITY = tuple((int(row == column), 1) for row in range(3) for column in range(3))
_LONG_TAGS = (254, 256, 257, 273, 278, 279, _SUB_IFDS, _EXIF_IFD, _GPS_IFD)
_BYTE_TAGS = (33422, 50706)
_SIGNED_TAGS = (50721,)


def jpeg_of(image: Image.Image, **options: object) -> bytes:
    """The image as JPEG, with nothing before its EXIF, as cameras write it."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90, **options)
    content = buffer.getvalue()
    jfif_length = int.from_bytes(content[4:6], "big")
    return content[:2] + content[4 + jfif_length :] if "exif" in options else content


def dng(
    developed: Image.Image,
    *,
    preview: bytes = b"",
    preview_size: tuple[int, int] = (0, 0),
    preview_tags: Mapping[int, _Value] | None = None,
    orientation: int = 1,
    make: bytes = b"Canon",
    model: bytes = b"EOS 6D",
    taken: bytes = b"2019:06:06 07:29:51",
) -> bytes:
    """A DNG that develops to `developed`, as stored, before it is turned; sides must be even.

    `preview` is stored as it is, as JPEG unless `preview_tags` say otherwise.
    """
    pixels = _mosaic(developed)
    tags: list[tuple[int, _Value]] = [
        *((254, 0), (256, developed.width), (257, developed.height), (258, 16), (259, 1)),
        *((262, 32803), (271, make + b"\0"), (272, model + b"\0"), (274, orientation), (277, 1)),
        *((278, developed.height), (279, len(pixels)), (33421, (2, 2)), (33422, (0, 1, 1, 2))),
        *((50706, (1, 4, 0, 0)), (50708, make + b" " + model + b"\0"), (50717, 65535)),
        *((50721, _IDENTITY), (50728, ((1, 1),) * 3), (50778, 21)),
    ]
    exif: dict[int, _Value] = {_DATE_TAKEN: taken + b"\0", _LENS_MODEL: b"EF24-105mm\0"}
    width, height = preview_size
    other: list[tuple[int, _Value]] = [
        *((254, 1), (256, width), (257, height), (258, (8, 8, 8)), (259, 7), (262, 6), (277, 3)),
        *((278, height), (279, len(preview)), *(preview_tags or {}).items()),
    ]
    return _laid_out(dict(tags), exif, pixels, dict(other) if preview else {}, preview)


def _mosaic(developed: Image.Image) -> bytes:
    """The values behind a red, green, green, blue filter, linear, of 16 bits."""
    colours = (np.asarray(developed.convert("RGB"), np.float64) / 255) ** 2.2
    mosaic = colours[:, :, 1].copy()
    mosaic[::2, ::2] = colours[::2, ::2, 0]
    mosaic[1::2, 1::2] = colours[1::2, 1::2, 2]
    return (mosaic * 65535).astype("<u2").tobytes()


def _laid_out(
    main: dict[int, _Value],
    exif: dict[int, _Value],
    pixels: bytes,
    other: dict[int, _Value],
    preview: bytes,
) -> bytes:
    main = {**main, 273: 0, _EXIF_IFD: 0, **({_SUB_IFDS: 0} if other else {})}
    other = {**other, 273: 0} if other else {}
    exif_at = 8 + len(_directory(main, 8))
    other_at = exif_at + len(_directory(exif, 0))
    preview_at = other_at + len(_directory(other, 0))
    pixels_at = preview_at + len(preview)
    main.update({273: pixels_at, _EXIF_IFD: exif_at})
    if other:
        main[_SUB_IFDS] = other_at
        other[273] = preview_at
    directories = _directory(main, 8) + _directory(exif, exif_at) + _directory(other, other_at)
    return struct.pack("<2sHI", b"II", 42, 8) + directories + preview + pixels


def _directory(tags: Mapping[int, _Value], start: int) -> bytes:
    """A directory at `start`, with what is too long for it behind it; nothing without tags."""
    if not tags:
        return b""
    entries, behind = b"", b""
    behind_at = start + 2 + 12 * len(tags) + 4
    for tag, value in sorted(tags.items()):
        kind, count, data = _encoded(tag, value)
        if len(data) > 4:
            data, place = b"", (behind := behind + data + b"\0" * (len(data) % 2), len(data))
            offset = behind_at + len(behind) - place[1] - place[1] % 2
            entries += struct.pack("<HHII", tag, kind, count, offset)
        else:
            entries += struct.pack("<HHI4s", tag, kind, count, data)
    return struct.pack("<H", len(tags)) + entries + bytes(4) + behind


def _encoded(tag: int, value: _Value) -> tuple[int, int, bytes]:
    """Type, count and bytes of a value."""
    if isinstance(value, bytes):
        return 2, len(value), value
    values = value if isinstance(value, tuple) else (value,)
    if isinstance(values[0], tuple):
        kind = _SRATIONAL if tag in _SIGNED_TAGS else _RATIONAL
        return kind, len(values), b"".join(struct.pack("<ii", *pair) for pair in values)
    kind, code = (_LONG, "I") if tag in _LONG_TAGS else (_SHORT, "H")
    if tag in _BYTE_TAGS:
        kind, code = _BYTE, "B"
    return kind, len(values), struct.pack(f"<{len(values)}{code}", *values)
