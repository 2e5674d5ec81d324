"""JPEG XL: upright, in its colours, and never larger than its header says."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from unittest import mock

import brotli
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from indexer import formats
from indexer.decoding import jxl_photo
from indexer.decoding.photo import DecodeFailure
from indexer.metadata.boxes import boxes_in, whole
from indexer.metadata.jxl_boxes import jxl_metadata
from indexer.models.protocols import PictureInput
from tests.indexer.iso_boxes import box
from tests.indexer.photo_files import decoded, differences, exif_with, failure, shaded
from tests.indexer.raw_files import jpeg_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SQUASH_48 = PictureInput(width=48, height=48, fit="squash")


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


# -- boxes of its container --------------------------------------------------------------------

LIGHTHOUSE = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF'
    b' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    b' xmlns:dc="http://purl.org/dc/elements/1.1/"><rdf:Description><dc:subject><rdf:Bag>'
    b"<rdf:li>lighthouse</rdf:li></rdf:Bag></dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>"
)


@pytest.fixture
def former_jpeg(tmp_path: Path) -> Path:
    """A JPEG XL made from a JPEG that lies on its side, without loss."""
    jpeg, path = tmp_path / "photo.jpg", tmp_path / "photo.jxl"
    stored = shaded(160, 240).transpose(Image.Transpose.ROTATE_90)
    jpeg.write_bytes(jpeg_of(stored, exif=exif_with({0x0112: 6, 0x010F: "Canon"})))
    with Image.open(jpeg) as image:
        image.save(path, lossless_jpeg=True)
    return path


def without(path: Path, *kinds: bytes) -> None:
    content, file, at = b"", io.BytesIO(path.read_bytes()), 0
    for part in boxes_in(file, whole(file)):
        content += file.getvalue()[at : part.end] if part.kind not in kinds else b""
        at = part.end
    path.write_bytes(content)


@pytest.mark.parametrize("is_compressed", [False, True])
def test_metadata_is_read_from_boxes_that_are_compressed_too(
    is_compressed: bool, tmp_path: Path
) -> None:
    path, tags = tmp_path / "photo.jxl", exif_with({0x010F: "Canon", 0x0110: "EOS R5"})[6:]
    shaded(64, 48).save(path, exif=tags, xmp=XMP, compress_metadata=is_compressed)
    assert (b"brob" in path.read_bytes()) == is_compressed
    facts = decoded(path).facts
    assert (facts.camera, facts.title) == ("Canon EOS R5", "A red door")


def test_box_that_was_added_goes_before_a_compressed_one(tmp_path: Path) -> None:
    path = tmp_path / "photo.jxl"
    shaded(64, 48).save(path, xmp=XMP, compress_metadata=True)
    path.write_bytes(path.read_bytes() + box(b"xml ", LIGHTHOUSE))
    facts = decoded(path).facts
    assert (facts.title, facts.keywords) == (None, ("lighthouse",))


def test_tags_of_what_was_a_jpeg_count_and_its_own_fill_the_gaps(former_jpeg: Path) -> None:
    former_jpeg.write_bytes(former_jpeg.read_bytes() + box(b"xml ", LIGHTHOUSE))
    result = decoded(former_jpeg, SQUASH_48)
    facts = result.facts
    assert (facts.keywords, facts.camera, facts.format) == (("lighthouse",), "Canon", "JXL")
    assert (facts.width, facts.height, facts.orientation) == (160, 240, 6)
    assert differences(result.picture.pixels, squashed(shaded(160, 240))).mean() < 5


def test_what_was_a_jpeg_is_shown_upright_when_the_way_back_is_spoilt(former_jpeg: Path) -> None:
    without(former_jpeg, b"brob", b"Exif")
    tags = exif_with({0x010F: "Nikon"})[6:]
    former_jpeg.write_bytes(former_jpeg.read_bytes() + box(b"Exif", bytes(4) + tags))
    result = decoded(former_jpeg, SQUASH_48)
    assert (result.facts.camera, result.facts.width) == ("Nikon", 160)
    assert differences(result.picture.pixels, squashed(shaded(160, 240))).mean() < 5


def test_damaged_metadata_does_not_hide_the_picture(tmp_path: Path) -> None:
    path = tmp_path / "photo.jxl"
    shaded(64, 48).save(path, xmp=XMP, compress_metadata=True)
    data = path.read_bytes()
    packed = data.index(b"brobxml ") + 8
    path.write_bytes(data[:packed] + b"\xff" * 20 + data[packed + 20 :])
    assert differences(decoded(path, SQUASH_48).picture.pixels, squashed(shaded(64, 48))).mean() < 5


def test_boxes_that_unpack_to_much_more_are_read_in_part() -> None:
    packed = brotli.compress(LIGHTHOUSE + bytes(100_000_000))
    file = io.BytesIO(box(b"brob", b"xml " + packed))
    packet = jxl_metadata(file)["xmp"]
    assert packet.startswith(LIGHTHOUSE)
    assert len(packet) < 20_000_000


@given(st.lists(st.tuples(st.sampled_from((b"brob", b"Exif", b"xml ")), st.binary(max_size=60))))
def test_boxes_that_make_no_sense_are_no_error(boxes: list[tuple[bytes, bytes]]) -> None:
    content = b"".join(box(kind, content) for kind, content in boxes)
    packed = b"".join(box(b"brob", kind + content) for kind, content in boxes)
    for data in (content, packed, content[:-3]):
        jxl_metadata(io.BytesIO(data))


@pytest.mark.data
def test_animation_is_shown_by_its_first_frame(shared_data: Callable[[str], Path]) -> None:
    red, green, blue = decoded(shared_data("discovered") / "animated.jxl").picture.pixels[20, 20]
    assert red > 180
    assert max(green, blue) < 60


@pytest.mark.data
@pytest.mark.parametrize("name", ["plain_boxes", "brob_boxes"])
def test_real_boxes_are_read(name: str, shared_data: Callable[[str], Path]) -> None:
    facts = decoded(shared_data("reports") / "O_jxl" / f"{name}.jxl").facts
    assert (facts.taken_at, facts.camera) == ("2013-03-04T05:06:07", "Canon EOS R5")
    assert (facts.rating, facts.keywords) == (4, ("glacier",))


@pytest.mark.data
def test_real_file_without_its_way_back_shows_the_same(shared_data: Callable[[str], Path]) -> None:
    sound, stripped = (
        decoded(shared_data("discovered") / name, SQUASH_48).picture.pixels
        for name in ("transcoded.jxl", "transcoded_stripped.jxl")
    )
    assert differences(sound, stripped).mean() < 3


# -- what gives no picture ---------------------------------------------------------------------


def header_of(width: int, height: int) -> bytes:
    """A codestream's first bytes, with sides of 30 bits and everything else as usual."""
    bits = [(1, 0), (2, 3), (30, height - 1), (3, 0), (2, 3), (30, width - 1), (2, 3)]
    value, at = 0, 0
    for count, number in bits:
        value |= number << at
        at += count
    return b"\xff\x0a" + value.to_bytes(16, "little")


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
