"""Captions and the three stages with a real vLLM, whose model has random weights.

What it says is nonsense: that all of it is asked, read, stored and told is what is looked at.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_search_stages import SCENES
from tests.world.scenes import draw

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.serving import Serving


@pytest.fixture
def drawn(tmp_path: Path) -> Path:
    folder = tmp_path / "drawn"
    folder.mkdir()
    for name, scene in SCENES.items():
        draw(scene, 240).save(folder / name)
    return folder


def test_photos_are_captioned_and_searched_in_stages(
    vllm_server: Serving, drawn: Path, tmp_path: Path
) -> None:
    library = ("--library", tmp_path / "library")
    indexed = vllm_server.run(*library, "index", "--encoder", "pocket", "--json", drawn)
    events = [json.loads(line) for line in indexed.stdout.splitlines()]
    assert {"event": "captioner_ready", "model": "tiny-vlm"} in events
    status = json.loads(vllm_server.run(*library, "status", "--json").stdout)
    failed = [event for event in events if event["event"] == "caption_failed"]
    assert status["captioned"] + len(failed) == len(SCENES)
    assert status["captioned"]
    searched = vllm_server.run(
        *(*library, "search", "--encoder", "pocket", "--strategy", "ours"),
        *("--format", "json", "a green star"),
    )
    assert searched.returncode == 0, searched.stderr
    found = json.loads(searched.stdout)
    assert len(found["results"]) == len(SCENES)
    assert found["model_calls"]["reasoner"] >= 1
    assert found["model_calls"]["evaluator"] >= 1
    # What the model rambles may be cut off: then the stage says so, and nothing else happens.
    answered = [answer for result in found["results"] for answer in result["answers"]]
    assert answered or [item["stage"] for item in found["degraded"]]
    assert all(answer["p_yes"] is not None for answer in answered)
