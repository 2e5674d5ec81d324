from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from imagescope_tui.config import indexer_environment
from imagescope_tui.indexer_client import IndexerClient
from indexer.options import IndexerOptions


def test_what_the_user_set_is_kept() -> None:
    own = {"OMP_WAIT_POLICY": "ACTIVE", "LANG": "C"}
    assert indexer_environment(own) == own


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
        IndexerOptions(library=tmp_path, encoder="builtin"), on_event=lambda _: None
    )
    await client.start()
    try:
        environment = environment_of_the_child(tmp_path.name)
    finally:
        await client.stop()
    assert b"OMP_WAIT_POLICY=PASSIVE" in environment
    assert os.environb[b"PATH"] in b"\0".join(environment)
