"""What a command says when it was asked for something that cannot be, and its exit status."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Imagescope, Shelf

_NO_SETTING = "open_clip"


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (("search", "red", "-k", "0"), "'-k'"),
        (("search", "red", "--stages", "4"), "'--stages'"),
        (("search", "red", "--stages", "two"), "'--stages'"),
        (("purge", "--older-than", "-1"), "'--older-than'"),
        (("models", "pull"), "'NAME'"),
    ],
)
def test_a_value_out_of_bounds_names_its_option(
    imagescope: Imagescope, words: tuple[str, ...], option: str
) -> None:
    done = imagescope(*words)
    assert done.status == 2
    assert option in done.err
    assert len(done.err.strip().splitlines()) == 1


def test_a_library_is_no_folder_of_photos(indexed: Imagescope) -> None:
    for folder in (indexed.library, indexed.library / "thumbnails"):
        done = indexed("index", str(folder))
        assert done.status == 2
        assert "is a library of imagescope" in done.err
        assert len(done.err.strip().splitlines()) == 1


def test_a_negative_number_is_told_from_where_on_it_makes_sense(imagescope: Imagescope) -> None:
    done = imagescope("status", IMAGESCOPE_WORKERS="-4")
    assert done.status == 2
    assert "IMAGESCOPE_WORKERS" in done.err
    assert "from 0 on" in done.err


def test_a_query_that_begins_with_a_dash_is_shown_its_place(imagescope: Imagescope) -> None:
    done = imagescope("search", "-blue")
    assert done.status == 2
    assert "imagescope search -- QUERY" in done.err
    assert "-- QUERY" not in imagescope("status", "--blue").err


def test_behind_two_dashes_a_query_may_begin_with_one(indexed: Imagescope) -> None:
    assert indexed("search", "--", "-yellow").status == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("-dog", "-k", "3"), "note: -k behind -- is"),
        (("dog", "--sort=newest"), "--sort=newest behind -- is"),
        (("-dog", "-kitten", "query"), ""),
    ],
)
def test_an_option_behind_two_dashes_is_told_its_place(
    indexed: Imagescope, words: tuple[str, ...], told: str
) -> None:
    err = indexed("search", "--", *words).err
    assert told in err
    assert ("options go before --" in err) == bool(told)


@pytest.mark.parametrize(
    ("strategy", "last"), [("retrieval", "1"), ("inquire", "2")], ids=["retrieval", "inquire"]
)
def test_a_stage_that_the_strategy_has_not_is_2(
    imagescope: Imagescope, strategy: str, last: str
) -> None:
    done = imagescope("search", "red", "--strategy", strategy, "--stages", "3")
    assert (done.status, done.out) == (2, "")
    told = f"{strategy} has no stage 3 — its last is stage {last}"
    assert done.err.strip().splitlines() == [f"imagescope: {told}"]


@pytest.mark.parametrize("words", [("--like",), ("red", "--like")])
def test_a_picture_to_be_like_that_is_broken_is_2_and_says_why(
    indexed: Imagescope, words: tuple[str, ...]
) -> None:
    broken = indexed.base / "broken.jpg"
    broken.write_bytes(b"no photo")
    done = indexed("search", *words, broken)
    assert (done.status, done.out) == (2, "")
    assert "broken.jpg" in done.err
    assert "not a picture in a known format" in done.err
    assert len(done.err.strip().splitlines()) == 1


@pytest.mark.parametrize("command", ["index", "search"])
def test_an_encoder_setting_that_makes_no_sense_is_2(
    indexed: Imagescope, shelf: Shelf, command: str
) -> None:
    done = indexed(command, shelf.photos, "--encoder", _NO_SETTING)
    assert (done.status, done.out) == (2, "")
    assert "names no encoder" in done.err
    assert len(done.err.strip().splitlines()) == 1


def test_a_model_name_that_nobody_knows_is_2(imagescope: Imagescope) -> None:
    for order in ("pull", "remove"):
        done = imagescope("models", order, "datacomp-b33")
        assert done.status == 2
        assert "did you mean datacomp-b32" in done.err


def test_a_download_without_network_is_4_and_leaves_nothing(imagescope: Imagescope) -> None:
    folder = imagescope.base / "models"
    done = imagescope(
        *("models", "pull", "datacomp-b32"),
        IMAGESCOPE_MODELS_FOLDER=str(folder),
        HF_HUB_OFFLINE="1",
    )
    assert done.status == 4
    assert not folder.exists()


def test_a_ray_cluster_that_does_not_answer_is_named_and_how_to_start_one(
    imagescope: Imagescope, photos: Path
) -> None:
    pytest.importorskip("ray", reason="the extra `cluster` is not installed")
    done = imagescope("index", photos, "--ray", "127.0.0.1:9")
    assert done.status == 2
    assert "no Ray cluster answers at 127.0.0.1:9" in done.err
    assert "ray start --head" in done.err


def test_a_folder_is_forgotten_when_told_and_only_if_it_is_of_the_library(
    indexed: Imagescope, shelf: Shelf
) -> None:
    assert indexed("purge", "--folder", str(shelf.photos / "garden"), "--apply").status == 2
    assert "--apply does it" in indexed("purge", "--folder", str(shelf.photos)).err
    assert indexed("status", "--json").json["photos"] > 0
    assert indexed("purge", "--folder", str(shelf.photos), "--apply").status == 0
    status = indexed("status", "--json").json
    assert (status["photos"], status["embedded"], status["roots"]) == (0, 0, [])
    assert any(shelf.photos.rglob("*.png"))
