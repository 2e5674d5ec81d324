"""What cameras, phones and programs write where people's words should be: the one table of it."""

from __future__ import annotations

import re

_TEXTS = frozenset(
    (
        # Cameras and phones.
        *("exif_jpeg_picture", "exif jpeg", "exif jpg", "jpeg image", "dcf 1.0", "dcim", "dav"),
        *("samsung camera pictures", "samsung csc", "sony dsc", "minolta", "hp photosmart"),
        *("lg electronics", "lge", "htc", "nokia", "motorola", "samsung", "oppo", "vivo", "xiaomi"),
        *(
            "hdr",
            "sdr",
            "rhdr",
            "edf",
            "mde",
            "cof",
            "oznor",
            "ozedf",
            "qrf",
            "fbt",
            "btf",
            "sdr_hdr",
        ),
        # Empty fields.
        *("default", "none", "null", "(null)", "(none)", "n/a", "undefined", "unknown", "untitled"),
        *("no comment", "not available", "user comment", "user comments", "usercomment"),
        *("description", "title", "comment", "artist", "author", "copyright", "your name"),
        # Programs.
        *("applemark", "ducky", "photoshop icc profile", "ulead systems, inc.", "screenshot_tool"),
    )
)
_MAKERS = (
    r"(?:agfa|benq|canon|casio|epson|fujifilm|ge|hitachi|hp|jenoptik|jvc|kodak|konica|kyocera|"
    r"minolta|nikon|olympus|panasonic|pentax|polaroid|praktica|ricoh|rollei|samsung|sanyo|sharp|"
    r"sony|toshiba|vivitar|yashica)"
)
_PROGRAMS = (
    r"(?:accusoft|acdsee|canva|corel|ebay|ezgif|ffmpeg|gd-jpeg|gimp|ijg|imagemagick|inkscape|"
    r"irfanview|jpe?g\w*|krita|lead technologies|libvips|matplotlib|microsoft|mspaint|openjpeg|"
    r"paint\.net|photoscape|photoshop|picasa|snapseed|ulead|xnview|www\.|https?:)"
)
_PATTERNS = re.compile(
    "|".join(
        (
            # Cameras and phones.
            rf"(?:{_MAKERS} )*digital (?:still )?camera",
            r"dcim[\\/]\w+(?:[\\/].*)?",
            r"<digimax [^>]*>",
            r"(?:hdr|edf|dav|cof|sdr|mde|burst|rhdr|oz\w{3,6})(?:_\w+)+",
            r"(?:oppo|oplus)_\d+",
            r"focus:\S*|filter: ?-?\d+;.*|module: ?\w+;.*|maker: ?\w+|qualitymode:.*|barcode:.*",
            r"metadata-start.*|\{\s*\".*",
            r"\(c\) by [\w ]+ user|copyright,? (?:\(c\) )?\d{4}",
            # Programs.
            r"(?:gif |file )?(?:created|edited|processed|made|generated|optimi[sz]ed|converted|"
            r"compressed|written|saved|encoded|produced|resized) (?:by|with|using|in|on) "
            rf"(?:the |adobe )?{_PROGRAMS}.*",
            r"(?:creator: )?gd-jpeg.*|lav[cf]\d.*|cjpeg.*|mozjpeg.*|xv version.*|kakadu-v.*",
            r"(?:lead technologies|acd systems|u-?lead systems|handmade software|intel\(r\) jpeg|"
            r"jpeg encoder copyright|paint shop pro|ashampoo|software:|applemark).*",
            # What no person reads.
            r"[ -/:-@\[-`{-~]*|[0-9a-f-]{24,}",
        )
    ),
    re.DOTALL,
)
_SHOUTED = re.compile(r"[A-Z0-9 .&()-]*DIGITAL (?:STILL )?CAMERA")
_SAMPLE_BYTES = 2000
_PLAIN_SHARE_MIN = 0.5
_CONTROL_SHARE_MAX = 0.1


def is_boilerplate(text: str) -> bool:
    """Whether a text on one line is what a device or a program says, and no person."""
    folded = text.casefold().strip()
    is_known = folded in _TEXTS or _PATTERNS.fullmatch(folded) is not None
    return is_known or _SHOUTED.fullmatch(text) is not None


def is_rubbish(raw: bytes) -> bool:
    """Whether a field of text holds something else: numbers of a program, a cut-off picture …"""
    sample = raw.partition(b"\0")[0][:_SAMPLE_BYTES]
    controls = sum(byte < 32 and byte not in b"\t\n\r\f\v" for byte in sample)
    if controls > _CONTROL_SHARE_MAX * len(sample):
        return True
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError as error:
        plain = sum(byte < 128 for byte in sample)
        return error.end < len(sample) and plain < _PLAIN_SHARE_MIN * len(sample)
    return False
