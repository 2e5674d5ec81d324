"""Photo files with metadata in them, put together byte by byte, and packets of XMP."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

from tests.indexer.photo_files import shaded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PIL import Image

NAMESPACES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in (
        ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
        ("dc", "http://purl.org/dc/elements/1.1/"),
        ("xmp", "http://ns.adobe.com/xap/1.0/"),
        ("xmpMM", "http://ns.adobe.com/xap/1.0/mm/"),
        ("xmpNote", "http://ns.adobe.com/xmp/note/"),
        ("exif", "http://ns.adobe.com/exif/1.0/"),
        ("exifEX", "http://cipa.jp/exif/1.0/"),
        ("aux", "http://ns.adobe.com/exif/1.0/aux/"),
        ("tiff", "http://ns.adobe.com/tiff/1.0/"),
        ("photoshop", "http://ns.adobe.com/photoshop/1.0/"),
        ("lr", "http://ns.adobe.com/lightroom/1.0/"),
        ("digiKam", "http://www.digikam.org/ns/1.0/"),
        ("mediapro", "http://ns.iview-multimedia.com/mediapro/1.0/"),
        ("MicrosoftPhoto", "http://ns.microsoft.com/photo/1.0/"),
        ("MP", "http://ns.microsoft.com/photo/1.2/"),
        ("MPRI", "http://ns.microsoft.com/photo/1.2/t/RegionInfo#"),
        ("MPReg", "http://ns.microsoft.com/photo/1.2/t/Region#"),
        ("Iptc4xmpCore", "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"),
        ("Iptc4xmpExt", "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"),
        ("mwg-rs", "http://www.metadataworkinggroup.com/schemas/regions/"),
        ("stArea", "http://ns.adobe.com/xmp/sType/Area#"),
    )
)


def packet(inside: str, attributes: str = "") -> str:
    """A packet of XMP with these properties as elements, and as attributes."""
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {NAMESPACES}>'
        f"<rdf:Description {attributes}>{inside}</rdf:Description></rdf:RDF></x:xmpmeta>"
    )


def bag(name: str, *items: str) -> str:
    """A property with a list of texts."""
    return f"<{name}><rdf:Bag>{''.join(f'<rdf:li>{i}</rdf:li>' for i in items)}</rdf:Bag></{name}>"


def languages(name: str, **texts: str) -> str:
    """A property with one text in some languages; `x_default` is the one for all."""
    items = "".join(
        f'<rdf:li xml:lang="{language.replace("_", "-")}">{text}</rdf:li>'
        for language, text in texts.items()
    )
    return f"<{name}><rdf:Alt>{items}</rdf:Alt></{name}>"


def iptc(*values: tuple[int, bytes]) -> bytes:
    """Data sets of IPTC's second record."""
    return b"".join(struct.pack(">BBBH", 0x1C, 2, key, len(data)) + data for key, data in values)


def photoshop_block(number: int, data: bytes) -> bytes:
    """One of Photoshop's blocks."""
    return b"8BIM" + struct.pack(">HHI", number, 0, len(data)) + data + b"\0" * (len(data) & 1)


def segment(marker: int, data: bytes) -> bytes:
    """A segment of a JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def jpeg(*segments: bytes) -> bytes:
    """A small JPEG with these segments after its first."""
    drawn = saved("JPEG")
    end = 4 + int.from_bytes(drawn[4:6], "big")
    return drawn[:end] + b"".join(segments) + drawn[end:]


def saved(format_name: str, image: Image.Image | None = None, **options: object) -> bytes:
    """The bytes of a small picture in a format."""
    buffer = io.BytesIO()
    (image or shaded(40, 30)).save(buffer, format_name, **options)
    return buffer.getvalue()


def gif(*extensions: bytes) -> bytes:
    """A small GIF with these extensions before its picture."""
    drawn = saved("GIF", shaded(40, 30).convert("L"))
    end = 13 + (3 << ((drawn[10] & 7) + 1))
    return drawn[:end] + b"".join(extensions) + drawn[end:]


def gif_xmp(text: str) -> bytes:
    """The extension in which a GIF has its XMP."""
    trailer = b"\x01" + bytes(range(255, -1, -1)) + b"\0"
    return b"!\xff\x0bXMP DataXMP" + text.encode() + trailer


def gif_comment(text: bytes) -> bytes:
    """A comment of a GIF, in pieces of at most 255 bytes."""
    pieces = (text[at : at + 255] for at in range(0, len(text), 255))
    return b"!\xfe" + b"".join(bytes((len(piece),)) + piece for piece in pieces) + b"\0"


def box(kind: bytes, data: bytes) -> bytes:
    """A box of JPEG 2000."""
    return struct.pack(">I", len(data) + 8) + kind + data


def tiff_exif(
    main: Iterable[tuple[int, int, bytes]], *, photo: Iterable[tuple[int, int, bytes]] = ()
) -> bytes:
    """Little-endian EXIF of tags with their types and their bytes, which count one each."""
    main, photo = list(main), list(photo)
    if photo:
        main.append((0x8769, 4, b""))
    at = 8 + _directory_length(main)
    first, rest = _directory(main, at, photo_at=at)
    body = first + rest
    if photo:
        # The directory of the photo stands behind what the first one holds.
        start = 8 + len(body)
        first, rest = _directory(main, at, photo_at=start)
        second, values = _directory(photo, start + _directory_length(photo), photo_at=0)
        body = first + rest + second + values
    return b"Exif\0\0II*\0\x08\0\0\0" + body


def _directory_length(entries: list[tuple[int, int, bytes]]) -> int:
    return 2 + 12 * len(entries) + 4


def _directory(
    entries: list[tuple[int, int, bytes]], at: int, *, photo_at: int
) -> tuple[bytes, bytes]:
    directory, values = struct.pack("<H", len(entries)), b""
    for tag, kind, data in entries:
        if tag == 0x8769:
            directory += struct.pack("<HHII", tag, 4, 1, photo_at)
        elif len(data) <= 4:
            directory += struct.pack("<HHI4s", tag, kind, len(data), data)
        else:
            directory += struct.pack("<HHII", tag, kind, len(data), at + len(values))
            values += data
    return directory + b"\0\0\0\0", values
