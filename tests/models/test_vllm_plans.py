"""What a GPU is given: a model that fits into what is free, and never more memory than that."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.models.gpu import Gpu
from indexer.models.vllm_plans import (
    MARGIN_GIB,
    VISION_MODELS,
    ServingPlan,
    Shortage,
    VisionModel,
    model_for,
    plan_on_cpu,
    plan_on_gpu,
    plan_unknown_on_gpu,
    serving_flags,
)

CARD = Gpu(index=0, name="a card", total_gib=80.0, free_gib=80.0, capability=8.9)
sizes = st.floats(0.1, 200.0)


def card(free_gib: float, total_gib: float | None = None) -> Gpu:
    return replace(CARD, total_gib=total_gib or max(free_gib, 1.0), free_gib=free_gib)


@pytest.mark.parametrize(
    ("free_gib", "name"),
    [
        (4, None),
        (8, "qwen3-vl-2b-fp8"),
        (12, "qwen3-vl-4b-fp8"),
        (16, "qwen3-vl-8b-fp8"),
        (24, "qwen3-vl-8b"),
        (48, "qwen3-vl-30b-a3b-fp8"),
        (80, "qwen3-vl-32b-fp8"),
        (140, "qwen3-vl-32b-fp8"),
    ],
)
def test_each_size_of_card_has_its_model(free_gib: float, name: str | None) -> None:
    chosen = model_for(card(free_gib))
    assert (chosen.name if chosen else None) == name


def test_a_desktop_that_takes_a_tenth_changes_nothing() -> None:
    for model in VISION_MODELS:
        assert model_for(card(model.card_gib * 0.9, model.card_gib)) == model


@given(free=sizes, taken=st.floats(0.0, 100.0))
def test_no_plan_takes_more_than_is_free(free: float, taken: float) -> None:
    gpu = card(free, free + taken)
    model = model_for(gpu)
    if model is None:
        return
    plan = plan_on_gpu(model, gpu)
    assert isinstance(plan, ServingPlan)
    assert plan.memory_share is not None
    assert 0 < plan.memory_share * gpu.total_gib <= free - MARGIN_GIB + 1e-9
    assert plan.memory_share * gpu.total_gib >= model.needs_gib - gpu.total_gib / 1000


@given(free=sizes, more=st.floats(0.0, 100.0))
def test_more_free_memory_never_means_a_smaller_model(free: float, more: float) -> None:
    smaller, larger = model_for(card(free)), model_for(card(free + more))
    if smaller is not None:
        assert larger is not None
        assert larger.needs_gib >= smaller.needs_gib


@given(free=sizes, weight_bytes=st.integers(0, 200 * 2**30))
def test_a_model_that_is_known_by_its_weights_fits_or_is_refused(
    free: float, weight_bytes: int
) -> None:
    gpu = card(free)
    plan = plan_unknown_on_gpu(weight_bytes, gpu)
    if isinstance(plan, Shortage):
        assert plan.needs_gib > plan.free_gib
    else:
        assert plan.memory_share is not None
        taken = plan.memory_share * gpu.total_gib
        assert weight_bytes / 2**30 < taken + gpu.total_gib / 1000 <= free


def test_the_table_grows_and_holds_only_free_licences() -> None:
    needs = [model.needs_gib for model in VISION_MODELS]
    assert needs == sorted(needs)
    assert {model.licence for model in VISION_MODELS} == {"Apache-2.0"}
    for model in VISION_MODELS:
        assert model.size_bytes / 2**30 < model.needs_gib < model.settings.memory_gib
        bytes_each = 1 if model.precision == "FP8" else 2
        weights = model.parameters_millions * 1e6 * bytes_each
        assert weights <= model.size_bytes <= weights * 1.5


def test_a_card_without_bf16_is_given_nothing() -> None:
    assert model_for(replace(CARD, capability=7.5)) is None
    assert model_for(replace(CARD, capability=None)) is not None


def test_a_model_that_is_too_large_is_a_shortage() -> None:
    shortage = plan_on_gpu(VISION_MODELS[-1], card(24))
    assert isinstance(shortage, Shortage)
    assert shortage.needs_gib > shortage.free_gib == 24


def test_the_flags_limit_what_makes_small_models_ask_for_much() -> None:
    plan = plan_on_gpu(VISION_MODELS[0], card(8))
    assert isinstance(plan, ServingPlan)
    flags = serving_flags(plan)
    pictures = json.loads(flags[flags.index("--limit-mm-per-prompt") + 1])
    assert pictures == {"image": {"count": 2, "width": 768, "height": 768}, "video": 0}
    assert flags[flags.index("--max-model-len") + 1] == "4096"
    assert "--enforce-eager" in flags
    assert "--gpu-memory-utilization" in flags


def test_on_the_cpu_blocks_are_small_enough_for_prefixes() -> None:
    flags = serving_flags(plan_on_cpu())
    assert flags[flags.index("--block-size") + 1] == "32"
    assert "--gpu-memory-utilization" not in flags


DOCUMENT = Path(__file__).parents[2] / "docs" / "model-servers.md"


@pytest.mark.parametrize("model", VISION_MODELS, ids=lambda model: model.name)
def test_the_document_shows_the_table_as_it_is(model: VisionModel) -> None:
    cells = (
        f"`{model.name}`",
        model.licence,
        model.precision,
        f"{model.size_bytes / 1e9:.1f} GB",
        f"{model.needs_gib + MARGIN_GIB:.1f} GiB",
        f"{model.settings.context_tokens:,}",
        str(model.settings.sequences),
    )
    assert f" {' | '.join(cells)} |" in DOCUMENT.read_text("utf-8")
