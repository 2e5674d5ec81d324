"""One photo file to the pixels an encoder wants, its facts and a thumbnail.

Meant for a worker process of `indexer.decoding.pool`, for it sets limits of the whole process and
hands hostile bytes to native decoders. The format is told by content, not by name.
"""

from __future__ import annotations

import logging
import os
import stat
import warnings
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from itertools import islice
from typing import IO, TYPE_CHECKING, TypeVar

import numpy as np
from PIL import Image, UnidentifiedImageError

from indexer.decoding.facts_alone import read_facts_alone
from indexer.decoding.failures import (
    NOT_REGULAR,
    MissingReader,
    failure_to_decode,
    failure_to_open,
    is_of_content,
)
from indexer.decoding.failures import DecodeFailure as DecodeFailure
from indexer.decoding.geometry import fit_for, fit_within, turned_size
from indexer.decoding.mended import (
    mended,
    noticed_damage,
    patient_pillow,
    shows_something,
)
from indexer.decoding.still_photo import open_still, prepare_pillow
from indexer.decoding.upright import as_jpeg, decode_upright
from indexer.formats import HEAD_BYTES, JXL, RAW, VIDEO, extra_for, is_sequence
from indexer.models.protocols import Picture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from indexer.decoding.mended import Mended
    from indexer.decoding.opened_photo import OpenedPhoto, Playing
    from indexer.formats import Extra
    from indexer.models.protocols import PictureInput, Pixels
    from storage.records import Facts

logger = logging.getLogger(__name__)
_T = TypeVar("_T")

FRAMES_MAX = 12
"""Of one moving picture, the first among them."""

_THUMBNAIL_QUALITY = 80
_PREVIEW_QUALITY = 88
_SAME_LEVELS = 2.0
"""Two moments whose pixels differ by less on average, of 255, show the same."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One moment of a moving picture."""

    second: float
    """From the beginning."""
    picture: Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """All the indexer wants of one photo."""

    picture: Picture
    facts: Facts
    thumbnail: bytes
    """JPEG, upright, sRGB, without metadata; no longer than was asked, and never enlarged."""
    second: float | None = None
    """Where in a moving picture `picture` and `thumbnail` are from; None for a still."""
    frames: tuple[Frame, ...] = ()
    """The further moments of a moving picture, ascending; none for a still."""


def decode_photo(
    path: Path, *, picture_input: PictureInput, thumbnail_side: int
) -> Decoded | DecodeFailure:
    """Everything wanted of the photo at `path`, from decoding it once.

    Raises MemoryError at the process's limit; any other trouble is a DecodeFailure.
    """
    make = partial(_photo_of, picture_input=picture_input, thumbnail_side=thumbnail_side)
    opening = partial(_opened_photo, extension=path.suffix.lower(), with_others=True)
    return _attempted(path, partial(_decoded, opening=opening, make=make))


def decode_preview(
    path: Path, *, longest_side: int, second: float | None = None
) -> bytes | DecodeFailure:
    """The photo at `path` as a JPEG no longer than `longest_side`: upright, sRGB, no metadata.

    Of a moving picture the moment at `second`; of a still, and by default, what stands for it.

    Raises MemoryError at the process's limit; any other trouble is a DecodeFailure.
    """
    make = partial(_preview_of, longest_side=longest_side)
    opening = partial(_opened_photo, extension=path.suffix.lower(), second=second)
    return _attempted(path, partial(_made, opening=opening, make=make))


def play_photo(
    path: Path, playing: Playing, show: Callable[[float, bytes], None]
) -> DecodeFailure | None:
    """Hand over each moment of a moving picture in turn: its second, and a JPEG as of a preview.

    Of a still there is one. Gives why it came to no end.
    """
    opening = partial(_opened_photo, extension=path.suffix.lower(), playing=playing)
    return _attempted(path, partial(_played, opening=opening, side=playing.side, show=show))


def facts_alone(path: Path) -> Facts | DecodeFailure:
    """What the file says of itself where its picture cannot be decoded, which is not tried.

    Raises MemoryError at the process's limit; any other trouble is a DecodeFailure.
    """
    return _attempted(path, lambda file: read_facts_alone(file, path.suffix.lower()))


def prepare_decoders() -> None:
    """Loads what every worker needs, and allows exactly the decoders that are wanted."""
    prepare_pillow()


def _photo_of(photo: OpenedPhoto, *, picture_input: PictureInput, thumbnail_side: int) -> Decoded:
    shown = turned_size(photo.image.size, photo.orientation)
    fit, small = fit_for(picture_input, shown), fit_within(thumbnail_side, shown)
    upright = decode_upright(photo.image, photo.orientation, fit, small)
    width, height = photo.size or upright.size
    pixels = upright.on_canvas(fit, picture_input)
    thumbnail = as_jpeg(upright.fitted(small, Image.Resampling.HAMMING), _THUMBNAIL_QUALITY)
    moments = islice(_moments_of(photo, picture_input, after=pixels), FRAMES_MAX - 1)
    return Decoded(
        picture=Picture(pixels=pixels, width=width, height=height),
        facts=replace(photo.facts, width=width, height=height),
        thumbnail=thumbnail,
        second=photo.second,
        frames=tuple(
            Frame(second, Picture(pixels=others, width=width, height=height))
            for second, others in moments
        ),
    )


def _moments_of(
    photo: OpenedPhoto, picture_input: PictureInput, *, after: Pixels
) -> Iterator[tuple[float, Pixels]]:
    """The further moments that show something else than the one before them."""
    for moment in photo.others:
        fit = fit_for(picture_input, turned_size(moment.image.size, photo.orientation))
        upright = decode_upright(moment.image, photo.orientation, fit)
        pixels = upright.on_canvas(fit, picture_input)
        if np.abs(pixels.astype(np.int16) - after).mean() >= _SAME_LEVELS:
            yield moment.second, pixels
            after = pixels


def _preview_of(photo: OpenedPhoto, *, longest_side: int) -> bytes:
    fit = fit_within(longest_side, turned_size(photo.image.size, photo.orientation))
    upright = decode_upright(photo.image, photo.orientation, fit)
    return as_jpeg(upright.fitted(fit, Image.Resampling.BICUBIC), _PREVIEW_QUALITY)


def _played(
    file: IO[bytes],
    *,
    opening: Callable[[IO[bytes]], AbstractContextManager[OpenedPhoto]],
    side: int,
    show: Callable[[float, bytes], None],
) -> None:
    with opening(file) as photo:
        show(photo.second or 0.0, _preview_of(photo, longest_side=side))
        for moment in photo.others:
            show(moment.second, _preview_of(replace(photo, image=moment.image), longest_side=side))


def _attempted(path: Path, attempt: Callable[[IO[bytes]], _T]) -> _T | DecodeFailure:
    """What `attempt` makes of the file, or why there is nothing."""
    prepare_decoders()
    try:
        file = _opened(path)
    except OSError as error:
        return failure_to_open(error)
    with file, warnings.catch_warnings():
        # Most warnings are about metadata, which nobody needs to be right.
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        refusal = _refusal_of(file)
        if refusal is not None:
            return refusal
        try:
            return attempt(file)
        except MemoryError:
            raise
        except Exception as error:
            # Decoders raise whatever hostile bytes lead them to.
            logger.debug("decoding failed", exc_info=True)
            return failure_to_decode(error, file)


def _decoded(
    file: IO[bytes],
    *,
    opening: Callable[[IO[bytes]], AbstractContextManager[OpenedPhoto]],
    make: Callable[[OpenedPhoto], Decoded],
) -> Decoded:
    """As `_made`, with the damage that no decoder minds."""
    decoded = _made(file, opening=opening, make=make)
    if decoded.facts.damage is None and (damage := noticed_damage(file)) is not None:
        return replace(decoded, facts=replace(decoded.facts, damage=damage))
    return decoded


def _made(
    file: IO[bytes],
    *,
    opening: Callable[[IO[bytes]], AbstractContextManager[OpenedPhoto]],
    make: Callable[[OpenedPhoto], _T],
) -> _T:
    """What `make` makes of the photo; of a damaged one, of what is there of it.

    Raises whatever hostile bytes lead decoders to.
    """
    try:
        with opening(file) as photo:
            return make(photo)
    except MemoryError:
        raise
    except Exception as error:
        repaired = mended(file, error) if is_of_content(error) else None
        if repaired is None:
            raise
        with patient_pillow(), opening(repaired.file) as photo:
            made = make(replace(photo, facts=_with_damage(photo.facts, repaired)))
            if not repaired.lacks_pixels or shows_something(photo.image):
                return made
        raise


def _with_damage(facts: Facts, repaired: Mended) -> Facts:
    return replace(facts, damage=repaired.damage, notes=(*facts.notes, *repaired.notes))


@contextmanager
def _opened_photo(
    file: IO[bytes],
    *,
    extension: str,
    second: float | None = None,
    with_others: bool = False,
    playing: Playing | None = None,
) -> Iterator[OpenedPhoto]:
    """The photo in a file, by the reader for what its first bytes say it is.

    Raises MissingReader where that is not installed, and whatever hostile bytes lead a reader to.
    """
    head = file.read(HEAD_BYTES)
    file.seek(0)
    extra = extra_for(head, extension)
    if extra is not None:
        _load_reader(extra)
    if extra is JXL:
        from indexer.decoding.jxl_photo import open_jxl

        opening = open_jxl(file)
    elif extra is RAW:
        from indexer.decoding.raw_photo import open_raw

        opening = open_raw(file)
    elif extra is VIDEO:
        from indexer.decoding.video import open_video

        opening = open_video(file, head, second=second, playing=playing)
    else:
        opening = open_still(file, second=second, with_others=with_others, playing=playing)
    with ExitStack() as stack:
        try:
            photo = stack.enter_context(opening)
        except UnidentifiedImageError:
            if not (is_sequence(head) and VIDEO.is_installed):
                raise
            from indexer.decoding.video import open_video

            film = open_video(file, head, second=second, playing=playing)
            photo = stack.enter_context(film)
        yield photo


def _load_reader(extra: Extra) -> None:
    """Loads the library, which only a worker does that meets a file for it."""
    if not extra.is_installed:
        raise MissingReader(extra.reason_missing)
    try:
        for module in extra.modules:
            import_module(module)
    except ImportError as error:
        logger.debug("%s cannot be loaded: %s", extra.name, error)
        raise MissingReader(extra.reason_missing) from error


def _opened(path: Path) -> IO[bytes]:
    """The file, open for reading; never waits for the other end of a pipe."""
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")


def _refusal_of(file: IO[bytes]) -> DecodeFailure | None:
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):
        return DecodeFailure(reason=NOT_REGULAR, permanent=True)
    if status.st_size == 0:
        return DecodeFailure(reason="the file is empty", permanent=False)
    return None
