"""Photos whose metadata is damaged or hostile: fewer facts, never a failure, nothing untamed."""

from __future__ import annotations

import io
import warnings
from functools import cache

from hypothesis import strategies as st
from PIL import Image

from indexer.metadata.dates import parsed_time
from indexer.metadata.facts import read_facts
from indexer.metadata.xmp import read_xmp
from storage.safe_text import printable
from tests.fuzz.target import Target
from tests.fuzz.values import mutations

_XMP = (
    b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description'
    b' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:exif="http://ns.adobe.com/exif/1.0/"'
    b' exif:DateTimeOriginal="2019-07-18T10:00:00+02:00"><dc:title><rdf:Alt><rdf:li>Sea</rdf:li>'
    b"</rdf:Alt></dc:title><dc:subject><rdf:Bag><rdf:li>boat</rdf:li><rdf:li>sun</rdf:li>"
    b"</rdf:Bag></dc:subject></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='w'?>"
)
_BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>' + _XMP[60:]
_IPTC = (
    b"Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x1c"
    b"\x1c\x02\x05\x00\x03Sea\x1c\x02\x19\x00\x04boat\x1c\x02\x78\x00\x07By the "
)


@cache
def exif_block() -> bytes:
    """EXIF with something in all of its directories."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112] = "NIKON CORPORATION", "NIKON D70", 6
    exif[0x010E], exif[0x9C9B] = "By the sea", "Sea\0".encode("utf-16-le")
    photo = exif.get_ifd(0x8769)
    photo[0x9003], photo[0x9011], photo[0x829A] = "2019:07:18 10:00:00", "+02:00", (1, 250)
    photo[0x829D], photo[0x8827], photo[0x920A] = (28, 10), 200, (50, 1)
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (47.0, 30.0, 1.5), "E", (11.0, 20.0, 0.0)
    gps[5], gps[6], gps[7], gps[29] = 1, 80.0, (8.0, 0.0, 0.0), "2019:07:18"
    return exif.tobytes()


def photo_with(exif: bytes, xmp: bytes, iptc: bytes) -> bytes:
    """A JPEG file with these blocks as they are."""
    stream = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(stream, "JPEG")
    plain = stream.getvalue()
    blocks = (
        (b"\xe1", exif),
        (b"\xe1", b"http://ns.adobe.com/xap/1.0/\0" + xmp),
        (b"\xed", iptc),
    )
    segments = b"".join(
        b"\xff" + mark + (len(block) + 2).to_bytes(2, "big") + block
        for mark, block in blocks
        if len(block) < 65_000
    )
    return plain[:2] + segments + plain[2:]


def _check_photo(content: bytes) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            image = Image.open(io.BytesIO(content))
        except (OSError, ValueError, SyntaxError):
            return
        with image:
            facts = read_facts(image)
    for text in (facts.camera, facts.lens, facts.title, facts.description, *facts.keywords):
        assert text is None or (text == printable(text) and len(text) <= 2000)
    assert facts.taken_at is None or facts.taken_at[4] == "-"
    assert facts.latitude is None or -90 <= facts.latitude <= 90
    assert facts.orientation in (None, 1, 2, 3, 4, 5, 6, 7, 8)


def _check_packet(packet: bytes) -> None:
    for found in read_xmp(packet).values():
        assert all(isinstance(text, str) for text in found)
        assert sum(map(len, found)) < 10_000_000


def _check_time(text: str) -> None:
    found = parsed_time(text, text)
    assert found is None or len(found) >= 4


def _photos() -> st.SearchStrategy[bytes]:
    blocks = st.builds(
        photo_with,
        mutations(exif_block()) | st.binary(max_size=80).map(lambda raw: b"Exif\0\0" + raw),
        mutations(_XMP, _BOMB),
        mutations(_IPTC),
    )
    return blocks | mutations(sound_photo())


def sound_photo() -> bytes:
    """A JPEG file with all three kinds of metadata."""
    return photo_with(exif_block(), _XMP, _IPTC)


METADATA_TARGETS = (
    Target("metadata of a photo", _photos(), _check_photo),
    Target("XMP", mutations(_XMP, _BOMB) | st.binary(), _check_packet),
    Target("time", st.text() | mutations(b"2019:07:18 10:00:00+02:00").map(repr), _check_time),
)
