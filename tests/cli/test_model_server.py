"""The keeper finds a server, starts one where that was not forbidden, and stops only its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from imagescope_tui.config import load_settings
from imagescope_tui.model_server import ModelServerKeeper, order_for, wishes_of
from indexer.models.catalog import MANIFEST_FILE
from indexer.models.gpu import Gpu
from indexer.models.protocols import ModelUnusable
from indexer.models.vllm_plans import VISION_MODELS
from tests.models.stand_in_vllm import StandIn, stand_in, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from imagescope_tui.config import Settings

CARD = Gpu(index=0, name="a card", total_gib=8, free_gib=8, capability=8.9)
SMALL = VISION_MODELS[0]


def one_card() -> tuple[Gpu, ...]:
    return (CARD,)


@pytest.fixture
def vllm(tmp_path: Path) -> Iterator[StandIn]:
    made = stand_in(tmp_path)
    # The model has been pulled.
    folder = tmp_path / "models" / SMALL.name
    folder.parent.mkdir()
    made.model.rename(folder)
    size = (folder / "config.json").stat().st_size
    (folder / MANIFEST_FILE).write_text(json.dumps({"files": {"config.json": {"size": size}}}))
    made = replace(made, model=folder)
    made.behave()
    yield made
    wait_until(lambda: not made.left())


def settings(vllm: StandIn, **more: str) -> Settings:
    environ = {
        "IMAGESCOPE_LMM_VLLM": str(vllm.program),
        "IMAGESCOPE_MODELS_FOLDER": str(vllm.model.parent),
        **more,
    }
    return load_settings({}, environ=environ)


async def test_it_starts_the_best_model_and_another_keeper_finds_it(vllm: StandIn) -> None:
    told: list[str] = []
    keeper = ModelServerKeeper(settings(vllm), on_progress=told.append, gpus=one_card)
    assert await keeper.find() is None
    started = await keeper.start()
    assert started is not None
    assert started.model == SMALL.name
    other = ModelServerKeeper(settings(vllm), gpus=one_card)
    assert await other.find() == await other.start() == started
    await other.stop()
    assert await other.find() == started, "it was not its own"
    await keeper.stop()
    assert await keeper.find() is None
    assert told[0] == f"starting vLLM with {SMALL.name}"
    words = vllm.seen["argv"]
    assert words[words.index("--gpu-memory-utilization") + 1] == "0.812"


async def test_two_that_start_at_once_share_one_server(vllm: StandIn) -> None:
    keepers = [ModelServerKeeper(settings(vllm), gpus=one_card) for _ in range(2)]
    first, second = await asyncio.gather(*(keeper.start() for keeper in keepers))
    assert first is not None
    assert first == second
    for keeper in keepers:
        await keeper.stop()


async def test_it_starts_nothing_where_that_was_not_wanted_or_cannot_be(
    vllm: StandIn, tmp_path: Path
) -> None:
    for more in (
        {"IMAGESCOPE_LMM_AUTOSTART": "off"},
        {"IMAGESCOPE_LMM_URL": "http://127.0.0.1:9/v1"},
        {"IMAGESCOPE_LMM_VLLM": str(tmp_path / "nowhere")},
        {"IMAGESCOPE_MODELS_FOLDER": str(tmp_path / "empty")},
    ):
        keeper = ModelServerKeeper(settings(vllm, **more), gpus=one_card)
        assert await keeper.start() is None
    assert await ModelServerKeeper(settings(vllm), gpus=tuple).start() is None
    assert vllm.seen == {}


async def test_a_start_that_fails_is_told(vllm: StandIn) -> None:
    vllm.behave(fails_with="torch.OutOfMemoryError: CUDA out of memory.")
    with pytest.raises(ModelUnusable, match="out of memory"):
        await ModelServerKeeper(settings(vllm), gpus=one_card).start()


async def test_a_start_that_is_cancelled_leaves_nothing(vllm: StandIn) -> None:
    vllm.behave(never_ready=True)
    starting = asyncio.create_task(ModelServerKeeper(settings(vllm), gpus=one_card).start())
    await asyncio.to_thread(wait_until, lambda: vllm.seen)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert vllm.left() == []


async def test_a_server_that_broke_down_can_be_started_again(vllm: StandIn) -> None:
    keeper = ModelServerKeeper(settings(vllm), gpus=one_card)
    await keeper.start()
    os.kill(vllm.seen["pids"][0], signal.SIGKILL)
    await asyncio.to_thread(wait_until, lambda: not vllm.left())
    assert await keeper.find() is None
    assert await keeper.start() is not None
    await keeper.stop()


def test_on_several_gpus_the_roomiest_is_used(vllm: StandIn) -> None:
    full = replace(CARD, free_gib=1.0)
    order = order_for(wishes_of(settings(vllm)), gpus=lambda: (full, replace(CARD, index=1)))
    assert ("CUDA_VISIBLE_DEVICES", "1") in order.environment


def test_a_model_that_does_not_fit_says_what_it_needs(vllm: StandIn) -> None:
    tight = replace(CARD, free_gib=3.0)
    with pytest.raises(ModelUnusable, match=r"needs 6\.0 GiB .* 3\.0 GiB are free"):
        order_for(wishes_of(settings(vllm), model=SMALL.name), gpus=lambda: (tight,))


def test_without_a_gpu_only_a_named_model_is_served(vllm: StandIn) -> None:
    with pytest.raises(ModelUnusable, match="no NVIDIA GPU"):
        order_for(wishes_of(settings(vllm)), gpus=tuple)
    order = order_for(wishes_of(settings(vllm), model=SMALL.name, port=8123), gpus=tuple)
    assert order.port == 8123
    assert "--gpu-memory-utilization" not in order.command
