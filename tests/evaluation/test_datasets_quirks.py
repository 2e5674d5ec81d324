"""What the published files have and no one expects, and what a broken file is told."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescope_tui.errors import DatasetIncomplete
from imagescope_tui.evaluation.datasets.catalog import load_benchmark, missing_photos
from imagescope_tui.evaluation.datasets.entries import Entry
from imagescope_tui.evaluation.datasets.layouts import clean_path, fingerprint
from tests.world.benchmarks import write_miniature

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def edit_json(path: Path, change: Callable[[Any], Any]) -> None:
    value = json.loads(path.read_text())
    path.write_text(json.dumps(change(value)))


def edit_entry(path: Path, **fields: object) -> None:
    edit_json(path, lambda entries: [{**entries[0], **fields}, *entries[1:]])


# Layouts


def test_circo_in_the_layout_of_imagescope(tmp_path: Path) -> None:
    root = write_miniature("circo", tmp_path).folder
    official = load_benchmark("circo", tmp_path, "val")
    (root / "annotations").rename(root / "captions")
    (root / "COCO2017_unlabeled" / "unlabeled2017").rename(root / "unlabeled2017")
    shutil.rmtree(root / "COCO2017_unlabeled")
    # Whatever else lies there is no part of the gallery.
    (root / "unlabeled2017" / "holiday.jpg").write_bytes(b"")
    (root / "unlabeled2017" / "000000000001.png").write_bytes(b"")
    (root / "unlabeled2017" / "._000000000001.jpg").write_bytes(b"")
    other = load_benchmark("circo", tmp_path, "val")
    assert set(other.photos) == set(official.photos)
    assert other.queries == official.queries
    assert missing_photos(other) == ()


def test_a_photo_that_circo_names_is_missed_although_the_folder_lacks_it(tmp_path: Path) -> None:
    root = write_miniature("circo", tmp_path).folder
    shutil.rmtree(root / "COCO2017_unlabeled" / "annotations")
    benchmark = load_benchmark("circo", tmp_path, "val")
    target = benchmark.queries[0].targets[0]
    (root / benchmark.photos[target]).unlink()
    again = load_benchmark("circo", tmp_path, "val")
    assert missing_photos(again) == (target,)


def test_a_list_of_another_gallery_is_refused(tmp_path: Path) -> None:
    root = write_miniature("circo", tmp_path).folder
    path = root / "COCO2017_unlabeled" / "annotations" / "image_info_unlabeled2017.json"
    path.write_text(json.dumps({"images": [{"id": 1}]}))
    with pytest.raises(DatasetIncomplete, match=r"image_info_unlabeled2017\.json lacks \d+ photos"):
        load_benchmark("circo", tmp_path, "val")
    path.write_text(json.dumps({"images": [{"name": 1}]}))
    with pytest.raises(DatasetIncomplete, match="image 0: `id` is missing"):
        load_benchmark("circo", tmp_path, "val")
    path.write_text("{}")
    with pytest.raises(DatasetIncomplete, match="no list `images`"):
        load_benchmark("circo", tmp_path, "val")


def test_circo_puts_the_target_first_wherever_it_stands_in_its_list(tmp_path: Path) -> None:
    root = write_miniature("circo", tmp_path).folder
    path = root / "annotations" / "val.json"

    entries = json.loads(path.read_text())
    for entry in entries:
        entry["target_img_id"] = entry["gt_img_ids"][-1]
    path.write_text(json.dumps(entries))
    for query, entry in zip(load_benchmark("circo", root, "val").queries, entries, strict=True):
        assert query.targets[0] == str(entry["target_img_id"])
        assert sorted(map(int, query.targets)) == sorted(entry["gt_img_ids"])


@pytest.mark.parametrize("pictures", ["", "img_raw"])
@pytest.mark.parametrize("annotations", ["", "cirr"])
def test_cirr_in_every_layout(tmp_path: Path, pictures: str, annotations: str) -> None:
    root = write_miniature("cirr", tmp_path).folder
    for name in ("captions", "image_splits"):
        (root / annotations).mkdir(exist_ok=True)
        (root / name).rename(root / annotations / name)
    if not pictures:
        (root / "img_raw" / "dev").rename(root / "dev")
        (root / "img_raw").rmdir()
    benchmark = load_benchmark("cirr", tmp_path, "val")
    assert missing_photos(benchmark) == ()


def test_cirr_paths_lose_their_dots_and_slashes_and_stay_inside(tmp_path: Path) -> None:
    root = write_miniature("cirr", tmp_path).folder
    path = root / "image_splits" / "split.rc2.val.json"
    edit_json(path, lambda paths: {name: f".//{text}" for name, text in paths.items()})
    assert missing_photos(load_benchmark("cirr", tmp_path, "val")) == ()
    edit_json(path, lambda paths: {**paths, "dev-0-0-img0": "./dev/../../secret.png"})
    with pytest.raises(DatasetIncomplete, match="dev-0-0-img0 leads nowhere"):
        load_benchmark("cirr", tmp_path, "val")


def test_an_empty_caption_of_cirr_is_kept_and_told(tmp_path: Path) -> None:
    root = write_miniature("cirr", tmp_path, split="test1").folder
    edit_entry(root / "captions" / "cap.rc2.test1.json", caption=" ", pairid=27098)
    benchmark = load_benchmark("cirr", tmp_path, "test1")
    assert (benchmark.queries[0].id, benchmark.queries[0].text) == ("27098", "the same image")
    assert benchmark.notes == (
        "empty caption, read as “the same image” as ImageScope does: pair 27098",
    )


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"reference": "dev-9999"}, r"entry 0: dev-9999 is not in the gallery of val"),
        ({"target_hard": 5}, "entry 0: `target_hard` is no text"),
        ({"pairid": "x"}, "entry 0: `pairid` is no whole number"),
        ({"img_set": []}, "entry 0: `img_set` is no object"),
        ({"img_set": {"members": ["dev-9999"]}}, "dev-9999 is not in the gallery"),
        ({"caption": "\ud83d"}, "entry 0: `caption` holds half a character"),
    ],
)
def test_a_broken_entry_of_cirr_is_named(
    tmp_path: Path, fields: dict[str, object], complaint: str
) -> None:
    root = write_miniature("cirr", tmp_path).folder
    edit_entry(root / "captions" / "cap.rc2.val.json", **fields)
    with pytest.raises(DatasetIncomplete, match=complaint) as raised:
        load_benchmark("cirr", tmp_path, "val")
    assert "cap.rc2.val.json" in raised.value.message
    assert "lil.nlp.cornell.edu" in raised.value.hint


def test_a_subset_that_lacks_the_answer_is_refused(tmp_path: Path) -> None:
    root = write_miniature("cirr-subset", tmp_path).folder
    path = root / "captions" / "cap.rc2.val.json"
    entry = json.loads(path.read_text())[0]
    members = [name for name in entry["img_set"]["members"] if name != entry["target_hard"]]
    edit_entry(path, img_set={"members": members})
    with pytest.raises(DatasetIncomplete, match="the right answer is not in `img_set`"):
        load_benchmark("cirr-subset", tmp_path, "val")


@pytest.mark.parametrize(
    ("captions", "text"),
    [
        (["is red.", " has long sleeves?"], "is red and has long sleeves"),
        (["", "is grey"], "is grey"),
        (["is grey", " . "], "is grey"),
        ("['is red', 'is \\'short\\'']", "is red and is 'short'"),
    ],
)
def test_fashioniq_joins_only_the_captions_there_are(
    tmp_path: Path, captions: object, text: str
) -> None:
    root = write_miniature("fashioniq-dress", tmp_path).folder
    edit_entry(root / "captions" / "cap.dress.val.json", captions=captions)
    assert load_benchmark("fashioniq-dress", tmp_path, "val").queries[0].text == text


def test_a_garment_without_any_caption_is_refused(tmp_path: Path) -> None:
    root = write_miniature("fashioniq-dress", tmp_path).folder
    edit_entry(root / "captions" / "cap.dress.val.json", captions=["", ""])
    with pytest.raises(DatasetIncomplete, match="entry 0: both captions are empty"):
        load_benchmark("fashioniq-dress", tmp_path, "val")


def test_fashioniq_pictures_may_be_jpeg(tmp_path: Path) -> None:
    root = write_miniature("fashioniq-shirt", tmp_path).folder
    for path in (root / "images").iterdir():
        path.rename(path.with_suffix(".jpg"))
    benchmark = load_benchmark("fashioniq-shirt", tmp_path, "val")
    assert missing_photos(benchmark) == ()
    (root / "images" / "B000000007.jpg").unlink()
    again = load_benchmark("fashioniq-shirt", tmp_path, "val")
    assert missing_photos(again) == ("B000000007",)
    assert again.photos["B000000007"] == "images/B000000007.jpg"


# Lists stored as text


def test_a_list_that_is_code_is_not_run(tmp_path: Path) -> None:
    root = write_miniature("flickr30k", tmp_path).folder
    trap = tmp_path / "run"
    (root / "test_1k_flickr.csv").write_text(
        f"filename,split,raw\n1.jpg,test,\"[open({str(trap)!r}, 'w')]\"\n"
    )
    with pytest.raises(DatasetIncomplete, match="line 2: `raw` is no list"):
        load_benchmark("flickr30k", tmp_path, "test")
    assert not trap.exists()


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=4))
def test_a_list_is_read_however_it_is_spelled(texts: list[str]) -> None:
    for spelled in (json.dumps(texts), repr(texts)):
        assert Entry(None, "", {"raw": spelled}).texts("raw") == tuple(texts)  # type: ignore[arg-type]


@given(st.text())
def test_no_text_makes_the_reading_of_lists_fail_otherwise(text: str) -> None:
    entry = Entry(None, "here", {"raw": text})  # type: ignore[arg-type]
    try:
        found = entry.texts("raw")
    except DatasetIncomplete as error:
        assert "here: `raw`" in error.message
    else:
        assert all(isinstance(one, str) for one in found)


def test_rows_of_other_splits_and_empty_captions_are_left_out(tmp_path: Path) -> None:
    root = write_miniature("mscoco", tmp_path).folder
    (root / "test_5k_mscoco_2014.csv").write_text(
        "filename,split,raw\n"
        '1.jpg,train,"[""a dog""]"\n'
        "./val2014/2.jpg,test,\"['a cat', '', 'it\\'s a cat']\"\n"
    )
    benchmark = load_benchmark("mscoco", tmp_path, "test")
    assert [(query.id, query.text, query.targets) for query in benchmark.queries] == [
        ("2.jpg#0", "a cat", ("2.jpg",)),
        ("2.jpg#2", "it's a cat", ("2.jpg",)),
    ]
    assert benchmark.notes == ("empty captions of 2.jpg are left out",)


# Conversations


def test_a_conversation_about_a_photo_outside_the_space_is_refused(tmp_path: Path) -> None:
    root = write_miniature("visdial", tmp_path).folder
    path = root / "VisDial_v1.0_queries_val.json"
    edit_entry(path, img="unlabeled2017/999999999999.jpg")
    with pytest.raises(DatasetIncomplete, match=r"entry 0: 999999999999\.jpg is not in the search"):
        load_benchmark("visdial", tmp_path, "val")
    edit_entry(path, dialog=["a cat", " "])
    with pytest.raises(DatasetIncomplete, match="entry 0"):
        load_benchmark("visdial", tmp_path, "val")


def test_visdial_where_its_repository_has_the_files(tmp_path: Path) -> None:
    root = write_miniature("visdial", tmp_path).folder
    before = load_benchmark("visdial", tmp_path, "val")
    for folder, name in (
        ("dialogues", "VisDial_v1.0_queries_val.json"),
        ("Protocal", "Search_Space_val_50k.json"),
    ):
        (root / folder).mkdir()
        (root / name).rename(root / folder / name)
    assert load_benchmark("visdial", tmp_path, "val") == before


# INQUIRE


def test_inquire_passes_over_the_other_split_and_strips_texts(tmp_path: Path) -> None:
    (tmp_path / "inquire_queries_val.csv").write_text(
        ",query_id,query_text,supercategory,category,iconic_group\n"
        "0,161, red fox with mange ,Appearance,Health,\n"
        "1,236,Hübner's Wasp Moth,Behavior,Mating,Insects\n",
        encoding="utf-8",
    )
    (tmp_path / "inquire_annotations.csv").write_text(
        "query_id,image_id,image_path\n161,5,train/a/x.jpg\n9,6,train/a/y.jpg\n161,7,train/b/z.jpg\n"
    )
    benchmark = load_benchmark("inquire-fullrank", tmp_path, "val")
    first, second = benchmark.queries
    assert (first.text, first.groups) == ("red fox with mange", ("Appearance",))
    assert first.targets == ("train/a/x.jpg", "train/b/z.jpg")
    assert (second.text, second.targets) == ("Hübner's Wasp Moth", ())
    assert benchmark.notes == ("queries without a right answer: 1",)
    assert benchmark.photos == {}


def test_one_rerank_table_of_both_splits_is_told_apart_by_the_queries(tmp_path: Path) -> None:
    root = write_miniature("inquire-rerank", tmp_path).folder
    table = root / "inquire_rerank_val.csv"
    whole = load_benchmark("inquire-rerank", tmp_path, "val")
    table.rename(root / "inquire_rerank.csv")
    with pytest.raises(DatasetIncomplete, match=r"inquire_queries_val\.csv is missing"):
        load_benchmark("inquire-rerank", tmp_path, "val")
    (root / "inquire_queries_val.csv").write_text(
        f"query_id,query_text,supercategory\n3, {whole.queries[1].text} ,Context\n"
    )
    benchmark = load_benchmark("inquire-rerank", tmp_path, "val")
    assert [query.text for query in benchmark.queries] == [whole.queries[1].text]
    assert benchmark.queries[0].among == whole.queries[1].among


@pytest.mark.parametrize("folder", ["inat24", "inat24/train_rerank", "flat"])
def test_rerank_pictures_are_found_where_they_lie(tmp_path: Path, folder: str) -> None:
    truth = write_miniature("inquire-rerank", tmp_path)
    pictures = truth.folder / "images"
    if folder == "inat24":
        pictures.rename(truth.folder / "inat24")
    elif folder == "flat":
        for name in truth.scenes:
            (pictures / name).rename(pictures / name.rpartition("/")[2])
    else:
        (truth.folder / "inat24").mkdir()
        (pictures / "train").rename(truth.folder / folder)
    assert missing_photos(load_benchmark("inquire-rerank", tmp_path, "val")) == ()


# Laws


@given(st.text())
def test_a_clean_path_is_clean_and_stays_inside(text: str) -> None:
    path = clean_path(text)
    if path is not None:
        assert clean_path(path) == path
        assert not path.startswith("/")
        assert ".." not in path.split("/")


@pytest.mark.parametrize(
    ("text", "path"),
    [("./dev/a.png", "dev/a.png"), (".///dev//a.png", "dev/a.png"), ("../a", None), ("./", None)],
)
def test_prefixes_of_paths_are_taken_off(text: str, path: str | None) -> None:
    assert clean_path(text) == path


def test_the_fingerprint_is_of_contents_in_their_order_wherever_they_lie(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a", "b", "c")]
    for path, content in zip(files, (b"1", b"2", b"1"), strict=True):
        path.write_bytes(content)
    one, two, same = files
    assert fingerprint([one, two]) == fingerprint([same, two])
    assert fingerprint([one, two]) != fingerprint([two, one])
    two.write_bytes(b"3")
    assert fingerprint([one, two]) != fingerprint([one, same])
