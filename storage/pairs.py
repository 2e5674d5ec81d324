"""Which files of one folder are one item: a photo with its RAW, a photo with its few seconds.

By names, and for films by proof: Apple's identifier, or length and time. Where it is not plain that
two files belong together they stay two items: an item too many is a nuisance, a photo that hides
behind another one is lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

STILL_EXTENSIONS = (
    *("heic", "heif", "hif", "heics", "heifs"),
    *("jpg", "jpeg", "jpe", "jfif", "mpo", "avif", "jxl", "tif", "tiff"),
)
"""What can be the item of a pair; of two of one name the first kind is it."""
RAW_EXTENSIONS = (
    *("dng", "cr2", "cr3", "crw", "nef", "nrw", "arw", "sr2", "srf", "raf", "orf", "ori", "rw2"),
    *("rwl", "raw", "pef", "ptx", "srw", "iiq", "3fr", "fff", "mrw", "x3f", "dcr", "kdc", "k25"),
    *("erf", "mef", "mos", "gpr"),
)
LIVE_EXTENSIONS = ("mov", "mp4", "m4v")
"""What phones put beside a photo."""
LIVE_BYTES_MAX = 20_000_000
"""Three seconds in a phone's best quality have less than half of this."""
LIVE_SECONDS_MAX = 10.0
"""Phones keep three seconds, some of them five."""
TAKEN_SECONDS_APART_MAX = 10.0
"""Between the photo and the film, which begins before it and is dated when it ends."""
LIVE_SECONDS_APART_MAX = 600
"""Between the times of the two files, where one of them does not say when it was taken; a copier
that sets no times writes them one after another."""

_STILL_RANK = {name.encode(): rank for rank, name in enumerate(STILL_EXTENSIONS)}
_RAW = frozenset(name.encode() for name in RAW_EXTENSIONS)
_LIVE = frozenset(name.encode() for name in LIVE_EXTENSIONS)
_ZONE_STEP_SECONDS, _ZONE_SECONDS_MAX = 900, 15 * 3600
# icloudpd: IMG_1_HEVC.MOV; Apple's own library: UUID.heic and UUID_3.mov
_LIVE_MARK = re.compile(rb"(?<=.)_hevc$|(?<=^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_3$")
# Pixel phones: PXL_1.RAW-01.COVER.jpg and PXL_1.RAW-02.ORIGINAL.dng
_PIXEL_PART = re.compile(rb"\.raw-0\d(\.mp)?\.(cover|original)$")


@dataclass(frozen=True, slots=True)
class FilmCard:
    """What a film says of itself; all optional."""

    duration_seconds: float | None = None
    created: datetime | None = None
    """In UTC; None where the clock was never set."""
    live_id: str | None = None
    """Apple's identifier that a photo and the film around it share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderFile:
    """One file of a folder, as far as pairing goes."""

    name: bytes
    size_bytes: int
    mtime_ns: int
    is_broken: bool = False
    """Whether it was tried and cannot be shown; then nothing hides behind it."""
    taken_at: str | None = None
    """Of a photo, as in Photo.taken_at; None as long as it has not been read."""
    live_id: str | None = None
    """Of a photo."""
    card: FilmCard | None = None
    """Of a film; None where it cannot be read."""


def may_be_companion(name: bytes) -> bool:
    """Whether a file of this name is of a kind that accompanies others."""
    extension = _split(name)[1]
    return extension in _RAW or extension in _LIVE


def films_of_photos(names: Iterable[bytes]) -> list[bytes]:
    """Those of the files of one folder that are films with a photo's name."""
    films, photos = [], set[bytes]()
    for name in names:
        stem, extension = _split(name)
        if extension in _LIVE:
            films.append(name)
        elif extension in _STILL_RANK:
            photos.add(stem)
    return [name for name in films if _live_stem(name) in photos]


def companions_in(files: Iterable[FolderFile]) -> dict[bytes, bytes]:
    """For each file of one folder that accompanies another: whose name it is that it goes by."""
    groups: dict[bytes, list[FolderFile]] = {}
    for file in files:
        groups.setdefault(_key_of(file.name), []).append(file)
    return dict(pair for group in groups.values() if len(group) > 1 for pair in _pairs(group))


def _pairs(group: list[FolderFile]) -> Iterator[tuple[bytes, bytes]]:
    stills = [file for file in group if _is_still(file)]
    for file in group:
        extension = _split(file.name)[1]
        if extension in _RAW:
            items = stills
        elif extension in _LIVE:
            items = [still for still in stills if _is_live(file, still)]
        else:
            continue
        if items:
            yield file.name, min(items, key=lambda still: _closeness(file, still)).name


def _is_still(file: FolderFile) -> bool:
    return not file.is_broken and _split(file.name)[1] in _STILL_RANK


def _is_live(film: FolderFile, still: FolderFile) -> bool:
    """Whether a film is the seconds around a photo, and not one that merely has its name."""
    if _live_stem(film.name) != _split(still.name)[0]:
        return False
    card = film.card or FilmCard()
    if card.live_id and still.live_id:
        return card.live_id == still.live_id
    if (card.duration_seconds or 0.0) > LIVE_SECONDS_MAX:
        return False
    apart = _seconds_apart(still.taken_at, card.created)
    if apart is not None:
        return apart <= TAKEN_SECONDS_APART_MAX
    written_apart = abs(film.mtime_ns - still.mtime_ns) / 1e9
    return film.size_bytes <= LIVE_BYTES_MAX and written_apart <= LIVE_SECONDS_APART_MAX


def _seconds_apart(taken_at: str | None, created: datetime | None) -> float | None:
    """Between the two; None where that cannot be told.

    A photo that does not say its zone may be in any: these differ by quarters of an hour.
    """
    try:
        taken = datetime.fromisoformat(taken_at or "")
    except ValueError:
        return None
    if created is None:
        return None
    if taken.tzinfo is not None:
        return abs((taken - created).total_seconds())
    apart = (taken.replace(tzinfo=UTC) - created).total_seconds()
    if abs(apart) > _ZONE_SECONDS_MAX:
        return abs(apart)
    beyond = apart % _ZONE_STEP_SECONDS
    return min(beyond, _ZONE_STEP_SECONDS - beyond)


def _live_stem(film: bytes) -> bytes:
    """The stem of the photo that a film goes by: `IMG_1` of `IMG_1_HEVC.MOV`, `IMG_1.HEIC.MOV`."""
    stem = _split(film)[0]
    inner_stem, inner = _split(stem)
    return inner_stem if inner in _STILL_RANK else _LIVE_MARK.sub(b"", stem)


def _closeness(file: FolderFile, still: FolderFile) -> tuple[bool, bool, bool, int, bytes]:
    stem, own = _split(file.name)[0], _split(still.name)
    has_whole_name, has_stem = stem == still.name.lower(), stem == own[0]
    has_same_case = file.name.startswith(still.name[: len(own[0])])
    return not has_whole_name, not has_stem, not has_same_case, _STILL_RANK[own[1]], still.name


def _key_of(name: bytes) -> bytes:
    """What the names of one item's files have in common.

    `IMG_1.JPG`, `img_1.cr2`, `IMG_1.JPG.dng`, `IMG_1.CR2.jpg` and `IMG_1_HEVC.MOV` are of one key.
    """
    stem, extension = _split(name)
    if extension in _LIVE:
        return _live_stem(name)
    inner_stem, inner = _split(stem)
    is_raw_of_still = extension in _RAW and inner in _STILL_RANK
    is_still_of_raw = extension in _STILL_RANK and inner in _RAW
    return _PIXEL_PART.sub(b"", inner_stem if is_raw_of_still or is_still_of_raw else stem)


def _split(name: bytes) -> tuple[bytes, bytes]:
    """Stem and extension in lower case; of ASCII only, as `bytes.lower` has it."""
    stem, dot, extension = name.lower().rpartition(b".")
    return (stem, extension) if dot else (extension, b"")
