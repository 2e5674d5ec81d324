from __future__ import annotations

import random
from datetime import date, time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from PIL.TiffImagePlugin import IFDRational

from indexer.metadata.dates import parsed_time
from indexer.metadata.xmp import read_xmp
from storage.records import Facts
from storage.safe_text import printable
from tests.indexer.photo_files import decoded, exif_with, facts_of, shaded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MAKE, MODEL, DESCRIPTION, ORIENTATION = 0x010F, 0x0110, 0x010E, 0x0112
ORIGINAL, DIGITIZED = 0x9003, 0x9004
OFFSET, OFFSET_ORIGINAL, OFFSET_DIGITIZED = 0x9010, 0x9011, 0x9012
BLANK = "0000:00:00 00:00:00"
PARIS = {1: "N", 2: (48.0, 49.0, 19.5), 3: "E", 4: (2.0, 23.0, 54.6), 5: b"\0", 6: 83.5}


def jpeg_with(
    folder: Path,
    tags: Mapping[int, object] | None = None,
    *,
    photo: Mapping[int, object] | None = None,
    gps: Mapping[int, object] | None = None,
    xmp: bytes = b"",
) -> Path:
    """A small JPEG with this metadata."""
    path = folder / "photo.jpg"
    exif = exif_with(tags or {}, photo=photo or {}, gps=gps or {})
    shaded(40, 30).save(path, exif=exif, xmp=xmp or None)
    return path


# -- time ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("photo", "taken_at"),
    [
        ({ORIGINAL: "2020:07:18 16:02:00"}, "2020-07-18T16:02:00"),
        ({ORIGINAL: "2020:07:18 16:02:00", OFFSET_ORIGINAL: "+02:00"}, "2020-07-18T16:02:00+02:00"),
        ({ORIGINAL: "2020:07:18 16:02:00", OFFSET_ORIGINAL: "Z"}, "2020-07-18T16:02:00+00:00"),
        ({ORIGINAL: "2020:07:18 16:02:00", OFFSET_ORIGINAL: "+99:00"}, "2020-07-18T16:02:00"),
        ({ORIGINAL: "2020:07:18 16:02:00", OFFSET: "+05:00"}, "2020-07-18T16:02:00"),
        (
            {ORIGINAL: BLANK, DIGITIZED: "2019:01:02 03:04:05"},
            "2019-01-02T03:04:05",
        ),
        ({ORIGINAL: "    :  :     :  :  "}, None),
        ({ORIGINAL: "2020:13:01 00:00:00"}, None),
        ({ORIGINAL: "2021:02:29 00:00:00"}, None),
        ({ORIGINAL: "2101:01:01 00:00:00"}, None),
        ({ORIGINAL: "0020:01:01 00:00:00"}, None),
        ({ORIGINAL: "yesterday"}, None),
        ({}, None),
    ],
)
def test_taken_time_is_the_first_that_makes_sense(
    photo: Mapping[int, object], taken_at: str | None, tmp_path: Path
) -> None:
    assert facts_of(jpeg_with(tmp_path, photo=photo)).taken_at == taken_at


def test_satellite_time_counts_as_utc_and_only_if_there_is_no_other(tmp_path: Path) -> None:
    gps = {7: (14.0, 20.0, 8.0), 29: "2026:01:07"}
    assert facts_of(jpeg_with(tmp_path, gps=gps)).taken_at == "2026-01-07T14:20:08+00:00"
    own = {ORIGINAL: "2020:07:18 16:02:00"}
    assert facts_of(jpeg_with(tmp_path, photo=own, gps=gps)).taken_at == "2020-07-18T16:02:00"


def test_time_of_the_last_change_counts_only_where_nothing_better_is_told(tmp_path: Path) -> None:
    changed: Mapping[int, object] = {0x0132: "2024:05:05 05:05:05"}
    facts = facts_of(jpeg_with(tmp_path, changed))
    assert (facts.taken_at, facts.taken_by) == ("2024-05-05T05:05:05", "changed")
    digitized = facts_of(jpeg_with(tmp_path, changed, photo={DIGITIZED: "2020:07:18 16:02:00"}))
    assert (digitized.taken_at, digitized.taken_by) == ("2020-07-18T16:02:00", "digitized")


@given(st.dates(date(1826, 1, 1), date(2100, 12, 31)), st.times())
def test_every_time_of_photography_is_read_back(day: date, clock: time) -> None:
    text = f"{day.isoformat().replace('-', ':')} {clock.isoformat()}"
    assert parsed_time(text) == f"{day.isoformat()}T{clock.replace(microsecond=0).isoformat()}"


# -- camera ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("maker", "model", "camera"),
    [
        ("Canon", "Canon EOS 5D", "Canon EOS 5D"),
        ("Apple", "iPhone 13 mini", "Apple iPhone 13 mini"),
        ("NIKON CORPORATION", "NIKON D70", "NIKON D70"),
        ("EASTMAN KODAK COMPANY", "KODAK DC240 ZOOM", "KODAK DC240 ZOOM"),
        ("OLYMPUS IMAGING CORP.", "E-M1", "OLYMPUS E-M1"),
        ("LG Electronics", "LG-H815", "LG-H815"),
        ("General Imaging Co.", "E1035", "General Imaging E1035"),
        ("GENERAL ELECTRIC", "X5", "GENERAL ELECTRIC X5"),
        ("Digital Imaging Co., Ltd.", "D1", "Digital Imaging D1"),
        ("SANYO Electric Co.,Ltd.", "SX113", "SANYO SX113"),
        ("Samsung Techwin", "<Digimax i50>", "Samsung <Digimax i50>"),
        ("PENTAX Corporation", "PENTAX *ist D", "PENTAX *ist D"),
        ("RICOH IMAGING COMPANY, LTD.", "GR III", "RICOH GR III"),
        ("SONY  ", " DSC-W7 ", "SONY DSC-W7"),
        ("FUJIFILM", None, "FUJIFILM"),
        (None, "Perfection V600", "Perfection V600"),
        ("   ", "\0\0", None),
        ("\x1b[31mEvil", "Cam\u202e\n1", "[31mEvil Cam 1"),
    ],
)
def test_camera_is_maker_and_model_without_saying_the_maker_twice(
    maker: str | None, model: str | None, camera: str | None, tmp_path: Path
) -> None:
    tags = {tag: text for tag, text in ((MAKE, maker), (MODEL, model)) if text is not None}
    encoded: Mapping[int, object] = {tag: text.encode() for tag, text in tags.items()}
    assert facts_of(jpeg_with(tmp_path, encoded)).camera == camera


def test_exposure_is_read(tmp_path: Path) -> None:
    photo: Mapping[int, object] = {
        0x829A: 0.008,
        0x829D: 2.8,
        0x8827: 400,
        0x920A: 35.0,
        0xA434: "EF35mm f/2 IS USM",
    }
    facts = facts_of(jpeg_with(tmp_path, photo=photo))
    assert facts.exposure_seconds == pytest.approx(0.008)
    assert (facts.aperture, facts.iso, facts.focal_length_mm) == (2.8, 400, 35.0)
    assert facts.lens == "EF35mm f/2 IS USM"


def test_numbers_that_are_none_are_left_out(tmp_path: Path) -> None:
    nothing = IFDRational(0, 0)
    photo: Mapping[int, object] = {0x829A: nothing, 0x829D: nothing, 0x8827: 0, 0x920A: nothing}
    facts = facts_of(jpeg_with(tmp_path, photo=photo))
    assert (facts.exposure_seconds, facts.aperture, facts.iso, facts.focal_length_mm) == (None,) * 4


# -- place -----------------------------------------------------------------------------------


def test_place_is_read_in_degrees(tmp_path: Path) -> None:
    facts = facts_of(jpeg_with(tmp_path, gps=PARIS))
    assert facts.latitude == pytest.approx(48.822083, abs=1e-6)
    assert facts.longitude == pytest.approx(2.3985, abs=1e-6)
    assert facts.altitude_m == 83.5


def test_south_west_and_below_the_sea_are_negative(tmp_path: Path) -> None:
    facts = facts_of(jpeg_with(tmp_path, gps={**PARIS, 1: "S", 3: "W", 5: b"\1"}))
    assert facts.latitude == pytest.approx(-48.822083, abs=1e-6)
    assert facts.longitude == pytest.approx(-2.3985, abs=1e-6)
    assert facts.altitude_m == -83.5


@pytest.mark.parametrize(
    "change",
    [
        {2: (0.0, 0.0, 0.0), 4: (0.0, 0.0, 0.0)},
        {2: (91.0, 0.0, 0.0)},
        {4: (180.0, 0.0, 1.0)},
        {1: "X"},
        {1: ""},
        {2: (48.0, 49.0, 19.5, 7.0)},
    ],
    ids=["null-island", "beyond-pole", "beyond-date-line", "odd-side", "no-side", "four-parts"],
)
def test_place_that_is_none_is_left_out(change: Mapping[int, object], tmp_path: Path) -> None:
    facts = facts_of(jpeg_with(tmp_path, gps={**PARIS, **change}))
    assert (facts.latitude, facts.longitude) == (None, None)


def test_place_with_zero_denominators_is_left_out(tmp_path: Path) -> None:
    zero = IFDRational(1, 0)
    facts = facts_of(jpeg_with(tmp_path, gps={**PARIS, 2: (zero, zero, zero), 6: zero}))
    assert (facts.latitude, facts.longitude, facts.altitude_m) == (None, None, None)


# -- words -----------------------------------------------------------------------------------

PACKET = """<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreateDate="2011-06-14T15:47+02:00">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Früh am See</rdf:li></rdf:Alt></dc:title>
<dc:description><rdf:Alt><rdf:li>Mist &amp; boats</rdf:li></rdf:Alt></dc:description>
<dc:subject><rdf:Bag><rdf:li>lake</rdf:li><rdf:li>Lake</rdf:li><rdf:li>morning</rdf:li></rdf:Bag>
</dc:subject>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


def test_xmp_gives_title_description_keywords_and_time(tmp_path: Path) -> None:
    facts = facts_of(jpeg_with(tmp_path, xmp=PACKET.encode()))
    assert facts.title == "Früh am See"
    assert facts.description == "Mist & boats"
    assert facts.keywords == ("lake", "morning")
    assert facts.taken_at == "2011-06-14T15:47:00+02:00"


def test_system_tags_give_title_and_keywords(tmp_path: Path) -> None:
    tags: Mapping[int, object] = {
        0x9C9B: "Früh am See\0".encode("utf-16-le"),
        0x9C9E: "lake; morning\0".encode("utf-16-le"),
    }
    facts = facts_of(jpeg_with(tmp_path, tags))
    assert facts.title == "Früh am See"
    assert facts.keywords == ("lake", "morning")


def test_description_is_utf8_or_as_windows_writes_it(tmp_path: Path) -> None:
    for encoding in ("utf-8", "cp1252"):
        path = jpeg_with(tmp_path, {DESCRIPTION: "Früh am See – Grandma’s".encode(encoding)})
        assert facts_of(path).description == "Früh am See – Grandma’s"


@pytest.mark.parametrize("text", ["OLYMPUS DIGITAL CAMERA         ", "SONY DSC", "   ", "\0\0\0"])
def test_what_cameras_write_for_want_of_a_description_is_left_out(
    text: str, tmp_path: Path
) -> None:
    assert facts_of(jpeg_with(tmp_path, {DESCRIPTION: text})).description is None


def test_text_is_on_one_line_bounded_and_without_controls(tmp_path: Path) -> None:
    hostile = "\x1b]0;owned\x07line\r\n" + "x" * 60_000
    description = facts_of(jpeg_with(tmp_path, {DESCRIPTION: hostile})).description
    assert description is not None
    assert description.startswith("]0;ownedline xxx")
    assert description.isprintable()
    assert len(description) <= 2000


def test_metadata_as_text_in_a_png_is_found(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    exif = exif_with({MODEL: "DMC-G9", ORIENTATION: 6})
    text = PngInfo()
    text.add_text("Raw profile type exif", f"\nexif\n{len(exif):8}\n{exif.hex()}\n")
    shaded(40, 30).save(path, pnginfo=text)
    facts = facts_of(path)
    assert facts.camera == "DMC-G9"
    assert (facts.width, facts.height) == (30, 40)


# -- hostile metadata ------------------------------------------------------------------------


def test_entities_are_not_expanded() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    bomb += "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))
    packet = bomb + "]>" + PACKET.partition("?>")[2].replace("Früh", "&j;")
    assert read_xmp(packet.encode()) == {}


def test_files_are_not_included() -> None:
    packet = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    assert read_xmp((packet + PACKET.partition("?>")[2].replace("Früh", "&a;")).encode()) == {}


def test_deep_nesting_ends_the_reading_with_what_was_found() -> None:
    start = PACKET.partition("</rdf:Description>")[0]
    values = read_xmp((start + "<a>" * 100_000).encode())
    assert any("morning" in found for found in values.values())


def test_cut_packet_gives_what_came_before() -> None:
    values = read_xmp(PACKET.encode()[:700])
    assert ["Früh am See"] in values.values()


@given(st.binary(max_size=300))
def test_no_packet_makes_the_reader_fail(noise: bytes) -> None:
    read_xmp(noise)
    read_xmp(PACKET.encode()[:500] + noise)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40))
def test_no_damage_to_metadata_costs_the_picture(
    tmp_path_factory: pytest.TempPathFactory, seed: int, changes: int
) -> None:
    path = jpeg_with(
        tmp_path_factory.mktemp("photo"),
        {MAKE: "Canon", MODEL: "EOS 5D", DESCRIPTION: "A lake", 0x9C9B: b"l\0a\0"},
        photo={ORIGINAL: "2020:07:18 16:02:00", 0x829A: 0.008, 0xA434: "50mm"},
        gps=PARIS,
        xmp=PACKET.encode(),
    )
    content = bytearray(path.read_bytes())
    start, end = content.index(b"Exif\0\0") + 6, content.index(b"<?xpacket end")
    noise = random.Random(seed)
    xmp_segment = content.index(b"\xff\xe1", start)
    for _ in range(changes):
        at = noise.randrange(start, end)
        if not xmp_segment <= at < xmp_segment + 40:
            content[at] = noise.randrange(256)
    path.write_bytes(content)
    facts = decoded(path).facts
    texts = (facts.camera, facts.lens, facts.title, facts.description, *facts.keywords)
    assert all(printable(text) == text for text in texts if text)
    assert sorted((facts.width, facts.height)) == [30, 40]


def test_photo_without_metadata_says_its_size_and_format(tmp_path: Path) -> None:
    path = tmp_path / "photo.webp"
    Image.new("RGB", (40, 30)).save(path)
    assert facts_of(path) == Facts(width=40, height=30, format="WEBP")
