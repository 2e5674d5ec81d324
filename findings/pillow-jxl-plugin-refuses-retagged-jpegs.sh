#!/usr/bin/env bash
# One expects: a JPEG XL file that was made from a JPEG without loss, and from which somebody has
# since taken or changed the EXIF, opens as before: its pixels are untouched.
# What happens: pillow-jxl-plugin asks for the JPEG that the file once was. The box with the way back
# to it (`jbrd`) counts on the bytes of the EXIF, so that it no longer leads anywhere, and the plugin
# gives up with an error. Without that one box the same file decodes.
# Why it matters to photo search: removing the place from photos before sharing them, or tagging
# them, is what people do to such files, and each of them is lost to the search as damaged.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    pillow==13.0.0 pillow-jxl-plugin==1.3.8
cd "$folder"
"$folder/env/bin/python" - <<'PYTHON'
from importlib.metadata import version

import pillow_jxl
from PIL import Image

exif = Image.Exif()
exif[0x010F] = "A maker of cameras"
Image.linear_gradient("L").convert("RGB").save("photo.jpg", exif=exif)
with Image.open("photo.jpg") as photo:
    photo.save("photo.jxl", lossless_jpeg=True)
whole = open("photo.jxl", "rb").read()


def without(*kinds: bytes) -> bytes:
    """The file without its boxes of these kinds."""
    kept, at = b"", 0
    while at < len(whole):
        length = int.from_bytes(whole[at : at + 4], "big") or len(whole) - at
        if whole[at + 4 : at + 8] not in kinds:
            kept += whole[at : at + length]
        at += length
    return kept


def decodes(data: bytes) -> bool:
    try:
        pillow_jxl.Decoder(num_threads=0)(data)
    except RuntimeError:
        return False
    return True


retagged, bare = without(b"Exif", b"brob"), without(b"Exif", b"brob", b"jbrd")
print(f"pillow-jxl-plugin {version('pillow-jxl-plugin')}, a former JPEG:")
print(f"  as it was: {decodes(whole)}   its EXIF taken away: {decodes(retagged)}")
print(f"  its EXIF and the way back to the JPEG taken away: {decodes(bare)}")
assert decodes(whole), "a former JPEG no longer decodes at all"
assert not decodes(retagged), "a retagged one decodes now"
assert decodes(bare), "one without its way back no longer decodes"
PYTHON
