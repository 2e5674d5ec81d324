"""Where each format of pictures keeps EXIF, XMP, IPTC and plain words."""

from __future__ import annotations

import re
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING

from PIL import TiffImagePlugin

from indexer.metadata.exif import METADATA_ERRORS, read_exif
from indexer.metadata.gif_blocks import read_gif_words
from indexer.metadata.iptc import (
    PHOTOSHOP_EXIF,
    PHOTOSHOP_IPTC,
    PHOTOSHOP_XMP,
    photoshop_blocks,
    read_iptc,
)
from indexer.metadata.jp2_boxes import read_jp2_boxes
from indexer.metadata.jpeg_segments import comments_in, extended_xmp, iptc_in
from indexer.metadata.said import Said
from indexer.metadata.xmp import notes_on, read_xmp

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PIL import Image

    from indexer.metadata.iptc import IptcValues

_IPTC = "iptc"
_TEXT_KINDS = ("Title", "Description", "Author", "Comment", "Copyright", "Creation Time")
_PHOTOSHOP_TAG = 0x8649


def adopt_metadata(image: Image.Image) -> None:
    """Puts EXIF, XMP and IPTC that Pillow passes over where they are looked for.

    These are the text in which ImageMagick keeps them in a PNG, the blocks of Photoshop files, and
    the boxes of JPEG 2000.
    """
    with suppress(*METADATA_ERRORS):
        for name, data in _passed_over(image).items():
            image.info.setdefault(name, data)


def said_in(image: Image.Image) -> Said:
    """All that an opened image says in words and numbers; parts that cannot be read are empty."""
    packet = _xmp_packet(image)
    texts: dict[str, Sequence[str | bytes]] = {kind: _texts(image, kind) for kind in _TEXT_KINDS}
    segments = getattr(image, "applist", ())
    extension = b""
    if segments:
        extension = extended_xmp(segments, packet)
        texts["Comment"] = comments_in(segments)
    elif image.format == "GIF":
        with _file_of(image) as file:
            words = read_gif_words(file)
        packet, texts["Comment"] = words.xmp, words.comments
    return Said(
        exif=read_exif(image),
        xmp=read_xmp(packet, extension),
        iptc=_iptc(image),
        texts=texts,
        notes=notes_on(packet, extension),
    )


def _passed_over(image: Image.Image) -> dict[str, bytes]:
    if image.format == "PNG":
        return _raw_profiles(image)
    if image.format == "PSD":
        return _photoshop_blocks(image)
    if image.format == "JPEG2000":
        with _file_of(image) as file:
            return read_jp2_boxes(file)
    return {}


def _raw_profiles(image: Image.Image) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for kind, name in (("exif", "exif"), ("APP1", "exif"), ("xmp", "xmp"), ("iptc", _IPTC)):
        text = image.info.get(f"Raw profile type {kind}")
        if isinstance(text, str):
            found.setdefault(name, _unhexed(text))
    return found


def _unhexed(text: str) -> bytes:
    """A profile in hexadecimal digits, after lines with its name and its length."""
    digits = re.sub(r"[^0-9A-Fa-f]", "", "".join(text.split("\n")[3:]))
    return bytes.fromhex(digits[: len(digits) // 2 * 2])


def _photoshop_blocks(image: Image.Image) -> dict[str, bytes]:
    names = {PHOTOSHOP_EXIF: "exif", PHOTOSHOP_XMP: "xmp", PHOTOSHOP_IPTC: _IPTC}
    return {
        names[number]: data
        for number, _, data in getattr(image, "resources", ())
        if number in names
    }


def _xmp_packet(image: Image.Image) -> bytes:
    packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp")
    if isinstance(packet, str):
        return packet.encode("utf-8", "replace")
    return packet if isinstance(packet, bytes) else b""


def _texts(image: Image.Image, kind: str) -> list[str | bytes]:
    """The texts of a PNG by their keyword, whatever its case."""
    return [
        value
        for name, value in image.info.items()
        if isinstance(name, str) and name.title() == kind and isinstance(value, str)
    ]


def _iptc(image: Image.Image) -> IptcValues:
    try:
        if segments := getattr(image, "applist", ()):
            return iptc_in(segments)
        if image.format == "TIFF":
            return _iptc_of_tiff(image.getexif())
        return _iptc_of_blocks(image.info.get(_IPTC) or b"")
    except METADATA_ERRORS:
        return {}


def _iptc_of_tiff(exif: Image.Exif) -> IptcValues:
    # As the bytes that they are: the tag's type says numbers, whose order would be turned.
    directory = exif._info
    stored = directory._tagdata if directory is not None else {}
    own = read_iptc(stored.get(TiffImagePlugin.IPTC_NAA_CHUNK, b""))
    return own or _iptc_of_blocks(stored.get(_PHOTOSHOP_TAG, b""))


def _iptc_of_blocks(data: bytes) -> IptcValues:
    blocks = [part for number, part in photoshop_blocks(data) if number == PHOTOSHOP_IPTC]
    return read_iptc(b"".join(blocks) if blocks else data)


@contextmanager
def _file_of(image: Image.Image) -> Iterator[IO[bytes]]:
    """The file that an image is read from, which is left where it was."""
    file = getattr(image, "fp", None)
    if file is None:
        raise OSError("the image is closed already")
    place = file.tell()
    try:
        yield file
    finally:
        file.seek(place)
