"""JPEG XL: upright, in its colours, and never larger than its header says."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from indexer import formats
from indexer.decoding import jxl_photo
from indexer.decoding.jxl_header import jxl_size
from indexer.decoding.photo import DecodeFailure
from indexer.models.protocols import PictureInput
from tests.indexer.photo_files import decoded, differences, exif_with, failure, shaded
from tests.indexer.raw_files import jpeg_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SQUASH_48 = PictureInput(width=48, height=48, fit="squash")
_RATIOS = {1: (1, 1), 2: (12, 10), 3: (4, 3), 4: (3, 2), 5: (16, 9), 6: (5, 4), 7: (2, 1)}


@pytest.fixture(autouse=True, scope="module")
def _writer() -> None:
    import pillow_jxl  # noqa: F401 - tells Pillow how to write them


def squashed(image: Image.Image) -> np.ndarray:
    return np.array(image.convert("RGB").resize((48, 48), Image.Resampling.BICUBIC))


@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA", "LA"])
def test_photo_is_read_with_its_facts(mode: str, tmp_path: Path) -> None:
    path, photo = tmp_path / "photo.jxl", shaded(240, 160).convert(mode)
    tags = exif_with({0x010F: "Canon", 0x0110: "EOS R5"})[6:]
    photo.save(path, exif=tags, xmp=XMP)
    result = decoded(path, SQUASH_48)
    assert (result.facts.format, result.facts.camera) == ("JXL", "Canon EOS R5")
    assert result.facts.title == "A red door"
    assert (result.facts.width, result.facts.height) == (240, 160)
    assert result.second is None
    assert differences(result.picture.pixels, squashed(photo)).mean() < 4


XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF'
    b' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    b' xmlns:dc="http://purl.org/dc/elements/1.1/"><rdf:Description><dc:title><rdf:Alt>'
    b'<rdf:li xml:lang="x-default">A red door</rdf:li></rdf:Alt></dc:title>'
    b"</rdf:Description></rdf:RDF></x:xmpmeta>"
)


def test_what_was_a_jpeg_is_turned_by_its_exif(tmp_path: Path) -> None:
    upright = shaded(160, 240)
    jpeg, path = tmp_path / "photo.jpg", tmp_path / "photo.jxl"
    stored = upright.transpose(Image.Transpose.ROTATE_90)
    jpeg.write_bytes(jpeg_of(stored, exif=exif_with({0x0112: 6})))
    with Image.open(jpeg) as image:
        image.save(path, lossless_jpeg=True)
    result = decoded(path, SQUASH_48)
    assert (result.facts.format, result.facts.orientation) == ("JXL", 6)
    assert (result.facts.width, result.facts.height) == (160, 240)
    assert differences(result.picture.pixels, squashed(upright)).mean() < 5


def test_orientation_in_the_exif_of_a_jxl_of_its_own_is_left(tmp_path: Path) -> None:
    # By the standard its header turns it, which the decoder has done.
    path, photo = tmp_path / "photo.jxl", shaded(240, 160)
    photo.save(path, exif=exif_with({0x0112: 6})[6:])
    assert differences(decoded(path, SQUASH_48).picture.pixels, squashed(photo)).mean() < 4


def test_wide_values_are_brought_to_eight_bits(tmp_path: Path) -> None:
    path = tmp_path / "photo.jxl"
    grey = np.linspace(0, 65535, 64 * 48).reshape(48, 64).astype(np.uint16)
    Image.fromarray(grey).save(path, lossless=True)
    result = decoded(path, SQUASH_48).picture.pixels
    # The values are linear, and say so.
    wanted = squashed(Image.fromarray((grey / 65535 * 255).astype(np.uint8)))
    assert np.corrcoef(result.ravel(), wanted.ravel())[0, 1] > 0.95
    assert (result.min(), result.max()) == (0, 255)


@pytest.mark.parametrize(("kind", "white"), [("float32", 1.0), ("uint16", 65535)])
def test_values_of_many_bits_and_bands_are_brought_to_eight(kind: str, white: float) -> None:
    info = mock.Mock(width=4, height=2, num_channels=3, has_alpha_channel=False)
    info.mode = "F" if kind == "float32" else "RGB;16"
    values = np.full((2, 4, 3), white, kind)
    values[:, :, 1] = 0
    image = jxl_photo._image_of(values.tobytes(), info)
    assert image.getpixel((1, 1)) == (255, 0, 255)


def test_colour_profile_is_heeded(tmp_path: Path) -> None:
    path = tmp_path / "photo.jxl"
    jpeg = tmp_path / "photo.jpg"
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    jpeg.write_bytes(jpeg_of(shaded(64, 48), icc_profile=lab))
    with Image.open(jpeg) as image:
        image.save(path, lossless_jpeg=True)
    assert differences(decoded(path, SQUASH_48).picture.pixels, squashed(shaded(64, 48))).mean() < 5


# -- the header --------------------------------------------------------------------------------


def header_of(width: int, height: int, ratio: int = 0) -> bytes:
    """A codestream's first bytes, as libjxl writes sizes that do not fit a ratio."""
    bits = [(1, 0), *_side(height), (3, ratio), *(() if ratio else _side(width))]
    value, at = 0, 0
    for count, number in bits:
        value |= number << at
        at += count
    return b"\xff\x0a" + value.to_bytes(16, "little")


def _side(length: int) -> tuple[tuple[int, int], ...]:
    counts = (9, 13, 18, 30)
    selector = next(at for at, count in enumerate(counts) if length - 1 < 1 << count)
    return (2, selector), (counts[selector], length - 1)


@given(st.integers(1, 2**30), st.integers(1, 2**30))
def test_size_is_read_from_the_header(width: int, height: int) -> None:
    assert jxl_size(header_of(width, height)) == (width, height)
    boxes = b"\0\0\0\x0cJXL \r\n\x87\n" + struct.pack(">I", 20) + b"ftypjxl \0\0\0\0jxl "
    part = header_of(width, height)
    whole = boxes + struct.pack(">I", 8 + len(part)) + b"jxlc" + part
    assert jxl_size(whole) == (width, height)
    parted = boxes + b"".join(
        struct.pack(">I4sI", 12 + len(some), b"jxlp", number) + some
        for number, some in enumerate((part[:4], part[4:]))
    )
    assert jxl_size(parted) == (width, height)


@pytest.mark.parametrize("size", [(64, 48), (240, 160), (300, 300), (1000, 10), (513, 257)])
def test_size_in_the_header_is_what_the_decoder_gives(size: tuple[int, int]) -> None:
    buffer = io.BytesIO()
    shaded(*size).save(buffer, "JXL", effort=1)
    assert jxl_size(buffer.getvalue()) == size


@given(st.binary(max_size=80))
def test_header_that_makes_no_sense_is_no_error(data: bytes) -> None:
    jxl_size(b"\xff\x0a" + data)
    jxl_size(b"\0\0\0\x0cJXL \r\n\x87\n" + data)


def test_too_many_pixels_are_refused_before_decoding(tmp_path: Path) -> None:
    path = tmp_path / "photo.jxl"
    path.write_bytes(header_of(60_000, 60_000))
    assert failure(path) == DecodeFailure(reason="too many pixels", permanent=True)


def test_damaged_file_is_given_up_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "photo.jxl"
    shaded(240, 160).save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:60] + bytes(60) + whole[120:])
    assert failure(path) == DecodeFailure(reason="the JPEG XL file is damaged", permanent=True)


def test_without_the_library_the_failure_names_it(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    shaded(24, 16).save(path, "JXL")
    with mock.patch.object(formats, "find_spec", return_value=None):
        assert failure(path) == DecodeFailure(
            reason="to read JPEG XL: pip install 'imagescope-tui[jxl]'", permanent=True
        )


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "size"),
    [("8bit-sRGB.jxl", (1440, 1080)), ("pq_gradient.jxl", (1088, 64)), ("Reagan.jxl", (200, 130))],
)
def test_real_files_are_read(
    name: str, size: tuple[int, int], shared_data: Callable[[str], Path]
) -> None:
    facts = decoded(shared_data("formats") / "jxl" / name).facts
    assert (facts.width, facts.height) == size
