"""Captions as a person has them written, from a server that really looks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.world.model_server import ModelServer
from tests.world.scenes import draw, scene_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.conftest import Imagescope


@pytest.fixture
def server() -> Iterator[ModelServer]:
    made = ModelServer()
    with made.served():
        yield made


@pytest.fixture
def scenes(tmp_path: Path) -> Path:
    folder = tmp_path / "scenes"
    folder.mkdir()
    for name in ("red circle", "blue star", "green square"):
        draw(scene_of(name)).save(folder / f"{name[0]}.png")
    return folder


def test_index_has_captions_written_and_status_says_whose(
    imagescope: Imagescope, scenes: Path, server: ModelServer
) -> None:
    done = imagescope("index", scenes, "--json", IMAGESCOPE_LMM_URL=server.url)
    assert done.status == 0
    events = [json.loads(line) for line in done.out.splitlines()]
    assert {"event": "captioner_ready", "model": "world-vlm"} in events
    assert sum(e["captions"] for e in events if e["event"] == "captions_committed") == 3
    told = imagescope("status", "--json").json
    assert told["captioned"] == 3
    [captions] = told["captions"]
    assert (captions["model"], captions["pictures"], captions["in_use"]) == ("world-vlm", 3, True)
    assert "captions  by world-vlm, all of the photos" in imagescope("status").out
    found = imagescope("search", "star", "--format", "paths", "--stages", "1")
    assert found.out.splitlines()[0] == str(scenes / "b.png")


def test_index_without_captions_asks_nobody(
    imagescope: Imagescope, scenes: Path, server: ModelServer
) -> None:
    done = imagescope("index", scenes, "--no-captions", IMAGESCOPE_LMM_URL=server.url)
    assert done.status == 0
    assert server.requests == []
    assert imagescope("status", "--json").json["captions"] == []


def test_a_server_that_does_not_answer_costs_only_the_captions(
    imagescope: Imagescope, scenes: Path
) -> None:
    done = imagescope("index", scenes, IMAGESCOPE_LMM_URL="http://127.0.0.1:9/v1")
    assert done.status == 4
    assert "up to date: 3 photos" in done.err
    assert "left without a caption" in done.err
    assert imagescope("status", "--json").json["embedded"] == 3


def test_photos_the_model_will_not_describe_are_listed_with_the_reason(
    imagescope: Imagescope, scenes: Path, server: ModelServer
) -> None:
    server.switch("captioner", "empty")
    done = imagescope("index", scenes, IMAGESCOPE_LMM_URL=server.url)
    assert done.status == 5
    assert server.count("caption") == 2 * 3
    told = imagescope("status", "--failures").out
    assert told.count(": caption: the model answered nothing") == 3
