"""One candidate for each stack: the photos of a burst, or near-copies, that were found together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imagescope_tui.search.types import Candidate
    from storage.records import ContentId, Photo, PhotoId


def fold_stacks(
    ranking: Sequence[Candidate],
    stacks: Sequence[Sequence[ContentId]],
    photos: Mapping[PhotoId, Photo],
) -> tuple[Candidate, ...]:
    """The ranking with each stack at the place of its best, and with the score of that.

    The others are in `Candidate.stack` of the one that stands for them, best first. `photos` tells
    who that is; one that it does not have stands for no other.
    """
    stack_of = {content: number for number, stack in enumerate(stacks) for content in stack}
    members: dict[int, list[Candidate]] = {}
    for candidate in ranking:
        number = _stack_number(candidate, stack_of)
        if number is not None:
            members.setdefault(number, []).append(candidate)
    kept = []
    for candidate in ranking:
        number = _stack_number(candidate, stack_of)
        if number is None:
            kept.append(candidate)
        elif found := members.pop(number, None):
            kept.append(_folded(found, photos))
    return tuple(kept)


def _stack_number(candidate: Candidate, stack_of: Mapping[ContentId, int]) -> int | None:
    return None if candidate.content_id is None else stack_of.get(candidate.content_id)


def _folded(members: Sequence[Candidate], photos: Mapping[PhotoId, Photo]) -> Candidate:
    """Members are best first."""
    best = members[0]
    standing = _who_stands(members, photos)
    others = [candidate for candidate in members if candidate is not standing]
    hidden = (photo for other in others for photo in (other.photo_id, *other.stack))
    return replace(
        standing,
        score=best.score,
        standing=best.standing,
        chance=best.chance,
        stack=(*standing.stack, *hidden),
    )


def _who_stands(members: Sequence[Candidate], photos: Mapping[PhotoId, Photo]) -> Candidate:
    """Of those with most pixels the best of a burst, and the oldest of near-copies.

    Who is asked for by a name is answered with that photo: others stand for none that holds more of
    the words.
    """
    held = max(member.words_share for member in members)
    known = [each for each in members if each.photo_id in photos and each.words_share == held]
    if not known:
        return members[0]
    pixels = {member.photo_id: _pixels(photos[member.photo_id]) for member in known}
    largest = [member for member in known if pixels[member.photo_id] == max(pixels.values())]
    times = {photos[member.photo_id].taken_at for member in largest}
    is_burst = None not in times and len(times) > 1
    return largest[0] if is_burst else min(largest, key=lambda each: _age(photos[each.photo_id]))


def _pixels(photo: Photo) -> int:
    return (photo.width or 0) * (photo.height or 0)


def _age(photo: Photo) -> tuple[bool, str, str, int]:
    """What is older is less; after all that say when they were taken come those that do not."""
    fine = photo.moment if photo.taken_at else ""
    return (photo.taken_at is None, photo.taken_at or "", fine, photo.mtime_ns)
