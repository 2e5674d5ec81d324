"""No bytes make a reader of metadata fail, and what it gives is bounded and safe to show."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from indexer.metadata.facts import facts_told
from indexer.metadata.gif_blocks import read_gif_words
from indexer.metadata.iptc import photoshop_blocks, read_iptc
from indexer.metadata.jp2_boxes import read_jp2_boxes
from indexer.metadata.jpeg_segments import extended_xmp, iptc_in
from indexer.metadata.said import Said
from indexer.metadata.xmp import read_xmp
from storage.safe_text import printable
from tests.indexer.metadata_files import (
    bag,
    box,
    gif,
    gif_comment,
    gif_xmp,
    iptc,
    packet,
    photoshop_block,
)

if TYPE_CHECKING:
    from collections.abc import Callable

XMP = packet(bag("dc:subject", "sea") + bag("lr:hierarchicalSubject", "People|Anna")).encode()
IPTC = photoshop_block(0x404, iptc((25, b"heron"), (90, b"Sintra")))
GIF = gif(gif_comment(b"tea"), gif_xmp(XMP.decode()))
JP2 = box(b"jP  ", b"\r\n\x87\n") + box(b"uuid", b"JpgTiffExif->JP2II*\0") + box(b"xml ", XMP)
EXTENSION = b"http://ns.adobe.com/xmp/extension/\0" + b"A" * 32 + bytes(8) + XMP

READERS: tuple[tuple[bytes, Callable[[bytes], object]], ...] = (
    (GIF, lambda data: read_gif_words(io.BytesIO(data))),
    (JP2, lambda data: read_jp2_boxes(io.BytesIO(data))),
    (IPTC, lambda data: [read_iptc(block) for _, block in photoshop_blocks(data)]),
    (IPTC, lambda data: iptc_in([("APP13", b"Photoshop 3.0\0" + data)])),
    (EXTENSION, lambda data: extended_xmp([("APP1", data)], XMP)),
    (XMP, read_xmp),
)


@given(st.sampled_from(READERS), st.binary(max_size=40), st.integers(0, 900), st.integers(0, 60))
def test_no_bytes_make_a_reader_fail(
    reader: tuple[bytes, Callable[[bytes], object]], noise: bytes, at: int, left_out: int
) -> None:
    sound, read = reader
    read(sound[:at] + noise + sound[at + left_out :])
    read(noise)


WORDS = st.text(st.characters(codec="utf-8"), max_size=30)


@given(
    st.dictionaries(st.sampled_from(sorted(read_xmp(XMP))), st.lists(WORDS)),
    st.dictionaries(st.sampled_from([(2, 5), (2, 25), (2, 90), (2, 120)]), st.lists(st.binary())),
    st.lists(WORDS | st.binary()),
)
def test_whatever_is_said_can_be_shown(
    xmp: dict[str, list[str]], iptc_values: dict[tuple[int, int], list[bytes]], comments: list[str]
) -> None:
    facts = facts_told(Said(xmp=xmp, iptc=iptc_values, texts={"Comment": comments}))
    texts = (facts.title, facts.description, facts.city, *facts.keywords, *facts.people)
    assert all(printable(text) == text for text in (*texts, *facts.remarks) if text)


def test_very_many_words_are_not_all_looked_at() -> None:
    path = "|".join(["People"] * 4000)
    many = [f"{number}" * 3 for number in range(10_000)]
    values = {name: [path, *many] for name in read_xmp(XMP)}
    facts = facts_told(Said(xmp=values, texts={"Comment": many}))
    assert len(facts.keywords) == 1000
    assert sum(map(len, facts.remarks)) <= 20_000
