#!/usr/bin/env bash
# One expects: a TIFF whose kind Pillow does not know is refused ("cannot identify image file").
# What happens: three kinds are opened as their neighbours and shown wrong. Grey of 12 bits comes as
# numbers of 16 that end at 4095, so that white is nearly black; grey of 16 bits in which 0 is white
# comes as a negative; big-endian floats that were compressed come with their bytes swapped.
# Why it matters to photo search: scanners write the first two. A photo that is black or a negative
# is found by what it does not show, and nothing tells that it was not read.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check pillow==13.0.0
"$folder/env/bin/python" - <<'PYTHON'
import io
import struct
import zlib

from PIL import Image, __version__


def tiff(order, data, bits, photometric, sample_format, compression=1):
    """A TIFF of one grey pixel."""
    entries = ((256, 1), (257, 1), (258, bits), (259, compression), (262, photometric), (273, 8),
               (277, 1), (278, 1), (279, len(data)), (339, sample_format))
    body = data + b"\0" * (len(data) % 2)
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 8 + len(body))
    table = b"".join(struct.pack(f"{order}HHII", tag, 4, 1, value) for tag, value in entries)
    count = struct.pack(f"{order}H", len(entries))
    return io.BytesIO(head + body + count + table + bytes(4))


print(f"Pillow {__version__}")
cases = {
    "12 bits, white": (tiff("<", b"\xff\xf0", 12, 1, 1), "I;16", 4095),
    "16 bits, 0 is white, white": (tiff("<", b"\0\0", 16, 0, 1), "I;16", 0),
}
for name, (file, mode, value) in cases.items():
    image = Image.open(file)
    print(f"  {name}: mode {image.mode}, {image.getpixel((0, 0))} of 65535")
    assert (image.mode, image.getpixel((0, 0))) == (mode, value), "it is read otherwise now"
half = zlib.compress(struct.pack(">f", 0.5))
value = Image.open(tiff(">", half, 32, 1, 3, compression=8)).getpixel((0, 0))
print(f"  big-endian float 0.5, compressed: {value}")
assert value != 0.5, "big-endian floats are read right now"
PYTHON
