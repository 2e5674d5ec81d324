"""What a file says of itself whose picture cannot be decoded."""

from __future__ import annotations

import io
from contextlib import contextmanager
from dataclasses import replace
from typing import IO, TYPE_CHECKING

from PIL import Image, UnidentifiedImageError

from indexer.decoding.jpeg_marks import metadata_segments
from indexer.decoding.mended import mended, patient_pillow
from indexer.decoding.png_chunks import mended_png
from indexer.decoding.still_photo import facts_said, opened_still
from indexer.formats import HEAD_BYTES, JXL, RAW, VIDEO, extra_for
from indexer.metadata.exif import METADATA_ERRORS
from indexer.metadata.facts import read_facts
from indexer.metadata.jxl_boxes import jxl_metadata
from indexer.metadata.raw_facts import read_raw_facts
from storage.records import Facts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SEGMENTS_BYTES_MAX = _BLOCK_BYTES_MAX = 67_108_864
_CHUNKS_MAX = 1_000
_WEBP_KINDS = {b"EXIF": "exif", b"XMP ": "xmp"}


def read_facts_alone(file: IO[bytes], extension: str) -> Facts:
    """The facts of a file, whose pixels are left alone.

    Raises UnidentifiedImageError where it says nothing, and whatever hostile bytes lead readers to.
    """
    head = file.read(HEAD_BYTES)
    extra = extra_for(head, extension)
    if extra is RAW:
        facts = read_raw_facts(file, None)
    elif extra is VIDEO and VIDEO.is_installed:
        facts = _of_video(file, head)
    elif extra is JXL:
        facts = _of_blocks(jxl_metadata(file), "JXL")
    elif extra is None:
        facts = _of_still(file)
    else:
        facts = Facts()
    if replace(facts, width=0, height=0, format="", orientation=None) == Facts():
        raise UnidentifiedImageError
    return facts


def _of_video(file: IO[bytes], head: bytes) -> Facts:
    from indexer.decoding.video import opened_film
    from indexer.metadata.video_facts import read_video_facts

    with opened_film(file, head) as (container, boxes):
        return read_video_facts(container, head, boxes)


def _of_still(file: IO[bytes]) -> Facts:
    with patient_pillow(), _any_size():
        for readable in _readable(file):
            readable.seek(0)
            try:
                with opened_still(readable) as image:
                    return facts_said(image, readable)
            except METADATA_ERRORS:
                continue
        file.seek(0)
        if file.read(12)[8:] == b"WEBP":
            return _of_blocks(_blocks_of_webp(file), "WEBP")
    raise UnidentifiedImageError


def _of_blocks(info: Mapping[str, bytes], format_name: str) -> Facts:
    """What EXIF and XMP say that were found without a picture."""
    blank = Image.new("L", (1, 1))
    blank.info.update(info)
    return read_facts(blank, format_name=format_name)


def _blocks_of_webp(file: IO[bytes]) -> dict[str, bytes]:
    """EXIF and XMP, wherever in a WebP file they are."""
    found: dict[str, bytes] = {}
    position = 12
    for _ in range(_CHUNKS_MAX):
        file.seek(position)
        kind, length = file.read(4), int.from_bytes(file.read(4), "little")
        if not kind:
            break
        if kind in _WEBP_KINDS:
            found.setdefault(_WEBP_KINDS[kind], file.read(min(length, _BLOCK_BYTES_MAX)))
        position += 8 + length + length % 2
    return found


def _readable(file: IO[bytes]) -> Iterator[IO[bytes]]:
    """The file in such forms that Pillow may read its metadata, the best first."""
    png = mended_png(file, with_pixels=False)
    if png is not None:
        yield io.BytesIO(png.data)
        return
    yield file
    repaired = mended(file, UnidentifiedImageError())
    if repaired is not None:
        yield repaired.file
    file.seek(0)
    segments = metadata_segments(file.read(_SEGMENTS_BYTES_MAX))
    if segments:
        yield io.BytesIO(segments + _jpeg_body())


def _jpeg_body() -> bytes:
    """A picture of one pixel to stand behind metadata."""
    body = io.BytesIO()
    Image.new("L", (1, 1)).save(body, "JPEG")
    return body.getvalue()[2:]


@contextmanager
def _any_size() -> Iterator[None]:
    """Within it Pillow opens what has too many pixels to be decoded."""
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        yield
    finally:
        Image.MAX_IMAGE_PIXELS = limit
