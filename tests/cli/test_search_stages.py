"""`imagescope search` with a model server, as processes."""

from __future__ import annotations

import json
import shlex
import subprocess
from typing import TYPE_CHECKING

import pytest

from imagescope_tui.search.trace import open_trace
from storage.library import Library
from tests.cli.conftest import index_once
from tests.world.model_server import ModelServer
from tests.world.scenes import draw, scene_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.conftest import Imagescope, Shelf

SCENES = {
    "red-circle.png": scene_of("red circle", place="left"),
    "blue-circle.png": scene_of("blue circle", place="left"),
    "blue-circle-right.png": scene_of("blue circle", place="right"),
    "blue-square.png": scene_of("blue square", place="left"),
    "green-star.png": scene_of("green star", background="grey"),
}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    base = tmp_path_factory.mktemp("drawn")
    folder = base / "drawn"
    folder.mkdir()
    for name, scene in SCENES.items():
        draw(scene, 240).save(folder / name)
    return index_once(base, folder)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    server = ModelServer()
    with server.served():
        yield server


def names(paths: list[str]) -> list[str]:
    return [path.rpartition("/")[2] for path in paths]


def test_an_edit_is_read_checked_and_compared(
    imagescope: Imagescope, drawn: Shelf, server: ModelServer
) -> None:
    drawn.lend(imagescope)
    done = imagescope(
        *("search", "--like", drawn.photos / "red-circle.png", "make the circle blue"),
        *("--format", "json", "-k", 2),
        IMAGESCOPE_LMM_URL=server.url,
    )
    assert done.status == 0, done.err
    found = done.json
    assert names([item["path"] for item in found["results"]])[0] == "blue-circle.png"
    assert len(found["results"]) == 2
    first = found["results"][0]
    assert first["stage"] == 3
    assert first["verdict"]["accepted"] is True
    assert all(answer["said"] == answer["expected"] for answer in first["answers"])
    assert all(answer["p_yes"] is not None for answer in first["answers"])
    assert found["intent"]["edits"][0]["kind"] == "modification"
    assert len(found["intent"]["descriptions"]) == 3
    assert sorted(found["rankings"]) == ["1", "2", "3"]
    assert "red-circle.png" not in names(found["rankings"]["1"])
    # The two stages of one role are one number; the reference was captioned first.
    assert found["model_calls"] == {
        "captioner": 1,
        "reasoner": 2,
        "verifier": server.count("verifier"),
        "evaluator": server.count("evaluator"),
    }
    assert found["degraded"] == []


def test_a_saved_trace_can_be_read_again(
    imagescope: Imagescope, drawn: Shelf, server: ModelServer, tmp_path: Path
) -> None:
    drawn.lend(imagescope)
    done = imagescope(
        *("search", "a green star", "--strategy", "ours", "--format", "jsonl"),
        IMAGESCOPE_LMM_URL=server.url,
    )
    events = [json.loads(line)["event"] for line in done.out.splitlines()]
    assert events[0] == "search_started"
    assert events[-1] == "search_finished"
    order = ["intent_ready", "propositions_ready", "candidate_verified", "candidate_judged"]
    assert [event for event in dict.fromkeys(events) if event in order] == order
    trace = tmp_path / "trace.jsonl"
    trace.write_text(done.out, "utf-8")
    with Library.open_reader(imagescope.library) as library:
        assert len(open_trace(trace, library).events) == len(events)


def test_a_search_whose_events_nobody_reads_ends_at_once_and_silently(
    imagescope: Imagescope, drawn: Shelf, server: ModelServer
) -> None:
    drawn.lend(imagescope)
    words = ("search", "a green star", "--format", "jsonl")
    search = shlex.join([*imagescope.command, "--library", str(imagescope.library), *words])
    done = subprocess.run(
        [
            "bash",
            "-c",
            f"{search} | head -n 4; echo ${{PIPESTATUS[0]}}",
        ],
        check=True,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env=imagescope.environment | {"IMAGESCOPE_LMM_URL": server.url},
        cwd=imagescope.base,
    )
    assert (done.stdout.splitlines()[-1], done.stderr) == ("0", "")
    assert server.count("evaluator") == 0


def test_stage_one_alone_asks_neither_verifier_nor_evaluator(
    imagescope: Imagescope, drawn: Shelf, server: ModelServer
) -> None:
    drawn.lend(imagescope)
    done = imagescope(
        *("search", "a green star", "--stages", 1, "--format", "json"),
        IMAGESCOPE_LMM_URL=server.url,
    )
    assert done.json["model_calls"] == {"reasoner": 1}
    assert names([item["path"] for item in done.json["results"]])[0] == "green-star.png"


def test_without_a_server_the_first_stage_answers_and_says_so_once(
    imagescope: Imagescope, drawn: Shelf
) -> None:
    drawn.lend(imagescope)
    done = imagescope("search", "green", "--format", "json")
    assert done.status == 0
    assert [item["stage"] for item in done.json["degraded"]] == [2, 3]
    assert done.err.count("without a language model") == 1
    assert "imagescope serve" in done.err


@pytest.mark.parametrize(
    ("failure", "status"), [("refuse", 4), ("garbage", 0), ("status_500", 4), ("cut", 0)]
)
def test_a_server_in_trouble_costs_no_photo(
    imagescope: Imagescope, drawn: Shelf, server: ModelServer, failure: str, status: int
) -> None:
    drawn.lend(imagescope)
    server.switch("all", failure)  # type: ignore[arg-type]
    done = imagescope("search", "green", "--format", "json", IMAGESCOPE_LMM_URL=server.url)
    assert done.status == status, done.err
    assert names([item["path"] for item in done.json["results"]])[0] == "green-star.png"
    assert done.json["degraded"]
    assert "\x1b" not in done.out + done.err


def test_nobody_at_the_address_is_told_with_the_address(
    imagescope: Imagescope, drawn: Shelf
) -> None:
    drawn.lend(imagescope)
    done = imagescope("search", "green", IMAGESCOPE_LMM_URL="http://127.0.0.1:9/v1")
    assert done.status == 4
    assert "green-star.png" in done.out
    assert "127.0.0.1:9" in done.err


def test_an_address_that_is_none_is_a_wrong_setting(imagescope: Imagescope) -> None:
    done = imagescope("search", "green", IMAGESCOPE_LMM_URL="localhost:8000")
    assert done.status == 2
    assert "lmm.url" in done.err
