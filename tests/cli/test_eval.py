"""`imagescope eval`, run as a person runs it."""

from __future__ import annotations

import json
import signal
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from tests.world.benchmarks import write_miniature
from tests.world.model_server import ModelServer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Imagescope
    from tests.world.miniature import Miniature


@pytest.fixture
def captioned(tmp_path: Path) -> Miniature:
    return write_miniature("captions", tmp_path / "data")


@pytest.fixture
def circo(tmp_path: Path) -> Miniature:
    return write_miniature("circo", tmp_path / "data", split="val")


def _figures(base: Path, run: str) -> dict[str, Any]:
    """The report without what differs from run to run: costs and places."""
    report = json.loads((base / "runs" / run / "report.json").read_text())
    return {key: value for key, value in report.items() if key in ("stages", "figures", "queries")}


def _lines(base: Path, run: str) -> dict[str, Any]:
    lines = (base / "runs" / run / "queries.jsonl").read_text().splitlines()
    found = [json.loads(line) for line in lines]
    for record in found:
        for stage in record["stages"].values():
            stage["seconds"] = 0.0
    return {record["id"]: record for record in found}


def test_own_captioned_pictures_are_scored_without_any_model(
    imagescope: Imagescope, captioned: Miniature
) -> None:
    done = imagescope("eval", "captions", "--data", captioned.folder)
    assert done.status == 0, done.err
    assert "R@1" in done.out
    assert "\x1b" not in done.out + done.err
    run = imagescope.base / "runs" / "captions-all-retrieval"
    assert {path.name for path in run.iterdir()} >= {
        "run.json",
        "queries.jsonl",
        "report.json",
        "report.md",
    }
    assert set(_lines(imagescope.base, run.name)) == set(captioned.texts)
    # The library of the person is another one, and was not touched.
    assert not imagescope.library.exists()

    again = imagescope("eval", "captions", "--data", captioned.folder)
    assert again.status == 2
    assert "--resume" in again.err
    resumed = imagescope("eval", "captions", "--data", captioned.folder, "--resume", "--json")
    assert resumed.status == 0
    assert resumed.json == json.loads((run / "report.json").read_text())
    told = imagescope("eval", "report", run)
    assert told.status == 0
    assert "R@1" in told.out
    compared = imagescope("eval", "compare", run, run, "--json")
    assert compared.status == 0
    assert not compared.json["gained"]


def test_check_says_what_is_there_and_runs_nothing(
    imagescope: Imagescope, circo: Miniature
) -> None:
    whole = imagescope("eval", "circo", "--data", circo.folder, "--check")
    assert whole.status == 0
    next(circo.folder.rglob("*.jpg")).unlink()
    lacking = imagescope("eval", "circo", "--data", circo.folder, "--check")
    assert lacking.status == 2
    assert "missing" in lacking.out
    assert not (imagescope.base / "runs").exists()
    refused = imagescope("eval", "circo", "--data", circo.folder, "--strategy", "retrieval")
    assert refused.status == 2
    assert "--allow-missing" in refused.err
    assert len(refused.err.splitlines()) == 1


def test_what_cannot_be_run_is_one_line_and_a_status(
    imagescope: Imagescope, circo: Miniature
) -> None:
    nothing = imagescope("eval", "circo", "--data", imagescope.base / "nowhere")
    assert (nothing.status, len(nothing.err.splitlines())) == (2, 1)
    split = imagescope("eval", "circo", "--data", circo.folder, "--split", "train")
    assert (split.status, len(split.err.splitlines())) == (2, 1)
    server = imagescope("eval", "circo", "--data", circo.folder, "--strategy", "imagescope")
    assert (server.status, len(server.err.splitlines())) == (4, 1)
    assert "--stages 1" in server.err
    gone = imagescope(
        *("eval", "circo", "--data", circo.folder),
        IMAGESCOPE_LMM_URL="http://127.0.0.1:9/v1",
    )
    assert (gone.status, len(gone.err.splitlines())) == (4, 1)
    words = ("eval", "circo", "--data", circo.folder, "--strategy", "retrieval")
    cluster = imagescope(*words, "--ray", "127.0.0.1:9")
    assert cluster.status == 2
    assert "no Ray cluster answers at 127.0.0.1:9" in cluster.err.splitlines()[-1]
    stage = imagescope(
        *("eval", "circo", "--data", circo.folder, "--strategy", "retrieval", "--stages", "1,2")
    )
    assert (stage.status, len(stage.err.splitlines())) == (2, 1)
    inside = imagescope(*words, "--out", circo.folder / "runs")
    assert (inside.status, len(inside.err.splitlines())) == (2, 1)
    assert "only read" in inside.err
    report = imagescope("eval", "report", imagescope.base)
    assert (report.status, len(report.err.splitlines())) == (2, 1)
    assert not (imagescope.base / "runs").exists()


def test_persons_library_is_refused_as_a_gallery(
    imagescope: Imagescope, photos: Path, captioned: Miniature
) -> None:
    assert imagescope("index", photos).status == 0
    before = imagescope("status", "--json").json
    refused = imagescope(
        *("eval", "captions", "--data", captioned.folder, "--gallery", imagescope.library)
    )
    assert refused.status == 2
    assert "--gallery" in refused.err
    assert imagescope("status", "--json").json == before


def test_stage_1_needs_no_model(imagescope: Imagescope, circo: Miniature) -> None:
    done = imagescope(
        *("eval", "circo", "--data", circo.folder, "--strategy", "imagescope", "--stages", "1"),
        *("--limit", 2),
    )
    assert done.status == 0, done.err
    assert "as they stand" in done.err


def test_killed_command_goes_on_and_ends_as_an_unbroken_one(
    imagescope: Imagescope, circo: Miniature
) -> None:
    """Killed at a moment that no test can choose: just after its first step is on disk."""
    words = ["eval", "circo", "--data", str(circo.folder), "--limit", "2", "--top-k", "3"]
    words += ["--caption-weight", "0", "--strategy", "imagescope"]
    world = ModelServer()
    with world.served() as url:
        server = {"IMAGESCOPE_LMM_URL": url}
        whole = imagescope(*words, "--out", "runs/whole", **server)
        assert whole.status == 0, whole.err
        run = imagescope.base / "runs" / "broken"
        _kill_when_there(imagescope, [*words, "--out", str(run)], run / "steps/read.jsonl", server)
        done = imagescope(*words, "--out", run, "--resume", **server)
        assert done.status == 0, done.err
    assert _lines(imagescope.base, "broken") == _lines(imagescope.base, "whole")


def _kill_when_there(
    imagescope: Imagescope, words: list[str], path: Path, environment: dict[str, str]
) -> None:
    with subprocess.Popen(
        [*imagescope.command, *words],
        env={**imagescope.environment, **environment},
        cwd=imagescope.base,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        while not path.exists() and process.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.002)
        process.send_signal(signal.SIGKILL)
