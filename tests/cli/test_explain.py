"""`search --explain` says where in each photo the words are seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tests.ui.scenes import scene

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Imagescope, Shelf


def index_flowers(imagescope: Imagescope, folder: Path) -> None:
    folder.mkdir()
    scene(2).image.save(folder / "flowers.jpg", quality=90)
    assert imagescope("index", folder).status == 0


def test_json_has_words_with_score_place_and_map(imagescope: Imagescope, tmp_path: Path) -> None:
    index_flowers(imagescope, tmp_path / "photos")
    asked = ("search", "a yellow flower above the grass", "--format", "json")
    [result] = imagescope(*asked, "--explain").json["results"]
    assert [word["word"] for word in result["where"]] == ["yellow flower", "grass"]
    for word in result["where"]:
        assert 0 <= word["score"] <= 1
        assert word["area"] == [0, 0, 1, 1]
        light = np.array(word["map"])
        assert light.shape == (7, 7)
        assert (word["place"] is None) == (light.max() == 0)
    assert "where" not in imagescope(*asked).json["results"][0]


def test_text_has_the_reading_and_below_each_photo_what_speaks_for_it(
    imagescope: Imagescope, tmp_path: Path
) -> None:
    index_flowers(imagescope, tmp_path / "photos")
    done = imagescope("search", "a flower", "type:jpg", "--explain")
    looked_for, chip, photo, *parts = done.out.splitlines()
    assert looked_for == "looked for: a flower"
    assert "jpg" in chip
    assert "type:jpg" in chip
    assert photo.endswith("flowers.jpg")
    told = [part.split(":")[0].strip() for part in parts if not part.startswith("      flower ")]
    assert told == ["words", "picture", "date"]


def test_without_words_nothing_is_looked_for(indexed: Imagescope, shelf: Shelf) -> None:
    like = ("search", "--like", shelf.photos / "garden" / "sky.png", "-k", "1", "--explain")
    assert "no words were looked for" in indexed(*like).out
    [result] = indexed(*like, "--format", "json").json["results"]
    assert result["where"] == []


def test_formats_that_have_no_place_for_it_refuse(indexed: Imagescope) -> None:
    for form in (("--format", "paths"), ("--format", "jsonl"), ("-0",)):
        done = indexed("search", "red", "--explain", *form)
        assert (done.status, done.out) == (2, "")
        assert "--explain" in done.err
