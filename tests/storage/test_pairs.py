"""Which files of a folder are one item."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.pairs import LIVE_BYTES_MAX, LIVE_SECONDS_APART_MAX, FolderFile, companions_in

SECOND = 10**9


def file(name: str, *, size: int = 1000, second: float = 0, is_broken: bool = False) -> FolderFile:
    return FolderFile(
        name=name.encode(),
        size_bytes=size,
        mtime_ns=round(second * SECOND),
        is_broken=is_broken,
    )


def pairs(*files: FolderFile | str) -> dict[str, str]:
    given_files = [file(item) if isinstance(item, str) else item for item in files]
    return {one.decode(): other.decode() for one, other in companions_in(given_files).items()}


@pytest.mark.parametrize(
    ("still", "companion"),
    [
        ("IMG_1.JPG", "IMG_1.CR2"),
        ("img_1.jpg", "IMG_1.NEF"),
        ("DSC.HIF", "DSC.arw"),
        ("a.tiff", "a.dng"),
        ("IMG_1.JPG", "IMG_1.JPG.dng"),
        ("IMG_1.CR2.jpg", "IMG_1.CR2"),
        ("PXL_1.RAW-01.MP.COVER.jpg", "PXL_1.RAW-02.ORIGINAL.dng"),
        ("IMG_1234.HEIC", "IMG_1234.MOV"),
        ("PXL_1.jpg", "PXL_1.mp4"),
        ("käse.jpg", "käse.raf"),
    ],
)
def test_a_raw_and_the_seconds_around_a_photo_go_by_its_name(still: str, companion: str) -> None:
    assert pairs(companion, still) == {companion: still}


@pytest.mark.parametrize(
    "names",
    [
        ("IMG_1.JPG", "IMG_2.CR2"),
        ("IMG_1.JPG", "IMG_1.HEIC"),
        ("IMG_1.CR2", "IMG_1.DNG"),
        ("IMG_1.CR2", "IMG_1.MOV"),
        ("IMG_1.png", "IMG_1.CR2"),
        ("film.avi", "film.jpg"),
        ("film.mp4", "film.mp4.jpg"),
        ("É.jpg", "é.cr2"),
        ("IMG_1.JPG", "IMG_10.CR2"),
    ],
)
def test_what_only_looks_alike_stays_apart(names: tuple[str, ...]) -> None:
    assert pairs(*names) == {}


@pytest.mark.parametrize(
    "film",
    [
        file("IMG_1.MOV", size=LIVE_BYTES_MAX + 1),
        file("IMG_1.MOV", second=LIVE_SECONDS_APART_MAX + 1),
        file("IMG_1.MOV", second=-LIVE_SECONDS_APART_MAX - 1),
    ],
)
def test_a_film_that_merely_has_the_name_of_a_photo_is_an_item(film: FolderFile) -> None:
    assert pairs("IMG_1.JPG", film) == {}


def test_a_raw_of_another_time_is_still_the_photos() -> None:
    assert pairs("IMG_1.JPG", file("IMG_1.CR2", size=10**8, second=10**7))


def test_nothing_hides_behind_what_cannot_be_shown() -> None:
    assert pairs(file("IMG_1.JPG", is_broken=True), "IMG_1.CR2", "IMG_1.MOV") == {}


def test_a_broken_raw_hides_behind_its_photo() -> None:
    assert pairs("IMG_1.JPG", file("IMG_1.CR2", is_broken=True)) == {"IMG_1.CR2": "IMG_1.JPG"}


def test_of_several_photos_of_one_name_the_phones_own_has_the_companion() -> None:
    names = ("IMG_1.JPG", "IMG_1.tif", "IMG_1.HEIC", "IMG_1.MOV")
    assert pairs(*names) == {"IMG_1.MOV": "IMG_1.HEIC"}
    assert pairs("a.jpg", "A.jpg", "a.cr2", "A.CR2") == {"a.cr2": "a.jpg", "A.CR2": "A.jpg"}


def test_a_photo_may_have_both_kinds_of_companion() -> None:
    assert pairs("x.jpg", "x.dng", "x.mov") == {"x.dng": "x.jpg", "x.mov": "x.jpg"}


_FILES = st.lists(
    st.builds(
        file,
        st.tuples(
            st.sampled_from(["a", "A", "a.jpg", "b.cr2", "b"]),
            st.sampled_from(["jpg", "JPG", "heic", "cr2", "dng", "mov", "mp4", "png", "tif"]),
        ).map(".".join),
        size=st.sampled_from([1, LIVE_BYTES_MAX * 2]),
        second=st.sampled_from([0, 10**6]),
        is_broken=st.booleans(),
    ),
    unique_by=lambda item: item.name,
    max_size=8,
)


@given(_FILES)
def test_pairing_is_one_deep_and_knows_no_order(files: list[FolderFile]) -> None:
    found = companions_in(files)
    assert not set(found) & set(found.values())
    assert set(found) | set(found.values()) <= {item.name for item in files}
    assert companions_in(reversed(files)) == found
