"""Whatever the format and the standard: what a photo says of itself is read."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin
from PIL.TiffImagePlugin import IFDRational

from indexer.metadata.comments import user_comment
from indexer.metadata.ratings import stars_of_percent
from storage.records import Facts
from tests.indexer.metadata_files import (
    bag,
    box,
    gif,
    gif_comment,
    gif_xmp,
    iptc,
    jpeg,
    languages,
    packet,
    photoshop_block,
    saved,
    segment,
    tiff_exif,
)
from tests.indexer.photo_files import exif_with, facts_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TOLD = packet(
    languages("dc:title", x_default="Harbour")
    + bag("dc:subject", "sea")
    + bag("dc:creator", "Jane Doe")
    + bag("Iptc4xmpExt:PersonInImage", "Ada"),
    'xmp:Rating="4" xmp:Label="Green" tiff:Make="FUJIFILM" tiff:Model="X-T3"'
    ' exifEX:LensModel="XF35mm" exif:FNumber="28/10" exif:ExposureTime="1/125"'
    ' exif:FocalLength="35/1" exifEX:PhotographicSensitivity="400"'
    ' exif:GPSLatitude="38,42.5N" exif:GPSLongitude="9,8,24W"'
    ' exif:GPSAltitude="1205/10" exif:GPSAltitudeRef="0" photoshop:City="Lisbon"'
    ' photoshop:State="Estremadura" photoshop:Country="Portugal" Iptc4xmpCore:Location="Belém"'
    ' photoshop:Headline="Boats at dawn"',
)
FACTS_TOLD = {
    "title": "Harbour",
    "keywords": ("sea",),
    "artist": "Jane Doe",
    "people": ("Ada",),
    "rating": 4,
    "label": "Green",
    "camera": "FUJIFILM X-T3",
    "lens": "XF35mm",
    "aperture": 2.8,
    "exposure_seconds": 0.008,
    "focal_length_mm": 35.0,
    "iso": 400,
    "latitude": 38.70833333,
    "longitude": -9.14,
    "altitude_m": 120.5,
    "city": "Lisbon",
    "state": "Estremadura",
    "country": "Portugal",
    "location": "Belém",
    "remarks": ("Boats at dawn",),
}

XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")


def told_of(facts: Facts) -> dict[str, object]:
    blank = Facts()
    names = ("width", "height", "format", "orientation")
    return {
        name: getattr(facts, name)
        for name in Facts.__dataclass_fields__
        if name not in names and getattr(facts, name) != getattr(blank, name)
    }


@pytest.fixture
def told(tmp_path: Path) -> Callable[[bytes], Facts]:
    def read(content: bytes) -> Facts:
        path = tmp_path / "photo"
        path.write_bytes(content)
        return facts_of(path)

    return read


def png_with(**texts: str) -> bytes:
    info = PngImagePlugin.PngInfo()
    for name, text in texts.items():
        info.add_itxt(name.replace("_", " "), text)
    return saved("PNG", pnginfo=info)


def psd_with(data: bytes) -> bytes:
    head = b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, 30, 40, 8, 3)
    block = photoshop_block(0x0424, data)
    sections = (b"", block, b"")
    lengths = b"".join(struct.pack(">I", len(section)) + section for section in sections)
    return head + lengths + struct.pack(">H", 0) + bytes(40 * 30 * 3)


INSIDE = {
    "JPEG": lambda data: saved("JPEG", xmp=data),
    "PNG": lambda data: png_with(**{"XML:com.adobe.xmp": data.decode()}),
    "WebP": lambda data: saved("WEBP", xmp=data),
    "TIFF": lambda data: saved("TIFF", tiffinfo={700: data}),
    "AVIF": lambda data: saved("AVIF", xmp=data),
    "HEIC": lambda data: saved("HEIF", xmp=data),
    "GIF": lambda data: gif(gif_xmp(data.decode())),
    "JPEG 2000": lambda data: saved("JPEG2000") + box(b"uuid", XMP_UUID + data),
    "Photoshop": psd_with,
}


@pytest.mark.parametrize("put", INSIDE.values(), ids=INSIDE)
def test_xmp_inside_says_all_that_it_says_in_a_sidecar(
    put: Callable[[bytes], bytes], told: Callable[[bytes], Facts]
) -> None:
    assert told_of(told(put(TOLD.encode()))) == FACTS_TOLD


# -- XMP -------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-16-le", "utf-32", "utf-32-be"])
def test_xmp_may_be_written_in_wide_characters(
    encoding: str, told: Callable[[bytes], Facts]
) -> None:
    text = '<?xml version="1.0" encoding="UTF-16"?>' + TOLD
    assert told_of(told(saved("JPEG", xmp=text.encode(encoding)))) == FACTS_TOLD


def test_the_language_for_all_is_shown_and_the_others_are_searched(
    told: Callable[[bytes], Facts],
) -> None:
    text = languages("dc:title", de_DE="Leuchtturm", x_default="Lighthouse", fr="Phare")
    facts = told(saved("JPEG", xmp=packet(text).encode()))
    assert (facts.title, facts.remarks) == ("Lighthouse", ("Leuchtturm", "Phare"))


@pytest.mark.parametrize("element", ["LocationShown", "LocationCreated"])
def test_places_are_read_from_iptcs_structures(
    element: str, told: Callable[[bytes], Facts]
) -> None:
    fields = "".join(
        f"<Iptc4xmpExt:{name}>{text}</Iptc4xmpExt:{name}>"
        for name, text in (
            ("City", "Óbidos"),
            ("ProvinceState", "Leiria"),
            ("CountryName", "Portugal"),
            ("Sublocation", "Castle"),
        )
    )
    item = f'<rdf:li rdf:parseType="Resource">{fields}</rdf:li>'
    text = f"<Iptc4xmpExt:{element}><rdf:Bag>{item}</rdf:Bag></Iptc4xmpExt:{element}>"
    facts = told(saved("JPEG", xmp=packet(text).encode()))
    assert (facts.location, facts.city, facts.state, facts.country) == (
        *("Castle", "Óbidos", "Leiria", "Portugal"),
    )


def test_where_what_is_shown_lies_is_not_where_the_photo_was_taken(
    told: Callable[[bytes], Facts],
) -> None:
    item = '<rdf:li exif:GPSLatitude="48,51.5N" exif:GPSLongitude="2,17E"/>'
    text = f"<Iptc4xmpExt:LocationShown><rdf:Bag>{item}</rdf:Bag></Iptc4xmpExt:LocationShown>"
    assert told(saved("JPEG", xmp=packet(text).encode())).latitude is None


def test_a_place_is_not_put_together_of_where_one_stood_and_what_one_saw(
    told: Callable[[bytes], Facts],
) -> None:
    text = "".join(
        f"<Iptc4xmpExt:{name}><rdf:Bag><rdf:li {fields}/></rdf:Bag></Iptc4xmpExt:{name}>"
        for name, fields in (
            ("LocationCreated", 'Iptc4xmpExt:City="Tarifa"'),
            ("LocationShown", 'Iptc4xmpExt:City="Tangier" Iptc4xmpExt:CountryName="Morocco"'),
        )
    )
    facts = told(saved("JPEG", xmp=packet(text).encode()))
    assert (facts.city, facts.country) == ("Tarifa", None)
    assert facts.remarks == ("Tangier", "Morocco")


def test_what_is_said_of_a_pictures_ingredients_is_not_said_of_it(
    told: Callable[[bytes], Facts],
) -> None:
    item = f'<rdf:li><rdf:Description xmp:Rating="5">{bag("dc:subject", "sea")}'
    text = f"<xmpMM:Pantry><rdf:Bag>{item}</rdf:Description></rdf:li></rdf:Bag></xmpMM:Pantry>"
    assert told_of(told(saved("JPEG", xmp=packet(text).encode()))) == {}


def region(kind: str, name: str) -> str:
    return (
        f'<rdf:li><rdf:Description mwg-rs:Name="{name}" mwg-rs:Type="{kind}">'
        '<mwg-rs:Area stArea:x="0.5"/></rdf:Description></rdf:li>'
    )


def test_of_regions_those_of_faces_name_people_and_those_of_animals_are_keywords(
    told: Callable[[bytes], Facts],
) -> None:
    kinds = (("Face", "Ada"), ("Pet", "Rex"), ("Focus", "AF"), ("BarCode", "4006"))
    items = "".join(region(kind, name) for kind, name in kinds)
    items += '<rdf:li rdf:parseType="Resource"><mwg-rs:Name>Tim</mwg-rs:Name></rdf:li>'
    items += (
        '<rdf:li rdf:parseType="Resource"><mwg-rs:Name>Focus 1</mwg-rs:Name>'
        "<mwg-rs:Type>Focus</mwg-rs:Type></rdf:li>"
    )
    listed = f"<mwg-rs:RegionList><rdf:Bag>{items}</rdf:Bag></mwg-rs:RegionList>"
    text = packet(f'<mwg-rs:Regions rdf:parseType="Resource">{listed}</mwg-rs:Regions>')
    facts = told(saved("JPEG", xmp=text.encode()))
    assert (facts.people, facts.keywords) == (("Ada", "Tim"), ("Rex",))


def test_people_are_named_by_microsofts_regions_and_by_iptcs_details(
    told: Callable[[bytes], Facts],
) -> None:
    item = '<rdf:li><rdf:Description MPReg:Rectangle="0, 0, 1, 1" MPReg:PersonDisplayName="Ada"/>'
    regions = (
        '<MP:RegionInfo rdf:parseType="Resource"><MPRI:Regions><rdf:Bag>'
        f"{item}</rdf:li></rdf:Bag></MPRI:Regions></MP:RegionInfo>"
    )
    details = (
        '<Iptc4xmpExt:PersonInImageWDetails><rdf:Bag><rdf:li rdf:parseType="Resource">'
        f"{languages('Iptc4xmpExt:PersonName', x_default='Grace')}"
        "</rdf:li></rdf:Bag></Iptc4xmpExt:PersonInImageWDetails>"
    )
    facts = told(saved("JPEG", xmp=packet(regions + details).encode()))
    assert facts.people == ("Grace", "Ada")


@pytest.mark.parametrize(
    "text",
    [
        bag("lr:hierarchicalSubject", "People|Anna"),
        bag("lr:hierarchicalSubject", "Places|Rome", "Personen|Familie|Anna", "Personen|Familie"),
        bag("digiKam:TagsList", "People/Anna", "People/Unknown", "People"),
        bag("MicrosoftPhoto:LastKeywordXMP", "Personnes/Anna"),
        bag("mediapro:CatalogSets", "Personas|Anna"),
        bag("dc:subject", "Persone|Anna"),
    ],
)
def test_keywords_below_people_name_people(text: str, told: Callable[[bytes], Facts]) -> None:
    assert told(saved("JPEG", xmp=packet(text).encode())).people == ("Anna",)


def test_extended_xmp_is_joined_by_its_offsets(told: Callable[[bytes], Facts]) -> None:
    guid = b"0123456789ABCDEF0123456789ABCDEF"
    words = [f"word{number}" for number in range(9000)]
    extension = packet(bag("dc:subject", *words[:900])).encode()
    first = packet("", f'xmpNote:HasExtendedXMP="{guid.decode()}" xmp:Rating="4"').encode()
    half = len(extension) // 2

    def piece(name: bytes, at: int, data: bytes) -> bytes:
        head = b"http://ns.adobe.com/xmp/extension/\0" + name
        return segment(0xE1, head + struct.pack(">II", len(extension), at) + data)

    facts = told(
        jpeg(
            segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + first),
            piece(b"F" * 32, 0, packet(bag("dc:subject", "of another")).encode()),
            piece(guid, half, extension[half:]),
            piece(guid, 0, extension[:half]),
        )
    )
    assert (facts.rating, facts.keywords) == (4, tuple(words[:900]))


# -- IPTC ------------------------------------------------------------------------------------

IPTC = iptc(
    (5, b"Harbour"),
    (25, b"heron"),
    (25, b"kingfisher"),
    (40, b"no crops"),
    (80, b"Jane Doe"),
    (90, b"Sintra"),
    (92, b"Pena"),
    (95, b"Lisboa"),
    (101, b"Portugal"),
    (105, b"Birds by the river"),
    (120, "Früh am See".encode()),
)
IPTC_TOLD = {
    "title": "Harbour",
    "keywords": ("heron", "kingfisher"),
    "artist": "Jane Doe",
    "city": "Sintra",
    "location": "Pena",
    "state": "Lisboa",
    "country": "Portugal",
    "description": "Früh am See",
    "remarks": ("Birds by the river", "no crops"),
}


GREY_16 = Image.new("I;16", (40, 30), 65000)


def white_is_zero(tiff: bytes) -> bytes:
    """The same as a kind that Pillow takes for another."""
    entry = struct.pack("<HHI", 262, 3, 1)
    assert entry + b"\1" in tiff
    return tiff.replace(entry + b"\1", entry + b"\0")


def raw_profile(data: bytes) -> str:
    return f"\niptc\n{len(data):8}\n{data.hex()}\n"


@pytest.mark.parametrize(
    "put",
    [
        lambda data: jpeg(segment(0xED, b"Photoshop 3.0\0" + photoshop_block(0x404, data))),
        lambda data: saved("TIFF", tiffinfo={33723: data}),
        lambda data: saved("TIFF", tiffinfo={34377: photoshop_block(0x404, data)}),
        lambda data: white_is_zero(saved("TIFF", GREY_16, tiffinfo={33723: data})),
        lambda data: png_with(Raw_profile_type_iptc=raw_profile(photoshop_block(0x404, data))),
        lambda data: png_with(Raw_profile_type_iptc=raw_profile(data)),
    ],
    ids=["JPEG", "TIFF", "TIFF, blocks", "TIFF of a rare kind", "PNG", "PNG, bare"],
)
def test_iptc_gives_words_and_places(
    put: Callable[[bytes], bytes], told: Callable[[bytes], Facts]
) -> None:
    assert told_of(told(put(IPTC))) == IPTC_TOLD


@given(st.integers(1, len(photoshop_block(0x404, IPTC)) - 1))
def test_iptc_may_be_cut_over_two_segments_anywhere(
    tmp_path_factory: pytest.TempPathFactory, at: int
) -> None:
    block = photoshop_block(0x404, IPTC)
    halves = (segment(0xED, b"Photoshop 3.0\0" + half) for half in (block[:at], block[at:]))
    path = tmp_path_factory.mktemp("photo") / "photo.jpg"
    path.write_bytes(jpeg(*halves))
    assert told_of(facts_of(path)) == IPTC_TOLD


# -- EXIF and words --------------------------------------------------------------------------


def test_texts_of_exif_3_are_read(told: Callable[[bytes], Facts]) -> None:
    exif = tiff_exif(
        (
            (0x010E, 129, "Zürichsee\0".encode()),
            (0x010F, 129, b"Kamerawerk\0"),
            (0x0110, 129, b"Kamera X9\0"),
        ),
        photo=((0xA434, 129, "50mm für alle\0".encode()),),
    )
    facts = told(saved("JPEG", exif=exif))
    assert (facts.description, facts.camera, facts.lens) == (
        *("Zürichsee", "Kamerawerk Kamera X9", "50mm für alle"),
    )


def test_tags_of_the_photo_may_stand_in_the_main_directory(
    told: Callable[[bytes], Facts],
) -> None:
    exif = Image.Exif()
    exif[0x829D], exif[0x8827] = 2.8, 400
    facts = told(saved("JPEG", exif=exif.tobytes()))
    assert (facts.aperture, facts.iso) == (2.8, 400)


def test_an_iso_that_does_not_fit_is_read_from_where_it_does(
    told: Callable[[bytes], Facts],
) -> None:
    exif = exif_with({}, photo={0x8827: 65535, 0x8832: 102400})
    assert told(saved("JPEG", exif=exif)).iso == 102400


@pytest.mark.parametrize(
    ("tag", "value", "told_as"),
    [
        (0x9C9C, "orchard\0".encode("utf-16-le"), {"remarks": ("orchard",)}),
        (0x9C9F, "harvest\0".encode("utf-16-le"), {"remarks": ("harvest",)}),
        (0x9C9D, "Jane Doe\0".encode("utf-16-le"), {"artist": "Jane Doe"}),
        (0x013B, "Jane Doe", {"artist": "Jane Doe"}),
        (0x8298, "Jane Doe\0Studio", {"remarks": ("Jane Doe", "Studio")}),
        (0x010D, "Album of 1985", {"remarks": ("Album of 1985",)}),
        (0x010E, "SANYO DIGITAL CAMERA", {}),
        (0x010E, "DCIM\\100GOPRO", {}),
        (0x013B, "unknown", {}),
        (0x4746, 4, {"rating": 4}),
        (0x4749, 75, {"rating": 4}),
        (0x4746, 0, {"rating": 0}),
        (0x4746, 9, {}),
    ],
)
def test_words_and_stars_of_exif_are_read_but_for_those_of_makers(
    tag: int, value: object, told_as: dict[str, object], told: Callable[[bytes], Facts]
) -> None:
    assert told_of(told(saved("JPEG", exif=exif_with({tag: value})))) == told_as


def test_stars_that_are_given_count_before_none(told: Callable[[bytes], Facts]) -> None:
    none = packet("", 'xmp:Rating="0"').encode()
    assert told(saved("JPEG", exif=exif_with({0x4746: 3}), xmp=none)).rating == 3


@pytest.mark.parametrize(("percent", "stars"), [(0, 0), (1, 1), (25, 2), (50, 3), (75, 4), (99, 5)])
def test_stars_of_windows_are_shares_of_a_hundred(
    percent: int, stars: int, told: Callable[[bytes], Facts]
) -> None:
    text = packet("", f'MicrosoftPhoto:Rating="{percent}"')
    assert told(saved("JPEG", xmp=text.encode())).rating == stars
    bare = text.replace("http://ns.microsoft.com/photo/1.0/", "http://ns.microsoft.com/photo/1.0")
    assert told(saved("JPEG", xmp=bare.encode())).rating == stars


@given(st.floats(0, 100), st.floats(0, 100))
def test_more_of_a_hundred_is_never_fewer_stars(one: float, other: float) -> None:
    fewer, more = (stars_of_percent(percent) for percent in sorted((one, other)))
    assert fewer is not None
    assert more is not None
    assert 0 <= fewer <= more <= 5


@given(
    st.text(st.characters(blacklist_categories=("Cc", "Cs", "Cn", "Co")), min_size=1),
    st.sampled_from(["utf-8", "utf-16"]),
)
def test_a_users_comment_comes_back(text: str, encoding: str) -> None:
    head = b"UNICODE\0" if encoding == "utf-16" else b"ASCII\0\0\0"
    assert user_comment(head + text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        (b"UNICODE\0" + "Grandma’s garden".encode("utf-16-le"), "Grandma’s garden"),
        (b"UNICODE\0" + "Grandma’s garden".encode("utf-16-be"), "Grandma’s garden"),
        (b"UNICODE\0" + "Бабушкин сад".encode("utf-16-le"), "Бабушкин сад"),
        (b"UNICODE\0" + "Бабушкин сад".encode("utf-16-be"), "Бабушкин сад"),
        (b"JIS\0\0\0\0\0" + "花見".encode("iso2022_jp"), "花見"),
        (b"JIS\0\0\0\0\0" + "花見".encode("euc_jp"), "花見"),
        (b"ASCII\0\0\0Screenshot", "Screenshot"),
        (b"\0" * 8 + b"picnic" + b"\0" * 20, "picnic"),
        (b"A picnic in the park", "A picnic in the park"),
        (b"\0" * 64, ""),
        (b"", ""),
        (7, ""),
    ],
)
def test_a_users_comment_says_how_it_is_written(stored: object, text: str) -> None:
    assert user_comment(stored) == text


def test_the_mark_of_a_screenshot_is_kept(told: Callable[[bytes], Facts]) -> None:
    exif = exif_with({}, photo={0x9286: b"ASCII\0\0\0Screenshot"})
    assert told(saved("JPEG", exif=exif)).remarks == ("Screenshot",)


def test_comments_are_read_but_for_those_of_programs_and_rubbish(
    told: Callable[[bytes], Facts],
) -> None:
    comments = (b"sailing regatta", b"CREATOR: gd-jpeg v1.0", bytes(range(1, 90)))
    assert told(jpeg(*(segment(0xFE, text) for text in comments))).remarks == ("sailing regatta",)
    long = b"tea " * 100
    facts = told(gif(gif_comment(long), gif_comment(b"Created with GIMP")))
    assert facts.remarks == (long.decode().strip(),)


def test_texts_of_a_png_are_read(told: Callable[[bytes], Facts]) -> None:
    texts = {"Title": "tea", "Description": "bonsai", "Author": "Jane", "Comment": "lantern"}
    facts = told(png_with(**texts, Software="nobody"))
    assert (facts.title, facts.description, facts.artist, facts.remarks) == (
        *("tea", "bonsai", "Jane", ("lantern",)),
    )


def test_exif_and_iptc_of_a_jpeg_2000_are_read(told: Callable[[bytes], Facts]) -> None:
    exif = exif_with({0x010F: "Nikon", 0x0110: "D4"}, photo={0x9003: "2012:05:06 07:08:09"})
    iptc_uuid = bytes.fromhex("33c7a4d2b81d4723a0baf1a3e097ad38")
    boxes = (b"JpgTiffExif->JP2" + exif.removeprefix(b"Exif\0\0"), iptc_uuid + IPTC)
    facts = told(saved("JPEG2000") + b"".join(box(b"uuid", data) for data in boxes))
    assert (facts.camera, facts.taken_at) == ("Nikon D4", "2012-05-06T07:08:09")
    assert (facts.keywords, facts.city) == (("heron", "kingfisher"), "Sintra")


@pytest.mark.parametrize("lens", ["----", "Unknown", "n/a", "   "])
def test_what_cameras_write_for_want_of_a_lens_is_left_out(
    lens: str, told: Callable[[bytes], Facts]
) -> None:
    assert told(saved("JPEG", exif=exif_with({}, photo={0xA434: lens}))).lens is None


def test_a_long_keyword_that_is_a_list_is_taken_apart(told: Callable[[bytes], Facts]) -> None:
    many = [f"word number {number}" for number in range(20)]
    text = packet(f"<dc:subject>{', '.join(many)}</dc:subject>" + bag("dc:subject", "Lisbon, sea"))
    assert told(saved("JPEG", xmp=text.encode())).keywords == (*many, "Lisbon, sea")


# -- places ----------------------------------------------------------------------------------

UNKNOWN = IFDRational(0, 0)


@pytest.mark.parametrize(
    ("parts", "latitude"),
    [
        ((48.0, 51.0, UNKNOWN), 48.85),
        ((48.5, UNKNOWN, UNKNOWN), 48.5),
        ((UNKNOWN, 51.0, 0.0), None),
        ((UNKNOWN, UNKNOWN, UNKNOWN), None),
    ],
)
def test_a_part_of_a_place_that_is_no_number_leaves_what_stands_before_it(
    parts: tuple[object, ...], latitude: float | None, told: Callable[[bytes], Facts]
) -> None:
    gps = {1: "N", 2: parts, 3: "E", 4: (2.0, 17.0, 0.0)}
    assert told(saved("JPEG", exif=exif_with({}, gps=gps))).latitude == latitude


@pytest.mark.parametrize(("side", "metres"), [(0, 100), (1, -100), (2, 100), (3, -100)])
def test_odd_sides_of_an_altitude_are_below(
    side: int, metres: float, told: Callable[[bytes], Facts]
) -> None:
    gps = {5: bytes((side,)), 6: 100.0}
    assert told(saved("JPEG", exif=exif_with({}, gps=gps))).altitude_m == metres
    text = packet("", f'exif:GPSAltitude="100/1" exif:GPSAltitudeRef="{side}"')
    assert told(saved("JPEG", xmp=text.encode())).altitude_m == metres
