"""A real vLLM, started once for all tests that ask for it.

`IMAGESCOPE_TEST_VLLM` names the folder of an environment that has vLLM; `.ci/run` builds one.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.serving import MODEL_TOOL, make_tiny_model, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.serving import Serving

_TEST_SECONDS_MAX = 480


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A real server takes long to start: its tests begin first, all in one process.

    pytest-xdist gives its first process the first tests in a row.
    """
    needing = [item for item in items if "vllm_environment" in getattr(item, "fixturenames", ())]
    for item in needing:
        item.add_marker(pytest.mark.timeout(_TEST_SECONDS_MAX))
    others = [item for item in items if item not in set(needing)]
    items[:] = [*needing, *others]


@pytest.fixture(scope="session")
def vllm_environment() -> Path:
    """The folder of an environment that has vLLM."""
    named = os.environ.get("IMAGESCOPE_TEST_VLLM", "")
    if not named:
        why = os.environ.get("IMAGESCOPE_TEST_VLLM_MISSING", "IMAGESCOPE_TEST_VLLM is not set")
        pytest.skip(f"no real vLLM: {why}")
    if not (Path(named) / "bin" / "vllm").exists():
        pytest.skip(f"no real vLLM: {named} holds no bin/vllm")
    return Path(named)


@pytest.fixture(scope="session")
def tiny_vlm(vllm_environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of the Qwen3-VL architecture with random weights."""
    if not MODEL_TOOL.exists():
        pytest.skip("no real vLLM: the tool that makes its tiny model is not beside the project")
    return make_tiny_model(vllm_environment, tmp_path_factory.mktemp("models") / "tiny-vlm")


@pytest.fixture(scope="session")
def vllm_server(
    vllm_environment: Path, tiny_vlm: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Serving]:
    """A running server for the tests of this session."""
    with serving(vllm_environment, tiny_vlm, tmp_path_factory.mktemp("serving")) as server:
        yield server
