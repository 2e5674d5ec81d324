"""Which sidecars speak of which photo, as other programs name them."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.sidecar_names import plain_name, sidecars_of

LONG = "holiday at the lake with everybody and the dog.jpg"


@pytest.mark.parametrize(
    ("photo", "sidecar"),
    [
        ("IMG_1.JPG", "IMG_1.JPG.xmp"),
        ("IMG_1.JPG", "IMG_1.xmp"),
        ("IMG_1.JPG", "IMG_1.JPG.supplemental-metadata.json"),
        ("IMG_1.JPG", "IMG_1.JPG.supplemental-me.json"),
        ("IMG_1.JPG", "IMG_1.JPG.s.json"),
        ("IMG_1.JPG", "IMG_1.JPG..json"),
        ("IMG_1.JPG", "IMG_1.JPG.json"),
        ("IMG_1.JPG", "IMG_1.json"),
        ("IMG_1(1).JPG", "IMG_1.JPG.supplemental-metadata(1).json"),
        ("IMG_1(1).JPG", "IMG_1.JPG.suppl(1).json"),
        ("IMG_1(1).JPG", "IMG_1.JPG(1).json"),
        ("IMG_1(1).JPG", "IMG_1(1).JPG.json"),
        ("IMG_1-edited.JPG", "IMG_1.JPG.supplemental-metadata.json"),
        ("IMG_1-edited(2).JPG", "IMG_1.JPG.supplemental-metadata(2).json"),
        ("IMG_1-bearbeitet.JPG", "IMG_1.JPG.json"),
        (LONG, f"{LONG[:46]}.json"),
        (LONG.replace(".jpg", "(1).jpg"), f"{LONG[:46]}(1).json"),
    ],
)
def test_a_sidecar_speaks_of_the_photo_that_it_is_named_after(photo: str, sidecar: str) -> None:
    assert plain_name(os.fsencode(sidecar)) in sidecars_of(os.fsencode(photo))


@pytest.mark.parametrize(
    ("photo", "sidecar"),
    [
        ("IMG_1.JPG", "IMG_1.JPG.supplemental-metadata(1).json"),
        ("IMG_1.JPG", "IMG_1.JPG(1).json"),
        ("IMG_1(1).JPG", "IMG_1.JPG.supplemental-metadata.json"),
        ("IMG_1.JPG", "IMG_10.JPG.json"),
        ("IMG_1.JPG", "IMG_1.PNG.json"),
        ("IMG_1.JPG", "metadata.json"),
        ("IMG_1-edited.JPG", "IMG_1.JPG.xmp"),
        ("IMG_1.JPG", "IMG_1-edited.JPG.json"),
    ],
)
def test_a_sidecar_of_another_photo_does_not(photo: str, sidecar: str) -> None:
    assert plain_name(os.fsencode(sidecar)) not in sidecars_of(os.fsencode(photo))


def test_xmp_goes_before_takeout() -> None:
    suffixes = [name[-4:] for name in sidecars_of(b"IMG_1(1)-edited.JPG")]
    assert suffixes == [*[b".xmp"] * 2, *[b"json"] * (len(suffixes) - 2)]


NAMES = st.text("abc._ -()12", min_size=1, max_size=42).map(lambda stem: f"{stem}.jpg")


@given(NAMES, st.integers(0, 22), st.sampled_from(("", "(1)", "(12)")))
def test_takeouts_file_is_found_wherever_its_name_was_cut(
    photo: str, cut: int, number: str
) -> None:
    sidecar = f"{photo}{'.supplemental-metadata'[:cut]}{number}.json"
    named = f"{photo[:-4]}{number}.jpg"
    assert plain_name(os.fsencode(sidecar)) in sidecars_of(os.fsencode(named))


@given(st.binary(max_size=80))
def test_no_name_raises(name: bytes) -> None:
    assert plain_name(name + b".json").endswith(b".json")
    assert sidecars_of(name)
