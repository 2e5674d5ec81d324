"""Which files are taken for photos, and which of them another library must be installed for."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec

from storage import pairs

_STILL_EXTENSIONS = (
    *(
        ".jpg",
        ".jpeg",
        ".jpe",
        ".jfif",
        ".jpg_large",
        ".jps",
        ".insp",
        ".mpo",
        ".png",
        ".apng",
        ".webp",
        ".jxl",
    ),
    *(".heic", ".heif", ".hif", ".heics", ".heifs", ".avif", ".avifs", ".tif", ".tiff"),
    *(".jp2", ".j2k", ".j2c", ".jpc", ".jpf", ".jpx", ".gif", ".bmp", ".dib"),
    *(".ppm", ".pgm", ".pbm", ".pnm", ".psd", ".ico"),
)
RAW_EXTENSIONS = frozenset(f".{name}" for name in pairs.RAW_EXTENSIONS)
"""What cameras call their RAW files; lower case, with the dot."""
PHOTO_EXTENSIONS = frozenset(_STILL_EXTENSIONS) | RAW_EXTENSIONS
"""Lower case, with the dot: the files that are always taken for photos."""
VIDEO_EXTENSIONS = frozenset(
    (
        *(".mov", ".mp4", ".m4v", ".qt", ".3gp", ".3g2", ".avi", ".mkv", ".webm"),
        *(".mts", ".m2ts", ".m2t", ".mpg", ".mpeg", ".wmv", ".asf", ".flv", ".f4v", ".3gpp"),
        *(".mod", ".tod", ".vob", ".ts", ".insv", ".lrv"),
    )
)
"""Taken only where videos can be read, so that thousands of them do not become failures."""
AMBIGUOUS_EXTENSIONS = frozenset((".ts", ".mod"))
"""Of these most files are no videos, but programs, modules, music: their first bytes decide."""


@dataclass(frozen=True, slots=True)
class Extra:
    """A library that is installed only by those who want the formats it reads."""

    name: str
    """As in `pip install 'imagescope-tui[NAME]'`."""
    formats: str
    """What it reads, for people."""
    modules: tuple[str, ...]
    """The packages that are imported."""

    @property
    def is_installed(self) -> bool:
        """Whether it is there; nothing is imported to find out."""
        return all(find_spec(module) is not None for module in self.modules)

    @property
    def remedy(self) -> str:
        """The command that installs it."""
        return f"pip install 'imagescope-tui[{self.name}]'"

    @property
    def reason_missing(self) -> str:
        """Why a file gave no picture where it is not installed."""
        return f"to read {self.formats}: {self.remedy}"


JXL = Extra("jxl", "JPEG XL", ("pillow_jxl", "pylibjxl", "brotli"))
RAW = Extra("raw", "camera RAW", ("rawpy",))
VIDEO = Extra("video", "videos", ("av",))
EXTRAS = (JXL, RAW, VIDEO)


def photo_extensions(known: frozenset[str] = frozenset()) -> frozenset[str]:
    """The extensions of the files that a library takes up, with what is installed now.

    Args:
        known: of the photos that the library has: what was taken once is not gone because
            nobody can read it just now.
    """
    videos = VIDEO_EXTENSIONS if VIDEO.is_installed else VIDEO_EXTENSIONS & known
    return PHOTO_EXTENSIONS | videos


HEAD_BYTES = 256
"""So many from its beginning tell what a file holds."""

_JXL_MAGICS = (b"\xff\x0a", b"\x00\x00\x00\x0cJXL \r\n\x87\n")
_TIFF_MAGICS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_RAW_MAGICS = (
    (0, b"FUJIFILMCCD-RAW"),
    (0, b"\0MRM"),
    (0, b"FOVb"),
    (0, b"IIU\0"),
    (0, b"IIRO"),
    (0, b"IIRS"),
    (0, b"MMOR"),
    (6, b"HEAPCCDR"),
    (4, b"ftypcrx"),
)
_DEMUXERS = (
    (8, b"AVI ", "avi"),
    (0, b"\x1aE\xdf\xa3", "matroska"),
    (0, b"0&\xb2u\x8ef\xcf\x11", "asf"),
    (0, b"FLV\x01", "flv"),
    (0, b"\0\0\x01\xba", "mpeg"),
    (0, b"\0\0\x01\xb3", "mpegvideo"),
    (4, b"ftyp", "mov"),
    (4, b"moov", "mov"),
    (4, b"mdat", "mov"),
    (4, b"wide", "mov"),
)
_SEQUENCE_BRANDS = (b"msf1", b"hevc", b"hevx")
_PICTURE_BRANDS = (
    *(b"heic", b"heix", b"heim", b"heis", b"mif1", b"mif2", b"mif3", b"miaf", b"avif", b"avis"),
    *(b"j2ki", b"j2is", b"vvic", b"vvis", b"jpeg", b"jpgs", b"avci", b"avcs", b"unif"),
    *(b"jp2 ", b"jxl ", *_SEQUENCE_BRANDS),
)
_TS_PACKETS = ((0, 188), (4, 192))
"""Where the first packet of an MPEG transport stream begins, and how long they are."""


def extra_for(head: bytes, extension: str) -> Extra | None:
    """The library that reads a file with these first bytes; None for what Pillow reads.

    The name counts only for RAW files that look like TIFF, as those of most makers do.
    """
    if head.startswith(_JXL_MAGICS):
        return JXL
    if any(head.startswith(magic, offset) for offset, magic in _RAW_MAGICS):
        return RAW
    if is_like_tiff(head):
        return RAW if extension in RAW_EXTENSIONS else None
    return VIDEO if demuxer_for(head) is not None else None


def is_video(head: bytes) -> bool:
    """Whether a file begins as a video does, and not as a text."""
    return b"\0" in head and demuxer_for(head) is not None


def is_sequence(head: bytes) -> bool:
    """Whether a HEIF file may hold a film and no photo, which only readers of videos see."""
    return head.startswith(b"ftyp", 4) and head[8:12] in _SEQUENCE_BRANDS


def is_like_tiff(head: bytes) -> bool:
    """Whether a file begins as TIFF does, and many RAW files with it."""
    return head.startswith(_TIFF_MAGICS)


def demuxer_for(head: bytes) -> str | None:
    """FFmpeg's name of the one demuxer that may look at a video; None for what is no video."""
    if head.startswith(b"ftyp", 4) and head[8:12] in _PICTURE_BRANDS:
        return None
    for offset, magic, demuxer in _DEMUXERS:
        if head.startswith(magic, offset):
            return demuxer
    for start, length in _TS_PACKETS:
        if head[start : start + 1] == head[start + length : start + length + 1] == b"G":
            return "mpegts"
    return None
