"""What reading a photo finds, and finding it: hash, decode, embed; the same wherever it is done."""

from __future__ import annotations

import errno
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexer.decoding.failures import DecodeFailure
from indexer.photos.hashing import has_changed, hash_file, hash_picture
from storage.records import EmbeddedFrame

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future

    from indexer.decoding.photo import Decoded, Frame
    from indexer.models.protocols import FloatMatrix, ImageTextEncoder, Picture
    from storage.contents import PendingPhoto
    from storage.records import Facts, FailureStep, FloatVector

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why one photo could not be processed."""

    step: FailureStep
    reason: str
    is_permanent: bool


@dataclass(slots=True, kw_only=True)
class ReadPhoto:
    """One photo and what is known of it; it fills up from step to step."""

    photo: PendingPhoto
    content_hash: str = ""
    """Empty where the file could not be read."""
    facts: Facts | None = None
    """None where it was not decoded, and says nothing of itself."""
    thumbnail: bytes = b""
    picture_hash: str | None = None
    """The same for files that show the same; None for moving pictures."""
    vector: FloatVector | None = None
    second: float | None = None
    """Where in a moving picture vector and thumbnail are from; None for a still."""
    frames: tuple[EmbeddedFrame, ...] = ()
    """The further moments of a moving picture."""
    problem: Problem | None = None
    has_vanished: bool = False


@dataclass(slots=True, kw_only=True)
class PhotoInHand(ReadPhoto):
    """A photo while it is read: with what is too large to be kept."""

    decoding: Future[Decoded | DecodeFailure] | None = None
    picture: Picture | None = None
    moments: tuple[Frame, ...] = ()
    """The further moments of a moving picture, to be embedded."""

    def take_decoded(self) -> None:
        """Wait until it is decoded, and keep what that gave.

        Raises:
            CancelledError, WorkerPoolBroken: as they say.
        """
        if self.decoding is None:
            return
        outcome = self.decoding.result()
        if isinstance(outcome, DecodeFailure):
            self.problem = Problem(
                step="decode", reason=outcome.reason, is_permanent=outcome.permanent
            )
            self.facts = outcome.facts
        elif has_changed(self.photo):
            self.problem = STILL_WRITTEN
        else:
            self.picture = outcome.picture
            self.moments = outcome.frames
            self.second = outcome.second
            self.facts = outcome.facts
            self.thumbnail = outcome.thumbnail
            if self.second is None:
                size = (self.facts.width, self.facts.height)
                self.picture_hash = hash_picture(self.thumbnail, *size)

    @property
    def pictures(self) -> list[Picture]:
        """All that an encoder is to see of it, what stands for it first."""
        if self.picture is None:
            return []
        return [self.picture, *(moment.picture for moment in self.moments)]

    def let_go(self) -> None:
        """Forget the pixels, which are large."""
        self.picture, self.moments = None, ()

    def outcome(self) -> ReadPhoto:
        """What is kept of it."""
        return ReadPhoto(
            photo=self.photo,
            content_hash=self.content_hash,
            facts=self.facts,
            thumbnail=self.thumbnail,
            picture_hash=self.picture_hash,
            vector=self.vector,
            second=self.second,
            frames=self.frames,
            problem=self.problem,
            has_vanished=self.has_vanished,
        )


def hash_photo(photo: PendingPhoto) -> PhotoInHand:
    """The photo with its file's hash, or with the reason why it cannot be read."""
    try:
        return PhotoInHand(photo=photo, content_hash=hash_file(photo.path))
    except OSError as error:
        problem = Problem(step="read", reason=error.strerror or str(error), is_permanent=False)
        # An unplugged disk answers with an I/O error at first, and with "not there" later.
        gone = error.errno in (errno.ENOENT, errno.ENOTDIR, errno.EIO, errno.ENODEV, errno.ESTALE)
        return PhotoInHand(photo=photo, problem=problem, has_vanished=gone)


def embed_photos(encoder: ImageTextEncoder, photos: Sequence[PhotoInHand]) -> int:
    """Give all that were decoded their vectors, or the reason why not; how many have one now."""
    decoded = [photo for photo in photos if photo.picture is not None]
    if not decoded:
        return 0
    rows = _encode(encoder, [picture for photo in decoded for picture in photo.pictures])
    if rows is not None:
        _hand_out(rows, decoded)
        return len(decoded)
    if len(decoded) > 1:
        return sum(embed_photos(encoder, [photo]) for photo in decoded)
    if decoded[0].moments:
        # Better found by one moment than not at all.
        decoded[0].moments = ()
        return embed_photos(encoder, decoded)
    decoded[0].problem = _NOT_EMBEDDED
    return 0


def _hand_out(rows: FloatMatrix, photos: Sequence[PhotoInHand]) -> None:
    """Give each photo the row of its picture, and those of its further moments."""
    start = 0
    for photo in photos:
        photo.vector = rows[start]
        photo.frames = tuple(
            EmbeddedFrame(second=moment.second, vector=row)
            for moment, row in zip(photo.moments, rows[start + 1 :], strict=False)
        )
        start += 1 + len(photo.moments)


def _encode(encoder: ImageTextEncoder, pictures: list[Picture]) -> FloatMatrix | None:
    try:
        return encoder.encode_pictures(pictures)
    except Exception:  # noqa: BLE001 - a seam
        # One of the seams where everything is caught: a model may raise anything, and one picture
        # it cannot take must not stop the other fifty thousand.
        _log.exception("a batch of %d pictures could not be embedded", len(pictures))
        return None


STILL_WRITTEN = Problem(
    step="read", reason="the file changed while it was read", is_permanent=False
)
_NOT_EMBEDDED = Problem(
    step="embed", reason="the encoder could not take this picture", is_permanent=True
)
