from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from imagescope_tui.config import PRIVATE_ENVIRONMENT, indexer_environment, tell_nobody
from imagescope_tui.indexer_client import IndexerClient
from indexer.options import IndexerOptions


def test_what_the_user_set_is_kept() -> None:
    own = {"OMP_WAIT_POLICY": "ACTIVE", "LANG": "C"}
    assert indexer_environment(own) == {**own, **PRIVATE_ENVIRONMENT}


@pytest.mark.parametrize("name", PRIVATE_ENVIRONMENT)
def test_libraries_that_load_models_tell_nobody_whatever_is_set(name: str) -> None:
    opened = {name: "whatever"}
    assert indexer_environment(opened)[name] == PRIVATE_ENVIRONMENT[name]
    tell_nobody(opened)
    assert opened[name] == PRIVATE_ENVIRONMENT[name]


def test_the_hub_is_not_asked_where_models_are_loaded_in_this_process() -> None:
    script = (
        "from imagescope_tui.config import tell_nobody; tell_nobody()\n"
        "from huggingface_hub import constants, utils\n"
        "print(constants.HF_HUB_OFFLINE, constants.HF_HUB_DISABLE_TELEMETRY)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", script], check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == ["True", "True"]


def test_onnxruntime_neither_names_this_machine_nor_keeps_what_it_would_send(
    tmp_path: Path,
) -> None:
    """Its telemetry makes an id and a database as soon as a network is opened, and a connection."""
    script = (
        "from imagescope_tui.config import tell_nobody; tell_nobody()\n"
        "from indexer.models.pocket.encoder import load_pocket\n"
        "load_pocket().encode_texts(['a dog'])"
    )
    places = {"HOME": str(tmp_path), "TMPDIR": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    opened = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    subprocess.run([sys.executable, "-P", "-c", script], check=True, env=opened | places)
    assert not list(tmp_path.rglob("*"))


def environment_of_the_child(mark: str) -> list[bytes]:
    """Of our child that was started with the mark: other tests' servers may run beside it."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    found = [Path(f"/proc/{child}/environ").read_bytes().split(b"\0") for child in children]
    [environment] = [one for one in found if f"TEST_CHILD_MARK={mark}".encode() in one]
    return environment


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_threads_of_the_encoder_leave_the_cores_to_decoding_while_they_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    monkeypatch.setenv("TEST_CHILD_MARK", tmp_path.name)
    client = IndexerClient(
        IndexerOptions(library=tmp_path, encoder="pocket"), on_event=lambda _: None
    )
    await client.start()
    try:
        environment = environment_of_the_child(tmp_path.name)
    finally:
        await client.stop()
    assert b"OMP_WAIT_POLICY=PASSIVE" in environment
    assert {f"{name}={value}".encode() for name, value in PRIVATE_ENVIRONMENT.items()} <= set(
        environment
    )
    assert os.environb[b"PATH"] in b"\0".join(environment)
