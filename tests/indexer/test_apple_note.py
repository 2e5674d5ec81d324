"""Apple's maker note: the identifier that a photo shares with the film around it."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.metadata.apple_note import live_id_told
from tests.indexer.photo_files import decoded, exif_with, shaded

if TYPE_CHECKING:
    from pathlib import Path

IDENTIFIER = b"4D4E9B1F-0000-4C2A-9D5C-0A8E3C1B2F77\0"
BEGINNING = b"Apple iOS\0\0\1MM"


def note_with(identifier: bytes) -> bytes:
    """A note of two numbers with the identifier between them, as iOS lays it out."""
    behind = len(BEGINNING) + 2 + 3 * 12 + 4
    entries = (
        struct.pack(">HHIi", 0x0001, 9, 1, 14)
        + struct.pack(">HHII", 0x0011, 2, len(identifier), behind)
        + struct.pack(">HHIi", 0x0014, 9, 1, 5)
    )
    return BEGINNING + struct.pack(">H", 3) + entries + bytes(4) + identifier


@pytest.mark.parametrize("name", ["IMG_1.jpg", "IMG_1.heic"])
def test_identifier_of_a_live_photo_is_a_fact(name: str, tmp_path: Path) -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()
    path = tmp_path / name
    note = note_with(IDENTIFIER)
    shaded(64, 48).save(path, exif=exif_with({0x010F: "Apple"}, photo={0x927C: note}))
    assert decoded(path).facts.live_id == IDENTIFIER[:-1].decode()


def test_note_of_another_maker_has_none() -> None:
    assert live_id_told(b"Nikon\0" + note_with(IDENTIFIER)) is None
    assert live_id_told(note_with(b"\0")) is None
    assert live_id_told(None) is None


@given(st.binary(max_size=80))
def test_note_that_makes_no_sense_has_none(rest: bytes) -> None:
    live_id = live_id_told(BEGINNING + rest)
    assert live_id is None or live_id.isprintable()


def test_note_that_is_cut_off_has_what_is_there() -> None:
    assert live_id_told(note_with(IDENTIFIER)[:-20]) == IDENTIFIER[:-20].decode()
