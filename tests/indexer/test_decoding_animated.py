"""Animated pictures by their first and middle frame, and pictures that only hold several."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from indexer.decoding import animation
from indexer.decoding.photo import DecodeFailure, decode_preview
from tests.indexer.photo_files import decoded, exif_with, opened, shaded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy.typing as npt

COLOURS = ("red", "lime", "blue", "yellow", "magenta")
ANIMATED = [".gif", ".png", ".webp", ".avif"]


def animate(path: Path, colours: Sequence[str] = COLOURS, **options: object) -> Path:
    """An animation that shows each colour for 200 ms."""
    frames = [Image.new("RGB", (40, 40), colour) for colour in colours]
    options = {"duration": 200, **options}
    frames[0].save(path, save_all=True, append_images=frames[1:], **options)  # type: ignore[arg-type]
    return path


def is_colour(pixels: npt.NDArray[np.uint8], name: str) -> bool:
    wanted = np.array(Image.new("RGB", (1, 1), name).getpixel((0, 0)))
    return bool(np.abs(pixels.reshape(-1, 3).mean(axis=0) - wanted).max() < 30)


@pytest.mark.parametrize("extension", ANIMATED)
def test_first_and_middle_frame_are_seen(extension: str, tmp_path: Path) -> None:
    result = decoded(animate(tmp_path / f"moving{extension}"))
    assert result.second == 0.0
    assert is_colour(result.picture.pixels, "red")
    assert is_colour(np.asarray(opened(result.thumbnail)), "red")
    (middle,) = result.frames
    assert middle.second == pytest.approx(0.4)
    assert is_colour(middle.picture.pixels, "blue")
    assert result.facts.duration_seconds == pytest.approx(1.0)


@pytest.mark.parametrize("extension", ANIMATED)
@pytest.mark.parametrize(("second", "colour"), [(0.0, "red"), (0.4, "blue"), (99.0, "magenta")])
def test_preview_shows_the_second_asked_for(
    second: float, colour: str, extension: str, tmp_path: Path
) -> None:
    path = animate(tmp_path / f"moving{extension}")
    preview = decode_preview(path, longest_side=40, second=second)
    assert isinstance(preview, bytes)
    assert is_colour(np.asarray(opened(preview)), colour)


def test_preview_without_a_second_shows_the_first_frame(tmp_path: Path) -> None:
    preview = decode_preview(animate(tmp_path / "moving.gif"), longest_side=40)
    assert isinstance(preview, bytes)
    assert is_colour(np.asarray(opened(preview)), "red")


def test_middle_frame_like_the_first_is_not_kept(tmp_path: Path) -> None:
    path = animate(tmp_path / "moving.gif", ("red", "blue", "red", "lime"))
    result = decoded(path)
    assert (result.second, result.frames) == (0.0, ())


@pytest.mark.parametrize("extension", [".jpg", ".png", ".gif", ".webp", ".tif", ".avif"])
def test_still_has_no_second(extension: str, tmp_path: Path) -> None:
    path = tmp_path / f"photo{extension}"
    shaded(60, 40).save(path)
    result = decoded(path)
    assert (result.second, result.frames, result.facts.duration_seconds) == (None, (), None)


def test_frames_without_a_time_count_as_tenths(tmp_path: Path) -> None:
    result = decoded(animate(tmp_path / "moving.gif", duration=0))
    assert [frame.second for frame in result.frames] == [0.2]
    assert result.facts.duration_seconds == 0.5


def test_pages_of_a_tiff_are_no_animation(tmp_path: Path) -> None:
    result = decoded(animate(tmp_path / "scan.tif"))
    assert (result.second, result.frames) == (None, ())


def test_views_of_a_jpeg_are_no_animation(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "view.mpo", save_all=True, append_images=frames[1:])
    result = decoded(tmp_path / "view.mpo")
    assert (result.second, result.frames) == (None, ())
    assert is_colour(result.picture.pixels, "red")


def test_burst_in_a_heic_is_no_animation(tmp_path: Path) -> None:
    if not pillow_heif.libheif_info()["HEIF"]:
        pytest.skip("this build of pillow-heif writes no HEIC")
    path = tmp_path / "burst.heic"
    heif = pillow_heif.from_pillow(Image.new("RGB", (64, 64), "red"))
    heif.add_from_pillow(Image.new("RGB", (64, 64), "blue"))
    heif.save(path)
    result = decoded(path)
    assert (result.second, result.frames) == (None, ())


def test_animation_of_ten_thousand_frames_is_not_walked_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "endless.gif"
    path.write_bytes(endless_gif(10_000))
    monkeypatch.setattr(animation, "_FRAMES_WALKED_MAX", 50)
    result = decoded(path)
    (middle,) = result.frames
    assert middle.second == pytest.approx(2.5)
    assert result.facts.duration_seconds is None
    preview = decode_preview(path, longest_side=40, second=800)
    assert isinstance(preview, bytes)


def test_time_for_walking_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "endless.gif"
    path.write_bytes(endless_gif(10_000))
    clock = iter(range(10_000))
    monkeypatch.setattr("indexer.decoding.animation.time.monotonic", lambda: next(clock) / 4)
    (middle,) = decoded(path).frames
    assert middle.second < 1


def endless_gif(count: int) -> bytes:
    """Frames of one pixel each, of changing brightness, a tenth of a second each."""
    palette = bytes(value for grey in range(4) for value in (grey * 85,) * 3)
    head = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0b10000001, 0, 0) + palette
    control = b"\x21\xf9\x04\x00\x0a\x00\x00\x00"
    # Clear, one of the four colours, end: codes of three bits.
    frames = (
        control + b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02" + _pixel(number % 3 + 1)
        for number in range(count)
    )
    return head + b"".join(frames) + b"\x3b"


def _pixel(colour: int) -> bytes:
    codes = 4 | colour << 3 | 5 << 6
    return b"\x02" + struct.pack("<H", codes) + b"\x00"


@pytest.mark.parametrize("extension", [".gif", ".png", ".webp"])
def test_damage_behind_the_first_frame_leaves_the_first_frame(
    extension: str, tmp_path: Path
) -> None:
    path = tmp_path / f"moving{extension}"
    frames = [shaded(80, 60).rotate(angle) for angle in (0, 40, 80, 120, 160)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=100)
    whole = bytearray(path.read_bytes())
    start = len(whole) // 2
    whole[start : start + 400] = b"\x55" * 400
    path.write_bytes(whole)
    result = decode_preview(path, longest_side=80, second=0.2)
    assert isinstance(result, bytes | DecodeFailure)
    if extension == ".gif":
        assert decoded(path).second == 0.0


def test_turned_animation_is_turned_in_every_frame(tmp_path: Path) -> None:
    path = tmp_path / "moving.png"
    frames = [Image.new("RGB", (40, 20), colour) for colour in ("red", "blue")]
    for frame in frames:
        frame.paste("white", (0, 0, 20, 20))
    frames[0].save(
        path, save_all=True, append_images=frames[1:], exif=exif_with({0x0112: 6}), duration=100
    )
    result = decoded(path)
    (middle,) = result.frames
    for pixels in (result.picture.pixels, middle.picture.pixels):
        assert pixels[:20].mean() > 200
        assert pixels[44:].mean() < 100


# -- Photoshop -------------------------------------------------------------------------------


@pytest.mark.data
def test_photoshop_file_is_read_with_its_facts(shared_data: Callable[[str], Path]) -> None:
    folder = shared_data("formats") / "psd"
    facts = decoded(folder / "exiv2-bug800-8BIM.psd").facts
    assert (facts.format, facts.width, facts.height) == ("PSD", 150, 91)
    assert facts.taken_at is not None
