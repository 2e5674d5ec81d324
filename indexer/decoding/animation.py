"""The first and the middle picture of an animated file, without walking through it at any price."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from indexer.decoding.opened_photo import Moment, OpenedPhoto

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image, ImageFile

MOVING_FORMATS = ("GIF", "PNG", "WEBP", "AVIF")
"""In others several pictures are pages, views or bursts, and the first one is the photo."""

_FRAMES_WALKED_MAX = 1_000
_WALK_SECONDS_MAX = 2.0
"""Most formats can only be walked through from the beginning, decoding every frame."""


def whole_animation(still: OpenedPhoto, image: ImageFile.ImageFile) -> OpenedPhoto:
    """The animation with its length, standing on its first frame and with its middle one.

    Of one that is too long to be walked through, the middle of what was walked.
    """
    image.load()
    first = image.copy()
    walk = _walk(image)
    duration = round(walk.ends[-1], 3) if walk.is_complete else None
    return replace(
        still,
        image=first,
        facts=replace(still.facts, duration_seconds=duration),
        second=0.0,
        others=_middle(image, walk),
    )


def animation_at(still: OpenedPhoto, image: ImageFile.ImageFile, second: float) -> OpenedPhoto:
    """The animation standing on the frame that is shown at `second`, or the last before it."""
    image.load()
    shown = image.copy()
    reached = _walk(image, until=second)
    if len(reached.ends) > 1 and _is_shown(image, len(reached.ends) - 1):
        shown = image.copy()
    return replace(still, image=shown, second=second)


def played_animation(image: ImageFile.ImageFile, gap: float) -> Iterator[Moment]:
    """Its frames behind the first, but those that come sooner than `gap` seconds after another."""
    image.load()
    second, shown, frame = _seconds_shown(image), 0.0, 1
    while frame < _FRAMES_WALKED_MAX and _is_shown(image, frame):
        if second >= shown + gap:
            shown = second
            yield Moment(round(second, 3), image)
        second += _seconds_shown(image)
        frame += 1


@dataclass(frozen=True, slots=True)
class _Walk:
    """How far a walk came."""

    ends: list[float]
    """For each frame the second at which the next one follows."""
    is_complete: bool
    """Whether the last frame was reached."""


def _walk(image: ImageFile.ImageFile, *, until: float | None = None) -> _Walk:
    """Steps through the frames, to the one shown at `until` if that is given."""
    deadline = time.monotonic() + _WALK_SECONDS_MAX
    ends = [_seconds_shown(image)]
    while len(ends) < _FRAMES_WALKED_MAX and time.monotonic() < deadline:
        if until is not None and ends[-1] > until:
            break
        if not _is_shown(image, len(ends)):
            return _Walk(ends, is_complete=True)
        ends.append(ends[-1] + _seconds_shown(image))
    return _Walk(ends, is_complete=False)


def _middle(image: ImageFile.ImageFile, walk: _Walk) -> Iterator[Moment]:
    middle = len(walk.ends) // 2
    if middle > 0 and _is_shown(image, 0) and _is_shown(image, middle):
        yield Moment(round(walk.ends[middle - 1], 3), image)


def _is_shown(image: Image.Image, frame: int) -> bool:
    """Goes to a frame; False where there is none, or none that can be decoded."""
    try:
        image.seek(frame)
        image.load()
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - hostile bytes, as where the first frame is decoded
        return False
    return True


def _seconds_shown(image: Image.Image) -> float:
    """How long the frame stays; what is no time to see it counts as a tenth, as in browsers."""
    milliseconds = image.info.get("duration", 0)
    if not isinstance(milliseconds, int | float) or not 10 < milliseconds < 3_600_000:
        return 0.1
    return milliseconds / 1000
