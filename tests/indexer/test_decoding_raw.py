"""Camera RAW: previews, developing, turning, and what the files say of themselves."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from unittest import mock

import numpy as np
import pytest
import rawpy
from PIL import Image, ImageOps

from indexer import formats
from indexer.decoding.photo import DecodeFailure, decode_preview
from indexer.decoding.raw_preview import preview_in
from indexer.metadata.raw_facts import read_raw_facts
from indexer.models.protocols import PictureInput
from tests.indexer.iso_boxes import XMP_ID, box
from tests.indexer.photo_files import decoded, differences, exif_with, failure, opened, shaded
from tests.indexer.raw_files import dng, jpeg_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SQUASH_48 = PictureInput(width=48, height=48, fit="squash")
TURNED_BACK = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}


def stored(upright: Image.Image, orientation: int) -> Image.Image:
    """The image as a sensor holds it that was turned like this."""
    turned = upright.copy()
    turned.getexif()[0x0112] = TURNED_BACK[orientation]
    plain = ImageOps.exif_transpose(turned)
    return Image.frombytes("RGB", plain.size, plain.tobytes())


def squashed(image: Image.Image) -> np.ndarray:
    return np.array(image.resize((48, 48), Image.Resampling.BICUBIC))


@pytest.mark.parametrize("orientation", TURNED_BACK)
def test_preview_is_turned_as_the_raw_says(orientation: int, tmp_path: Path) -> None:
    upright, path = shaded(660, 440), tmp_path / "photo.dng"
    preview = stored(upright, orientation)
    raw = stored(shaded(1320, 880), orientation)
    path.write_bytes(
        dng(
            raw,
            preview=jpeg_of(preview),
            preview_size=preview.size,
            orientation=orientation,
        )
    )
    result = decoded(path, SQUASH_48)
    assert (result.facts.width, result.facts.height) == (1320, 880)
    assert (result.picture.width, result.picture.height) == (1320, 880)
    assert result.facts.orientation == orientation
    assert differences(result.picture.pixels, squashed(upright)).mean() < 4
    assert opened(result.thumbnail).size == (96, 64)


def test_preview_that_the_camera_has_turned_already_is_not_turned_again(tmp_path: Path) -> None:
    upright, path = shaded(440, 660), tmp_path / "photo.dng"
    raw = stored(shaded(880, 1320), 6)
    path.write_bytes(dng(raw, preview=jpeg_of(upright), preview_size=upright.size, orientation=6))
    result = decoded(path, SQUASH_48)
    assert (result.facts.width, result.facts.height) == (880, 1320)
    assert differences(result.picture.pixels, squashed(upright)).mean() < 4


def test_orientation_of_the_preview_counts_where_the_raw_has_none(tmp_path: Path) -> None:
    upright, path = shaded(440, 660), tmp_path / "photo.dng"
    preview = jpeg_of(stored(upright, 6), exif=exif_with({0x0112: 6}))
    path.write_bytes(dng(shaded(880, 1320), preview=preview, preview_size=(660, 440)))
    assert differences(decoded(path, SQUASH_48).picture.pixels, squashed(upright)).mean() < 4


@pytest.mark.parametrize("orientation", [1, 2, 4, 5, 6, 7])
@pytest.mark.parametrize("has_stamp", [False, True])
def test_raw_without_a_usable_preview_is_developed(
    has_stamp: bool, orientation: int, tmp_path: Path
) -> None:
    upright, path = ImageOps.posterize(shaded(320, 240), 2), tmp_path / "photo.dng"
    stamp = jpeg_of(Image.new("RGB", (160, 120), "red")) if has_stamp else b""
    raw = stored(upright, orientation)
    path.write_bytes(dng(raw, preview=stamp, preview_size=(160, 120), orientation=orientation))
    result = decoded(path, SQUASH_48)
    assert (result.facts.width, result.facts.height) == (320, 240)
    # Developing makes it brighter, so what is compared is where it is light.
    developed, wanted = (
        pixels.astype(float).mean(axis=2).ravel()
        for pixels in (result.picture.pixels, squashed(upright))
    )
    assert np.corrcoef(developed, wanted)[0, 1] > 0.8


def test_raw_of_a_camera_without_colours_is_developed(tmp_path: Path) -> None:
    path = tmp_path / "photo.dng"
    filtered = dng(shaded(320, 240))
    photometric, repeat = b"\x06\x01\x03\x00\x01\x00\x00\x00", b"\x8d\x82\x03\x00"
    linear = filtered.replace(photometric + b"\x23\x80", photometric + b"\x4c\x88", 1)
    path.write_bytes(linear.replace(repeat, b"\x8c\x82\x03\x00", 1))
    red, green, blue = decoded(path).picture.pixels.reshape(-1, 3).T
    assert (red == green).all()
    assert (green == blue).all()
    assert red.std() > 20


def test_preview_of_plain_grey_pixels_is_left_alone(tmp_path: Path) -> None:
    # rawpy reads past the end of such previews.
    path = tmp_path / "photo.dng"
    grey = bytes(600 * 400)
    tags = {258: 8, 259: 1, 262: 1, 277: 1}
    path.write_bytes(
        dng(shaded(320, 240), preview=grey, preview_size=(600, 400), preview_tags=tags)
    )
    assert decoded(path).picture.pixels.std() > 20


def test_pixels_of_a_plain_preview_are_not_even_looked_at() -> None:
    class Plain:
        format = rawpy.ThumbFormat.BITMAP

        @property
        def data(self) -> bytes:
            pytest.fail("this would be read past its end")

    raw = mock.Mock()
    raw.extract_thumb.return_value = Plain()
    assert preview_in(raw) is None


def test_small_preview_is_better_than_nothing(tmp_path: Path) -> None:
    path = tmp_path / "photo.dng"
    small = Image.new("RGB", (160, 120), (200, 30, 30))
    whole = dng(shaded(320, 240), preview=jpeg_of(small), preview_size=small.size)
    path.write_bytes(whole[:-100_000])
    result = decoded(path)
    red, green, _ = result.picture.pixels[30, 30]
    assert red > 180
    assert green < 60
    assert result.facts.damage == "only its preview could be read"


def test_facts_come_from_the_raw(tmp_path: Path) -> None:
    path = tmp_path / "photo.dng"
    preview = jpeg_of(shaded(600, 400), exif=exif_with({0x0110: "liar", 0x010E: "a red door"}))
    path.write_bytes(dng(shaded(600, 400), preview=preview, preview_size=(600, 400)))
    facts = decoded(path).facts
    assert facts.format == "RAW"
    assert (facts.camera, facts.lens) == ("Canon EOS 6D", "EF24-105mm")
    assert facts.taken_at == "2019-06-06T07:29:51"
    assert facts.description == "a red door"


def test_preview_cut_short_is_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "photo.dng"
    preview = jpeg_of(Image.new("RGB", (600, 400), "red"))[:-200]
    path.write_bytes(dng(shaded(320, 240), preview=preview, preview_size=(600, 400)))
    assert decoded(path).picture.pixels[..., 1].std() > 20


def test_raw_that_is_cut_short_says_so(tmp_path: Path) -> None:
    path = tmp_path / "photo.dng"
    path.write_bytes(dng(shaded(320, 240))[:20_000])
    assert failure(path).reason == "the camera RAW file is damaged, or ends too early"


def test_picture_that_is_only_called_raw_is_read_as_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "photo.nef"
    for kind in ("JPEG", "TIFF"):
        shaded(120, 80).save(path, kind)
        assert decoded(path).facts.format == kind


def test_preview_is_taken_without_unpacking_the_raw(tmp_path: Path) -> None:
    # LibRaw unpacks all of it when it is asked for the lens.
    path = tmp_path / "photo.dng"
    whole = dng(shaded(320, 240), preview=jpeg_of(shaded(600, 400)), preview_size=(600, 400))
    path.write_bytes(whole[:-100_000])
    assert decoded(path).facts.lens == "EF24-105mm"


CANON_ID = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
STARS = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF'
    b' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4"/>'
    b"</rdf:RDF></x:xmpmeta>"
)


def cr3(preview: bytes = b"", *, orientation: int = 1) -> bytes:
    """A CR3 without its RAW data, as the test files of other programs have it."""
    main = exif_with({0x010F: "Canon", 0x0110: "Canon EOS M50", 0x0112: orientation})[6:]
    photo = exif_with({0xA434: "EF-M15-45mm", 0x9003: "2018:02:21 12:08:56"})[6:]
    boxes = box(b"CMT1", main) + box(b"CMT2", photo)
    other = box(b"uuid", bytes(16) + b"of another maker")
    movie = box(b"moov", other + box(b"uuid", CANON_ID + boxes))
    packet = box(b"uuid", XMP_ID + STARS)
    return box(b"ftyp", b"crx \0\0\0\1crx isom") + movie + packet + box(b"mdat", preview)


def test_canon_cr3_keeps_its_facts_and_stars_in_boxes() -> None:
    facts = read_raw_facts(io.BytesIO(cr3()), None)
    assert (facts.camera, facts.lens) == ("Canon EOS M50", "EF-M15-45mm")
    assert (facts.taken_at, facts.rating) == ("2018-02-21T12:08:56", 4)


# -- files that LibRaw cannot read -------------------------------------------------------------


def test_file_without_its_raw_data_is_shown_by_its_largest_preview(tmp_path: Path) -> None:
    path, photo = tmp_path / "photo.cr3", shaded(660, 440)
    small, cut = jpeg_of(photo.resize((160, 120))), jpeg_of(shaded(900, 600))[:-2000]
    path.write_bytes(cr3(bytes(99) + small + bytes(9) + jpeg_of(photo) + small + cut))
    result = decoded(path, SQUASH_48)
    assert differences(result.picture.pixels, squashed(photo)).mean() < 4
    facts = result.facts
    assert (facts.width, facts.height, facts.format) == (660, 440, "RAW")
    assert (facts.camera, facts.rating) == ("Canon EOS M50", 4)
    assert facts.damage == "only its preview could be read"


def test_preview_of_a_file_without_raw_data_is_turned_once(tmp_path: Path) -> None:
    path, upright = tmp_path / "photo.cr3", shaded(440, 660)
    for preview in (upright, stored(upright, 6)):
        path.write_bytes(cr3(jpeg_of(preview), orientation=6))
        result = decoded(path, SQUASH_48)
        assert (result.facts.width, result.facts.height) == (440, 660)
        assert differences(result.picture.pixels, squashed(upright)).mean() < 4


def test_raw_that_is_whole_is_not_called_damaged(tmp_path: Path) -> None:
    path = tmp_path / "photo.dng"
    path.write_bytes(
        dng(shaded(320, 240), preview=jpeg_of(shaded(600, 400)), preview_size=(600, 400))
    )
    assert decoded(path).facts.damage is None


def test_file_without_raw_data_and_preview_gives_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "photo.cr3"
    path.write_bytes(cr3(b"\xff\xd8\xff" * 200))
    assert "camera RAW file" in failure(path).reason


def test_raw_with_too_many_pixels_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "photo.dng"
    whole = dng(shaded(320, 240))
    path.write_bytes(
        whole.replace(b"\x40\x01\x00\x00", b"\x40\x9c\x00\x00", 1).replace(
            b"\xf0\x00\x00\x00", b"\x40\x9c\x00\x00", 1
        )
    )
    outcome = failure(path)
    assert outcome.reason in (
        "too many pixels",
        "the camera RAW file is damaged, or ends too early",
    )


def test_without_the_library_the_failure_names_it(tmp_path: Path) -> None:
    path = tmp_path / "photo.dng"
    path.write_bytes(dng(shaded(320, 240)))
    with mock.patch.object(formats, "find_spec", return_value=None):
        assert failure(path) == DecodeFailure(
            reason="to read camera RAW: pip install 'imagescope-tui[raw]'", permanent=True
        )


def test_marks_that_makers_put_for_tiffs_are_read_over() -> None:
    content = dng(shaded(64, 48))
    for mark in (b"IIRO", b"IIU\0"):
        file = io.BytesIO(mark + content[4:])
        assert read_raw_facts(file, None).camera == "Canon EOS 6D"


@pytest.mark.data
def test_real_dng_is_read(shared_data: Callable[[str], Path]) -> None:
    path = shared_data("formats") / "raw" / "canon_eos_6d.dng"
    facts = decoded(path).facts
    assert (facts.camera, facts.lens) == ("Canon EOS 6D", "EF24-105mm f/4L IS USM")
    assert (facts.width, facts.height, facts.iso) == (1224, 816, 1000)
    preview = decode_preview(path, longest_side=2000)
    assert isinstance(preview, bytes)
    assert opened(preview).size == (1024, 683)  # of three pictures the largest JPEG
