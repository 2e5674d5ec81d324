from __future__ import annotations

import os
import struct
import zlib
from typing import TYPE_CHECKING, Literal

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageOps

from indexer.decoding.photo import DecodeFailure, decode_preview
from indexer.formats import PHOTO_EXTENSIONS
from indexer.models.protocols import PictureInput
from tests.indexer.photo_files import (
    CROP_64,
    decoded,
    differences,
    exif_with,
    failure,
    opened,
    shaded,
)

if TYPE_CHECKING:
    from pathlib import Path

ORIENTATION = 0x0112
SQUASH_48 = PictureInput(width=48, height=48, fit="squash")


def stored_turned(upright: Image.Image, orientation: int) -> Image.Image:
    """The image as a camera stores it that writes this orientation."""
    back = {6: 8, 8: 6}.get(orientation, orientation)
    upright.getexif()[ORIENTATION] = back
    stored = ImageOps.exif_transpose(upright)
    del upright.getexif()[ORIENTATION]
    return stored


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("extension", [".jpg", ".png", ".webp", ".tif"])
def test_photo_comes_out_upright(orientation: int, extension: str, tmp_path: Path) -> None:
    upright = shaded(413, 291)
    path = tmp_path / f"photo{extension}"
    stored = stored_turned(upright, orientation)
    stored.save(path, exif=exif_with({ORIENTATION: orientation}), quality=95)
    result = decoded(path, SQUASH_48)
    wanted = np.array(upright.resize((48, 48), Image.Resampling.BICUBIC))
    assert (result.picture.width, result.picture.height) == (413, 291)
    assert (result.facts.width, result.facts.height) == (413, 291)
    assert result.facts.orientation == orientation
    assert differences(result.picture.pixels, wanted).mean() < 4
    assert opened(result.thumbnail).size == (96, 68)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_heic_is_turned_once(orientation: int, tmp_path: Path) -> None:
    if not pillow_heif.libheif_info()["HEIF"]:
        pytest.skip("this build of pillow-heif writes no HEIC")
    upright = shaded(320, 200)
    path = tmp_path / "photo.heic"
    pillow_heif.from_pillow(stored_turned(upright, orientation)).save(
        path, quality=90, exif=exif_with({ORIENTATION: orientation})
    )
    result = decoded(path, SQUASH_48)
    wanted = np.array(upright.resize((48, 48), Image.Resampling.BICUBIC))
    assert result.facts.format == "HEIF"
    assert (result.picture.width, result.picture.height) == (320, 200)
    assert differences(result.picture.pixels, wanted).mean() < 6


@pytest.mark.parametrize(
    ("extension", "format_name"),
    [
        (".jpg", "JPEG"),
        (".png", "PNG"),
        (".webp", "WEBP"),
        (".avif", "AVIF"),
        (".tif", "TIFF"),
        (".gif", "GIF"),
        (".bmp", "BMP"),
        (".jp2", "JPEG2000"),
        (".ppm", "PPM"),
    ],
)
def test_format_is_told_by_content_not_by_name(
    extension: str, format_name: str, tmp_path: Path
) -> None:
    path = tmp_path / f"photo{extension}"
    shaded(120, 80).save(path)
    path = path.rename(tmp_path / "photo.txt")
    result = decoded(path, SQUASH_48)
    assert result.facts.format == format_name
    wanted = np.array(shaded(120, 80).resize((48, 48)))
    assert differences(result.picture.pixels, wanted).mean() < 12


@pytest.mark.parametrize("name", ["drawing.eps", "paper.pdf", "icon.tga", "doc.pcx"])
def test_formats_that_are_not_allowed_are_refused_whatever_their_name(
    name: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    shaded(40, 40).save(path)
    path = path.rename(tmp_path / "photo.jpg")
    assert failure(path).permanent


@pytest.mark.parametrize("size", [(1201, 803), (515, 1203)])
@pytest.mark.parametrize("fit", ["crop", "squash", "pad"])
@pytest.mark.parametrize("extension", [".jpg", ".png"])
def test_large_photo_is_decoded_small_without_visible_loss(
    size: tuple[int, int],
    fit: Literal["crop", "squash", "pad"],
    extension: str,
    tmp_path: Path,
) -> None:
    path = tmp_path / f"photo{extension}"
    photo = shaded(*size)
    photo.save(path, quality=95)
    wanted = PictureInput(width=64, height=64, fit=fit, fill=40)
    off = differences(decoded(path, wanted).picture.pixels, reference(photo, wanted))
    assert off.mean() < 1.0
    assert np.percentile(off, 99) <= 4


def reference(photo: Image.Image, wanted: PictureInput) -> np.ndarray:
    """The whole photo scaled at full size, then cut or padded, as torchvision does it."""
    side, (width, height) = wanted.width, photo.size
    if wanted.fit == "squash":
        return np.array(photo.resize((side, side)))
    if wanted.fit == "pad":
        canvas = Image.new("RGB", (side, side), (wanted.fill,) * 3)
        ratio = max(width, height) / side
        small = photo.resize((round(width / ratio), round(height / ratio)))
        canvas.paste(small, ((side - small.width) // 2, (side - small.height) // 2))
        return np.array(canvas)
    shortest = min(width, height)
    small = photo.resize((int(side * width / shortest), int(side * height / shortest)))
    left, top = round((small.width - side) / 2), round((small.height - side) / 2)
    return np.array(small.crop((left, top, left + side, top + side)))


def test_small_photo_is_enlarged_for_the_encoder_but_not_for_the_thumbnail(
    tmp_path: Path,
) -> None:
    path = tmp_path / "photo.png"
    shaded(30, 20).save(path)
    result = decoded(path)
    assert result.picture.pixels.shape == (64, 64, 3)
    assert opened(result.thumbnail).size == (30, 20)


@pytest.mark.parametrize("size", [(1, 6000), (6000, 1), (3, 2), (1, 1)])
@pytest.mark.parametrize("fit", ["crop", "squash", "pad"])
def test_lines_and_dots_are_photos_too(
    size: tuple[int, int], fit: Literal["crop", "squash", "pad"], tmp_path: Path
) -> None:
    path = tmp_path / "photo.png"
    Image.new("RGB", size, (9, 200, 9)).save(path)
    result = decoded(path, PictureInput(width=64, height=48, fit=fit))
    assert result.picture.pixels.shape == (48, 64, 3)
    assert (result.picture.pixels == (9, 200, 9)).all(axis=2).any()
    assert max(opened(result.thumbnail).size) <= 96


@pytest.mark.parametrize("extension", [".gif", ".webp", ".png", ".tif", ".avif"])
def test_first_of_several_frames_is_the_photo(extension: str, tmp_path: Path) -> None:
    path = tmp_path / f"photo{extension}"
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "green", "blue")]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    red, green, blue = decoded(path).picture.pixels[30, 30]
    assert red > 220
    assert max(green, blue) < 30


def test_first_picture_of_several_in_a_jpeg_is_the_photo(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    Image.new("RGB", (900, 600), "red").save(
        path, format="MPO", save_all=True, append_images=[Image.new("RGB", (900, 600), "blue")]
    )
    result = decoded(path)
    assert result.facts.format == "JPEG"
    assert result.picture.pixels[30, 30][0] > 220


def test_thumbnail_carries_no_metadata(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    shaded(300, 200).save(path, exif=exif_with({0x010E: "secret"}), comment=b"secret")
    thumbnail = decoded(path).thumbnail
    assert b"secret" not in thumbnail
    assert not opened(thumbnail).getexif()


def test_preview_is_as_long_as_asked_upright_and_near_the_original(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    upright = shaded(1500, 1000)
    stored_turned(upright, 6).save(path, exif=exif_with({ORIENTATION: 6}), quality=95)
    preview = decode_preview(path, longest_side=600)
    assert isinstance(preview, bytes)
    assert opened(preview).size == (600, 400)
    wanted = np.array(upright.resize((600, 400)))
    assert differences(np.array(opened(preview)), wanted).mean() < 3


def test_preview_of_a_small_photo_is_not_enlarged(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    shaded(50, 40).save(path)
    preview = decode_preview(path, longest_side=600)
    assert isinstance(preview, bytes)
    assert opened(preview).size == (50, 40)


# -- what gives no picture -------------------------------------------------------------------


def test_missing_file_may_come_back(tmp_path: Path) -> None:
    gone = failure(tmp_path / "gone.jpg")
    assert gone == DecodeFailure(reason="the file is no longer there", permanent=False)


def test_empty_file_may_be_filled_yet(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.touch()
    assert failure(path) == DecodeFailure(reason="the file is empty", permanent=False)


def test_pipe_is_refused_without_waiting_for_its_other_end(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    os.mkfifo(path)
    assert failure(path) == DecodeFailure(reason="not a regular file", permanent=True)


def test_folder_is_refused(tmp_path: Path) -> None:
    assert failure(tmp_path).reason == "not a regular file"


def test_unreadable_file_may_be_allowed_later(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    shaded(9, 9).save(path)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    assert failure(path) == DecodeFailure(reason="the file may not be read", permanent=False)


@pytest.mark.parametrize("extension", [".webp", ".jp2"])
@pytest.mark.parametrize("share", [0.5, 0.98])
def test_file_that_is_still_being_copied_is_tried_again(
    extension: str, share: float, tmp_path: Path
) -> None:
    path = tmp_path / f"photo{extension}"
    shaded(300, 200).save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    assert failure(path) == DecodeFailure(reason="the file ends too early", permanent=False)


def test_file_whose_room_is_set_aside_but_not_filled_is_tried_again(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    shaded(300, 200).save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + bytes(len(whole) - 100))
    assert not failure(path).permanent


def test_damaged_file_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    shaded(300, 200).save(path)
    whole = bytearray(path.read_bytes())
    whole[200:260] = b"\xff" * 60
    path.write_bytes(whole)
    given_up = failure(path)
    assert given_up.permanent
    assert "damaged" in given_up.reason


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"hello", "not a picture in a known format"),
        (b"RIFF\x08\0\0\0WAVEfmt " + bytes(range(64)), "a sound, not a photo"),
        (b"%PDF-1.7\n" + bytes(range(64)), "a PDF, not a photo"),
    ],
)
def test_other_kinds_of_files_are_named(content: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)
    assert failure(path) == DecodeFailure(reason=reason, permanent=True)


def png_of(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 1000)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def test_too_many_pixels_are_refused_from_the_header(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(png_of(15_001, 10_000))
    assert failure(path) == DecodeFailure(reason="too many pixels", permanent=True)


@pytest.mark.parametrize("size", [(20_000, 15_001), (60_000, 60_000)])
def test_too_many_pixels_of_a_jpeg_are_refused_from_the_header(
    size: tuple[int, int], tmp_path: Path
) -> None:
    path = tmp_path / "photo.jpg"
    shaded(64, 64).save(path)
    content = bytearray(path.read_bytes())
    frame = content.index(b"\xff\xc0")
    content[frame + 5 : frame + 9] = struct.pack(">HH", size[1], size[0])
    path.write_bytes(content)
    assert failure(path) == DecodeFailure(reason="too many pixels", permanent=True)


def test_reason_is_one_short_line_that_cannot_steer_a_terminal(tmp_path: Path) -> None:
    path = tmp_path / "\x1b[31mphoto\n.jpg"
    path.write_bytes(b"\x1b]0;title\x07" * 50)
    reason = failure(path).reason
    assert reason.isprintable()
    assert len(reason) <= 250


def test_extensions_are_lower_case_with_a_dot() -> None:
    assert all(extension == extension.lower() for extension in PHOTO_EXTENSIONS)
    assert all(extension.startswith(".") for extension in PHOTO_EXTENSIONS)
    assert {".jpg", ".heic", ".avif", ".webp", ".tiff"} <= PHOTO_EXTENSIONS


def test_crop_is_the_size_the_encoder_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    shaded(500, 300).save(path)
    pixels = decoded(path, CROP_64).picture.pixels
    assert pixels.shape == (64, 64, 3)
    assert pixels.dtype == np.uint8
    assert pixels.flags.writeable
