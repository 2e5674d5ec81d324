"""What `--check` says of a folder, and photos that a data set brings inside its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from imagescope_tui.errors import DatasetIncomplete
from imagescope_tui.evaluation.datasets.catalog import (
    DATASETS,
    load_benchmark,
    missing_photos,
    unpacked,
)
from imagescope_tui.evaluation.datasets.folder_check import check_folder
from tests.world.album import picture_of
from tests.world.benchmarks import write_miniature

if TYPE_CHECKING:
    from pathlib import Path

    from imagescope_tui.evaluation.task import DatasetName
    from tests.world.miniature import Miniature


@pytest.mark.parametrize("name", DATASETS)
def test_a_whole_folder_is_complete(tmp_path: Path, name: DatasetName) -> None:
    truth = write_miniature(name, tmp_path)
    check = check_folder(name, truth.folder, truth.split)
    assert check.is_complete
    assert check.queries == check.answered == len(truth.texts)
    assert not any(line.startswith(("missing", "where")) for line in check.lines)
    assert check.lines[1] == f"queries: {len(truth.texts):,}"


def test_missing_photos_are_counted_named_and_said_where_to_be_had(tmp_path: Path) -> None:
    truth = write_miniature("cirr", tmp_path)
    gone = sorted((truth.folder / "img_raw" / "dev").iterdir())[:5]
    for path in gone:
        path.unlink()
    check = check_folder("cirr", tmp_path, "val")
    assert not check.is_complete
    assert {truth.folder / path for path in check.missing} == set(gone)
    assert "photos: 55 of 60" in check.lines
    assert any(line.endswith("and 2 more") for line in check.lines)
    assert check.lines[-1] == f"where: {DATASETS['cirr'].where}"


@pytest.mark.parametrize("name", DATASETS)
def test_an_empty_folder_is_told_file_by_file(tmp_path: Path, name: DatasetName) -> None:
    check = check_folder(name, tmp_path, DATASETS[name].default_split)
    assert not check.is_complete
    assert "lacks" in check.problem
    assert check.lines[-1] == f"where: {DATASETS[name].where}"


def test_hidden_answers_are_told(tmp_path: Path) -> None:
    write_miniature("circo", tmp_path, split="test")
    check = check_folder("circo", tmp_path, "test")
    assert check.is_complete
    assert check.lines[1] == "queries: 8, 8 without right answers here"


def test_fullrank_needs_embeddings(tmp_path: Path) -> None:
    truth = write_miniature("inquire-fullrank", tmp_path)
    vectors = truth.folder / "inat24" / "embs" / "world-bag"
    assert check_folder("inquire-fullrank", tmp_path, "val").embeddings == (vectors,)
    (vectors / "img_emb").rename(vectors / "other")
    check = check_folder("inquire-fullrank", tmp_path, "val")
    assert not check.is_complete
    assert "embeddings: none" in check.lines


def into_parquet(truth: Miniature) -> None:
    """The re-ranking challenge as it is published, pictures and all."""
    import csv

    import pyarrow as pa
    from pyarrow import parquet

    table = truth.folder / "inquire_rerank_val.csv"
    with table.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    table.unlink()
    (truth.folder / "images").rename(truth.folder.parent / "pictures")
    (truth.folder / "data").mkdir()
    for part, chosen in enumerate((rows[:30], rows[30:])):
        columns = {
            "image": [
                {
                    "bytes": picture_of(truth.scenes[row["inat24_file_name"]], "JPEG"),
                    "path": row["inat24_file_name"],
                }
                for row in chosen
            ],
            "query": [row["query"] for row in chosen],
            "relevant": [int(row["relevant"]) for row in chosen],
            "inat24_file_name": [row["inat24_file_name"] for row in chosen],
            "supercategory": [row["supercategory"] for row in chosen],
            "latitude": [float("nan")] * len(chosen),
        }
        name = f"validation-{part:05}-of-00002.parquet"
        parquet.write_table(pa.table(columns), truth.folder / "data" / name)


def test_rerank_photos_are_unpacked_from_the_published_files(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    into = tmp_path_factory.mktemp("photos")
    truth = write_miniature("inquire-rerank", tmp_path)
    from_table = load_benchmark("inquire-rerank", tmp_path, "val")
    into_parquet(truth)
    check = check_folder("inquire-rerank", tmp_path, "val")
    assert check.can_unpack
    assert check.is_complete
    assert len(check.missing) == len(truth.scenes)
    before = sorted(tmp_path.rglob("*"))
    benchmark = unpacked(load_benchmark("inquire-rerank", tmp_path, "val"), into)
    assert sorted(tmp_path.rglob("*")) == before
    written = {path: path.stat().st_mtime_ns for path in into.rglob("*") if path.is_file()}
    assert len(written) == len(truth.scenes)
    assert unpacked(load_benchmark("inquire-rerank", tmp_path, "val"), into) == benchmark
    assert all(path.stat().st_mtime_ns == time for path, time in written.items())
    assert missing_photos(benchmark) == ()
    assert benchmark.queries == from_table.queries
    for name, scene in truth.scenes.items():
        path = benchmark.root / benchmark.photos[name]
        assert path.read_bytes() == picture_of(scene, "JPEG")
    assert not list(into.rglob("*.part"))


def test_other_data_sets_have_nothing_to_unpack(tmp_path: Path) -> None:
    for name in ("circo", "inquire-rerank"):
        write_miniature(name, tmp_path)
        benchmark = load_benchmark(name, tmp_path, "val")
        assert unpacked(benchmark, tmp_path / "into") == benchmark
    assert not (tmp_path / "into").exists()


def test_a_file_that_is_no_parquet_is_named(tmp_path: Path) -> None:
    (tmp_path / "validation-00000-of-00001.parquet").write_bytes(b"PAR1 nothing PAR1")
    with pytest.raises(
        DatasetIncomplete, match=r"validation-00000-of-00001\.parquet is no parquet"
    ):
        load_benchmark("inquire-rerank", tmp_path, "val")


def test_a_photo_twice_for_one_query_is_refused(tmp_path: Path) -> None:
    (tmp_path / "inquire_rerank_val.csv").write_text(
        "query,relevant,file_name\na fox,1,a.jpg\na fox,0,a.jpg\n"
    )
    with pytest.raises(DatasetIncomplete, match=r"line 3: a\.jpg is there twice"):
        load_benchmark("inquire-rerank", tmp_path, "val")
