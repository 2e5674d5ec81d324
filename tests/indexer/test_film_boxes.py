"""Boxes of films: what they say is read, and their lies lead nowhere."""

from __future__ import annotations

import io
import os
import struct
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.folders.film_card import film_card
from indexer.metadata.boxes import Box, box_along, boxes_in, content_of, whole
from indexer.metadata.film_boxes import FilmBoxes, read_film_boxes
from storage.pairs import FilmCard
from tests.indexer.iso_boxes import XMP_ID, box, data, keyed, listed, movie_header, xtra

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CREATED = 1_595_107_800
"""2020-07-18T21:30:00Z"""
APPLE = "com.apple.quicktime."


def read(*boxes: bytes) -> FilmBoxes:
    return read_film_boxes(io.BytesIO(box(b"ftyp", b"qt  ") + b"".join(boxes)))


@pytest.mark.parametrize("version", [0, 1])
def test_header_tells_the_instant_and_the_length(version: int) -> None:
    said = read(box(b"moov", movie_header(CREATED, seconds=2.5, version=version)))
    assert said.created == datetime(2020, 7, 18, 21, 30, tzinfo=UTC)
    assert said.duration_seconds == 2.5


@pytest.mark.parametrize("stamp", [0, 2_082_844_800])
def test_clock_that_was_never_set_tells_nothing(stamp: int) -> None:
    header = box(b"mvhd", struct.pack(">B3xIIII", 0, stamp, 0, 600, 600))
    assert read(box(b"moov", header)).created is None


def test_clock_that_counts_as_unix_does_is_understood() -> None:
    header = box(b"mvhd", struct.pack(">B3xIIII", 0, CREATED, 0, 600, 600))
    assert read(box(b"moov", header)).created == datetime(2020, 7, 18, 21, 30, tzinfo=UTC)


def test_length_without_ticks_is_unknown() -> None:
    header = box(b"mvhd", struct.pack(">B3xIIII", 0, CREATED, 0, 0, 600))
    assert read(box(b"moov", header)).duration_seconds is None


def test_tags_of_apple_itunes_and_microsoft_are_read() -> None:
    items = listed(
        box(b"keyw", data(b"kelp") + data("Tang".encode("utf-16-be"), 2)),
        box(b"rate", data(b"\x50", 21)),
        box(b"covr", data(bytes(100), 13)),
    )
    extra = xtra({"WM/Category": ["reefs", "Küste"], "WM/SharedUserRating": [99]})
    said = read(
        box(b"mdat", bytes(50), is_long=True),
        box(
            b"moov",
            movie_header()
            + keyed({f"{APPLE}Keywords": "snorkel", f"{APPLE}content.identifier": "A-1"})
            + box(b"udta", items + extra),
        ),
    )
    assert said.texts == {
        f"{APPLE}keywords": ("snorkel",),
        f"{APPLE}content.identifier": ("A-1",),
        "keywords": ("kelp", "Tang"),
        "rating percent": ("80",),
        "wm/category": ("reefs", "Küste"),
        "wm/shareduserrating": ("99",),
    }


def phone(text: str) -> bytes:
    """3GPP's header of a version and a language, and a text in UTF-8 or, where need be, UTF-16."""
    return bytes(4) + b"\x15\xc7" + (text.encode() if text.isascii() else text.encode("utf-16"))


def test_user_data_of_phones_and_quicktime_is_read() -> None:
    keywords = phone("") + b"\x02" + b"\x05kelp\0" + b"\x04reef"
    boxes = (
        box(b"titl", phone("A reef\0")),
        box(b"dscp", phone("Küste\0")),
        box(b"kywd", keywords),
        box(b"\xa9des", struct.pack(">HH", 4, 0) + b"deep"),
        box(b"date", b"2019-05-06T07:08:09+0200"),
    )
    said = read(box(b"moov", movie_header() + box(b"udta", b"".join(boxes))))
    assert said.texts == {
        "title": ("A reef",),
        "description": ("Küste", "deep"),
        "keywords": ("kelp", "reef"),
        "date_recorded": ("2019-05-06T07:08:09+0200",),
    }


def test_of_endless_texts_only_so_much_is_kept() -> None:
    many = listed(*(box(b"keyw", data(bytes([97]) * 60_000)) for _ in range(100)))
    said = read(box(b"moov", movie_header() + box(b"udta", many)))
    assert sum(map(len, said.texts["keywords"])) < 4_000_000


def test_xmp_is_found_beside_the_film_and_among_its_user_data() -> None:
    movie = box(b"moov", movie_header())
    assert read(movie, box(b"uuid", bytes(16) + b"other"), box(b"uuid", XMP_ID + b"<x/>")).xmp == (
        b"<x/>"
    )
    assert read(box(b"moov", movie_header() + box(b"udta", box(b"XMP_", b"<y/>")))).xmp == b"<y/>"


def test_card_tells_what_pairs_a_film_with_its_photo(tmp_path: Path) -> None:
    path = tmp_path / "IMG_1.MOV"
    tags = keyed({f"{APPLE}content.identifier": "AB\x1b[31m-1"})
    path.write_bytes(
        box(b"ftyp", b"qt  ") + box(b"moov", movie_header(CREATED, seconds=1.5) + tags)
    )
    created = datetime(2020, 7, 18, 21, 30, tzinfo=UTC)
    assert film_card(path) == FilmCard(1.5, created, "AB[31m-1")


def test_card_of_what_is_no_film_is_empty_and_waits_for_nobody(tmp_path: Path) -> None:
    path, pipe = tmp_path / "photo.jpg", tmp_path / "pipe.mov"
    path.write_bytes(b"\xff\xd8\xff" + bytes(100))
    os.mkfifo(pipe)
    assert film_card(path) == film_card(pipe) == FilmCard()


KINDS = st.sampled_from(
    (
        b"moov",
        b"udta",
        b"meta",
        b"ilst",
        b"keys",
        b"data",
        b"mvhd",
        b"Xtra",
        b"uuid",
        b"XMP_",
        b"kywd",
    )
)
BOXES = st.recursive(
    st.binary(max_size=40),
    lambda inner: st.lists(st.tuples(KINDS, inner, st.integers(-9, 9)), max_size=4).map(
        lambda parts: b"".join(
            struct.pack(">I4s", max(0, 8 + len(content) + lie), kind) + content
            for kind, content, lie in parts
        )
    ),
    max_leaves=12,
)


@given(BOXES)
def test_lies_of_boxes_lead_nowhere(content: bytes) -> None:
    for film in (content, box(b"moov", content), box(b"moov", movie_header() + content)):
        said = read_film_boxes(io.BytesIO(film))
        assert all(isinstance(text, str) for texts in said.texts.values() for text in texts)


@given(BOXES)
def test_boxes_lie_within_what_holds_them(content: bytes) -> None:
    file = io.BytesIO(content)
    outer = whole(file)
    for inner in boxes_in(file, outer):
        assert outer.start <= inner.start
        assert inner.end <= outer.end
        content_of(file, inner, 10)


def test_of_endless_boxes_only_so_many_are_looked_at() -> None:
    file = io.BytesIO(box(b"free") * 20_000 + box(b"moov"))
    assert box_along(file, whole(file), b"moov") is None
    assert len(list(boxes_in(file, whole(file)))) == 10_000


def test_box_that_is_cut_off_gives_what_is_there() -> None:
    file = io.BytesIO(box(b"moov", bytes(100))[:50])
    assert list(boxes_in(file, whole(file))) == [Box(b"moov", 8, 50)]


@pytest.mark.data
def test_card_of_a_film_beside_a_photo(shared_data: Callable[[str], Path]) -> None:
    card = film_card(shared_data("reports") / "A_video_utc" / "iphone.mov")
    assert card == FilmCard(2.0, datetime(2020, 7, 18, 21, 30, tzinfo=UTC), None)
