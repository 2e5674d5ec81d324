"""TIFF of every kind shows what its plain twin shows."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from indexer.decoding.tiff_pages import picture_page
from tests.indexer.photo_files import decoded, differences, shaded
from tests.indexer.shown_pictures import shown
from tests.indexer.test_decoding_colour import swapped_profile
from tests.indexer.tiff_files import (
    CMYK,
    DEFLATE,
    GREY,
    ICC_LAB,
    LAB,
    LZW,
    NONE,
    PACKBITS,
    RGB,
    WHITE_IS_ZERO,
    ZSTD,
    Kind,
    page_tags,
    tiff_of,
    tiff_of_pages,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


Pixels = npt.NDArray[np.uint8]

SIZE = (46, 34)
PICTURE: Pixels = np.asarray(shaded(*SIZE))
SAME = 2
"""Levels of 255 by which rounding may move a pixel."""


def coloured(levels: Pixels) -> Pixels:
    """Grey as red, green and blue."""
    return np.broadcast_to(levels, PICTURE.shape)


def as_numbers(levels: Pixels, dtype: str) -> npt.NDArray[np.generic]:
    """Levels of 255 as numbers of another type, over its whole range; floats from 0 to 1."""
    kind = np.dtype(dtype)
    if kind.kind == "f":
        return (levels / 255).astype(kind)
    return (levels.astype(object) * (int(np.iinfo(kind).max) // 255)).astype(kind)


@st.composite
def kinds(draw: st.DrawFn) -> tuple[str, Kind]:
    """A type of numbers and a way to store them that belong together."""
    dtype = draw(st.sampled_from(("u1", "u2", "u4", "f2", "f4", "f8")))
    compression = draw(st.sampled_from((NONE, LZW, DEFLATE, PACKBITS, ZSTD)))
    differences = {NONE: (1,), PACKBITS: (1,)}.get(compression, (1, 3 if dtype[0] == "f" else 2))
    return dtype, Kind(
        photometric=draw(st.sampled_from((WHITE_IS_ZERO, GREY, RGB))),
        order=draw(st.sampled_from(("<", ">"))),
        planar=draw(st.booleans()),
        compression=compression,
        predictor=draw(st.sampled_from(differences)),
        rows_per_strip=draw(st.sampled_from((1, 7, 34))),
        tile=draw(st.sampled_from((0, 16))),
        big=draw(st.booleans()),
        alpha=draw(st.sampled_from((None, 2))),
    )


@settings(max_examples=150)
@given(kinds())
def test_each_kind_shows_what_its_plain_twin_shows(drawn: tuple[str, Kind]) -> None:
    dtype, kind = drawn
    twin = PICTURE if kind.photometric == RGB else PICTURE[..., :1]
    levels = 255 - twin if kind.photometric == WHITE_IS_ZERO else twin
    if kind.alpha:
        levels = np.concatenate([levels, np.full((*twin.shape[:2], 1), 255, np.uint8)], axis=2)
    numbers = as_numbers(levels, dtype)
    assert differences(shown(tiff_of(numbers, kind)), coloured(twin)).max() <= SAME


@pytest.mark.parametrize("bits", [10, 12, 14])
@pytest.mark.parametrize("photometric", [WHITE_IS_ZERO, GREY, RGB])
@pytest.mark.parametrize("compression", [NONE, LZW])
def test_numbers_that_do_not_fill_bytes_are_read(
    bits: int, photometric: int, compression: int
) -> None:
    twin = PICTURE if photometric == RGB else PICTURE[..., :1]
    levels = 255 - twin if photometric == WHITE_IS_ZERO else twin
    numbers = np.rint(levels / 255 * (2**bits - 1)).astype(np.uint16)
    kind = Kind(photometric=photometric, narrow_bits=bits, compression=compression)
    assert differences(shown(tiff_of(numbers, kind)), coloured(twin)).max() <= SAME


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("planar", [False, True])
def test_cmyk_of_16_bits_looks_as_that_of_8(order: Literal["<", ">"], planar: bool) -> None:
    ink = 255 - np.concatenate([PICTURE, np.full((*PICTURE.shape[:2], 1), 235, np.uint8)], axis=2)
    kind = Kind(photometric=CMYK, order=order, planar=planar)
    twin = shown(tiff_of(ink, Kind(photometric=CMYK)))
    assert differences(shown(tiff_of(as_numbers(ink, "u2"), kind)), twin).max() <= SAME


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("planar", [False, True])
def test_lab_of_16_bits_looks_as_that_of_8(order: Literal["<", ">"], planar: bool) -> None:
    lightness, colours = PICTURE[..., :1], PICTURE[..., 1:].astype(np.int8) // 2
    narrow = np.concatenate([lightness, colours.view(np.uint8)], axis=2)
    wide = np.concatenate(
        [lightness.astype(np.uint16) * 257, (colours.astype(np.int16) * 256).view(np.uint16)],
        axis=2,
    )
    kind = Kind(photometric=LAB, order=order, planar=planar)
    twin = shown(tiff_of(narrow, Kind(photometric=LAB)))
    assert differences(shown(tiff_of(wide, kind)), twin).max() <= SAME
    wide[..., 1:] ^= 0x8000
    kind = Kind(photometric=ICC_LAB, order=order, planar=planar)
    assert differences(shown(tiff_of(wide, kind)), twin).max() <= SAME


@pytest.mark.parametrize(("alpha", "colour"), [(2, 90), (1, 45)])
def test_what_is_half_transparent_lies_on_white(alpha: int, colour: int) -> None:
    grey = np.full((20, 20, 1), colour * 257, np.uint16)
    half = np.full((20, 20, 1), 128 * 257, np.uint16)
    kind = Kind(photometric=GREY, alpha=alpha)
    pixels = shown(tiff_of(np.concatenate([grey, half], axis=2), kind))
    assert abs(int(pixels[9, 9, 0]) - 172) <= 3


def test_floats_that_are_no_numbers_leave_the_others_as_they_are() -> None:
    numbers = as_numbers(PICTURE, "f4").copy()
    numbers[0, 0], numbers[1, 1] = np.nan, np.inf
    pixels = shown(tiff_of(numbers, Kind()))
    assert differences(pixels[4:], PICTURE[4:]).max() <= SAME


@pytest.mark.parametrize("orientation", range(1, 9))
def test_drawn_tiff_stands_upright(orientation: int) -> None:
    tag = (274, "H", [orientation])
    plain = tiff_of(PICTURE, Kind(), tag)
    wide = tiff_of(as_numbers(PICTURE, "u2"), Kind(planar=True), tag)
    assert differences(shown(wide), shown(plain)).max() <= SAME


def test_compressed_by_webp_is_read() -> None:
    stored = io.BytesIO()
    shaded(*SIZE).save(stored, "WEBP", lossless=True)
    tags, _ = page_tags(PICTURE, Kind(rows_per_strip=SIZE[1]))
    tags = [(259, "H", [50001]) if tag[0] == 259 else tag for tag in tags]
    file = tiff_of_pages([(tags, [stored.getvalue()])], Kind())
    assert (shown(file) == PICTURE).all()


def test_profile_of_a_drawn_tiff_is_heeded(tmp_path: Path) -> None:
    red = np.zeros((20, 20, 3), np.uint16)
    red[..., 0] = 65_535
    path = tmp_path / "photo.tif"
    path.write_bytes(tiff_of(red, Kind(planar=True), (34675, "B", list(swapped_profile()))))
    red_now, green_now, _ = decoded(path).picture.pixels[32, 32]
    assert green_now > 240
    assert red_now < 30


@pytest.mark.parametrize("big", [False, True])
def test_drawn_tiff_says_what_it_is_of(big: bool, tmp_path: Path) -> None:
    path = tmp_path / "photo.tif"
    camera = (272, "s", b"DiMAGE Scan\0")
    packet = (700, "B", list(XMP))
    path.write_bytes(tiff_of(as_numbers(PICTURE, "u2"), Kind(planar=True, big=big), packet, camera))
    facts = decoded(path).facts
    assert (facts.format, facts.keywords, facts.camera) == ("TIFF", ("heron",), "DiMAGE Scan")


XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF'
    b' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description'
    b' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:subject><rdf:Bag><rdf:li>heron</rdf:li>'
    b"</rdf:Bag></dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>"
)


def small() -> Pixels:
    """A thumbnail of the picture in other colours, to tell them apart."""
    return np.asarray(shaded(23, 17)) // 2


@pytest.mark.parametrize("dtype", ["u1", "u2", "f4"])
@pytest.mark.parametrize("lies_below", [False, True])
def test_thumbnail_that_comes_first_is_not_taken_for_the_picture(
    dtype: str, lies_below: bool
) -> None:
    first = page_tags(small(), Kind(), (254, "I", [1]))
    second = page_tags(as_numbers(PICTURE, dtype), Kind(), (254, "I", [0]))
    pages, below = ([first], [second]) if lies_below else ([first, second], [])
    assert differences(shown(tiff_of_pages(pages, Kind(), below)), PICTURE).max() <= SAME


def test_picture_behind_a_thumbnail_may_be_one_that_only_pillow_reads() -> None:
    stored = io.BytesIO()
    large = shaded(*SIZE)
    large.encoderinfo = {"compression": "jpeg", "tiffinfo": {254: 0}}
    Image.fromarray(small()).save(
        stored, "TIFF", save_all=True, append_images=[large], tiffinfo={254: 1}
    )
    file = stored.getvalue()
    assert shown(file).shape == PICTURE.shape
    assert differences(shown(file), PICTURE).mean() < 6


def test_thumbnail_that_does_not_say_so_is_known_by_its_shape() -> None:
    large = np.asarray(shaded(23 * 4, 17 * 4))
    file = tiff_of_pages([page_tags(small(), Kind()), page_tags(large, Kind())], Kind())
    assert (shown(file) == large).all()


def test_of_pages_of_a_document_the_first_is_shown() -> None:
    other = np.asarray(shaded(90, 30))
    file = tiff_of_pages([page_tags(PICTURE, Kind()), page_tags(other, Kind())], Kind())
    assert (shown(file) == PICTURE).all()


def test_smaller_copies_behind_and_below_a_picture_are_left_alone() -> None:
    copy = page_tags(small(), Kind(), (254, "I", [1]))
    file = tiff_of_pages([page_tags(PICTURE, Kind()), copy], Kind(), [copy])
    assert (shown(file) == PICTURE).all()


@pytest.mark.parametrize(
    "kind", [Kind(), Kind(compression=LZW), Kind(photometric=GREY), Kind(order=">")]
)
@pytest.mark.parametrize("dtype", ["u1", "u2"])
def test_ordinary_tiffs_are_left_to_pillow(
    kind: Kind, dtype: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> Image.Image:
        raise AssertionError

    monkeypatch.setattr("indexer.decoding.tiff_photo.draw", refused)
    levels = PICTURE if kind.photometric == RGB else PICTURE[..., :1]
    assert shown(tiff_of(as_numbers(levels, dtype), kind)).shape == PICTURE.shape


def test_one_that_ends_too_early_shows_what_is_there(tmp_path: Path) -> None:
    whole = tiff_of(as_numbers(PICTURE, "u2"), Kind(planar=True))
    page = picture_page(io.BytesIO(whole))
    assert page is not None
    last = struct.pack("<I", page.tags[273][-1])
    path = tmp_path / "photo.tif"
    path.write_bytes(whole.replace(last, struct.pack("<I", len(whole) - 20)))
    photo = decoded(path)
    assert photo.facts.damage == "a part is missing"
    assert photo.picture.pixels[2, 60, 0] > 200


@given(st.data())
def test_damaged_directories_raise_nothing_and_end(data: st.DataObject) -> None:
    kind = Kind(order=data.draw(st.sampled_from(("<", ">"))), big=data.draw(st.booleans()))
    file = bytearray(tiff_of_pages([page_tags(small(), kind), page_tags(PICTURE, kind)], kind))
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(file) - 1))
        file[at] = data.draw(st.integers(0, 255))
    picture_page(io.BytesIO(bytes(file)))


def test_directories_in_a_ring_are_gone_through_once() -> None:
    file = bytearray(tiff_of(small(), Kind()))
    (start,) = struct.unpack_from("<I", file, 4)
    (count,) = struct.unpack_from("<H", file, start)
    struct.pack_into("<I", file, start + 2 + 12 * count, start)
    page = picture_page(io.BytesIO(bytes(file)))
    assert page is not None
    assert page.size == (23, 17)


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "twin"),
    [
        ("reports/S2_planar/rgb16_planar_lzw.tif", "rgb16_interleaved.tif"),
        ("reports/S2_planar/rgb16_planar_separate.tif", "rgb16_interleaved.tif"),
        ("reports/S2_planar/rgb16_planar_uncompressed_BE.tif", "rgb16_interleaved.tif"),
        ("reports/S_tiff/gray16_miniswhite.tif", "gray16.tif"),
        ("reports/S_tiff/gray16_alpha.tif", "gray16.tif"),
        ("reports/S_tiff/thumb_first.tif", "big.tif"),
        ("discovered/wiz16.tif", "biz16.tif"),
        ("discovered/wiz8.tif", "biz16.tif"),
    ],
)
def test_the_reported_kinds_look_as_their_twins(
    name: str, twin: str, shared_data: Callable[[str], Path]
) -> None:
    folder, _, place = name.partition("/")
    path = shared_data(folder) / place
    pixels = decoded(path).picture.pixels
    assert differences(pixels, decoded(path.with_name(twin)).picture.pixels).max() <= 3
