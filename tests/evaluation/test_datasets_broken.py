"""What a broken or missing annotation file is told: its name, and the entry or line."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from imagescope_tui.errors import DatasetIncomplete
from imagescope_tui.evaluation.datasets.catalog import load_benchmark
from imagescope_tui.evaluation.datasets.entries import json_entries
from tests.world.benchmarks import write_miniature

if TYPE_CHECKING:
    from pathlib import Path

    from imagescope_tui.evaluation.task import DatasetName


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"[{", "is no JSON"),
        (b"\xff\xfe[", "is no JSON"),
        (b"{}", "holds no list"),
        (b"[3]", "entry 0: is no object"),
        (b"[" * 100_000, "is no JSON"),
    ],
)
def test_a_file_that_is_no_list_of_objects_is_named(
    tmp_path: Path, content: bytes, complaint: str
) -> None:
    path = tmp_path / "val.json"
    path.write_bytes(content)
    with pytest.raises(DatasetIncomplete, match=complaint) as raised:
        json_entries(path)
    assert str(path) in raised.value.message


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"filename\n1.jpg\n", "has no column `raw`"),
        (b"", "has no column `filename`"),
        (b"filename,raw\n1.jpg\n", "line 2: does not have the 2 columns of the header"),
        (b"filename,raw\n1.jpg,[],more\n", "line 2: does not have the 2 columns of the header"),
        (b"filename,raw\n\xff,[]\n", "save it as UTF-8"),
        (b'filename,raw\n"1.jpg,[]\n', "is no table"),
        (b'filename,raw\n1.jpg,"[3]"\n', "line 2: `raw` is no text"),
        (b"filename,raw\n../1.jpg,[]\n", "line 2: `filename` names no file"),
        (b"filename,raw\n1.jpg,[]\n1.jpg,[]\n", "line 3: 1.jpg is there twice"),
        (b"filename,raw\n", "has no row of split `test`"),
    ],
)
def test_a_broken_table_is_named_with_its_line(
    tmp_path: Path, content: bytes, complaint: str
) -> None:
    path = tmp_path / "test_1k_flickr.csv"
    path.write_bytes(content)
    with pytest.raises(DatasetIncomplete, match=complaint) as raised:
        load_benchmark("flickr30k", tmp_path, "test")
    assert path.name in raised.value.message


def test_a_table_of_a_spreadsheet_may_begin_with_a_mark(tmp_path: Path) -> None:
    with (tmp_path / "test_1k_flickr.csv").open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows([["filename", "raw"], ["1.jpg", '["a dog"]']])
    assert load_benchmark("flickr30k", tmp_path, "test").queries[0].text == "a dog"


@pytest.mark.parametrize(
    ("name", "gone"),
    [
        ("circo", "annotations/val.json"),
        ("cirr", "captions/cap.rc2.val.json"),
        ("cirr", "image_splits/split.rc2.val.json"),
        ("fashioniq-toptee", "image_splits/split.toptee.val.json"),
        ("visdial", "Search_Space_val_50k.json"),
        ("inquire-fullrank", "inquire/inquire_annotations.csv"),
    ],
)
def test_a_missing_file_is_named(tmp_path: Path, name: DatasetName, gone: str) -> None:
    root = write_miniature(name, tmp_path).folder
    (root / gone).unlink()
    with pytest.raises(DatasetIncomplete) as raised:
        load_benchmark(name, tmp_path, "val")
    assert f"{root} lacks" in raised.value.message
    assert gone.rpartition("/")[2] in raised.value.message
