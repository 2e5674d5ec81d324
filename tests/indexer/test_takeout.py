"""Google Takeout's JSON files: what they say, and hostile ones."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.folders.sidecar_reader import facts_in
from indexer.metadata.takeout import takeout_facts
from storage.records import Facts
from storage.safe_text import printable
from tests.indexer.test_beside import Bench, sidecar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TOKYO = {"latitude": 35.68, "longitude": 139.69, "altitude": 10.0}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.library.close()


def takeout(timestamp: object = "1258375918", **more: Any) -> str:  # noqa: ANN401
    said = {"title": "IMG_1.JPG", "photoTakenTime": {"timestamp": timestamp}, **more}
    return json.dumps(said)


def facts_of(text: str) -> Facts:
    return takeout_facts(text.encode())


def test_all_that_google_photos_knows_is_read() -> None:
    facts = facts_of(
        takeout(
            description="harbour walk",
            geoData=TOKYO,
            people=[{"name": "Anna"}, {"name": "Ben"}, {"name": "anna"}],
            favorited=True,
        )
    )
    assert facts == Facts(
        taken_at="2009-11-16T21:51:58+09:00",
        taken_by="Takeout",
        latitude=35.68,
        longitude=139.69,
        altitude_m=10.0,
        description="harbour walk",
        people=("Anna", "Ben"),
        is_favourite=True,
    )


def test_a_place_of_zeros_is_none_and_that_of_the_camera_counts() -> None:
    zeros = {"latitude": 0.0, "longitude": 0.0, "altitude": 0.0}
    assert facts_of(takeout(geoData=zeros)).latitude is None
    assert facts_of(takeout(geoData=zeros, geoDataExif=TOKYO)).latitude == 35.68


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "null",
        '{"title": "album"}',
        '{"photoTakenTime": "2019"}',
        "[" * 100_000,
        '{"photoTakenTime": ' + '{"a":' * 100_000,
        takeout("9" * 5000),
        takeout("9" * 40),
        takeout(None),
        takeout("0"),
        takeout("1258375918")[:-1],
        "\x00\xff",
    ],
)
def test_what_is_none_of_takeouts_files_says_nothing(text: str) -> None:
    assert facts_of(text) == Facts()


@pytest.mark.parametrize(
    "place",
    [
        {"latitude": 91, "longitude": 0},
        {"latitude": float("nan"), "longitude": 1},
        {"latitude": float("inf"), "longitude": 1},
        {"latitude": "35", "longitude": "1"},
        {"latitude": True, "longitude": True},
        [35, 1],
        10**400,
    ],
)
def test_a_place_that_cannot_be_is_none(place: object) -> None:
    assert facts_of(takeout(geoData=place)).latitude is None


def test_text_that_a_terminal_would_obey_is_cleaned() -> None:
    facts = facts_of(takeout(description="\x1b[31mred\u202e \ud800", people=[{"name": "A\nB"}]))
    assert facts.description is not None
    assert facts.description == printable(facts.description)
    assert facts.people == ("A B",)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(
    JSON,
    st.dictionaries(
        st.sampled_from(("geoData", "geoDataExif", "people", "description", "favorited")), JSON
    ),
)
def test_no_json_raises(timestamp: object, more: dict[str, Any]) -> None:
    facts = facts_of(takeout(timestamp, **more))
    assert facts.taken_at is None or facts.taken_at[4] == "-"


def test_photos_are_told_what_takeout_says(bench: Bench) -> None:
    bench.put("IMG_1.JPG")
    bench.put("IMG_1(1).JPG", "another")
    bench.put("IMG_1-edited.JPG", "edited")
    bench.put("IMG_1.JPG.supplemental-metadata.json", takeout(description="harbour"))
    bench.put("IMG_1.JPG.supplemental-me(1).json", takeout("1300000000", description="garden"))
    bench.bring_up_to_date()
    told = {path: bench.facts(path).description for path in bench.photos}
    assert told == {
        "IMG_1.JPG": "harbour",
        "IMG_1(1).JPG": "garden",
        "IMG_1-edited.JPG": "harbour",
    }
    assert bench.found("harbour") != []
    photo = bench.photos["IMG_1(1).JPG"]
    assert (photo.moment[:10], photo.dated_by) == ("2011-03-13", "Takeout")


def test_an_xmp_sidecar_goes_before_takeout(bench: Bench) -> None:
    bench.put("IMG_1.JPG")
    bench.put("IMG_1.JPG.json", takeout(description="harbour", people=[{"name": "Anna"}]))
    bench.put("IMG_1.xmp", sidecar(title="Quay", taken="2011-05-06T07:08:09"))
    bench.bring_up_to_date()
    facts = bench.facts("IMG_1.JPG")
    assert (facts.title, facts.description, facts.people) == ("Quay", "harbour", ("Anna",))
    assert (facts.taken_at, facts.taken_by) == ("2011-05-06T07:08:09", "original")


def test_a_photo_that_changes_its_takeout_file_is_told_again(bench: Bench) -> None:
    bench.put("IMG_1.JPG")
    path = bench.put("IMG_1.JPG.json", takeout(description="harbour"))
    bench.bring_up_to_date()
    path.unlink()
    bench.bring_up_to_date()
    assert bench.facts("IMG_1.JPG").description is None
    assert bench.read_names == ["IMG_1.JPG"]


def test_other_json_files_are_not_looked_at(bench: Bench) -> None:
    bench.put("IMG_1.JPG")
    bench.put("metadata.json", takeout())
    bench.put("annotations.json", "{}")
    bench.scan()
    assert bench.library.sidecars.unread(limit=9) == []
    bench.put("annotations.jpg")
    bench.scan()
    assert [one.path.name for one in bench.library.sidecars.unread(limit=9)] == ["annotations.json"]


@pytest.mark.data
def test_the_takeout_of_a_bug_report_is_read(
    bench: Bench, shared_data: Callable[[str], Path]
) -> None:
    folder = shared_data("reports") / "C_takeout"
    for path in folder.glob("*.json"):
        shutil.copy(path, bench.root_path)
        assert facts_in(path).people == ("Testperson",)
    for path in folder.glob("*.[jJ]*[gG]"):
        bench.put(path.name)
    bench.bring_up_to_date()
    told = {
        path: (bench.facts(path).description, photo.moment[:4])
        for path, photo in bench.photos.items()
    }
    assert told == {
        "IMG_3397.JPG": ("harbour walk", "2009"),
        "IMG_3397-edited.JPG": ("harbour walk", "2009"),
        "IMG_3397(1).JPG": ("numbered one", "2011"),
        "old.jpg": ("old naming", "2004"),
    }
