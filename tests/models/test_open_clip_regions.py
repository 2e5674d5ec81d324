"""What open_clip models say of the parts of a picture; random weights show where they look."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from indexer.models.encoders import load_encoder
from indexer.models.open_clip_regions import region_features
from indexer.models.protocols import Picture, RegionEncoder
from tests.models.clip_folders import CONFIG, WEIGHTS
from tests.world.tiny_clip import MODEL_CONFIG, PREPROCESSING, register_architecture

if TYPE_CHECKING:
    from pathlib import Path

    import torch

pytestmark = [pytest.mark.clip, pytest.mark.timeout(300)]

ROWS, COLUMNS, PATCH = 2, 3, 16
OWN = {
    "layers": 2,
    "width": 16,
    "head_width": 8,
    "patch_size": PATCH,
    "image_size": [ROWS * PATCH, COLUMNS * PATCH],
}
POOLED = {
    "timm_model_name": "vit_tiny_patch16_224",
    "timm_pool": "map",
    "timm_proj": "none",
    "image_size": 224,
}


DIM, POOLED_DIM = 16, 192


def config_of(vision: dict[str, Any]) -> dict[str, Any]:
    dim = POOLED_DIM if "timm_pool" in vision else DIM
    return {**MODEL_CONFIG, "embed_dim": dim, "vision_cfg": vision}


def model_of(vision: dict[str, Any], folder: Path, name: str) -> Any:  # noqa: ANN401 - no types
    import open_clip

    return open_clip.create_model(register_architecture(folder, config_of(vision), name)).eval()


def values_of(height: int, width: int, seed: int = 1) -> torch.Tensor:
    import torch

    chance = torch.Generator().manual_seed(seed)
    return torch.rand((1, 3, height, width), generator=chance)


@pytest.fixture
def own(tmp_path: Path) -> Any:  # noqa: ANN401 - no types
    """CLIP's own transformer, whose first block lets nothing look at another part."""
    import torch

    model = model_of(OWN, tmp_path, "imagescope-own-transformer")
    with torch.no_grad():
        model.visual.transformer.resblocks[0].attn.out_proj.weight.zero_()
    return model.visual


@pytest.mark.parametrize("row", range(ROWS))
@pytest.mark.parametrize("column", range(COLUMNS))
def test_a_part_answers_for_its_own_place(own: Any, row: int, column: int) -> None:  # noqa: ANN401
    import torch

    values = values_of(ROWS * PATCH, COLUMNS * PATCH)
    changed = values.clone()
    changed[..., row * PATCH : (row + 1) * PATCH, column * PATCH : (column + 1) * PATCH] = 0
    with torch.inference_mode():
        before, after = region_features(own, values), region_features(own, changed)
    assert before is not None
    assert after is not None
    assert before.shape == (ROWS, COLUMNS, DIM)
    differs = (before - after).abs().amax(dim=-1) > 1e-5
    assert differs.nonzero().tolist() == [[row, column]]


def test_of_a_pool_that_looks_at_one_part_the_parts_make_the_whole(tmp_path: Path) -> None:
    import torch

    model = model_of(POOLED, tmp_path, "imagescope-pooled-transformer")
    values = values_of(224, 224)
    with torch.inference_mode():
        parts = region_features(model.visual, values)
        assert parts is not None
        assert parts.shape == (14, 14, POOLED_DIM)
        pool = model.visual.trunk.attn_pool
        # A query that weighs all keys alike, and no further layer, make the pool a plain mean.
        pool.q.weight.zero_()
        pool.q.bias.zero_()
        pool.mlp.fc2.weight.zero_()
        pool.mlp.fc2.bias.zero_()
        alike = region_features(model.visual, values)
        whole = model.visual(values)[0]
    assert alike is not None
    assert alike.mean(dim=(0, 1)).numpy() == pytest.approx(whole.numpy(), abs=1e-4)


def test_other_picture_sides_have_no_parts(tmp_path: Path) -> None:
    import torch

    averaged = {**POOLED, "timm_pool": "avg"}
    one_block = {**OWN, "layers": 1}
    with torch.inference_mode():
        for number, vision in enumerate((averaged, one_block, {**OWN, "pool_type": "avg"})):
            visual = model_of(vision, tmp_path, f"imagescope-partless-{number}").visual
            side = 224 if vision is averaged else 0
            values = values_of(side or ROWS * PATCH, side or COLUMNS * PATCH)
            assert region_features(visual, values) is None


def test_an_encoder_gives_unit_vectors_or_none(tmp_path: Path, tiny_clip: Path) -> None:
    from safetensors.torch import save_file

    weights = model_of(OWN, tmp_path, "imagescope-parts").state_dict()
    save_file({key: value.contiguous() for key, value in weights.items()}, tmp_path / WEIGHTS)
    config = {"model_cfg": config_of(OWN), "preprocess_cfg": PREPROCESSING}
    (tmp_path / CONFIG).write_text(json.dumps(config))
    pixels = np.random.default_rng(1).integers(0, 255, (32, 48, 3), dtype=np.uint8)
    picture = Picture(pixels=pixels, width=48, height=32)
    encoder = load_encoder(f"open_clip:local-dir:{tmp_path}")
    assert isinstance(encoder, RegionEncoder)
    regions = encoder.encode_regions(picture)
    assert regions is not None
    assert regions.dtype == np.float32
    assert np.linalg.norm(regions, axis=2) == pytest.approx(np.ones((ROWS, COLUMNS)), abs=1e-5)
    convolutions = load_encoder(f"open_clip:local-dir:{tiny_clip}")
    assert isinstance(convolutions, RegionEncoder)
    square = Picture(pixels=pixels[:, :32], width=32, height=32)
    assert convolutions.encode_regions(square) is None
