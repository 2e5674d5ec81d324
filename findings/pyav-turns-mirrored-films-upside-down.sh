#!/usr/bin/env bash
# One expects: PyAV's `frame.rotation` says how a film's pictures are to be turned, so that turning
# them by it shows what players show.
# What happens: the file has a matrix of nine numbers, of which that is the angle alone. A film that
# was mirrored from left to right (-1 0 0 1, as apps for selfies write it) has a rotation of -180:
# turned by it, it stands on its head. One mirrored from top to bottom (1 0 0 -1) has a rotation of
# 0, as if there were nothing to do. The numbers themselves are in `frame.side_data`.
# Why it matters to photo search: the film is shown, embedded and described upside down, and nothing
# says so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check av==18.1.0 numpy==2.4.6
cd "$folder"
"$folder/env/bin/python" - <<'PYTHON'
import struct
from pathlib import Path

import av
import numpy as np

with av.open("film.mp4", "w") as container:
    stream = container.add_stream("mpeg4", rate=10)
    stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
    for _ in range(5):
        frame = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")
        container.mux(stream.encode(frame))
    container.mux(stream.encode())
plain = Path("film.mp4").read_bytes()
ONE = 1 << 16
UPRIGHT = struct.pack(">9i", ONE, 0, 0, 0, ONE, 0, 0, 0, 1 << 30)
track = plain.index(b"tkhd")


def told(x: int, y: int) -> tuple[int, list[int]]:
    """PyAV's rotation and the four numbers of a film whose matrix scales by x and y."""
    matrix = struct.pack(">9i", x * ONE, 0, 0, 0, y * ONE, 0, 0, 0, 1 << 30)
    Path("film.mp4").write_bytes(plain[:track] + plain[track:].replace(UPRIGHT, matrix, 1))
    with av.open("film.mp4") as container:
        frame = next(container.decode(video=0))
        numbers = struct.unpack("=9i", bytes(frame.side_data["DISPLAYMATRIX"]))
    return frame.rotation, [number // ONE for number in (*numbers[:2], *numbers[3:5])]


print(f"PyAV {av.__version__}:")
sideways, upside_down = told(-1, 1), told(1, -1)
print(f"  mirrored left to right: rotation {sideways[0]}, matrix {sideways[1]}")
print(f"  mirrored top to bottom: rotation {upside_down[0]}, matrix {upside_down[1]}")
assert abs(sideways[0]) == 180, "a mirrored film is no longer turned upside down"
assert upside_down[0] == 0, "a film mirrored from top to bottom now has a rotation"
assert sideways[1] == [-1, 0, 0, 1], "the numbers are no longer those of the file"
PYTHON
