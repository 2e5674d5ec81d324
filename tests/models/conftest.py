"""The small world's own model, trained once per machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from huggingface_hub import constants

from tests.world.tiny_clip import tiny_clip_folder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def hub_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the hub's library: what this person has downloaded decides nothing."""
    cache = tmp_path_factory.mktemp("hub")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    return cache


@pytest.fixture(scope="session")
def tiny_clip() -> Path:
    """A `local-dir` that names shapes and colours rightly; takes up to a minute the first time."""
    import torch

    # Several test processes share the cores; threads that wait for each other double the time.
    torch.set_num_threads(1)
    return tiny_clip_folder()
