"""Videos, by a few of their pictures, spread over their length."""

from __future__ import annotations

import math
import struct
import time
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import islice
from typing import IO, TYPE_CHECKING

import av
import numpy as np
from av.sidedata.sidedata import SideData
from PIL import Image

from indexer.decoding.coded_colour import CodedColour, keep_coded_colour
from indexer.decoding.failures import DamagedPhoto, is_of_disk
from indexer.decoding.geometry import fit_within
from indexer.decoding.opened_photo import Moment, OpenedPhoto, refuse_too_large
from indexer.formats import demuxer_for
from indexer.metadata.film_boxes import FilmBoxes, read_film_boxes
from indexer.metadata.video_facts import duration_of, read_video_facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av import VideoCodecContext, VideoFrame, VideoStream
    from av.container import InputContainer

    from indexer.decoding.opened_photo import Playing

MOMENTS_MAX = 12
_SECONDS_BETWEEN = 3.0
"""A video is looked at about so often, and a long one less often."""
_WORK_SECONDS_MAX = 12.0
"""After so long what was found until then must do."""
_MOMENT_SECONDS_MAX = 1.5
"""Longest way from a key frame to the moment that is wanted."""
_BUFFER_BYTES = 262_144
_BLACK_LEVEL, _BLANK_SPREAD = 20, 4.0
"""Of 255: a picture is blank that is nowhere lighter, or everywhere the same."""
_BOXES_DEMUXER = "mov"
_SAME_MOMENT_SECONDS = 0.002
_BEFORE_START = -1.0
"""A second from which every film is seen from its beginning."""
_SEEK_BACK_SECONDS = (0.0, 2.0, 10.0)
_TURNS = {0: 1, 90: 8, 180: 3, 270: 6}
"""EXIF's numbers for what turns a picture anticlockwise by so many degrees."""
_UPRIGHT = {(False, False): 1, (True, False): 2, (True, True): 3, (False, True): 4}
_SWAPPED = {(False, False): 5, (True, False): 6, (True, True): 7, (False, True): 8}
"""EXIF's numbers by whether the shown picture's x and its y run against the stored one's."""
_CODECS = frozenset(
    (
        *("h264", "hevc", "av1", "vp8", "vp9", "mpeg4", "mpeg2video", "mpeg1video", "h263"),
        *("mjpeg", "prores", "dnxhd", "dvvideo", "wmv1", "wmv2", "wmv3", "vc1", "theora"),
        *("msmpeg4v1", "msmpeg4v2", "msmpeg4v3", "svq1", "svq3", "cinepak", "flv1", "rawvideo"),
    )
)
"""What cameras, phones and their editors have written; FFmpeg's many other decoders are not asked,
for old ones of games and fax machines are where its faults are."""


@contextmanager
def open_video(
    file: IO[bytes], head: bytes, *, second: float | None = None, playing: Playing | None = None
) -> Iterator[OpenedPhoto]:
    """The video in `file`: its first moment that is not blank and the others, or that at `second`.

    Where it is played, its first moment and all the others.

    Raises:
        DamagedPhoto: nothing in it can be decoded, or it holds sound only.
        DecompressionBombError: its pictures have too many pixels.
    """
    with opened_film(file, head) as (container, boxes):
        reader = _Reader(container)
        try:
            if playing is not None:
                moments = reader.all(playing)
            else:
                moments = _shown(reader.spread()) if second is None else reader.at(second)
            first = next(moments, None)
        except av.FFmpegError as error:
            raise _as_ours(error) from error
        if first is None:
            raise DamagedPhoto("no picture of the video can be decoded")
        yield OpenedPhoto(
            image=first.image,
            facts=replace(read_video_facts(container, head, boxes), orientation=reader.orientation),
            orientation=reader.orientation,
            second=first.second,
            others=moments,
        )


@contextmanager
def opened_film(file: IO[bytes], head: bytes) -> Iterator[tuple[InputContainer, FilmBoxes]]:
    """The film in `file` as FFmpeg opens it, and what is read of its boxes besides.

    Raises DamagedPhoto where it cannot be opened.
    """
    demuxer = demuxer_for(head) or _BOXES_DEMUXER
    # Before FFmpeg, which counts on where the file stands.
    boxes = read_film_boxes(file) if demuxer == _BOXES_DEMUXER else FilmBoxes()
    file.seek(0)
    try:
        # One demuxer only: others open files and addresses that the file names.
        container = av.open(
            file,
            "r",
            format=demuxer,
            metadata_errors="replace",
            buffer_size=_BUFFER_BYTES,
        )
    except av.FFmpegError as error:
        raise _as_ours(error) from error
    with container:
        yield container, boxes


class _Reader:
    """Finds pictures in an open video; all of its work together takes a bounded time."""

    def __init__(self, container: InputContainer) -> None:
        self._container = container
        self._deadline = time.monotonic() + _WORK_SECONDS_MAX
        self._start = (container.start_time or 0) / av.time_base
        self.stream = _pictures_of(container)
        self.duration = duration_of(container)
        self._orientation: int | None = None

    @property
    def orientation(self) -> int:
        """EXIF's number for how the pictures are to be turned, once one was found."""
        return self._orientation or 1

    def spread(self) -> Iterator[Moment]:
        """Moments spread over the length, by key frames where those lie close enough."""
        count, gap = MOMENTS_MAX, _SECONDS_BETWEEN
        if self.duration is not None:
            count = min(MOMENTS_MAX, max(1, round(self.duration / _SECONDS_BETWEEN)))
            gap = self.duration / count
        last = -math.inf
        for index in range(count):
            for frame in self._frames_from((index + 0.5) * gap):
                second = self._second_of(frame)
                if second > last + gap / 2:
                    last = second
                    yield self._moment(frame)
                    break
        if last == -math.inf:
            # A short film without an index, in which seeking has led to the end.
            yield from map(self._moment, islice(self._frames_from(_BEFORE_START), 1))

    def all(self, playing: Playing) -> Iterator[Moment]:
        """Its moments in a row, from the first on, however long that takes."""
        last = -math.inf
        for frame in self._container.decode(self.stream):
            if frame.time is None or frame.is_corrupt:
                continue
            second = self._second_of(frame)
            if second >= last + playing.gap - _SAME_MOMENT_SECONDS:
                last = second
                yield self._moment(frame, playing.side)

    def at(self, second: float) -> Iterator[Moment]:
        """The moment at `second`, or the last one before it that can be had in time."""
        found = None
        for earlier in _SEEK_BACK_SECONDS:
            for found in self._frames_from(max(_BEFORE_START, second - earlier)):
                if self._second_of(found) > second - _SAME_MOMENT_SECONDS:
                    break
            # Containers without an index are sought in by guesswork, which may go too far.
            if found is not None and self._second_of(found) < second + _SAME_MOMENT_SECONDS:
                break
        if found is not None:
            yield self._moment(found)

    def _frames_from(self, second: float) -> Iterator[VideoFrame]:
        """The frames from the key frame before `second` on, until the time for it is up."""
        deadline = min(self._deadline, time.monotonic() + _MOMENT_SECONDS_MAX)
        if time.monotonic() > self._deadline:
            return
        try:
            # Some kinds cannot be sought in; then the pictures come as they lie in the file.
            with suppress(av.error.OSError):
                self._container.seek(round((self._start + second) * av.time_base))
            for frame in self._container.decode(self.stream):
                if frame.time is not None and not frame.is_corrupt:
                    yield frame
                if time.monotonic() > deadline:
                    return
        except MemoryError:
            raise
        except av.FFmpegError:
            # A damaged stretch; there may be sound ones before and behind it.
            return
        except OSError as error:
            if is_of_disk(error):
                raise

    def _second_of(self, frame: VideoFrame) -> float:
        return round(max(0.0, (frame.time or 0.0) - self._start), 3)

    def _moment(self, frame: VideoFrame, side: int | None = None) -> Moment:
        """The frame as a picture, its longer side `side` at most."""
        refuse_too_large((frame.width, frame.height))
        if self._orientation is None:
            # Of one picture alone, for the answer holds the frame and the frame the answer, so that
            # its memory is not free until Python looks for such circles.
            self._orientation = _orientation_of(frame)
        width, height = self._width_of(frame), frame.height
        if side is not None:
            width, height = fit_within(side, (width, height)).scaled
        code = _colours_of(self.stream.codec_context)
        if code.is_srgb:
            pixels = frame.to_ndarray(format="rgb24", width=width, height=height, threads=1)
        else:
            # FFmpeg cuts off what does not fit 8 bits, of which dark colours have few.
            wide = frame.to_ndarray(format="rgb48le", width=width, height=height, threads=1)
            pixels = np.round(wide / np.float32(257)).astype(np.uint8)
        image = Image.fromarray(pixels)
        keep_coded_colour(image, code)
        return Moment(self._second_of(frame), image)

    def _width_of(self, frame: VideoFrame) -> int:
        """The width with square pixels, which those of television and camcorders are not."""
        ratio = float(self.stream.sample_aspect_ratio or 1)
        return round(frame.width * ratio) if 0.25 <= ratio <= 4 else frame.width


def _orientation_of(frame: VideoFrame) -> int:
    """By the signs of the matrix that maps the stored picture on the shown one.

    PyAV's `rotation` is an angle alone, by which a mirrored picture is one upside down.
    """
    try:
        matrix = frame.side_data.get("DISPLAYMATRIX")
    except ValueError:
        # Beside data of a kind that PyAV does not know it gives none at all.
        return _TURNS.get(round(frame.rotation / 90) * 90 % 360, 1)
    if not isinstance(matrix, SideData):
        return 1
    x_to_x, x_to_y, _, y_to_x, y_to_y, *_ = struct.unpack("=9i", bytes(matrix))
    if abs(x_to_x) + abs(y_to_y) >= abs(x_to_y) + abs(y_to_x):
        return _UPRIGHT[x_to_x < 0, y_to_y < 0]
    return _SWAPPED[y_to_x < 0, x_to_y < 0]


def _pictures_of(container: InputContainer) -> VideoStream:
    """The stream of pictures, set to be decoded by one thread: more take memory each."""
    stream = container.streams.best("video")
    if stream is None or not isinstance(stream, av.VideoStream):
        raise DamagedPhoto("a video file without pictures")
    # PyAV has no context for a stream whose kind FFmpeg does not know, whatever its types say.
    context: VideoCodecContext | None = stream.codec_context
    codec = context.codec.canonical_name if context is not None else "unknown"
    if context is None or codec not in _CODECS:
        raise DamagedPhoto(f"a video of a kind that is not supported: {codec}")
    refuse_too_large((context.width, context.height))
    context.thread_count = 1
    stream.thread_type = "NONE"
    return stream


def _colours_of(context: VideoCodecContext) -> CodedColour:
    """What the numbers of its pictures mean, as decoding them has told."""
    return CodedColour(primaries=context.color_primaries, transfer=context.color_trc)


def _shown(moments: Iterator[Moment]) -> Iterator[Moment]:
    """Those moments that are not blank, as films begin; if all are, the first."""
    spare = None
    for moment in moments:
        if not _is_blank(moment.image):
            yield moment
            break
        spare = spare or moment
    else:
        if spare is not None:
            yield spare
        return
    yield from (moment for moment in moments if not _is_blank(moment.image))


def _is_blank(image: Image.Image) -> bool:
    small = np.asarray(image.convert("L").resize((32, 32), Image.Resampling.BOX), np.float32)
    return bool(small.max() < _BLACK_LEVEL or small.std() < _BLANK_SPREAD)


def _as_ours(error: av.FFmpegError) -> Exception:
    if isinstance(error, MemoryError):
        return MemoryError()
    detail = error.strerror or str(error)
    return DamagedPhoto(f"the video is damaged, or ends too early: {detail}")
