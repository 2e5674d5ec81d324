"""Which files of one folder are one item: a photo with its RAW, a photo with its few seconds.

By names, sizes and times alone. Where it is not plain that two files belong together they stay two
items: an item too many is a nuisance, a photo that hides behind another one is lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
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
LIVE_SECONDS_APART_MAX = 600
"""Between the times of the two files; a copier that sets no times writes them one after another."""

_STILL_RANK = {name.encode(): rank for rank, name in enumerate(STILL_EXTENSIONS)}
_RAW = frozenset(name.encode() for name in RAW_EXTENSIONS)
_LIVE = frozenset(name.encode() for name in LIVE_EXTENSIONS)
# Pixel phones: PXL_1.RAW-01.COVER.jpg and PXL_1.RAW-02.ORIGINAL.dng
_PIXEL_PART = re.compile(rb"\.raw-0\d(\.mp)?\.(cover|original)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderFile:
    """One file of a folder, as far as pairing goes."""

    name: bytes
    size_bytes: int
    mtime_ns: int
    is_broken: bool = False
    """Whether it was tried and cannot be shown; then nothing hides behind it."""


def may_be_companion(name: bytes) -> bool:
    """Whether a file of this name is of a kind that accompanies others."""
    extension = _split(name)[1]
    return extension in _RAW or extension in _LIVE


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


def _is_live(video: FolderFile, still: FolderFile) -> bool:
    """Whether a video is the seconds around a photo, and not one that merely has its name."""
    seconds_apart = abs(video.mtime_ns - still.mtime_ns) / 1e9
    has_plain_name = _split(still.name)[0] == _split(video.name)[0]
    is_short = video.size_bytes <= LIVE_BYTES_MAX
    return has_plain_name and is_short and seconds_apart <= LIVE_SECONDS_APART_MAX


def _closeness(file: FolderFile, still: FolderFile) -> tuple[bool, bool, int, bytes]:
    stem, own = _split(file.name)[0], _split(still.name)
    has_same_case = file.name.startswith(still.name[: len(own[0])])
    return stem != own[0], not has_same_case, _STILL_RANK[own[1]], still.name


def _key_of(name: bytes) -> bytes:
    """What the names of one item's files have in common.

    `IMG_1.JPG`, `img_1.cr2`, `IMG_1.JPG.dng` and `IMG_1.CR2.jpg` are of one key.
    """
    stem, extension = _split(name)
    inner_stem, inner = _split(stem)
    is_raw_of_still = extension in _RAW and inner in _STILL_RANK
    is_still_of_raw = extension in _STILL_RANK and inner in _RAW
    return _PIXEL_PART.sub(b"", inner_stem if is_raw_of_still or is_still_of_raw else stem)


def _split(name: bytes) -> tuple[bytes, bytes]:
    """Stem and extension in lower case; of ASCII only, as `bytes.lower` has it."""
    stem, dot, extension = name.lower().rpartition(b".")
    return (stem, extension) if dot else (extension, b"")
