#!/usr/bin/env bash
# One expects: a sound JPEG opens, whatever is in its application segments; damaged metadata costs
# metadata. Segments hold 64 KiB, so Photoshop's block (8BIM, with IPTC in it) goes on in the next
# APP13 segment, cut anywhere; ExifTool and exiv2 join the segments.
# What happens: Pillow reads each segment alone. Where one ends within the head of a block, its
# reader raises IndexError, which Image.open takes for "not a JPEG": UnidentifiedImageError. Where it
# ends elsewhere the photo opens, and the keywords of the second half are not there.
# Why it matters to photo search: the photo is lost, or is not found by half of its keywords, and
# nothing tells why.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check Pillow==13.0.0
"$folder/env/bin/python" - <<'PYTHON'
import io
import struct

import PIL
from PIL import Image, IptcImagePlugin, UnidentifiedImageError

KEYWORD = (2, 25)
words = b"".join(
    struct.pack(">BBBH", 0x1C, *KEYWORD, len(word)) + word for word in (b"heron", b"kingfisher")
)
block = b"8BIM" + struct.pack(">HHI", 0x404, 0, len(words)) + words
drawn = io.BytesIO()
Image.new("RGB", (8, 8)).save(drawn, "JPEG")
jpeg = drawn.getvalue()


def cut_at(at: int) -> str:
    """What comes of the block in two segments, the first with so many bytes of it."""
    parts = [b"Photoshop 3.0\0" + part for part in (block[:at], block[at:]) if part]
    segments = b"".join(b"\xff\xed" + struct.pack(">H", len(part) + 2) + part for part in parts)
    try:
        image = Image.open(io.BytesIO(jpeg[:2] + segments + jpeg[2:]))
    except UnidentifiedImageError:
        return "no JPEG"
    found = (IptcImagePlugin.getiptcinfo(image) or {}).get(KEYWORD, [])
    return ", ".join(word.decode() for word in ([found] if isinstance(found, bytes) else found))


whole, in_head, in_words = cut_at(len(block)), cut_at(6), cut_at(24)
print(f"Pillow {PIL.__version__}, a JPEG with two keywords of IPTC:")
print(f"  in one segment: {whole}")
print(f"  cut within the block's head: {in_head}")
print(f"  cut within the keywords: {in_words}")
assert whole == "heron, kingfisher", "whole blocks are read otherwise now"
assert in_head == "no JPEG", "a cut head costs no picture now"
assert "kingfisher" not in in_words, "segments are joined now"
PYTHON
