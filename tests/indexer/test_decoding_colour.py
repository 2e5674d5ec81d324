from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, ImageCms

from indexer.models.protocols import PictureInput
from tests.indexer.photo_files import decoded, opened, shaded

if TYPE_CHECKING:
    from pathlib import Path

SQUASH_8 = PictureInput(width=8, height=8, fit="squash")


def colour_of(path: Path) -> tuple[int, ...]:
    """The colour in the middle of a decoded photo; the thumbnail must show nearly the same."""
    result = decoded(path, SQUASH_8)
    colour = tuple(int(value) for value in result.picture.pixels[4, 4])
    small = opened(result.thumbnail)
    shown = small.getpixel((small.width // 2, small.height // 2))
    assert isinstance(shown, tuple)
    assert farthest(colour, shown) <= 12
    return colour


def farthest(colour: tuple[int, ...], other: tuple[float, ...]) -> float:
    """How far two colours are apart, in levels of 255."""
    return max(abs(a - b) for a, b in zip(colour, other, strict=True))


@pytest.mark.parametrize(
    ("mode", "colour", "shown"),
    [
        ("1", 1, (255, 255, 255)),
        ("L", 90, (90, 90, 90)),
        ("LA", (90, 255), (90, 90, 90)),
        ("LA", (0, 0), (255, 255, 255)),
        ("RGBA", (200, 10, 30, 255), (200, 10, 30)),
        ("RGBA", (0, 0, 0, 0), (255, 255, 255)),
        ("RGBA", (0, 0, 0, 128), (127, 127, 127)),
        ("I;16", 90 * 257, (90, 90, 90)),
    ],
)
def test_modes_of_png_show_their_colour_and_lie_on_white(
    mode: str, colour: int | tuple[int, ...], shown: tuple[int, ...], tmp_path: Path
) -> None:
    path = tmp_path / "photo.png"
    Image.new(mode, (20, 20), colour).save(path)
    assert colour_of(path) == shown


@pytest.mark.parametrize(
    ("mode", "colour", "shown"),
    [
        ("CMYK", (0, 255, 255, 0), (255, 0, 0)),
        ("YCbCr", (76, 85, 255), (254, 0, 0)),
        ("LAB", (138, 209, 198), (254, 0, 0)),
        ("I;16B", 200 * 257, (200, 200, 200)),
    ],
)
def test_modes_of_tiff_show_their_colour(
    mode: str, colour: tuple[int, ...], shown: tuple[int, ...], tmp_path: Path
) -> None:
    path = tmp_path / "photo.tif"
    Image.new(mode, (20, 20), colour).save(path)
    assert farthest(colour_of(path), shown) <= 5


@pytest.mark.parametrize(
    ("dark", "light"),
    [(0.0, 1.0), (0.0, 255.0), (0.0, 65535.0), (-3.5, 1_000_000.0)],
)
def test_floats_of_any_range_go_from_black_to_white(
    dark: float, light: float, tmp_path: Path
) -> None:
    path = tmp_path / "photo.tif"
    values = np.full((16, 32), dark, np.float32)
    values[:, 16:] = light
    Image.fromarray(values).save(path)
    pixels = decoded(path, SQUASH_8).picture.pixels
    assert pixels[4, 0].max() <= 1
    assert pixels[4, 7].min() >= 254


def test_floats_that_are_no_numbers_still_give_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "photo.tif"
    values = np.full((16, 16), 0.5, np.float32)
    values[0, 0], values[1, 1] = np.nan, np.inf
    Image.fromarray(values).save(path)
    assert colour_of(path)[0] in range(120, 136)


def test_palette_with_transparency_lies_on_white(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    image = Image.new("P", (20, 20), 1)
    image.putpalette([0, 0, 0, 250, 20, 20])
    image.save(path, transparency=1)
    assert colour_of(path) == (255, 255, 255)
    image.save(path)
    assert colour_of(path) == (250, 20, 20)


def test_cmyk_jpeg_shows_its_colour(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    Image.new("CMYK", (64, 64), (0, 255, 255, 0)).save(path, quality=95)
    assert farthest(colour_of(path), (255, 0, 0)) <= 8


def swapped_profile() -> bytes:
    """sRGB with the colours of red and green exchanged: what it shows as green is stored as red."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.find(b"rXYZ"), profile.find(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile)


@pytest.mark.parametrize("extension", [".jpg", ".png", ".webp", ".tif"])
def test_colour_profile_is_applied(extension: str, tmp_path: Path) -> None:
    path = tmp_path / f"photo{extension}"
    image = Image.new("RGB", (64, 64), (250, 5, 5))
    image.save(path, icc_profile=swapped_profile())
    red, green, _ = colour_of(path)
    assert green > 240
    assert red < 30


def test_thumbnail_and_picture_carry_no_profile(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    shaded(64, 64).save(path, icc_profile=swapped_profile())
    assert "icc_profile" not in opened(decoded(path).thumbnail).info


def test_srgb_profile_changes_nothing(tmp_path: Path) -> None:
    plain, tagged = tmp_path / "plain.png", tmp_path / "tagged.png"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    shaded(90, 70).save(plain)
    shaded(90, 70).save(tagged, icc_profile=profile)
    assert (decoded(plain).picture.pixels == decoded(tagged).picture.pixels).all()


@pytest.mark.parametrize(
    "profile",
    [b"no profile", swapped_profile()[:300], b"\0" * 9_000_000],
    ids=["text", "cut", "big"],
)
def test_damaged_profile_counts_as_none(profile: bytes, tmp_path: Path) -> None:
    path = tmp_path / "photo.webp"
    Image.new("RGB", (64, 64), (250, 5, 5)).save(path, icc_profile=profile, lossless=True)
    assert colour_of(path) == (250, 5, 5)


def test_profile_of_another_kind_of_colour_counts_as_none(tmp_path: Path) -> None:
    path = tmp_path / "photo.tif"
    Image.new("CMYK", (20, 20), (0, 255, 255, 0)).save(path, icc_profile=swapped_profile())
    assert colour_of(path)[0] > 200


def test_grey_photo_with_a_colour_profile_stays_grey(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.new("L", (20, 20), 90).save(path, icc_profile=profile)
    assert colour_of(path) == (90, 90, 90)
