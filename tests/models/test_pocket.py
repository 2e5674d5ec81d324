"""The encoder that comes with the program, by weights of its form."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.models.calibration import CalibratedEncoder, Calibration
from indexer.models.pocket.encoder import PocketEncoder, load_pocket
from indexer.models.pocket.parts import PART_MAX, Parts
from indexer.models.pocket.weights import MANIFEST, SEEN
from indexer.models.protocols import ModelError, ModelMissing, ModelUnusable, Picture
from tests.models.pocket_stand_in import DIM, MAX_TOKENS, SIDE, write_manifest, write_weights

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_FILES = ("picture.onnx", "regions.onnx", "text.onnx", "tokenizer.json", "manifest.json")


@pytest.fixture(scope="module")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights that no test may change."""
    return write_weights(tmp_path_factory.mktemp("pocket") / "weights")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_weights(tmp_path / "weights")


@pytest.fixture(scope="module")
def encoder(shared_folder: Path) -> PocketEncoder:
    return load_pocket(shared_folder, threads=2)


def picture(*colour: int) -> Picture:
    pixels = np.full((SIDE, SIDE, 3), colour, dtype=np.uint8)
    return Picture(pixels=pixels, width=640, height=480)


def test_pictures_and_texts_are_in_one_space(encoder: PocketEncoder) -> None:
    rows = encoder.encode_pictures([picture(200, 0, 0), picture(0, 0, 90)])
    texts = encoder.encode_texts(["blue", "a red", "red"])
    assert rows.dtype == texts.dtype == np.float32
    assert (texts @ rows.T).argmax(axis=1).tolist() == [1, 0, 0]
    assert encoder.dim == DIM
    assert encoder.picture_input.fit == "squash"


def test_a_batch_gives_what_its_pictures_give_one_by_one(shared_folder: Path) -> None:
    encoder = load_pocket(shared_folder, threads=3)
    pictures = [picture(shade, 255 - shade, 7) for shade in range(3, 250, 5)]
    alone = np.concatenate([encoder.encode_pictures([one]) for one in pictures])
    assert np.allclose(encoder.encode_pictures(pictures), alone, atol=1e-6)
    assert encoder.encode_pictures([]).shape == (0, DIM)


def test_texts_of_any_lengths_keep_their_order(encoder: PocketEncoder) -> None:
    texts = ["red " * n + "blue" for n in (9, 0, 30, 2)] + ["", "green"] * 20
    alone = np.concatenate([encoder.encode_texts([text]) for text in texts])
    assert np.allclose(encoder.encode_texts(texts), alone, atol=1e-6)
    assert encoder.encode_texts([]).shape == (0, DIM)


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_any_text_gives_a_vector_or_none(encoder: PocketEncoder, text: str) -> None:
    length = float(np.linalg.norm(encoder.encode_texts([text])[0]))
    assert length == 0 or length == pytest.approx(1, abs=1e-5)
    known = encoder.known_words(text)
    assert known is None or known <= {word.lower() for word in text.split()}


@pytest.mark.parametrize("text", ["", " \n", "!!", "zebra", "\ud800", "\0", "\x1b[31m", "狗", "🦄"])
def test_a_text_of_which_nothing_can_be_read_says_nothing(
    encoder: PocketEncoder, text: str
) -> None:
    assert not encoder.encode_texts([text]).any()


def test_a_text_is_read_as_far_as_it_was_trained_to(encoder: PocketEncoder) -> None:
    first, longer = encoder.encode_texts(["red " * MAX_TOKENS, "red " * MAX_TOKENS + "blue " * 9])
    assert np.array_equal(first, longer)
    assert encoder.encode_texts(["\u2003" * 50_000 + "red " * 400_000 + "blue"]).any()


def test_it_says_which_words_it_could_read(encoder: PocketEncoder) -> None:
    assert encoder.known_words("a Red\ud800 zebra!") == frozenset({"a", "red\ud800"})
    assert encoder.known_words(" Red, zebra!") == frozenset({"red,"})
    assert encoder.known_words("a RED") is None
    assert encoder.known_words("zebra !") == frozenset()
    assert encoder.known_words("red " * MAX_TOKENS + "blue") == frozenset({"red"})


def test_it_says_which_words_pictures_answer_to(tmp_path: Path) -> None:
    folder = write_weights(tmp_path / "weights")
    assert load_pocket(folder).seen_words("red Toshi") is None, "older weights have no list"
    (folder / SEEN).write_text("red\npuppi\na\n")
    write_manifest(folder, json.loads((folder / MANIFEST).read_text()))
    seen = load_pocket(folder).seen_words("A Toshi, red! puppies 1273")
    assert seen == frozenset({"a", "red!", "puppies"})


def test_cells_are_vectors_of_the_photos_parts(encoder: PocketEncoder) -> None:
    seen = picture(250, 0, 0)
    seen.pixels[SIDE // 2 :, : SIDE // 2] = (0, 0, 250)
    cells = encoder.encode_regions(seen)
    assert cells.shape == (7, 7, DIM)
    fits = cells @ encoder.encode_texts(["blue"])[0]
    assert fits[-1, 0] == pytest.approx(1, abs=1e-5)
    assert fits[0].max() == fits[:, -1].max() == pytest.approx(0, abs=1e-5)


# -- which vectors they are --------------------------------------------------------------------


def test_its_id_is_that_of_the_files_that_decide_vectors(folder: Path) -> None:
    before = load_pocket(folder).encoder_id
    assert before.startswith("pocket/1/")
    fields = json.loads((folder / "manifest.json").read_text())
    for name, is_decisive in (("regions.onnx", False), ("tokenizer.json", True)):
        with (folder / name).open("ab") as file:
            file.write(b"\n")
        write_manifest(folder, fields)
        assert (load_pocket(folder).encoder_id != before) is is_decisive


# -- bad weights -------------------------------------------------------------------------------


def ask_everything(folder: Path) -> None:
    encoder = load_pocket(folder)
    encoder.encode_texts(["red"])
    encoder.encode_pictures([picture(1, 2, 3)])
    encoder.encode_regions(picture(1, 2, 3))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


@pytest.mark.parametrize("name", _FILES)
@pytest.mark.parametrize("damage", [cut, flip, lambda path: path.write_bytes(b"")])
def test_a_damaged_file_is_named_with_what_helps(
    folder: Path, name: str, damage: Callable[[Path], object]
) -> None:
    damage(folder / name)
    with pytest.raises(ModelUnusable, match=f"{name} of the encoder pocket is damaged") as caught:
        ask_everything(folder)
    assert caught.value.hint == "reinstall imagescope-tui"


@pytest.mark.parametrize("name", _FILES)
def test_a_missing_file_is_named_with_what_helps(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ModelMissing, match=name) as caught:
        load_pocket(folder)
    assert caught.value.hint == "reinstall imagescope-tui"


def test_a_file_that_cannot_be_read_is_named(folder: Path) -> None:
    (folder / "text.onnx").unlink()
    (folder / "text.onnx").mkdir()
    with pytest.raises(ModelUnusable, match=r"text\.onnx"):
        ask_everything(folder)


@pytest.mark.parametrize("manifest", ["", "[]", "{}", "[" * 9_999, '{"files": 3}', '"\\ud800"'])
def test_a_manifest_without_sense_is_damaged(folder: Path, manifest: str) -> None:
    (folder / "manifest.json").write_text(manifest)
    with pytest.raises(ModelUnusable, match=r"manifest\.json"):
        load_pocket(folder)


@pytest.mark.parametrize("name", ["picture.onnx", "regions.onnx", "text.onnx", "tokenizer.json"])
def test_what_its_library_does_not_take_is_an_error_of_one_line(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"something else")
    write_manifest(folder, json.loads((folder / "manifest.json").read_text()))
    with pytest.raises(ModelUnusable) as caught:
        ask_everything(folder)
    assert len(caught.value.message.splitlines()) == 1
    assert caught.value.hint == "reinstall imagescope-tui"


def test_a_picture_of_another_size_is_an_error(encoder: PocketEncoder) -> None:
    small = Picture(pixels=np.zeros((9, 9, 3), np.uint8), width=9, height=9)
    with pytest.raises(ModelUnusable, match=r"run picture\.onnx"):
        encoder.encode_pictures([small])


@pytest.mark.parametrize("library", ["onnxruntime", "tokenizers"])
def test_a_library_that_is_not_there_is_an_error_of_the_model(
    folder: Path, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ModelUnusable, match="cannot load") as caught:
        ask_everything(folder)
    assert caught.value.hint == "reinstall imagescope-tui"


# -- what it costs -----------------------------------------------------------------------------


def test_a_side_that_is_not_asked_is_not_read(folder: Path) -> None:
    flip(folder / "picture.onnx")
    encoder = load_pocket(folder)
    assert encoder.encode_texts(["red"]).any()
    with pytest.raises(ModelError):
        encoder.encode_pictures([picture(1, 2, 3)])


def test_a_file_is_read_once(folder: Path) -> None:
    encoder = load_pocket(folder)
    encoder.encode_texts(["red"])
    encoder.encode_pictures([picture(1, 2, 3)])
    for name in _FILES:
        if name != "regions.onnx":
            (folder / name).unlink()
    encoder.encode_texts(["blue"])
    encoder.encode_pictures([picture(3, 2, 1)])


@pytest.mark.parametrize("count", [0, 1, 2, 7, 3 * PART_MAX + 1])
@pytest.mark.parametrize("threads", [0, 1, 2, 5])
def test_parts_are_of_bounded_size_and_keep_their_order(threads: int, count: int) -> None:
    done = Parts(threads).map(list, range(count))
    assert [item for part in done for item in part] == list(range(count))
    assert all(1 <= len(part) <= PART_MAX for part in done)


def test_as_many_parts_run_at_once_as_there_are_threads() -> None:
    together = threading.Barrier(3, timeout=30)
    assert Parts(3).map(lambda _: together.wait(), range(3))


_QUIET = """
import sys, time
from pathlib import Path
import numpy as np
from indexer.models.pocket.encoder import load_pocket
from indexer.models.protocols import Picture
encoder = load_pocket(Path(sys.argv[1]), threads=2)
pixels = np.zeros((224, 224, 3), np.uint8)
encoder.encode_pictures([Picture(pixels=pixels, width=9, height=9)] * 8)
encoder.encode_texts(["red", "blue"])
before = time.process_time()
time.sleep(0.5)
print(time.process_time() - before)
heavy = {"torch", "open_clip", "transformers", "huggingface_hub", "onnx", "sympy"}
print(sorted(heavy & set(sys.modules)))
"""


def test_it_loads_no_other_library_spins_on_no_core_and_says_nothing(shared_folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _QUIET, str(shared_folder)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    seconds, heavy = done.stdout.splitlines()
    assert float(seconds) < 0.2
    assert heavy == "[]"
    assert done.stderr == ""


# -- what nearness is worth -----------------------------------------------------------------------

_CALIBRATION = {
    **dict.fromkeys(("intercept", "words", "photos", "photos_words", "mean"), -0.5),
    **dict.fromkeys(("cosine", "standing", "standing_words", "deviation"), 0.5),
}


def calibrated(folder: Path, values: object) -> Path:
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "calibration": values}))
    return folder


def test_the_calibration_is_that_of_the_manifest(folder: Path) -> None:
    assert load_pocket(folder).calibration is None
    before = load_pocket(folder).encoder_id
    encoder = load_pocket(calibrated(folder, _CALIBRATION))
    assert encoder.calibration == Calibration(**_CALIBRATION)
    assert encoder.encoder_id == before, "vectors stay what they were"
    assert isinstance(encoder, CalibratedEncoder)


@pytest.mark.parametrize(
    "change",
    [
        {"cosine": -1.0},
        {"standing": -0.1},
        {"deviation": 0.0},
        {"mean": float("nan")},
        {"words": "many"},
        {"other": 1.0},
    ],
)
def test_a_calibration_that_makes_no_sense_is_damage(
    folder: Path, change: dict[str, object]
) -> None:
    senseless: tuple[object, ...] = ({**_CALIBRATION, **change}, {}, [], 7)
    for values in senseless:
        with pytest.raises(ModelUnusable, match=r"manifest\.json of the encoder pocket is damaged"):
            load_pocket(calibrated(folder, values))
