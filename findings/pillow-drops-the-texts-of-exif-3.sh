#!/usr/bin/env bash
# One expects: EXIF that a standard of 2023 allows is read by a library of 2026.
# What happens: EXIF 3.0 (CIPA DC-008-2023) lets every text be of type 129, UTF-8, and new cameras
# use it. Pillow knows the types of TIFF 6.0 and leaves tags of any other out, without a word:
# getexif() has no Make, no Model, no ImageDescription.
# Why it matters to photo search: such photos have no camera and no words, and are not found by them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check Pillow==13.0.0
"$folder/env/bin/python" - <<'PYTHON'
import struct

import PIL
from PIL import Image

MODEL, ASCII, UTF8 = 0x0110, 2, 129


def model(kind: int) -> object:
    """The model, where its text is of this type."""
    text = "Kamera für alle\0".encode()
    directory = struct.pack("<HHHIII", 1, MODEL, kind, len(text), 26, 0)
    exif = Image.Exif()
    exif.load(b"Exif\0\0II*\0\x08\0\0\0" + directory + text)
    return exif.get(MODEL)


print(f"Pillow {PIL.__version__}: the model as ASCII is {model(ASCII)!r}, as UTF-8 {model(UTF8)!r}")
assert model(ASCII) is not None, "the input of this script is wrong"
assert model(UTF8) is None, "texts of EXIF 3.0 are read now"
PYTHON
