"""The real annotation files: counts and fields as published, no name that dangles."""

from __future__ import annotations

from collections import Counter
from statistics import mean
from typing import TYPE_CHECKING

import pytest

from imagescope_tui.evaluation.datasets.captions import load_captions
from imagescope_tui.evaluation.datasets.catalog import load_benchmark, missing_photos
from imagescope_tui.evaluation.datasets.inquire_fullrank import read_queries

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from imagescope_tui.evaluation.task import Benchmark, DatasetName

pytestmark = pytest.mark.data

COUNTS: list[tuple[DatasetName, str, int, int]] = [
    ("cirr", "val", 4181, 2297),
    ("cirr", "test1", 4148, 2315),
    ("cirr-subset", "val", 4181, 2297),
    ("cirr-subset", "test1", 4148, 2315),
    ("fashioniq-dress", "val", 2017, 3817),
    ("fashioniq-shirt", "val", 2038, 6346),
    ("fashioniq-toptee", "val", 1961, 5373),
    ("visdial", "val", 2064 * 11, 50_000),
]


@pytest.fixture
def annotation_files(shared_data: Callable[[str], Path]) -> Path:
    return shared_data("annotations")


def assert_nothing_dangles(benchmark: Benchmark) -> None:
    names = set(benchmark.photos)
    ids: set[str] = set()
    for query in benchmark.queries:
        assert query.text == query.text.strip() != ""
        assert {query.reference, *query.targets, *query.among} - {None} <= names
        assert query.reference not in query.targets
        assert query.earlier is None or query.earlier in ids
        assert query.id not in ids
        ids.add(query.id)


@pytest.mark.parametrize(("name", "split", "queries", "photos"), COUNTS)
def test_counts_are_the_published_ones_and_no_name_dangles(
    annotation_files: Path, name: DatasetName, split: str, queries: int, photos: int
) -> None:
    benchmark = load_benchmark(name, annotation_files, split)
    assert (len(benchmark.queries), len(benchmark.photos)) == (queries, photos)
    assert_nothing_dangles(benchmark)
    assert len(missing_photos(benchmark)) == photos


def test_circo_val_has_its_answers_target_first(annotation_files: Path) -> None:
    benchmark = load_benchmark("circo", annotation_files / "CIRCO", "val")
    counts = [len(query.targets) for query in benchmark.queries]
    assert (len(counts), min(counts), max(counts)) == (220, 1, 14)
    assert round(mean(counts), 2) == 4.16
    assert [query.id for query in benchmark.queries] == [str(place) for place in range(220)]
    assert benchmark.queries[0].targets == ("355099", "528417", "534704")
    assert benchmark.photos["355099"] == "unlabeled2017/000000355099.jpg"
    aspects = Counter(group for query in benchmark.queries for group in query.groups)
    assert sorted(aspects.values(), reverse=True) == [164, 119, 100, 86, 80, 54, 50, 37, 21]
    assert_nothing_dangles(benchmark)


def test_circo_without_pictures_says_that_its_gallery_is_not_known(annotation_files: Path) -> None:
    benchmark = load_benchmark("circo", annotation_files, "test")
    assert len(benchmark.queries) == 800
    assert len({query.reference for query in benchmark.queries}) == len(benchmark.photos) == 798
    assert not benchmark.has_targets
    assert "the gallery holds only the photos that the annotations name" in benchmark.notes[0]


def test_cirr_leaves_the_reference_out_and_hides_the_answers_of_test1(
    annotation_files: Path,
) -> None:
    val = load_benchmark("cirr", annotation_files, "val")
    test1 = load_benchmark("cirr", annotation_files, "test1")
    assert val.excludes_reference
    assert all(len(query.targets) == 1 and not query.among for query in val.queries)
    assert not test1.has_targets
    assert test1.submission == "cirr"
    assert val.photos["dev-244-0-img0"] == "dev/dev-244-0-img0.png"


def test_the_one_empty_caption_of_cirr_is_kept_and_told(annotation_files: Path) -> None:
    benchmark = load_benchmark("cirr", annotation_files, "test1")
    (query,) = [query for query in benchmark.queries if query.id == "27098"]
    assert query.text == "the same image"
    assert any("27098" in note for note in benchmark.notes)


@pytest.mark.parametrize("split", ["val", "test1"])
def test_a_cirr_subset_is_the_five_others(annotation_files: Path, split: str) -> None:
    benchmark = load_benchmark("cirr-subset", annotation_files, split)
    for query in benchmark.queries:
        assert len(set(query.among)) == 5
        assert query.reference not in query.among
        assert set(query.targets) <= set(query.among)


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("fashioniq-dress", {}),
        ("fashioniq-shirt", {"1928": "is grey with a design on the back"}),
        (
            "fashioniq-toptee",
            {"676": "is an off the shoulder top", "1076": "fades from red to orange"},
        ),
    ],
)
def test_empty_first_captions_of_fashioniq_leave_no_and(
    annotation_files: Path, name: DatasetName, texts: dict[str, str]
) -> None:
    benchmark = load_benchmark(name, annotation_files, "val")
    assert {query.id: query.text for query in benchmark.queries if query.id in texts} == texts
    note = f"queries with one caption instead of two: {len(texts)}"
    assert benchmark.notes == ((note,) if texts else ())


def test_fashioniq_joins_both_captions_as_the_published_systems_do(annotation_files: Path) -> None:
    first = load_benchmark("fashioniq-dress", annotation_files, "val").queries[0]
    assert first.text == "is shiny and silver with shorter sleeves and fit and flare"
    assert (first.reference, first.targets) == ("B005X4PL1G", ("B0084Y8XIU",))


def test_visdial_is_eleven_rounds_each_going_on_with_the_one_before(annotation_files: Path) -> None:
    benchmark = load_benchmark("visdial", annotation_files, "val")
    rounds = Counter(query.round for query in benchmark.queries)
    assert rounds == dict.fromkeys(range(11), 2064)
    assert len({query.targets for query in benchmark.queries}) == 2064
    assert [query.earlier for query in benchmark.queries[:3]] == [None, "0/0", "0/1"]
    assert benchmark.queries[1].text == "is the photo in color? yes"
    lengths = [len(query.text.split()) for query in benchmark.queries]
    captions = [len(query.text.split()) for query in benchmark.queries if not query.round]
    assert (min(lengths), max(lengths)) == (2, 44)
    assert (min(captions), max(captions)) == (7, 44)


@pytest.mark.parametrize(
    ("split", "groups"),
    [
        ("val", {"Appearance": 17, "Behavior": 17, "Context": 12, "Species": 4}),
        ("test", {"Behavior": 67, "Appearance": 66, "Context": 49, "Species": 18}),
    ],
)
def test_inquire_queries_are_told_apart_by_supercategory(
    annotation_files: Path, split: str, groups: dict[str, int]
) -> None:
    queries = read_queries(annotation_files / "INQUIRE" / f"inquire_queries_{split}.csv")
    assert Counter(query.groups[0] for query in queries) == groups
    assert all(query.text == query.text.strip() for query in queries)
    words = [len(query.text.split()) for query in queries]
    assert (min(words) >= 2, max(words) <= 14) == (True, True)
    assert sum(not query.text.isascii() for query in queries) == (split == "test")


def test_captioned_pictures_with_machine_captions_are_951(
    shared_data: Callable[[str], Path],
) -> None:
    benchmark = load_captions(
        shared_data("captioned"), images=None, captions=None, machine_captions=None
    )
    assert len(benchmark.photos) == len(benchmark.captions) == 951
    assert set(Counter(query.targets for query in benchmark.queries).values()) == {5}
    assert benchmark.captions_source == "blip2_base (captions_machine_blip2.csv)"
    assert missing_photos(benchmark) == ()
    assert_nothing_dangles(benchmark)
