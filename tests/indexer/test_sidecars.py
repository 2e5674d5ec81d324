"""What is read from a sidecar, of whatever program, however damaged or hostile."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.folders.sidecar_reader import facts_in
from indexer.metadata.xmp import PACKET_BYTES_MAX
from storage.records import Facts
from tests.indexer.metadata_files import bag, packet
from tests.indexer.test_beside import Bench

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def said(tmp_path: Path) -> Callable[[str | bytes], Facts]:
    def read(text: str | bytes) -> Facts:
        path = tmp_path / "a.xmp"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return facts_in(path)

    return read


def test_all_that_owners_write_is_read(said: Callable[[str | bytes], Facts]) -> None:
    facts = said(
        packet(
            "<dc:title><rdf:Alt><rdf:li>Harbour</rdf:li></rdf:Alt></dc:title>"
            "<dc:description><rdf:Alt><rdf:li>Boats at dawn</rdf:li></rdf:Alt></dc:description>"
            + bag("dc:subject", "sea", "Sea", "boat")
            + bag("lr:hierarchicalSubject", "Places|Portugal|Lisbon")
            + bag("digiKam:TagsList", "Places/Portugal", "boat"),
            'xmp:Rating="4" xmp:Label="Green" tiff:Make="FUJIFILM" tiff:Model="X-T3"'
            ' exif:DateTimeOriginal="2019-07-18T16:02:00+01:00"'
            ' exif:GPSLatitude="38,42.5N" exif:GPSLongitude="9,8,24W"'
            ' exif:GPSAltitude="1205/10" exif:GPSAltitudeRef="0"',
        )
    )
    assert facts == Facts(
        title="Harbour",
        description="Boats at dawn",
        keywords=("sea", "boat", "Places", "Portugal", "Lisbon"),
        rating=4,
        label="Green",
        camera="FUJIFILM X-T3",
        taken_at="2019-07-18T16:02:00+01:00",
        taken_by="original",
        latitude=38.70833333,
        longitude=-9.14,
        altitude_m=120.5,
    )


def test_people_are_named_by_regions_and_by_lists(said: Callable[[str | bytes], Facts]) -> None:
    region = (
        '<mwg-rs:Regions><mwg-rs:RegionList><rdf:Bag><rdf:li><rdf:Description mwg-rs:Name="Ada"'
    )
    region += ' mwg-rs:Type="Face"><mwg-rs:Area stArea:x="0.5"/></rdf:Description></rdf:li>'
    region += "<rdf:li><mwg-rs:Name>Grace</mwg-rs:Name></rdf:li></rdf:Bag></mwg-rs:RegionList>"
    text = packet(bag("Iptc4xmpExt:PersonInImage", "Alan", "ada") + region + "</mwg-rs:Regions>")
    assert said(text).people == ("Alan", "ada", "Grace")


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [("91,0N", "9,8W"), ("38,42.5E", "9,8W"), ("38,42.5N", ""), ("0,0N", "0,0E"), ("x", "1e9999E")],
)
def test_what_is_no_place_is_none(
    said: Callable[[str | bytes], Facts], latitude: str, longitude: str
) -> None:
    facts = said(packet("", f'exif:GPSLatitude="{latitude}" exif:GPSLongitude="{longitude}"'))
    assert (facts.latitude, facts.longitude) == (None, None)


@pytest.mark.parametrize("stars", ["9", "-7", "many", "nan", "inf", "1e400", ""])
def test_what_are_no_stars_are_none(said: Callable[[str | bytes], Facts], stars: str) -> None:
    assert said(packet("", f'xmp:Rating="{stars}"')).rating is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_read_in_the_forms_that_xml_has(
    said: Callable[[str | bytes], Facts], encoding: str
) -> None:
    text = packet(bag("dc:subject", "Käse", "漁港"))
    assert said(text.encode(encoding)).keywords == ("Käse", "漁港")


def test_nothing_that_a_terminal_obeys_is_left(said: Callable[[str | bytes], Facts]) -> None:
    text = packet(bag("dc:subject", "a\u202eb", "\u009b31mred", "tab\there&#13;"))
    assert said(text).keywords == ("ab", "›31mred", "tab here")


HOSTILE = {
    "entities": '<!DOCTYPE a [<!ENTITY b "boom">]>' + packet(bag("dc:subject", "&b;")),
    "outside": '<!DOCTYPE a SYSTEM "file:///etc/passwd">' + packet(bag("dc:subject", "x")),
    "deep": packet("<a>" * 50_000),
    "not XML": "title: Harbour",
    "empty": "",
    "no such encoding": '<?xml version="1.0" encoding="klingon"?>' + packet(""),
    "wrong encoding": packet(bag("dc:subject", "Käse")).encode("latin-1"),
    "cut off": packet(bag("dc:subject", "x"))[:120],
    "binary": bytes(range(256)) * 100,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_sidecar_says_less_and_breaks_nothing(
    said: Callable[[str | bytes], Facts], text: str | bytes
) -> None:
    assert said(text) == Facts()


def test_of_very_many_keywords_and_names_a_thousand_are_kept_and_it_is_told(
    said: Callable[[str | bytes], Facts],
) -> None:
    many = [f"word{number}" for number in range(1234)]
    facts = said(packet(bag("dc:subject", *many) + bag("Iptc4xmpExt:PersonInImage", *many)))
    assert facts.keywords == facts.people == tuple(many[:1000])
    assert facts.notes == (
        "only the first 1000 of 1234 keywords are kept",
        "only the first 1000 of 1234 names are kept",
    )
    facts = said(packet(bag("dc:subject", *many[:1000])))
    assert (len(facts.keywords), facts.notes) == (1000, ())


def test_what_stands_before_the_limit_of_a_long_sidecar_counts_and_it_is_told(
    said: Callable[[str | bytes], Facts],
) -> None:
    masks = "<a>" + "x" * PACKET_BYTES_MAX + "</a>"
    facts = said(packet(bag("dc:subject", "sea") + masks, 'xmp:Rating="4"'))
    assert (facts.keywords, facts.rating) == (("sea",), 4)
    assert facts.notes == ("only the first 8 MB of XMP are read",)


def test_what_stands_behind_megabytes_of_masks_is_read(
    said: Callable[[str | bytes], Facts],
) -> None:
    facts = said(packet(f"<a>{'x' * 6_000_000}</a>" + bag("dc:subject", "sea")))
    assert (facts.keywords, facts.notes) == (("sea",), ())


def test_what_is_no_file_says_nothing_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xmp")
    (tmp_path / "folder.xmp").mkdir()
    for name in ("pipe.xmp", "folder.xmp", "gone.xmp"):
        assert facts_in(tmp_path / name) == Facts()


@given(st.binary(max_size=300), st.integers(0, 600))
def test_any_bytes_can_stand_in_a_sidecar(noise: bytes, at: int) -> None:
    from indexer.metadata.xmp import read_xmp

    whole = packet(bag("dc:subject", "sea"), 'xmp:Rating="4"').encode()
    read_xmp(whole[:at] + noise + whole[at:])


@pytest.mark.data
def test_sidecars_of_real_programs_are_read(shared_data: Callable[[str], Path]) -> None:
    folder = shared_data("exif") / "files" / "photoprism"
    facts = facts_in(folder / "photoshop.xmp")
    assert (facts.title, facts.people, facts.rating) == (
        "Night Shift / Berlin / 2020",
        ("Gopher",),
        4,
    )
    assert (facts.camera, facts.lens) == ("HUAWEI ELE-L29", "HUAWEI P30 Rear Main Camera")
    assert (facts.latitude, facts.longitude) == (52.45969, 13.32183167)
    assert facts.taken_at == "2020-01-01T17:28:23"
    facts = facts_in(folder / "ladybug.xmp")
    assert (facts.camera, facts.lens) == ("Canon EOS 50D", "EF100mm f/2.8 Macro USM")
    assert (facts.title, facts.rating, facts.latitude) == ("Ladybug", 1, 51.25485167)


def keep_both(base: Path, text: str, facts: Facts) -> tuple[Bench, Facts]:
    """A photo of these facts beside a sidecar; what is known of it then."""
    bench = Bench(base)
    bench.put("a.jpg")
    bench.put("a.jpg.xmp", text)
    bench.bring_up_to_date()
    with bench.library.atomic():
        bench.library.contents.put("a.jpg", facts)
        bench.library.words.refresh([bench.photos["a.jpg"].id])
    return bench, bench.facts("a.jpg")


def test_no_stars_and_places_on_the_equator_are_said_by_a_sidecar(tmp_path: Path) -> None:
    text = packet(
        "",
        'xmp:Rating="0" exif:GPSLatitude="0,0N" exif:GPSLongitude="9,30E" exif:GPSAltitude="0/1"',
    )
    bench, facts = keep_both(tmp_path, text, Facts(rating=4, latitude=38.7, altitude_m=120.0))
    assert (facts.rating, facts.latitude, facts.longitude, facts.altitude_m) == (0, 0.0, 9.5, 0.0)
    bench.library.close()


def test_remarks_of_a_photo_and_of_its_sidecar_are_both_found(tmp_path: Path) -> None:
    text = packet(bag("dc:rights", "Jane Doe"))
    bench, facts = keep_both(tmp_path, text, Facts(remarks=("garden party", "Jane Doe")))
    assert facts.remarks == ("Jane Doe", "garden party")
    assert all(bench.found(word) for word in ("garden", "jane"))
    bench.library.close()
