"""The encoder that comes with the program, as whoever runs the commands meets it."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import numpy as np
import pytest

from storage.library import DATABASE_NAME, Library
from tests.tampered_program import TamperedProgram

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Imagescope, Outcome, Shelf

_FORMER_ID = "builtin/1"
_SEARCH = ("search", "rose", "--stages", "1")
_REMEDY = "reinstall imagescope-tui"
_HEAVY = frozenset({"torch", "open_clip", "transformers", "sentence_transformers"})


@pytest.fixture
def program(tmp_path: Path) -> TamperedProgram:
    return TamperedProgram(tmp_path / "program")


def loses(name: str) -> Callable[[TamperedProgram], None]:
    return lambda program: program.lose(name)


def flips(name: str) -> Callable[[TamperedProgram], None]:
    return lambda program: program.flip(name)


def hides(library: str) -> Callable[[TamperedProgram], None]:
    return lambda program: program.hide(library)


# -- weights that cannot be used ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (flips("text.onnx"), "text.onnx of the encoder pocket is damaged"),
        (flips("tokenizer.json"), "tokenizer.json of the encoder pocket is damaged"),
        (loses("picture.onnx"), "picture.onnx of the encoder pocket is missing"),
        (loses("manifest.json"), "manifest.json of the encoder pocket is missing"),
        (hides("onnxruntime"), "cannot load onnxruntime: not this processor"),
        (hides("tokenizers"), "cannot load its tokenizer: not this processor"),
    ],
)
def test_words_are_still_searched_where_the_encoder_cannot_be_used(
    indexed: Imagescope,
    program: TamperedProgram,
    damage: Callable[[TamperedProgram], None],
    told: str,
) -> None:
    damage(program)
    done = indexed(*_SEARCH, "--format", "paths", **program.environment)
    assert done.status == 4
    assert done.out.strip().endswith("garden/rose.png")
    [line] = done.err.strip().splitlines()
    assert told in line
    assert _REMEDY in line
    answer = indexed(*_SEARCH, "--format", "json", **program.environment).json
    assert [item["stage"] for item in answer["degraded"]] == [1]


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (flips("picture.onnx"), "picture.onnx of the encoder pocket is damaged"),
        (flips("text.onnx"), "text.onnx of the encoder pocket is damaged"),
        (hides("onnxruntime"), "cannot load onnxruntime: not this processor"),
    ],
)
def test_nothing_is_indexed_with_half_an_encoder(
    imagescope: Imagescope,
    photos: Path,
    program: TamperedProgram,
    damage: Callable[[TamperedProgram], None],
    told: str,
) -> None:
    damage(program)
    done = imagescope("index", photos, **program.environment)
    assert done.status == 4
    [line] = done.err.strip().splitlines()
    assert told in line
    assert _REMEDY in line


def test_doctor_finds_damaged_weights(imagescope: Imagescope, program: TamperedProgram) -> None:
    def finding(done: Outcome) -> dict[str, str]:
        [found] = [item for item in done.json["checks"] if item["subject"] == "encoder"]
        return dict(found)

    sound = finding(imagescope("doctor", "--json", **program.environment))
    assert sound["verdict"] == "note"
    assert sound["told"].startswith("pocket")
    program.flip("picture.onnx")
    damaged = finding(imagescope("doctor", "--json", **program.environment))
    assert (damaged["verdict"], damaged["remedy"]) == ("bad", _REMEDY)


# -- what is loaded ----------------------------------------------------------------------------


def test_no_larger_models_library_is_loaded_for_it(imagescope: Imagescope, photos: Path) -> None:
    def loaded(told: str) -> set[str]:
        lines = [line for line in told.splitlines() if line.startswith("import time:")]
        return {line.split("|")[-1].strip().split(".")[0] for line in lines}

    assert imagescope("index", photos, PYTHONPROFILEIMPORTTIME="1").status == 0
    of_child = loaded((imagescope.library / "indexer.log").read_text())
    of_search = loaded(imagescope("search", "red", PYTHONPROFILEIMPORTTIME="1").err)
    for names in (of_child, of_search):
        assert {"onnxruntime", "tokenizers"} <= names
        assert not names & (_HEAVY | {"huggingface_hub"})


# -- a library of the encoder that came before -------------------------------------------------


def belongs_to_former_encoder(library: Path) -> None:
    """Make the library one whose vectors are of the encoder before this one."""
    row = np.zeros(99, dtype=np.float32).tobytes()
    with sqlite3.connect(library / DATABASE_NAME) as database:
        database.execute("UPDATE encoders SET encoder_id = ?", [_FORMER_ID])
        database.execute("UPDATE settings SET value = ? WHERE key = 'encoder_id'", [_FORMER_ID])
        database.execute("UPDATE embeddings SET vector = ?", [row])
    database.close()


def forgets_vector_of(photo: Path, library: Path, encoder_id: str) -> None:
    """As if the new encoder had not come to this photo yet."""
    with Library.open_reader(library) as reader:
        found = reader.photos.at(photo)
        assert found is not None
    with sqlite3.connect(library / DATABASE_NAME) as database:
        database.execute(
            "DELETE FROM embeddings WHERE content_id = ? AND encoder ="
            " (SELECT id FROM encoders WHERE encoder_id = ?)",
            [found.content_id, encoder_id],
        )
    database.close()


def test_a_library_moves_over_by_itself_and_is_found_all_the_time(
    indexed: Imagescope, shelf: Shelf
) -> None:
    rose = shelf.photos / "garden/rose.png"

    def search() -> tuple[list[str], str]:
        done = indexed("search", "red rose", "--stages", "1", "--format", "paths")
        assert done.status == 0, done.err
        return done.out.splitlines(), done.err

    belongs_to_former_encoder(indexed.library)
    found, told = search()
    assert found == [str(rose)]
    assert "this encoder has seen 0 photos so far, 4 more are found by words alone" in told

    assert indexed("index").status == 0
    found, told = search()
    assert found[0] == str(rose)
    assert len(found) == 4
    assert "so far" not in told
    status = indexed("status", "--json").json
    assert status["embedded"] == 4
    assert status["encoder"].startswith("pocket/")

    forgets_vector_of(rose, indexed.library, status["encoder"])
    found, told = search()
    assert str(rose) in found
    assert len(found) == 4
    assert "has seen 3 photos so far, 1 more" in told


def test_a_setting_of_the_former_encoder_means_this_one(indexed: Imagescope) -> None:
    done = indexed(*_SEARCH, "--format", "json", IMAGESCOPE_ENCODER="builtin")
    assert (done.status, done.err) == (0, "")
    assert done.json["encoder"].startswith("pocket/")
