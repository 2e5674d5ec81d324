#!/usr/bin/env bash
# One expects: a JPEG in which a byte was spoilt is told from a sound one, for libjpeg warns of it
# ("Corrupt JPEG data"), as djpeg and ImageMagick say.
# What happens: Pillow has no way to hear of libjpeg's warnings. It opens and loads the picture with
# all Python warnings on and errors strict, and its pixels below the spoilt byte are others.
# Why it matters to photo search: a photo that a disk or a card spoilt is embedded and shown as if it
# were sound. Who wants to mark it has to look through the marks of the scans (which tell some of it)
# or decode it a second time by a library that lets warnings be errors, as simplejpeg does.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check Pillow==13.0.0 simplejpeg==1.9.0
"$folder/env/bin/python" -W error - <<'PYTHON'
import io

import PIL
import simplejpeg
from PIL import Image

side = 64
picture = Image.new("L", (side, side))
picture.putdata([(x * x + 3 * y * y + x * y) % 256 for y in range(side) for x in range(side)])
buffer = io.BytesIO()
picture.save(buffer, "JPEG", quality=90)
sound = buffer.getvalue()


def warns(data: bytes) -> bool:
    """Whether libjpeg warns of the file."""
    try:
        simplejpeg.decode_jpeg(data, colorspace="GRAY", strict=True)
    except ValueError:
        return True
    return False


def pixels(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as image:
        return image.tobytes()


middle = len(sound) * 2 // 3
flipped = (sound[:at] + bytes([sound[at] ^ 0x10]) + sound[at + 1 :] for at in range(middle, len(sound)))
spoilt = next(data for data in flipped if warns(data))
is_other = pixels(spoilt) != pixels(sound)
print(f"Pillow {PIL.__version__}: other pixels without a word: {is_other}; libjpeg warns: True")
assert not warns(sound), "the input of this script is wrong"
assert is_other, "the spoilt picture is as the sound one"
PYTHON
