"""Photoshop files of 16 bits look as those of 8."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.indexer.photo_files import decoded, differences, shaded
from tests.indexer.shown_pictures import shown
from tests.indexer.test_decoding_colour import swapped_profile
from tests.indexer.tiff_files import PACKBITS, compressed

if TYPE_CHECKING:
    from pathlib import Path

GREY, RGB, CMYK, LAB = 1, 3, 4, 9
PICTURE: npt.NDArray[np.uint8] = np.asarray(shaded(46, 34))


def psd_of(
    planes: npt.NDArray[np.uint8], mode: int, *, bits: int, packed: bool, profile: bytes = b""
) -> bytes:
    """A file without layers, of levels of 255, an array of height × width × channels."""
    height, width, channels = planes.shape
    head = struct.pack(">4sH6xHIIHH", b"8BPS", 1, channels, height, width, bits, mode)
    resource = struct.pack(">4sHHI", b"8BIM", 1039, 0, len(profile)) + profile
    resources = resource + b"\0" * (len(resource) % 2) if profile else b""
    wide = planes.astype(">u2") * 257 if bits == 16 else planes
    rows = [row.tobytes() for channel in range(channels) for row in wide[..., channel]]
    if packed:
        rows = [compressed(row, 1, PACKBITS) for row in rows]
    lengths = struct.pack(f">{len(rows)}H", *map(len, rows)) if packed else b""
    return (
        head
        + struct.pack(">II", 0, len(resources))
        + resources
        + struct.pack(">IH", 0, packed)
        + lengths
        + b"".join(rows)
    )


def with_channel(level: int) -> npt.NDArray[np.uint8]:
    """The picture and one channel more."""
    return np.concatenate([PICTURE, np.full((*PICTURE.shape[:2], 1), level, np.uint8)], axis=2)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("mode", "planes"),
    [(GREY, PICTURE[..., :1]), (RGB, PICTURE), (CMYK, with_channel(240)), (LAB, PICTURE)],
    ids=["grey", "rgb", "cmyk", "lab"],
)
def test_16_bits_look_as_8(mode: int, planes: npt.NDArray[np.uint8], packed: bool) -> None:
    twin = shown(psd_of(planes, mode, bits=8, packed=packed))
    assert differences(shown(psd_of(planes, mode, bits=16, packed=packed)), twin).max() <= 1


@pytest.mark.parametrize("packed", [False, True])
def test_what_was_selected_once_hides_nothing(packed: bool) -> None:
    pixels = shown(psd_of(with_channel(0), RGB, bits=16, packed=packed))
    assert differences(pixels, PICTURE).max() <= 1


def test_its_profile_is_heeded() -> None:
    red = np.zeros((20, 20, 3), np.uint8)
    red[..., 0] = 255
    pixels = shown(psd_of(red, RGB, bits=16, packed=False, profile=swapped_profile()))
    assert pixels[9, 9, 1] > 240
    assert pixels[9, 9, 0] < 30


def test_one_that_ends_too_early_shows_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "photo.psd"
    path.write_bytes(psd_of(PICTURE, RGB, bits=16, packed=False)[:-50])
    assert decoded(path).facts.damage == "a part is missing"


@given(cut=st.integers(0, 200), tail=st.binary(max_size=200))
def test_damaged_ones_end_at_once(cut: int, tail: bytes) -> None:
    file = psd_of(PICTURE, RGB, bits=16, packed=True, profile=b"x" * 99)[:cut] + tail
    try:
        shown(file)
    except (OSError, ValueError, SyntaxError, struct.error):
        return


def test_one_of_8_bits_is_left_to_pillow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("indexer.decoding.psd_photo._planes", refused)
    path = tmp_path / "photo.psd"
    path.write_bytes(psd_of(PICTURE, RGB, bits=8, packed=False))
    assert decoded(path).picture.width == 46
