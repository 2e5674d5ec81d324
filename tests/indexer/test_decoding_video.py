"""Videos: moments spread over their length, upright, and never at any price."""

from __future__ import annotations

import colorsys
import re
import struct
import time
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
from indexer.metadata.film_boxes import FilmBoxes
from indexer.metadata.video_facts import duration_of, read_video_facts
from indexer.models.protocols import PictureInput
from tests.indexer.iso_boxes import XMP_ID, box, data, keyed, listed, with_boxes, xtra
from tests.indexer.photo_files import decoded, failure, opened, shaded
from tests.indexer.video_files import coloured, write_video

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import numpy.typing as npt

    from indexer.models.protocols import Picture
    from storage.records import Facts

SQUASH_32 = PictureInput(width=32, height=32, fit="squash")
APPLE = "com.apple.quicktime."
XMP_PACKET = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF'
    b' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    b' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">'
    b"<rdf:Description %s>%s</rdf:Description></rdf:RDF></x:xmpmeta>"
)
MOV_TAGS = {"movflags": "use_metadata_tags"}


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


# -- what it says of itself ------------------------------------------------------------------


def test_facts_of_a_phone(tmp_path: Path) -> None:
    tags = {
        "creation_time": "2020-05-06T07:08:09Z",
        f"{APPLE}creationdate": "2020-05-06T09:08:09+0200",
        f"{APPLE}location.ISO6709": "+48.8584+002.2945+035.5/",
        f"{APPLE}make": "Apple",
        f"{APPLE}model": "iPhone 13 mini",
        "title": "the\x1b[31m tower\n",
    }
    path = write_video(tmp_path / "film.mov", tags=tags, options=MOV_TAGS)
    facts = decoded(path).facts
    assert facts.taken_at == "2020-05-06T09:08:09+02:00"
    assert (facts.latitude, facts.longitude, facts.altitude_m) == (48.8584, 2.2945, 35.5)
    assert facts.camera == "Apple iPhone 13 mini"
    assert facts.title == "the[31m tower"
    assert facts.duration_seconds == pytest.approx(6, abs=0.2)


def facts_with(**tags: str) -> Facts:
    container = mock.Mock(duration=None, metadata=tags)
    container.format.name = "avi"
    return read_video_facts(container, b"", FilmBoxes())


def test_tags_of_editors_are_read(tmp_path: Path) -> None:
    film = write_video(tmp_path / "film.mp4", tags={"title": "Reef", "comment": "with Anna"})
    packet = XMP_PACKET % (
        b'xmp:Rating="4"',
        b"<dc:subject><rdf:Bag><rdf:li>submarine</rdf:li></rdf:Bag></dc:subject>"
        b'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">A red reef</rdf:li></rdf:Alt></dc:title>',
    )
    live_id = {f"{APPLE}content.identifier": "A-1", f"{APPLE}keywords": "snorkel, kelp"}
    with_boxes(film, keyed(live_id), behind=box(b"uuid", XMP_ID + packet))
    facts = decoded(film).facts
    assert (facts.title, facts.description, facts.rating) == ("A red reef", "with Anna", 4)
    assert facts.remarks == ("Reef",)
    assert facts.keywords == ("submarine", "snorkel", "kelp")
    assert facts.live_id == "A-1"


def test_tags_of_windows_and_itunes_are_read(tmp_path: Path) -> None:
    film = write_video(tmp_path / "film.mp4")
    items = listed(
        box(b"\xa9ART", data(b"Anna")),
        box(b"\xa9gen", data(b"Home video")),
        box(b"desc", data(b"diving trip")),
        box(b"\xa9cmt", data(b"at noon")),
        box(b"keyw", data(b"kelp") + data(b"tang")),
    )
    tags = xtra({"WM/Category": ["reefs, deep"], "WM/SharedUserRating": [75]})
    facts = decoded(with_boxes(film, in_user_data=items + tags)).facts
    assert (facts.artist, facts.description, facts.rating) == ("Anna", "diving trip", 4)
    assert facts.remarks == ("at noon",)
    assert facts.keywords == ("kelp", "tang", "reefs, deep", "Home video")


@pytest.mark.parametrize(
    ("name", "text", "stars"),
    [
        *(("wm/shareduserrating", str(part), star) for star, part in enumerate((1, 25, 50), 1)),
        *(("wm/shareduserrating", str(part), star) for star, part in enumerate((75, 99), 4)),
        *(("rating percent", str(20 * star), star) for star in (1, 2, 3, 4, 5)),
        *(("rating percent", text, None) for text in ("0", "-20", "2000", "many")),
        *(
            (f"{APPLE}rating.user", text, star)
            for text, star in (("4.0", 4), ("5", 5), ("9", None))
        ),
        *(("wm/shareduserrating", text, None) for text in ("0", "nan", "1e9", "many")),
    ],
)
def test_stars_of_films(name: str, text: str, stars: int | None) -> None:
    assert facts_with(**{name: text}).rating == stars


def test_name_of_a_place_stands_behind_its_coordinates() -> None:
    facts = facts_with(location="+35.6895+139.6917/Shinjuku")
    assert (facts.latitude, facts.location) == (35.6895, "Shinjuku")
    assert facts_with(location="+35.6+139.6+12.5CRSWGS_84/").location is None


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "keywords", "stars"),
    [
        ("xmp_in_mp4", ("submarine",), 5),
        ("ms_category", ("reefs",), 5),
        ("qt_keys", ("snorkel", "kelp"), None),
    ],
)
def test_tags_of_real_films_are_read(
    name: str, keywords: tuple[str, ...], stars: int | None, shared_data: Callable[[str], Path]
) -> None:
    facts = decoded(shared_data("reports") / "T_misc" / "video" / f"{name}.mp4").facts
    assert (facts.keywords, facts.rating) == (keywords, stars)


@pytest.mark.parametrize(
    ("place", "wanted"),
    [
        ("+48.8584+002.2945/", (48.8584, 2.2945)),
        ("-33.8-070.6+520CRSWGS_84/", (-33.8, -70.6)),
        ("+00.0000+000.0000/", (None, None)),
        ("+91.0+000.1/", (None, None)),
        ("+12.0+181.0/", (None, None)),
        ("nowhere", (None, None)),
        ("+999999999+1", (None, None)),
    ],
)
def test_place_is_believed_where_it_can_be_one(
    place: str, wanted: tuple[float | None, float | None]
) -> None:
    facts = facts_with(location=place)
    assert (facts.latitude, facts.longitude) == wanted


UTC_NIGHT = "2020-07-18T21:30:00.000000Z"


@pytest.fixture
def clock_of_new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("clock_of_new_york")
@pytest.mark.parametrize(
    ("tags", "wanted"),
    [
        ({"location": "+35.6895+139.6917/"}, "2020-07-19T06:30:00+09:00"),
        ({}, "2020-07-18T17:30:00-04:00"),
        ({f"{APPLE}creationdate": "2020-07-18T23:30:00+0200"}, "2020-07-18T23:30:00+02:00"),
        ({"DATE_RECORDED": "2020-07-18 23:30:00"}, "2020-07-18T23:30:00"),
        ({f"{APPLE}creationdate": "2020-07-18T20:30:00Z"}, "2020-07-18T16:30:00-04:00"),
        ({"date": "2020"}, "2020-07-18T17:30:00-04:00"),
    ],
)
def test_time_in_utc_becomes_that_of_the_place(tags: dict[str, str], wanted: str) -> None:
    assert facts_with(creation_time=UTC_NIGHT, **tags).taken_at == wanted


@pytest.mark.data
def test_film_of_tokyo_lies_on_the_day_of_its_photo(shared_data: Callable[[str], Path]) -> None:
    for name in ("VID_20200719_063000.mp4", "video_no_name_date.mp4", "iphone.mov"):
        facts = decoded(shared_data("reports") / "A_video_utc" / name).facts
        assert facts.taken_at == "2020-07-19T06:30:00+09:00"


@pytest.mark.parametrize("clock", ["1904-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "soon", ""])
def test_clock_that_was_never_set_tells_nothing(clock: str) -> None:
    assert facts_with(creation_time=clock).taken_at is None


@pytest.mark.parametrize("duration", [-5, 0, 2**62])
def test_length_that_cannot_be_is_unknown(duration: int) -> None:
    container = mock.Mock(duration=duration)
    assert duration_of(container) is None


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
def test_film_in_a_heif_file_is_read_where_there_is_no_photo(
    shared_data: Callable[[str], Path],
) -> None:
    result = decoded(shared_data("formats") / "heif" / "C041.heic")
    assert (result.facts.format, result.second) == ("HEIF", 0.0)


def test_reason_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "film.avi"
    path.write_bytes(b"RIFF\xff\xff\xff\x7fAVI LIST" + bytes(range(256)) * 4)
    assert re.fullmatch(r"[ -~]+", failure(path).reason)
