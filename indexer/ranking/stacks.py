"""Which photos of a ranking are one: the shots of a burst, and near-copies of one picture.

A near-copy is the same picture saved again: smaller, cropped by up to a tenth a side, with other
colours. A burst is what one camera took within seconds and looks much alike. Two photos whose
times are known and apart are neither, however alike they are.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from indexer.ranking.alignment import look_closely, look_roughly
from storage.records import ContentId
from storage.signatures import SIGNATURE_SIDE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from indexer.ranking.alignment import Greys, RoughLook
    from storage.library import Library
    from storage.signatures import Shot

Relation: TypeAlias = npt.NDArray[np.bool_]
"""Shape (n, n), symmetric: whether it holds between two photos."""

CONTENTS_MAX = 500
"""Of a longer ranking, only so many of the first are compared."""

_BURST_SECONDS = 3.0
_BURST_ROUGH = 0.8
_BURST_COSINE = 0.9
_COPY_ROUGH = (0.98, 0.96, 0.94, 0.92, 0.9, 0.9)
"""How like two must be to be looked at closely: the most alike first, for a picture without detail
is roughly like many, and keeps those from who is theirs."""
_COPY_CLOSE = 0.8
_EVEN = 1e-3
_DRAWN_CLOSE = 0.995
_DRAWN_FLAT = 0.5
"""Where so many neighbours are equal it is no photo but a slide, a form, a screen: all of one
template are alike, and only what is nearly equal is a copy."""
_DRAWN_COSINE = 0.95
_SAME_DURATION_SECONDS = 0.5
_WHOLE_TIME = len("2020-07-18T16:02:00")


def stacks(library: Library, contents: Sequence[ContentId]) -> tuple[tuple[ContentId, ...], ...]:
    """The sets of two and more that belong together, each in the order given.

    Each member is alike to one of them at least, the centre, and no two are known to be of
    different times.

    Raises:
        StorageError: the library cannot be read.
    """
    known = library.signatures.shots(contents[:CONTENTS_MAX])
    ids = [content_id for content_id in contents[:CONTENTS_MAX] if content_id in known]
    shots = [known[content_id] for content_id in ids]
    if len(ids) < 2:
        return ()
    times = _times(shots)
    in_run = _in_one_run(shots, times)
    apart = _are_apart(shots, times) & ~in_run
    greys = _greys(shots)
    rough = look_roughly(greys)
    copies = _near_copies(greys, rough, apart)
    copies &= ~_differ_in_colour(library, ids, greys, copies)
    alike = (in_run & _burst_alike(library, ids, in_run, rough)) | copies
    sets = sorted(sorted(star) for star in _stars(alike, apart))
    return tuple(tuple(ids[place] for place in places) for places in sets)


def _stars(alike: Relation, apart: Relation) -> Iterator[list[int]]:
    """The photo that is alike to most others, with these; and so on with what is left.

    No chain of likenesses joins two scenes (star clusters: Aslam, Pelekhov and Rus, "The Star
    Clustering Algorithm", 2004).
    """
    left = alike & ~np.eye(len(alike), dtype=np.bool_)
    while (degrees := left.sum(axis=1)).any():
        star = [int(degrees.argmax())]
        for place in np.flatnonzero(left[star[0]]):
            if not apart[place, star].any():
                star.append(int(place))
        left[star] = left[:, star] = False
        if len(star) > 1:
            yield star


def _near_copies(greys: Greys, rough: RoughLook, apart: Relation) -> Relation:
    """Which are near-copies, told for so many pairs as stacks need: each time each photo once."""
    likeness = np.maximum(rough.likeness, rough.likeness.T)
    may_be = ~apart
    are = np.zeros_like(may_be)
    for least in _COPY_ROUGH:
        stars = _stars(may_be & (likeness >= least), apart)
        pairs = [(star[0], place) for star in stars for place in star[1:]]
        if not pairs:
            continue
        first, second = np.array(pairs, dtype=np.intp).T
        is_copy = _copies(greys, rough, first, second)
        for one, other in ((first, second), (second, first)):
            may_be[one, other] = False
            are[one, other] = is_copy
        # Whoever has found a centre needs no other.
        may_be[second[is_copy]] = may_be[:, second[is_copy]] = False
    return are


def _copies(
    greys: Greys, rough: RoughLook, first: npt.NDArray[np.intp], second: npt.NDArray[np.intp]
) -> npt.NDArray[np.bool_]:
    one_way, other_way = rough.likeness[first, second], rough.likeness[second, first]
    is_whole = one_way >= other_way
    wholes, parts = np.where(is_whole, first, second), np.where(is_whole, second, first)
    close = _closeness(greys, rough, wholes, parts)
    # Roughly alike as they are: either may be the part.
    even = np.flatnonzero(np.abs(one_way - other_way) < _EVEN)
    close[even] = np.maximum(close[even], _closeness(greys, rough, parts[even], wholes[even]))
    flat = np.maximum(_flatness(greys[first]), _flatness(greys[second]))
    return np.asarray(close >= np.where(flat >= _DRAWN_FLAT, _DRAWN_CLOSE, _COPY_CLOSE))


def _closeness(
    greys: Greys, rough: RoughLook, wholes: npt.NDArray[np.intp], parts: npt.NDArray[np.intp]
) -> npt.NDArray[np.float32]:
    return look_closely(greys[wholes], greys[parts], rough.windows(wholes, parts))


def _flatness(greys: Greys) -> npt.NDArray[np.float64]:
    """The share of neighbouring levels that are equal."""
    return np.asarray((np.diff(greys, axis=2) == 0).mean(axis=(1, 2)))


def _burst_alike(
    library: Library, ids: Sequence[ContentId], in_run: Relation, rough: RoughLook
) -> Relation:
    """Whether two shots of one run are alike enough: as they look, or as the encoder sees them."""
    alike = np.maximum(rough.likeness, rough.likeness.T) >= _BURST_ROUGH
    return alike | (_cosines(library, ids, np.asarray(in_run.any(axis=1))) >= _BURST_COSINE)


def _differ_in_colour(
    library: Library, ids: Sequence[ContentId], greys: Greys, copies: Relation
) -> Relation:
    """Which drawn pictures are of one template and not of one colour, as the encoder sees them."""
    is_drawn = np.asarray(copies.any(axis=1) & (_flatness(greys) >= _DRAWN_FLAT))
    return np.asarray(_cosines(library, ids, is_drawn) < _DRAWN_COSINE)


def _cosines(
    library: Library, ids: Sequence[ContentId], among: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float32]:
    """Between the vectors of some of the photos, shape (n, n); not a number where unknown."""
    cosines = np.full((len(ids), len(ids)), np.nan, dtype=np.float32)
    encoder_id = library.settings.get("encoder_id")
    wanted = {ids[place]: place for place in np.flatnonzero(among).tolist()}
    if encoder_id is not None and wanted:
        rows = library.vectors.among(list(wanted), encoder_id)
        places = np.array([wanted[ContentId(key)] for key in rows.ids.tolist()], dtype=np.intp)
        cosines[np.ix_(places, places)] = rows.matrix @ rows.matrix.T
    return cosines


def _greys(shots: Sequence[Shot]) -> Greys:
    """Their signatures; of one level where there is none."""
    none = bytes(SIGNATURE_SIDE**2)
    levels = np.frombuffer(b"".join(shot.signature or none for shot in shots), dtype=np.uint8)
    return levels.reshape(-1, SIGNATURE_SIDE, SIGNATURE_SIDE).astype(np.float32)


def _times(shots: Sequence[Shot]) -> npt.NDArray[np.float64]:
    """Seconds by the camera's clock; not a number where only a day, or nothing, is known."""
    return np.array([_seconds(shot.taken_at) for shot in shots])


def _seconds(taken_at: str | None) -> float:
    if taken_at is None or len(taken_at) < _WHOLE_TIME:
        return np.nan
    try:
        return datetime.fromisoformat(taken_at[:_WHOLE_TIME]).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return np.nan


def _in_one_run(shots: Sequence[Shot], times: npt.NDArray[np.float64]) -> Relation:
    """Whether between two there is never more than a few seconds to the next of that camera."""
    numbers = np.full(len(shots), -1)
    timed = [place for place in range(len(shots)) if not np.isnan(times[place])]
    timed.sort(key=lambda place: (shots[place].camera or "", times[place]))
    for number, place in enumerate(timed):
        before = timed[number - 1] if number else place
        is_next = (
            shots[before].camera == shots[place].camera
            and times[place] - times[before] <= _BURST_SECONDS
        )
        numbers[place] = numbers[before] if number and is_next else number
    in_run: Relation = (numbers[:, None] == numbers) & (numbers >= 0)
    np.fill_diagonal(in_run, val=False)
    return in_run


def _are_apart(shots: Sequence[Shot], times: npt.NDArray[np.float64]) -> Relation:
    """Whether times are known and differ, or a film is not of the other's length."""
    durations = np.array([shot.duration_seconds or 0.0 for shot in shots])
    is_later = np.abs(times[:, None] - times) > _BURST_SECONDS
    is_longer = np.abs(durations[:, None] - durations) > _SAME_DURATION_SECONDS
    return np.asarray(is_later | is_longer)
