"""What devices and programs write is told from what people do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.metadata.boilerplate import is_boilerplate, is_rubbish


@pytest.mark.parametrize(
    "text",
    [
        *("OLYMPUS DIGITAL CAMERA", "SANYO DIGITAL CAMERA", "KODAK DIGITAL STILL CAMERA"),
        *("Minolta digital camera", "KONICA MINOLTA DIGITAL CAMERA", "ACME X DIGITAL CAMERA"),
        *("SONY DSC", "SAMSUNG CSC", "DCIM\\100GOPRO", "DCIM/101MEDIA/DJI_0001.JPG", "Exif JPEG"),
        *("<Digimax i50 MP3, Samsung #1 MP3>", "LG Electronics", "Nokia", "HTC", "oplus_1048864"),
        *("hdr", "edf_vivid", "filter: 0; fileterIntensity: 0.0; filterMask: 0;", "---", "   "),
        *('{"mirror":false,"sensor_type":"front"}', "User comments", "Untitled", "n/a"),
        *("CREATOR: gd-jpeg v1.0 (using IJG JPEG v62), quality = 90", "Created with GIMP"),
        *("Created with The GIMP", "LEAD Technologies Inc. V1.01", "AppleMark", "AppleMark\n"),
        *("File written by Adobe Photoshop? 4.0", "Optimized by JPEGmini 3.9.2", "Lavc58.134.100"),
        *("Created by OpenJPEG version 2.5.0", "GIF edited with https://ezgif.com/crop", "*"),
        *("Intel(R) JPEG Library, version 1,5,4,36", "(C) by Caplio RR1 User", "Copyright 2005"),
    ],
)
def test_words_of_devices_and_programs_are_no_persons(text: str) -> None:
    assert is_boilerplate(text)


@pytest.mark.parametrize(
    "text",
    [
        *("Screenshot", "my new digital camera", "Anna with her digital camera", "Samsung, 2019"),
        *("made with paint and glue by Anna", "Made in Leadville", "Focus: mountains at dawn"),
        *("Nokia beach", "HDR of the harbour", "DCIM museum", "Copyright 2005 Jane Doe", "2019"),
        *("Title fight", "Comment c'est fait", "created by my daughter", "写真", "Ноябрь", "🎂"),
    ],
)
def test_words_of_people_are_kept(text: str) -> None:
    assert not is_boilerplate(text)


@given(st.text(st.characters(blacklist_categories=("Cc", "Cs")), min_size=1))
def test_no_text_is_rubbish(text: str) -> None:
    assert not is_rubbish(text.encode())


def test_numbers_and_pictures_are_rubbish_and_texts_of_any_encoding_are_not() -> None:
    assert is_rubbish(bytes(range(1, 40)))
    assert is_rubbish(b"\xff\xd8\xff\xe0\x10JFIF\x01\x01")
    assert not is_rubbish("Früh am See".encode("latin-1"))
    assert not is_rubbish("Früh am See".encode()[:3])
    assert not is_rubbish(b"")
