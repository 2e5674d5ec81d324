"""RAW files that are no TIFF tell camera and date too."""

from __future__ import annotations

import io
import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.metadata.exif import METADATA_ERRORS
from indexer.metadata.old_raw import read_old_raw
from indexer.metadata.raw_facts import read_raw_facts
from tests.indexer.metadata_files import bag, packet
from tests.indexer.photo_files import exif_with

TAKEN_SECONDS = 1_068_485_966


def directory(*entries: tuple[int, bytes]) -> bytes:
    """A directory of CIFF: values, then where they are, then where that is written."""
    values, table = b"", struct.pack("<H", len(entries))
    for tag, data in entries:
        if tag & 0xC000 == 0x4000:
            table += struct.pack("<H8s", tag, data)
        else:
            table += struct.pack("<HII", tag, len(data), len(values))
            values += data
    return values + table + struct.pack("<I", len(values))


def crw() -> bytes:
    camera = directory((0x080A, b"Canon\0Canon EOS DIGITAL REBEL\0"))
    times = directory((0x180E, struct.pack("<III", TAKEN_SECONDS, 0, 0)))
    heap = directory((0x2807, camera), (0x300A, times), (0x5817, b"\1\0\0\0"))
    return b"II\x1a\0\0\0HEAPCCDR\x02\0\x01\0" + bytes(8) + heap


def mrw() -> bytes:
    exif = exif_with(
        {0x010F: "Minolta", 0x0110: "DiMAGE A2"}, photo={0x9003: "2004:11:18 23:14:58"}
    )
    tiff = exif.removeprefix(b"Exif\0\0")
    blocks = b"\0PRD" + struct.pack(">I", 8) + bytes(8) + b"\0TTW" + struct.pack(">I", len(tiff))
    return b"\0MRM" + struct.pack(">I", len(blocks + tiff)) + blocks + tiff


def test_canons_older_files_tell_camera_and_date() -> None:
    facts = read_raw_facts(io.BytesIO(crw()), None)
    assert (facts.camera, facts.taken_at) == ("Canon EOS DIGITAL REBEL", "2003-11-10T17:39:26")


def test_xmp_in_canons_older_files_is_read() -> None:
    content = crw() + packet(bag("dc:subject", "sea")).encode()
    assert read_raw_facts(io.BytesIO(content), None).keywords == ("sea",)


def test_minoltas_files_tell_camera_and_date() -> None:
    facts = read_raw_facts(io.BytesIO(mrw()), None)
    assert (facts.camera, facts.taken_at) == ("Minolta DiMAGE A2", "2004-11-18T23:14:58")


def test_other_files_are_left_to_other_readers() -> None:
    assert read_old_raw(io.BytesIO(b"II*\0\x08\0\0\0")) is None
    assert read_old_raw(io.BytesIO(b"")) is None


@pytest.mark.filterwarnings("ignore::UserWarning")
@given(
    st.sampled_from((crw(), mrw())), st.binary(max_size=20), st.integers(0, 300), st.integers(0, 40)
)
def test_no_bytes_break_them(sound: bytes, noise: bytes, at: int, left_out: int) -> None:
    file = io.BytesIO(sound[:at] + noise + sound[at + left_out :])
    with suppress(*METADATA_ERRORS):
        read_old_raw(file)
    read_raw_facts(file, None)
