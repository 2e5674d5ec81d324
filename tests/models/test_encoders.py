"""Which encoder a setting means, decided without loading anything heavy."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.models import encoders
from indexer.models.catalog import (
    KNOWN_MODELS,
    MANIFEST_FILE,
    default_model,
    find,
    is_complete,
    state_of,
)
from indexer.models.encoders import load_encoder, resolve_auto
from indexer.models.protocols import ModelUnknown
from indexer.models.settings import (
    Auto,
    OpenClipFolder,
    OpenClipModel,
    Pocket,
    parse_setting,
)
from tests.models.clip_folders import put_into_cache

if TYPE_CHECKING:
    from pathlib import Path


def put_model(name: str, models_folder: Path) -> Path:
    """A folder that looks like a whole download."""
    folder = models_folder / name
    folder.mkdir()
    (folder / "open_clip_model.safetensors").write_bytes(b"weights")
    manifest = {"files": {"open_clip_model.safetensors": {"size": 7}}}
    (folder / MANIFEST_FILE).write_text(json.dumps(manifest))
    return folder


@pytest.fixture
def has_gpu(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> bool:
    present: bool = request.param
    monkeypatch.setattr(encoders, "has_nvidia_gpu", lambda: present)
    return present


def test_settings_are_read_as_the_contract_says() -> None:
    assert parse_setting("auto") == Auto()
    assert parse_setting(" pocket ") == Pocket()
    model = parse_setting("open_clip:ViT-B-32//data/a b/w.pt")
    assert model == OpenClipModel("ViT-B-32", "/data/a b/w.pt")
    folder = parse_setting("open_clip:local-dir:/data/my:model")
    assert isinstance(folder, OpenClipFolder)
    assert str(folder.folder) == "/data/my:model"


@pytest.mark.parametrize(
    "setting", ["", "clip", "open_clip", "open_clip:", "open_clip:ViT-B-32", "open_clip:local-dir:"]
)
def test_a_setting_without_a_meaning_is_refused_with_the_forms_there_are(setting: str) -> None:
    with pytest.raises(ModelUnknown) as caught:
        load_encoder(setting)
    assert "open_clip:ARCH/PRETRAINED" in caught.value.hint


def test_the_former_name_of_the_encoder_that_comes_along_still_means_it() -> None:
    assert parse_setting("builtin") == Pocket()


@given(st.text())
def test_any_text_is_a_setting_or_refused(text: str) -> None:
    try:
        parse_setting(text)
    except ModelUnknown as error:
        assert error.hint


def test_auto_is_pocket_where_nothing_was_downloaded(tmp_path: Path) -> None:
    assert resolve_auto(None) == resolve_auto(tmp_path) == "pocket"
    assert load_encoder("auto", models_folder=tmp_path).encoder_id.startswith("pocket/")


@pytest.mark.parametrize("has_gpu", [False, True], indirect=True)
def test_auto_takes_the_default_for_the_machine(tmp_path: Path, has_gpu: bool) -> None:
    for model in KNOWN_MODELS:
        put_model(model.name, tmp_path)
    wanted = default_model(has_gpu=has_gpu)
    assert resolve_auto(tmp_path) == f"open_clip:local-dir:{tmp_path / wanted.name}"


@pytest.mark.parametrize("has_gpu", [False], indirect=True)
def test_auto_takes_what_a_processor_can_carry_before_what_is_better(
    tmp_path: Path, has_gpu: bool
) -> None:
    for name in ("siglip2-so400m", "datacomp-b32"):
        put_model(name, tmp_path)
    assert resolve_auto(tmp_path).endswith("datacomp-b32")
    (tmp_path / "datacomp-b32" / MANIFEST_FILE).unlink()
    assert resolve_auto(tmp_path).endswith("siglip2-so400m")


def test_auto_takes_weights_that_another_program_downloaded(
    hub_cache: Path, tmp_path: Path
) -> None:
    model = find("datacomp-b32")
    files = [tmp_path / name for name in model.files]
    for file in files:
        file.write_bytes(b"anything")
    snapshot = put_into_cache(hub_cache, model.repository, *files)
    state = state_of(model, None)
    assert (state.state, state.is_removable) == ("present", False)
    assert resolve_auto(None) == f"open_clip:local-dir:{snapshot}"
    (snapshot / model.files[0]).unlink()
    assert resolve_auto(None) == "pocket"


def test_auto_never_takes_half_a_download(tmp_path: Path) -> None:
    folder = put_model("siglip2-b32", tmp_path)
    (folder / "open_clip_model.safetensors").write_bytes(b"wei")
    assert state_of(find("siglip2-b32"), tmp_path).state == "partial"
    assert resolve_auto(tmp_path) == "pocket"


@pytest.mark.parametrize("manifest", ["", "[]", "{}", '{"files": {}}', '{"files": {"a": 3}}', "\0"])
def test_a_manifest_that_says_nothing_makes_no_model(tmp_path: Path, manifest: str) -> None:
    (tmp_path / MANIFEST_FILE).write_text(manifest)
    assert not is_complete(tmp_path)


def test_the_catalogue_has_one_default_for_each_kind_of_machine() -> None:
    defaults = [model.default_for for model in KNOWN_MODELS if model.default_for]
    assert sorted(defaults) == ["cpu", "gpu"]
    assert default_model(has_gpu=False).suits_cpu
    assert len({model.name for model in KNOWN_MODELS}) == len(KNOWN_MODELS)


def test_no_model_is_offered_whose_licence_forbids_a_use() -> None:
    assert {model.licence for model in KNOWN_MODELS} <= {"Apache-2.0", "MIT"}


@pytest.mark.clip
@pytest.mark.parametrize("model", KNOWN_MODELS, ids=lambda model: model.name)
def test_the_catalogue_agrees_with_open_clip(model: object) -> None:
    import open_clip
    from open_clip.pretrained import get_pretrained_cfg

    from indexer.models.catalog import KnownModel

    assert isinstance(model, KnownModel)
    tag = get_pretrained_cfg(model.architecture, model.pretrained)
    assert tag["hf_hub"].rstrip("/") == model.repository
    config = open_clip.get_model_config(model.architecture)
    assert config["vision_cfg"]["image_size"] == model.picture_side
    assert str(config["text_cfg"].get("context_length", 77)) == model.words_max.split()[0]
    has_tokenizer = "tokenizer.json" in model.files
    assert has_tokenizer == bool(config["text_cfg"].get("hf_tokenizer_name"))


def test_asking_for_a_setting_loads_no_heavy_library() -> None:
    program = (
        "import sys; from indexer.models import catalog, encoders, pull, settings;"
        "encoders.resolve_auto(None);"
        "heavy = {'torch', 'open_clip', 'transformers', 'numpy.linalg'} & set(sys.modules);"
        "print(sorted(heavy - {'numpy.linalg'}))"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
