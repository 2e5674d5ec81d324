"""Weights are found where they are, and their absence names the command that gets them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from huggingface_hub import constants

from indexer.models.catalog import MANIFEST_FILE
from indexer.models.gpu import Gpu
from indexer.models.protocols import ModelMissing, ModelUnusable
from indexer.models.pull import pull_model, remove_model
from indexer.models.vllm_models import best_local_model, local_model, state_of_vision
from indexer.models.vllm_plans import VISION_MODELS
from tests.models.scripted_hub import ScriptedHub

if TYPE_CHECKING:
    from pathlib import Path

    from indexer.models.vllm_plans import VisionModel

SMALL, LARGER = VISION_MODELS[:2]
GPU = Gpu(index=0, name="a card", total_gib=12, free_gib=12, capability=8.6)


def pulled(model: VisionModel, models_folder: Path) -> Path:
    folder = models_folder / model.name
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"12345")
    files = {name: {"size": (folder / name).stat().st_size} for name in ("config.json",)}
    (folder / MANIFEST_FILE).write_text(json.dumps({"files": files}))
    return folder


def cached(repository: str, cache: Path) -> Path:
    home = cache / f"models--{repository.replace('/', '--')}"
    snapshot = home / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (home / "refs").mkdir()
    (home / "refs" / "main").write_text("abc")
    (snapshot / "config.json").write_text("{}")
    return snapshot


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


def test_a_pulled_model_is_found_by_name_and_by_repository(tmp_path: Path, cache: Path) -> None:
    folder = pulled(SMALL, tmp_path)
    for name in (SMALL.name, SMALL.repository):
        found = local_model(name, tmp_path)
        assert (found.folder, found.known, found.weight_bytes) == (folder, SMALL, 5)


def test_a_model_in_the_hubs_cache_counts_once_all_its_parts_are_there(cache: Path) -> None:
    snapshot = cached(SMALL.repository, cache)
    index = {"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}
    (snapshot / "model.safetensors.index.json").write_text(json.dumps(index))
    (snapshot / "model-1.safetensors").write_bytes(b"123")
    with pytest.raises(ModelMissing):
        local_model(SMALL.name, None)
    (snapshot / "model-2.safetensors").write_bytes(b"4567")
    assert local_model(SMALL.name, None).folder == snapshot
    assert local_model(SMALL.name, None).weight_bytes == 7


def test_any_repository_of_the_cache_can_be_named(cache: Path) -> None:
    snapshot = cached("someone/their-vlm", cache)
    (snapshot / "model.safetensors").write_bytes(b"1")
    found = local_model("someone/their-vlm", None)
    assert (found.name, found.known) == ("their-vlm", None)


def test_a_folder_is_a_model_if_it_is_whole(tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable, match="no whole model"):
        local_model(str(tmp_path), None)
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"1")
    assert local_model(str(tmp_path), None).folder == tmp_path


def test_a_model_that_is_not_here_names_the_command_that_gets_it(
    tmp_path: Path, cache: Path
) -> None:
    with pytest.raises(ModelMissing) as caught:
        local_model(SMALL.name, tmp_path)
    assert f"imagescope models pull {SMALL.name}" in caught.value.hint
    with pytest.raises(ModelMissing, match="no vision-language model"):
        local_model("no-such-thing", tmp_path)


def test_the_best_model_on_disk_that_fits_is_taken(tmp_path: Path, cache: Path) -> None:
    with pytest.raises(ModelMissing, match=LARGER.name):
        best_local_model(GPU, tmp_path)
    pulled(SMALL, tmp_path)
    pulled(VISION_MODELS[-1], tmp_path)
    assert best_local_model(GPU, tmp_path).known == SMALL
    pulled(LARGER, tmp_path)
    assert best_local_model(GPU, tmp_path).known == LARGER


def test_a_gpu_that_nothing_fits_says_so(tmp_path: Path) -> None:
    full = Gpu(index=0, name="a full card", total_gib=24, free_gib=1.5, capability=8.6)
    with pytest.raises(ModelUnusable, match=r"1\.5 GiB are free"):
        best_local_model(full, tmp_path)
    old = Gpu(index=0, name="an old card", total_gib=24, free_gib=24, capability=7.0)
    with pytest.raises(ModelUnusable, match="too old"):
        best_local_model(old, tmp_path)


def test_pulling_fetches_all_a_model_is_loaded_from_and_no_more(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = {
        "config.json": b"{}",
        "chat_template.jinja": b"x",
        "merges.txt": b"a b",
        "model-00001-of-00002.safetensors": b"1234",
        "model-00002-of-00002.safetensors": b"56",
        "model.safetensors.index.json": b"{}",
    }
    hub = ScriptedHub({**wanted, "README.md": b"# x", "original/model.safetensors": b"again"})
    serving = hub.serve()
    monkeypatch.setattr(constants, "ENDPOINT", next(serving))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    try:
        folder = pull_model(SMALL.name, models_folder=tmp_path, on_progress=lambda *_: None)
    finally:
        next(serving, None)
    assert {path.name for path in folder.iterdir()} == {*wanted, MANIFEST_FILE}
    assert state_of_vision(SMALL, tmp_path).state == "present"
    assert local_model(SMALL.name, tmp_path).weight_bytes == 6
    assert remove_model(SMALL.name, models_folder=tmp_path) > 0
    assert state_of_vision(SMALL, tmp_path).state == "absent"


def test_what_a_broken_download_left_is_partial(tmp_path: Path, cache: Path) -> None:
    part = tmp_path / SMALL.name / "model.safetensors.part"
    part.parent.mkdir()
    part.write_bytes(b"1")
    assert state_of_vision(SMALL, tmp_path).state == "partial"
