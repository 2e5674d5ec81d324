"""Every data set in miniature, in its official layout: what is read is what was drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from imagescope_tui.errors import DatasetIncomplete, UsageError
from imagescope_tui.evaluation.datasets.catalog import DATASETS, load_benchmark, missing_photos
from imagescope_tui.evaluation.task import DatasetName, MeasureSet
from tests.world import answers
from tests.world.album import described, picture_of
from tests.world.benchmarks import write_miniature
from tests.world.language import caption_of, holds, meaning_of
from tests.world.requests import apply

if TYPE_CHECKING:
    from pathlib import Path

PARTS = [(name, split) for name, info in DATASETS.items() for split in info.splits]

MEASURES: dict[DatasetName, MeasureSet] = {
    "circo": MeasureSet(mean_ap=(5, 10, 25, 50), group_ap=10, main_recall=(5, 10, 25, 50)),
    "cirr": MeasureSet(recall=(1, 2, 3, 5, 10, 50)),
    "cirr-subset": MeasureSet(recall=(1, 2, 3)),
    "fashioniq-dress": MeasureSet(recall=(1, 5, 10, 50)),
    "fashioniq-shirt": MeasureSet(recall=(1, 5, 10, 50)),
    "fashioniq-toptee": MeasureSet(recall=(1, 5, 10, 50)),
    "flickr30k": MeasureSet(recall=(1, 5, 10)),
    "mscoco": MeasureSet(recall=(1, 5, 10)),
    "visdial": MeasureSet(hits=(1, 2, 3, 4, 5, 10, 20, 25, 50)),
    "inquire-rerank": MeasureSet(inquire_ap=(50, 100), ndcg=(50,), has_mrr=True),
    "inquire-fullrank": MeasureSet(inquire_ap=(50,), ndcg=(50,), has_mrr=True),
    "captions": MeasureSet(recall=(1, 5, 10), has_mrr=True),
}


@pytest.mark.parametrize(("name", "split"), PARTS)
def test_what_is_read_is_what_was_drawn(tmp_path: Path, name: DatasetName, split: str) -> None:
    truth = write_miniature(name, tmp_path, split=split)
    benchmark = load_benchmark(name, truth.folder, split)
    queries = {query.id: query for query in benchmark.queries}
    assert {key: query.text for key, query in queries.items()} == truth.texts
    assert {
        key: query.reference for key, query in queries.items() if query.reference
    } == truth.references
    is_hidden = split.startswith("test") and name in ("circo", "cirr", "cirr-subset")
    for key, query in queries.items():
        assert set(query.targets) == (set() if is_hidden else truth.answers[key])
    assert benchmark.measures == MEASURES[name]
    assert set(benchmark.photos) == (set() if name == "inquire-fullrank" else set(truth.scenes))
    assert missing_photos(benchmark) == ()


@pytest.mark.parametrize(("name", "split"), PARTS)
def test_the_folder_above_will_do(tmp_path: Path, name: DatasetName, split: str) -> None:
    truth = write_miniature(name, tmp_path, split=split)
    if name == "captions":
        with pytest.raises(DatasetIncomplete, match=r"captions\.csv"):
            load_benchmark(name, tmp_path, split)
        return
    assert load_benchmark(name, tmp_path, split) == load_benchmark(name, truth.folder, split)


@pytest.mark.parametrize("name", DATASETS)
def test_an_empty_folder_is_told_with_where_the_data_set_is_had(
    tmp_path: Path, name: DatasetName
) -> None:
    info = DATASETS[name]
    with pytest.raises(DatasetIncomplete, match="lacks") as raised:
        load_benchmark(name, tmp_path, info.default_split)
    assert raised.value.hint == info.where
    with pytest.raises(DatasetIncomplete, match="is no folder"):
        load_benchmark(name, tmp_path / "nowhere", info.default_split)
    with pytest.raises(UsageError, match="no split `everything`"):
        load_benchmark(name, tmp_path, "everything")


@pytest.mark.parametrize("name", [name for name in DATASETS if name != "visdial"])
def test_the_world_understands_every_text_as_the_data_set_means_it(
    tmp_path: Path, name: DatasetName
) -> None:
    truth = write_miniature(name, tmp_path)
    for query, text in truth.texts.items():
        reference = truth.references.get(query)
        base = meaning_of(truth.scenes[reference]) if reference else described("")
        right = {
            photo
            for photo, scene in truth.scenes.items()
            if photo != reference and holds(apply(text, base), scene)
        }
        assert right == truth.answers[query] != set()


def test_the_rounds_of_a_conversation_leave_one_photo(tmp_path: Path) -> None:
    truth = write_miniature("visdial", tmp_path)
    queries = load_benchmark("visdial", tmp_path, "val").queries
    for query in queries:
        assert set(query.targets) <= truth.fitting[query.id]
        if query.earlier:
            assert truth.fitting[query.id] <= truth.fitting[query.earlier]
        if query.round == 3:
            assert truth.fitting[query.id] == set(query.targets)


@pytest.mark.parametrize("name", ["circo", "fashioniq-shirt", "inquire-rerank"])
def test_the_scripted_evaluator_accepts_the_right_answers_alone(
    tmp_path: Path, name: DatasetName
) -> None:
    truth = write_miniature(name, tmp_path)
    shown = {photo: picture_of(scene, "JPEG") for photo, scene in truth.scenes.items()}
    for query, text in truth.texts.items():
        reference = truth.references.get(query)
        before = [shown[reference]] if reference else []
        accepted = {
            photo
            for photo, picture in shown.items()
            if photo != reference and answers.verdict(text, [*before, picture])["accepted"] == "yes"
        }
        assert accepted == truth.answers[query]


@pytest.mark.parametrize("name", ["circo", "fashioniq-shirt", "inquire-rerank"])
def test_the_right_answers_hold_every_proposition(tmp_path: Path, name: DatasetName) -> None:
    truth = write_miniature(name, tmp_path)
    shown = {photo: picture_of(scene, "JPEG") for photo, scene in truth.scenes.items()}
    for query, text in truth.texts.items():
        reference = truth.references.get(query)
        before = [shown[reference]] if reference else []
        described_as = caption_of(truth.scenes[reference]) if reference else "none"
        asked = answers.propositions({"Request": text, "Reference": described_as})
        for proposition in asked["propositions"]:
            for photo in truth.answers[query]:
                said = answers.question(proposition["question"], [*before, shown[photo]])
                assert said == (proposition["expected"] == "yes")


def test_a_miniature_is_the_same_again_and_another_with_another_seed(tmp_path: Path) -> None:
    once = write_miniature("cirr", tmp_path / "once")
    again = write_miniature("cirr", tmp_path / "again")
    other = write_miniature("cirr", tmp_path / "other", seed=8)
    assert once.scenes == again.scenes
    assert once.scenes != other.scenes
    prints = [load_benchmark("cirr", one.folder, "val").fingerprint for one in (once, again, other)]
    assert prints[0] == prints[1] != prints[2]
