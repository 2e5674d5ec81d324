"""Folders of captioned pictures, and captions that were stored."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from imagescope_tui.errors import DatasetIncomplete
from imagescope_tui.evaluation.datasets.captions import load_captions
from imagescope_tui.evaluation.datasets.catalog import load_benchmark, missing_photos
from imagescope_tui.evaluation.datasets.stored_captions import read_caption_table, with_captions
from tests.world.benchmarks import write_miniature

if TYPE_CHECKING:
    from imagescope_tui.evaluation.task import Benchmark


def load(
    folder: Path,
    *,
    images: str | None = None,
    captions: Path | None = None,
    machine: Path | None = None,
) -> Benchmark:
    return load_captions(folder, images=images, captions=captions, machine_captions=machine)


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_csv", ".csv").replace("_jpg", ".jpg")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_captions_name_photos_by_file_or_by_id(tmp_path: Path) -> None:
    write(tmp_path, images__a_jpg="", images__sub__b_jpg="", c_jpg="")
    write(
        tmp_path, captions_csv="file,caption\na.jpg,one\nsub/b.jpg,two\n./c.jpg,three\na.jpg,four\n"
    )
    benchmark = load(tmp_path)
    assert benchmark.photos == {
        "a.jpg": "images/a.jpg", "sub/b.jpg": "images/sub/b.jpg", "c.jpg": "c.jpg",
    }  # fmt: skip
    assert [query.id for query in benchmark.queries] == [
        "a.jpg#0", "sub:b.jpg#0", "c.jpg#0", "a.jpg#1",
    ]  # fmt: skip
    assert all(query.round == 0 for query in benchmark.queries)
    assert missing_photos(benchmark) == ()
    write(tmp_path, captions_csv="image_id,caption\na,one\n")
    assert load(tmp_path).photos == {"a": "images/a.jpg"}


def test_pictures_may_lie_beside_the_captions_or_where_they_are_said_to(tmp_path: Path) -> None:
    write(tmp_path, a_jpg="", holiday__a_jpg="", captions_csv="image_id,caption\na,one\n")
    assert load(tmp_path).photos == {"a": "a.jpg"}
    assert load(tmp_path, images="holiday").photos == {"a": "holiday/a.jpg"}
    with pytest.raises(DatasetIncomplete, match="has no folder elsewhere"):
        load(tmp_path, images="elsewhere")
    with pytest.raises(DatasetIncomplete, match="has no folder"):
        load(tmp_path, images="../secret")


def test_only_photos_with_a_machine_caption_are_in_the_gallery(tmp_path: Path) -> None:
    write(
        tmp_path,
        captions_en_csv="",
        captions_csv="image_id,caption\na,one\nb,two\nc,\n",
        machine_captions_csv="image_id,model,other\na, a dog ,x\nb,,x\nz,a cat,x\n",
    )
    benchmark = load(tmp_path)
    assert [query.targets for query in benchmark.queries] == [("a",)]
    assert benchmark.captions == {"a": "a dog"}
    assert benchmark.captions_source == "model (machine_captions.csv)"
    assert benchmark.notes == (
        "photos without a machine caption, not in the gallery: 1",
        "empty captions, left out: 1",
    )


def test_named_files_are_looked_for_here_and_in_the_folder(tmp_path: Path) -> None:
    write(tmp_path, german_csv="image_id,caption\na,ein Hund\n", blip_csv="file,caption\na,a dog\n")
    benchmark = load(tmp_path, captions=Path("german.csv"), machine=tmp_path / "blip.csv")
    assert benchmark.queries[0].text == "ein Hund"
    assert benchmark.captions_source == "blip.csv"
    with pytest.raises(DatasetIncomplete, match=r"none\.csv is neither here nor in"):
        load(tmp_path, captions=Path("none.csv"))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("image_id\na\n", "no column `caption`"),
        ("caption\na dog\n", "no column `image_id` or `file`"),
        ("image_id,caption\n", "has no captions"),
        ("image_id,caption\na,\n", "captions.csv has no captions"),
        ("image_id,caption\n ,a dog\n", "line 2: `image_id` is ' ', which names no photo"),
    ],
)
def test_a_table_that_names_no_photo_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    write(tmp_path, captions_csv=text)
    with pytest.raises(DatasetIncomplete, match=complaint):
        load(tmp_path)


def test_machine_captions_of_other_photos_are_refused(tmp_path: Path) -> None:
    write(
        tmp_path,
        captions_csv="image_id,caption\na,one\n",
        machine_captions_csv="file,caption\nb,x\n",
    )
    with pytest.raises(DatasetIncomplete, match=r"machine_captions\.csv has no caption of a photo"):
        load(tmp_path)


def test_stored_captions_are_read_from_json_and_tables(tmp_path: Path) -> None:
    path = tmp_path / "image_caption.json"
    path.write_text(json.dumps({"a.jpg": " a dog ", "b": "", "c": "a cat"}))
    assert read_caption_table(path).captions == {"a.jpg": "a dog", "c": "a cat"}
    table = tmp_path / "captions.csv"
    table.write_text("blip2_base,filename\na dog,a.jpg\n")
    assert read_caption_table(table).captions == {"a.jpg": "a dog"}
    path.write_text('{"a": 3}')
    with pytest.raises(DatasetIncomplete, match="`a` is no text"):
        read_caption_table(path)
    path.write_text("[]")
    with pytest.raises(DatasetIncomplete, match="no object of captions"):
        read_caption_table(path)
    table.write_text("file\na\n")
    with pytest.raises(DatasetIncomplete, match="no column of captions"):
        read_caption_table(table)


@pytest.mark.parametrize("form", ["{:012}.jpg", "{:012}", "{}"])
def test_stored_captions_find_their_photos_with_or_without_suffix(
    tmp_path: Path, form: str
) -> None:
    write_miniature("circo", tmp_path)
    benchmark = load_benchmark("circo", tmp_path, "val")
    path = tmp_path / "image_caption.json"
    names = list(benchmark.photos)
    path.write_text(json.dumps({form.format(int(name)): f"photo {name}" for name in names[1:]}))
    captioned = with_captions(benchmark, path)
    assert captioned.captions == {name: f"photo {name}" for name in names[1:]}
    assert captioned.captions_source == "image_caption.json"
    assert captioned.notes[-1] == "photos without a stored caption: 1"
    path.write_text('{"holiday.jpg": "a beach"}')
    with pytest.raises(DatasetIncomplete, match="no caption of a photo of circo"):
        with_captions(benchmark, path)
