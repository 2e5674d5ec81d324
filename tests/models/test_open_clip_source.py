"""Where a model's parts are found, what goes with them, and what is refused."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from huggingface_hub import constants

from indexer.models.catalog import find
from indexer.models.encoders import load_encoder
from indexer.models.open_clip_encoder import OpenClipEncoder
from indexer.models.open_clip_source import find_source
from indexer.models.protocols import ModelMissing, ModelUnknown, ModelUnusable
from indexer.models.settings import OpenClipModel
from tests.models.clip_folders import (
    CONFIG,
    WEIGHTS,
    checkpoint_in,
    put_into_cache,
    siglip_like_folder,
)
from tests.world.tiny_clip import MODEL_CONFIG, register_architecture

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.clip, pytest.mark.timeout(300)]

SIGLIP = "ViT-B-32-SigLIP2-256"
HALF = (0.5, 0.5, 0.5)


def tag(monkeypatch: pytest.MonkeyPatch, **options: Any) -> None:  # noqa: ANN401 - open_clip's
    """Gives the small world's architecture a pretrained tag, `drawn`, in `nobody/drawn`."""
    from open_clip import pretrained

    config = pretrained._pcfg(hf_hub="nobody/drawn/", **options)
    tags = pretrained._PRETRAINED | {"imagescope-tiny-world": {"drawn": config}}
    monkeypatch.setattr(pretrained, "_PRETRAINED", tags)


def test_a_tag_is_loaded_from_the_hubs_cache_with_its_own_preprocessing(
    hub_cache: Path, tiny_clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    architecture = register_architecture(tmp_path)
    tag(monkeypatch, mean=HALF, std=(0.25,) * 3, resize_mode="squash")
    put_into_cache(hub_cache, "nobody/drawn", tiny_clip / WEIGHTS)
    by_tag = load_encoder(f"open_clip:{architecture}/drawn")
    assert by_tag.encoder_id == load_encoder(f"open_clip:local-dir:{tiny_clip}").encoder_id


def test_a_tag_whose_weights_are_not_here_is_missing_and_says_how_to_get_them(
    tmp_path: Path,
) -> None:
    with pytest.raises(ModelMissing, match="webli") as caught:
        load_encoder(f"open_clip:{SIGLIP}/webli", models_folder=tmp_path)
    assert "imagescope models pull siglip2-b32" in caught.value.hint


def test_a_pulled_model_serves_its_tag(tiny_clip: Path, tmp_path: Path) -> None:
    model = find("siglip2-b32")
    folder = tmp_path / model.name
    shutil.copytree(tiny_clip, folder)
    manifest = {"files": {WEIGHTS: {"size": (folder / WEIGHTS).stat().st_size}}}
    (folder / "complete.json").write_text(json.dumps(manifest))
    setting = f"open_clip:{model.architecture}/{model.pretrained}"
    pulled = load_encoder(setting, models_folder=tmp_path)
    assert pulled.encoder_id == load_encoder(f"open_clip:local-dir:{tiny_clip}").encoder_id


def siglip_checkpoint(folder: Path) -> OpenClipModel:
    """A path that only says where SigLIP 2's weights and tokenizer would be."""
    (folder / "weights.pt").write_bytes(b"")
    (folder / "tokenizer.json").write_text("{}")
    return OpenClipModel(SIGLIP, str(folder / "weights.pt"))


def test_a_checkpoint_takes_the_preprocessing_its_architectures_tags_agree_on(
    tmp_path: Path,
) -> None:
    source = find_source(siglip_checkpoint(tmp_path), None)
    assert source.preprocessing["resize_mode"] == "squash"
    assert source.preprocessing["mean"] == source.preprocessing["std"] == HALF


def test_a_configuration_beside_a_checkpoint_says_it_better(tmp_path: Path) -> None:
    from open_clip import get_model_config

    whole = {
        "model_cfg": get_model_config(SIGLIP),
        "preprocess_cfg": {"resize_mode": "longest", "mean": [0.1, 0.2, 0.3]},
    }
    (tmp_path / CONFIG).write_text(json.dumps(whole))
    source = find_source(siglip_checkpoint(tmp_path), None)
    assert source.preprocessing == {"resize_mode": "longest", "mean": [0.1, 0.2, 0.3]}


def test_a_configuration_of_another_model_beside_a_checkpoint_is_ignored(tmp_path: Path) -> None:
    whole = {"model_cfg": MODEL_CONFIG, "preprocess_cfg": {"resize_mode": "longest"}}
    (tmp_path / CONFIG).write_text(json.dumps(whole))
    source = find_source(siglip_checkpoint(tmp_path), None)
    assert source.preprocessing["resize_mode"] == "squash"


def test_tags_that_disagree_decide_nothing(tmp_path: Path) -> None:
    (tmp_path / "weights.pt").write_bytes(b"")
    source = find_source(OpenClipModel("ViT-B-32", str(tmp_path / "weights.pt")), None)
    assert source.preprocessing == {}
    assert not source.quick_gelu


def test_a_folder_loads_its_own_tokenizer_and_asks_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        pytest.fail("loading a model asked the network")

    folder = siglip_like_folder(tmp_path)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    encoder = load_encoder(f"open_clip:local-dir:{folder}")
    assert isinstance(encoder, OpenClipEncoder)
    rows = encoder._tokenizer(["A RED circle!", "a red circle " * 9]).tolist()
    # Capitals and stops go, one end mark stays also where a text is cut, 0 fills up.
    assert rows[0].count(1) == 1
    assert set(rows[0][rows[0].index(1) + 1 :]) == {0}
    assert rows[1][-1] == 1
    assert len(rows[0]) == len(rows[1]) == 12
    assert encoder.encode_texts(["a red circle"]).shape == (1, 16)


def test_a_model_whose_tokenizer_is_not_here_is_missing(tmp_path: Path) -> None:
    folder = siglip_like_folder(tmp_path)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).unlink()
    with pytest.raises(ModelMissing, match="tokenizer"):
        load_encoder(f"open_clip:local-dir:{folder}")


def copy_of(tiny_clip: Path, folder: Path) -> Path:
    for name in (WEIGHTS, CONFIG):
        shutil.copy(tiny_clip / name, folder / name)
    return folder


def test_a_folder_without_weights_is_missing_and_never_random(
    tiny_clip: Path, tmp_path: Path
) -> None:
    (copy_of(tiny_clip, tmp_path) / WEIGHTS).unlink()
    with pytest.raises(ModelMissing, match="no weights"):
        load_encoder(f"open_clip:local-dir:{tmp_path}")


def test_a_folder_without_configuration_is_missing(tiny_clip: Path, tmp_path: Path) -> None:
    (copy_of(tiny_clip, tmp_path) / CONFIG).unlink()
    with pytest.raises(ModelMissing, match=CONFIG):
        load_encoder(f"open_clip:local-dir:{tmp_path}")


def test_weights_that_lack_a_layer_are_unusable(tiny_clip: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(tiny_clip / WEIGHTS)
    del weights["text_projection"]
    save_file(weights, copy_of(tiny_clip, tmp_path) / WEIGHTS)
    with pytest.raises(ModelUnusable, match="cannot be loaded"):
        load_encoder(f"open_clip:local-dir:{tmp_path}")


@pytest.mark.parametrize("name", ["weights.safetensors", "weights.pt"])
def test_a_file_that_holds_no_weights_is_unusable(tmp_path: Path, name: str) -> None:
    architecture = register_architecture(tmp_path)
    (tmp_path / name).write_bytes(b"\x10\0\0\0\0\0\0\0no weights at all" * 9)
    with pytest.raises(ModelUnusable) as caught:
        load_encoder(f"open_clip:{architecture}/{tmp_path / name}")
    assert "\n" not in caught.value.message


def test_a_checkpoint_that_would_run_code_is_refused(tmp_path: Path) -> None:
    import pickle

    class Attack:
        def __reduce__(self) -> tuple[Any, ...]:
            return (subprocess.run, (["touch", str(tmp_path / "done")],))

    architecture = register_architecture(tmp_path)
    (tmp_path / "weights.pt").write_bytes(pickle.dumps(Attack(), protocol=2))
    with pytest.raises(ModelUnusable):
        load_encoder(f"open_clip:{architecture}/{tmp_path / 'weights.pt'}")
    assert not (tmp_path / "done").exists()


def test_a_path_with_slashes_is_one_path(tiny_clip: Path, tmp_path: Path) -> None:
    architecture = register_architecture(tmp_path)
    checkpoint = checkpoint_in(tmp_path / "a" / "b", tiny_clip)
    assert load_encoder(f"open_clip:{architecture}/{checkpoint}").dim == MODEL_CONFIG["embed_dim"]


@pytest.mark.parametrize(
    ("setting", "error", "said"),
    [
        ("open_clip:ViT-B-33/laion2b", ModelUnknown, "ViT-B-32"),
        ("open_clip:ViT-B-32/no_such_tag", ModelUnusable, "laion2b_s34b_b79k"),
        ("open_clip:ViT-B-32/absent/weights.pt", ModelMissing, "path"),
        ("open_clip:local-dir:absent", ModelMissing, "models"),
        ("open_clip:hf-hub:someone/something", ModelUnknown, "open_clip"),
    ],
)
def test_a_setting_that_leads_nowhere_says_what_to_do(
    setting: str, error: type[Exception], said: str
) -> None:
    with pytest.raises(error) as caught:
        load_encoder(setting)
    assert said in caught.value.hint  # type: ignore[attr-defined]
    assert "\n" not in str(caught.value)


def test_every_weight_of_a_loaded_model_is_the_checkpoints(tiny_clip: Path) -> None:
    import torch
    from safetensors.torch import load_file

    encoder = load_encoder(f"open_clip:local-dir:{tiny_clip}")
    assert isinstance(encoder, OpenClipEncoder)
    stored = load_file(tiny_clip / WEIGHTS)
    loaded = encoder._model.state_dict()
    assert loaded.keys() == stored.keys()
    # Some processors have weights in half precision.
    kept = {name: value.to(loaded[name].dtype) for name, value in stored.items()}
    assert all(torch.equal(loaded[name], kept[name]) for name in stored)
