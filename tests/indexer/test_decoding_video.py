"""Videos: moments spread over their length, upright, and never at any price."""

from __future__ import annotations

import colorsys
import re
import struct
from functools import partial
from typing import TYPE_CHECKING
from unittest import mock

import av
import numpy as np
import pytest
from PIL import Image, ImageOps

from indexer import formats
from indexer.decoding import video
from indexer.decoding.failures import DamagedPhoto
from indexer.decoding.opened_photo import refuse_too_large
from indexer.decoding.photo import FRAMES_MAX, DecodeFailure, decode_preview
from indexer.models.protocols import PictureInput
from tests.indexer.photo_files import decoded, failure, opened, shaded
from tests.indexer.video_files import coloured, write_video

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy.typing as npt

    from indexer.models.protocols import Picture

SQUASH_32 = PictureInput(width=32, height=32, fit="squash")


def second_shown(pixels: npt.NDArray[np.uint8], seconds: float) -> float:
    """By its colour, the second that a picture of a video shows."""
    red, green, blue = pixels[12:20, 24:30].reshape(-1, 3).mean(axis=0) / 255
    hue = colorsys.rgb_to_hsv(red, green, blue)[0]
    return (hue - 0.05) / 0.85 * seconds


def seconds_of(path: Path) -> list[tuple[float, Picture]]:
    result = decoded(path, SQUASH_32)
    assert result.second is not None
    frames = [(frame.second, frame.picture) for frame in result.frames]
    return [(result.second, result.picture), *frames]


CONTAINERS = [
    ("film.mp4", "libx264", "MP4"),
    ("film.m4v", "mpeg4", "MP4"),
    ("film.mov", "libx264", "MOV"),
    ("film.3gp", "mpeg4", "3GP"),
    ("film.avi", "mpeg4", "AVI"),
    ("film.mkv", "libx265", "MKV"),
    ("film.webm", "libvpx-vp9", "WEBM"),
    ("film.mts", "libx264", "MPEG-TS"),
    ("film.mpg", "mpeg2video", "MPEG"),
    ("film.wmv", "wmv2", "WMV"),
    ("film.flv", "flv1", "FLV"),
]


@pytest.mark.parametrize(("name", "codec", "format_name"), CONTAINERS)
def test_moments_are_spread_over_the_length(
    name: str, codec: str, format_name: str, tmp_path: Path
) -> None:
    muxer = {".mts": "mpegts", ".m4v": "mp4"}.get(name[-4:])
    path = write_video(tmp_path / name, seconds=12, codec=codec, format_name=muxer)
    result = decoded(path, SQUASH_32)
    assert result.facts.format == format_name
    assert result.facts.duration_seconds == pytest.approx(12, abs=0.8)
    assert (result.facts.width, result.facts.height) == (64, 48)
    moments = seconds_of(path)
    assert len(moments) >= 3
    seconds = [second for second, _ in moments]
    assert seconds == sorted(set(seconds))
    assert seconds[-1] - seconds[0] > 5
    for second, picture in moments:
        assert second_shown(picture.pixels, 12) == pytest.approx(second, abs=0.6)
        preview = decode_preview(path, longest_side=64, second=second)
        assert isinstance(preview, bytes)
        shown = np.asarray(opened(preview).resize((32, 32)))
        assert second_shown(shown, 12) == pytest.approx(second, abs=0.6)


def test_long_video_gives_no_more_than_twelve_moments(tmp_path: Path) -> None:
    path = write_video(tmp_path / "film.mp4", seconds=90, size=(32, 32), key_frame_every=40)
    moments = seconds_of(path)
    assert len(moments) == FRAMES_MAX
    gaps = np.diff([second for second, _ in moments])
    assert gaps.min() > 3


def test_video_with_one_key_frame_is_looked_at_along_its_length(tmp_path: Path) -> None:
    path = write_video(tmp_path / "film.mp4", seconds=12, key_frame_every=1000)
    moments = seconds_of(path)
    assert len(moments) >= 3
    for second, picture in moments:
        assert second_shown(picture.pixels, 12) == pytest.approx(second, abs=0.6)


def test_moments_that_show_the_same_are_one(tmp_path: Path) -> None:
    def still(_second: float, seconds: float, size: tuple[int, int]) -> npt.NDArray[np.uint8]:
        return coloured(0, seconds, size)

    path = write_video(tmp_path / "film.mp4", seconds=12, paint=still)
    result = decoded(path, SQUASH_32)
    assert result.second is not None
    assert result.frames == ()


def test_black_beginning_is_skipped(tmp_path: Path) -> None:
    path = write_video(tmp_path / "film.mp4", seconds=12, black_seconds=5)
    result = decoded(path, SQUASH_32)
    assert result.second is not None
    assert result.second >= 5
    assert np.asarray(opened(result.thumbnail)).max() > 100


@pytest.mark.parametrize("seconds", [0.3, 1, 2])
def test_short_stream_of_a_camcorder_is_seen(seconds: float, tmp_path: Path) -> None:
    # Seeking in it leads to its end, for it has no index.
    path = write_video(
        tmp_path / "film.mts", seconds=seconds, codec="libx264", format_name="mpegts"
    )
    assert second_shown(decoded(path, SQUASH_32).picture.pixels, seconds) < seconds
    assert isinstance(decode_preview(path, longest_side=64, second=0.0), bytes)


def test_video_that_is_black_throughout_is_a_photo_all_the_same(tmp_path: Path) -> None:
    path = write_video(tmp_path / "film.mp4", seconds=6, black_seconds=9)
    assert decoded(path).picture.pixels.max() < 40


@pytest.mark.parametrize("turned", [90, 180, -90])
def test_video_is_turned_upright(turned: int, tmp_path: Path) -> None:
    upright = write_video(tmp_path / "upright.mp4", codec="libx264")
    path = write_video(tmp_path / "film.mp4", codec="libx264", turned=turned)
    result, plain = decoded(path, SQUASH_32), decoded(upright, SQUASH_32)
    wanted = np.rot90(plain.picture.pixels, turned // 90)
    assert np.abs(result.picture.pixels.astype(int) - wanted).mean() < 6
    size = (64, 48) if turned == 180 else (48, 64)
    assert (result.facts.width, result.facts.height) == size
    assert opened(result.thumbnail).size == size


MATRICES = {
    2: (-1, 0, 0, 1),
    3: (-1, 0, 0, -1),
    4: (1, 0, 0, -1),
    5: (0, 1, 1, 0),
    6: (0, 1, -1, 0),
    7: (0, -1, -1, 0),
    8: (0, -1, 1, 0),
}
"""By EXIF's numbers, a, b, c and d of x' = ax + cy and y' = bx + dy."""


@pytest.mark.parametrize("orientation", MATRICES)
def test_mirrored_video_is_shown_as_its_matrix_says(orientation: int, tmp_path: Path) -> None:
    def quartered(second: float, seconds: float, size: tuple[int, int]) -> npt.NDArray[np.uint8]:
        pixels = coloured(second, seconds, size)
        pixels[: size[1] // 2, : size[0] // 2] = 255
        return pixels

    path = write_video(tmp_path / "film.mp4", codec="libx264", paint=quartered)
    stored = decoded(path, SQUASH_32).picture.pixels
    a, b, c, d = (number << 16 for number in MATRICES[orientation])
    upright = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
    track, whole = path.read_bytes().index(b"tkhd"), path.read_bytes()
    turned = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(whole[:track] + whole[track:].replace(upright, turned, 1))
    result = decoded(path, SQUASH_32)
    image = Image.fromarray(stored)
    image.getexif()[0x0112] = orientation
    wanted = np.asarray(ImageOps.exif_transpose(image)).astype(int)
    assert np.abs(result.picture.pixels - wanted).mean() < 6
    assert result.facts.orientation == orientation


@pytest.mark.data
def test_real_mirrored_video_shows_its_plain_twin_in_a_mirror(
    shared_data: Callable[[str], Path],
) -> None:
    plain, mirrored = (
        decoded(shared_data("discovered") / name, SQUASH_32).picture.pixels.astype(int)
        for name in ("plainvideo.mp4", "mirrored.mp4")
    )
    assert np.abs(mirrored - plain[:, ::-1]).mean() < 3


def test_preview_shows_the_second_asked_for(tmp_path: Path) -> None:
    path = write_video(tmp_path / "film.mp4", seconds=12, codec="libx264")
    for second in (0.0, 4.3, 7.0, 11.9):
        preview = decode_preview(path, longest_side=64, second=second)
        assert isinstance(preview, bytes)
        image = opened(preview).resize((32, 32))
        assert second_shown(np.asarray(image), 12) == pytest.approx(second, abs=0.3)


def test_preview_without_a_second_is_what_the_thumbnail_shows(tmp_path: Path) -> None:
    path = write_video(tmp_path / "film.mp4", seconds=12, black_seconds=5)
    preview = decode_preview(path, longest_side=64)
    assert isinstance(preview, bytes)
    thumbnail = np.asarray(opened(decoded(path).thumbnail)).astype(int)
    assert np.abs(np.asarray(opened(preview)) - thumbnail).mean() < 3


def test_preview_behind_the_end_shows_something(tmp_path: Path) -> None:
    path = write_video(tmp_path / "film.mp4", seconds=6)
    assert isinstance(decode_preview(path, longest_side=64, second=500), bytes)


def test_pixels_that_are_not_square_are_made_so(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.codec_context.sample_aspect_ratio = 2  # type: ignore[assignment]
        for number in range(20):
            frame = av.VideoFrame.from_ndarray(coloured(number / 10, 2, (64, 48)), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    facts = decoded(path).facts
    assert (facts.width, facts.height) == (128, 48)


# -- what gives no picture -------------------------------------------------------------------


def test_sound_alone_is_no_photo(tmp_path: Path) -> None:
    path = tmp_path / "song.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=8000)
        assert isinstance(stream, av.AudioStream)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.float32), "fltp", "mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    assert failure(path) == DecodeFailure(reason="a video file without pictures", permanent=True)


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_video_that_is_still_being_copied_is_tried_again(share: float, tmp_path: Path) -> None:
    path = write_video(tmp_path / "film.mp4")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    assert failure(path) == DecodeFailure(reason="the file ends too early", permanent=False)


def test_damaged_stretch_does_not_hide_the_rest(tmp_path: Path) -> None:
    path = write_video(tmp_path / "film.avi", seconds=12)
    whole = bytearray(path.read_bytes())
    middle = len(whole) // 2
    whole[middle - 3000 : middle] = b"\xff" * 3000
    path.write_bytes(whole)
    assert len(seconds_of(path)) >= 2


def test_playlist_cannot_make_us_open_what_it_names(tmp_path: Path) -> None:
    secret = write_video(tmp_path / "secret.ts", codec="mpeg2video", format_name="mpegts")
    for text in (
        f"#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\n{secret}\n#EXT-X-ENDLIST\n",
        f"ffconcat version 1.0\nfile '{secret}'\n",
    ):
        path = tmp_path / "film.mp4"
        path.write_text(text)
        assert failure(path).reason == "not a picture in a known format"


@pytest.mark.parametrize(
    ("name", "demuxer"), [("a.mp4", "mov"), ("a.avi", "avi"), ("a.mkv", "matroska")]
)
def test_ffmpeg_may_use_one_demuxer_only(name: str, demuxer: str, tmp_path: Path) -> None:
    path = write_video(tmp_path / name, seconds=1)
    with mock.patch.object(av, "open", wraps=av.open) as opening:
        decoded(path)
    assert opening.call_args.kwargs["format"] == demuxer


def test_kinds_of_video_that_no_camera_writes_are_not_decoded(tmp_path: Path) -> None:
    path = write_video(tmp_path / "film.mkv", codec="ffv1", seconds=1)
    assert failure(path).reason == "a video of a kind that is not supported: ffv1"


def test_work_on_one_video_takes_a_bounded_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_video(tmp_path / "film.mp4", seconds=30)
    monkeypatch.setattr(video, "_WORK_SECONDS_MAX", -1.0)
    assert failure(path).reason == "no picture of the video can be decoded"
    clock = iter(range(1000))
    monkeypatch.setattr(video, "_WORK_SECONDS_MAX", 12.0)
    monkeypatch.setattr("indexer.decoding.video.time.monotonic", lambda: float(next(clock)))
    assert 1 <= len(seconds_of(path)) <= 6


def test_too_many_pixels_are_refused_before_decoding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_video(tmp_path / "film.mp4")
    monkeypatch.setattr(video, "refuse_too_large", partial(refuse_too_large, limit=64 * 48 - 1))
    assert failure(path).reason == "too many pixels"


def test_memory_that_runs_out_is_no_fault_of_the_video() -> None:
    error = av.error.MemoryError(12, "Cannot allocate memory")
    assert isinstance(video._as_ours(error), MemoryError)
    invalid = av.error.InvalidDataError(1, "Invalid data\x1b")
    assert isinstance(video._as_ours(invalid), DamagedPhoto)


def test_without_the_library_videos_are_not_taken_up(tmp_path: Path) -> None:
    path = write_video(tmp_path / "photo.jpg", format_name="mp4")
    assert {".mov", ".mp4"} <= formats.photo_extensions()
    with mock.patch.object(formats, "find_spec", return_value=None):
        assert not formats.VIDEO_EXTENSIONS & formats.photo_extensions()
        assert failure(path) == DecodeFailure(
            reason="to read videos: pip install 'imagescope-tui[video]'", permanent=True
        )


def test_photo_called_a_video_is_read_as_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    shaded(120, 80).save(path, "JPEG")
    result = decoded(path)
    assert (result.facts.format, result.second) == ("JPEG", None)


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "format_name"),
    [
        ("MVIMG_20200101_120000.jpg", "JPEG"),
        ("PXL_20230101_120000000.MP.jpg", "JPEG"),
        ("mpvd_size0.heic", "HEIF"),
        ("mpvd_sized.heic", "HEIF"),
        ("mpvd_samsung_trailer.heic", "HEIF"),
        ("sef_raw_trailer.heic", "HEIF"),
    ],
)
def test_photo_with_a_film_in_it_stays_a_photo(
    name: str, format_name: str, shared_data: Callable[[str], Path]
) -> None:
    result = decoded(shared_data("reports") / "R_motion" / name)
    assert (result.facts.format, result.second) == (format_name, None)
    assert (result.facts.width, result.facts.height) == (640, 480)


@pytest.mark.data
def test_film_in_a_heif_file_is_read_where_there_is_no_photo(
    shared_data: Callable[[str], Path],
) -> None:
    result = decoded(shared_data("formats") / "heif" / "C041.heic")
    assert (result.facts.format, result.second) == ("HEIF", 0.0)


def test_reason_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "film.avi"
    path.write_bytes(b"RIFF\xff\xff\xff\x7fAVI LIST" + bytes(range(256)) * 4)
    assert re.fullmatch(r"[ -~]+", failure(path).reason)
