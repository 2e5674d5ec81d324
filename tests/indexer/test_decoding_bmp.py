"""BMP with masks, transparency and four colours."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from indexer.decoding.bmp_photo import open_bmp
from tests.indexer.photo_files import decoded, shaded

if TYPE_CHECKING:
    from pathlib import Path

PLAIN, MASKS, MASKS_WITH_ALPHA = 0, 3, 6
SHORT, V3, V5 = 40, 56, 124
SIZE = (13, 9)


def bmp_of(
    rows: bytes,
    bits: int,
    *,
    compression: int,
    size: int,
    masks: tuple[int, ...] = (),
    down: int = 1,
) -> bytes:
    """A BMP of 13 × 9 pixels; masks stand behind the 40 bytes that all headers begin with."""
    told = struct.pack(f"<{len(masks)}I", *masks)
    height = -SIZE[1] if down else SIZE[1]
    head = struct.pack(
        "<IiiHHIIiiII", size, SIZE[0], height, 1, bits, compression, len(rows), 1, 1, 0, 0
    )
    header = (head + told).ljust(size, b"\0")
    return struct.pack("<2sIHHI", b"BM", 0, 0, 0, 14 + len(header)) + header + rows


def words_of(image: Image.Image, masks: tuple[int, ...], bits: int) -> bytes:
    """The rows of an RGBA image, each pixel put together by masks, from the top down."""
    pixels = np.asarray(image).astype(np.uint64)
    words = np.zeros(pixels.shape[:2], np.uint64)
    for channel, mask in enumerate(masks):
        if mask:
            shift = (mask & -mask).bit_length() - 1
            words |= (pixels[..., channel] * (mask >> shift) // 255) << np.uint64(shift)
    gap = -pixels.shape[1] * bits // 8 % 4
    data = words.astype(f"<u{bits // 8}").view(np.uint8).reshape(len(words), -1)
    return np.pad(data, ((0, 0), (0, gap))).tobytes()


def drawn(file: bytes) -> Image.Image:
    image = open_bmp(io.BytesIO(file))
    image.load()
    return image.convert("RGBA")


def picture(alpha: int = 255) -> Image.Image:
    image = shaded(*SIZE).convert("RGBA")
    image.putalpha(alpha)
    return image


MASK_SETS = [
    (32, (0xFF0000, 0xFF00, 0xFF, 0xFF000000)),
    (32, (0xFF, 0xFF00, 0xFF0000, 0)),
    (32, (0xFF000000, 0xFF00, 0xFF, 0xFF0000)),
    (32, (0x3FF00000, 0xFFC00, 0x3FF, 0xC0000000)),
    (16, (0xF00, 0xF0, 0xF, 0xF000)),
    (16, (0x7C00, 0x3E0, 0x1F, 0x8000)),
    (16, (0xF800, 0x7E0, 0x1F, 0)),
]


@pytest.mark.parametrize(("bits", "masks"), MASK_SETS)
@pytest.mark.parametrize("size", [SHORT, V3, V5])
@pytest.mark.parametrize("down", [0, 1])
def test_each_set_of_masks_shows_its_colours(
    bits: int, masks: tuple[int, ...], size: int, down: int
) -> None:
    turned = picture() if down else picture().transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    file = bmp_of(
        words_of(turned, masks, bits),
        bits,
        compression=MASKS_WITH_ALPHA if size == SHORT else MASKS,
        size=size,
        masks=masks,
        down=down,
    )
    coarse = 255 // min(mask >> ((mask & -mask).bit_length() - 1) for mask in masks[:3])
    off = np.abs(np.asarray(drawn(file)).astype(int) - np.asarray(picture()))
    assert off.max() <= coarse


@pytest.mark.parametrize(("alpha", "is_white"), [(0, False), (255, True)])
def test_alpha_lies_on_white_but_nowhere_at_all_is_none(
    alpha: int, is_white: bool, tmp_path: Path
) -> None:
    image = Image.new("RGBA", SIZE, (10, 20, 200, 0))
    image.putpixel((0, 0), (10, 20, 200, alpha))
    masks = (0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    path = tmp_path / "photo.bmp"
    path.write_bytes(bmp_of(words_of(image, masks, 32), 32, compression=PLAIN, size=SHORT))
    shown = (255, 255, 255) if is_white else (10, 20, 200)
    assert tuple(decoded(path).picture.pixels[60, 60]) == shown


@pytest.mark.parametrize("level", [7, 128])
def test_bits_that_nobody_calls_alpha_and_that_are_nowhere_full_are_none(level: int) -> None:
    masks = (0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    file = bmp_of(words_of(picture(level), masks, 32), 32, compression=PLAIN, size=SHORT)
    assert drawn(file) == picture(255)


def test_four_colours_are_read() -> None:
    palette = bytes((0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 0, 9, 9, 9, 0))
    row = bytes((0b00011011, 0, 0, 0b11000000))
    file = bytearray(bmp_of(palette + row * SIZE[1], 2, compression=PLAIN, size=SHORT))
    struct.pack_into("<I", file, 10, 54 + len(palette))
    image = drawn(bytes(file))
    colours = [image.getpixel((column, 8)) for column in (0, 1, 2, 3, 12)]
    red, green, blue, grey = (255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255), (9, 9, 9, 255)
    assert colours == [red, green, blue, grey, grey]


RUNS_OF_8, RUNS_OF_4 = 1, 2
RED, GREEN = bytes((0, 0, 255, 0)), bytes((0, 255, 0, 0))


def runs_of(data: bytes, bits: int) -> bytes:
    """A BMP of runs, whose first colour is black, the second red, the third green."""
    palette = (bytes(4) + RED + GREEN).ljust(4 * 2**bits, b"\0")
    compression = RUNS_OF_8 if bits == 8 else RUNS_OF_4
    file = bytearray(bmp_of(palette + data, bits, compression=compression, size=SHORT, down=0))
    struct.pack_into("<I", file, 10, 54 + len(palette))
    return bytes(file)


@pytest.mark.parametrize(
    ("bits", "run", "single"),
    [(8, b"\x0d\x01", b"\0\x03\2\1\2\0"), (4, b"\x0d\x11", b"\0\x03\x21\x20")],
)
def test_runs_may_leave_out_pixels_and_rows(bits: int, run: bytes, single: bytes) -> None:
    # A red row, an empty one, green red green behind two pixels, and nothing from there on.
    data = run + b"\0\0" + b"\0\0" + b"\0\2\2\0" + single + b"\0\1"
    image = drawn(runs_of(data, bits))
    black, red, green = (0, 0, 0, 255), (255, 0, 0, 255), (0, 255, 0, 255)
    assert [image.getpixel((12, row)) for row in (8, 7, 5)] == [red, black, black]
    row = [image.getpixel((column, 6)) for column in range(6)]
    assert row == [black, black, green, red, green, black]


def test_runs_that_end_too_early_show_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "photo.bmp"
    path.write_bytes(runs_of(b"\x0d\x01\0\0" * 4, 8))
    assert decoded(path).facts.damage == "a part is missing"


@given(data=st.binary(max_size=300), bits=st.sampled_from((4, 8)))
def test_runs_of_any_bytes_give_a_picture_or_end_too_early(data: bytes, bits: int) -> None:
    try:
        assert drawn(runs_of(data, bits)).size == SIZE
    except OSError as error:
        assert "truncated" in str(error)


def test_one_that_ends_too_early_shows_what_is_there(tmp_path: Path) -> None:
    masks = (0xF00, 0xF0, 0xF, 0xF000)
    whole = bmp_of(words_of(picture(), masks, 16), 16, compression=MASKS, size=V3, masks=masks)
    path = tmp_path / "photo.bmp"
    path.write_bytes(whole[:-40])
    assert decoded(path).facts.damage == "a part is missing"


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
def test_ordinary_bmps_are_left_to_pillow(
    mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> Image.Image:
        raise AssertionError

    monkeypatch.setattr("indexer.decoding.bmp_photo._pixels", refused)
    path = tmp_path / "photo.bmp"
    shaded(30, 20).convert(mode).save(path)
    assert decoded(path).picture.width == 30


@given(
    words=st.lists(st.integers(0, 2**32 - 1), min_size=0, max_size=40), tail=st.binary(max_size=99)
)
def test_headers_that_make_no_sense_end_at_once(words: list[int], tail: bytes) -> None:
    file = io.BytesIO(b"BM" + struct.pack(f"<{len(words)}I", *words) + tail)
    try:
        open_bmp(file)
    except (OSError, ValueError, SyntaxError):
        return
