"""`imagescope serve`, run as a person runs it, with a stand-in for vLLM."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.models.stand_in_vllm import StandIn, stand_in, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.cli.conftest import Imagescope


@pytest.fixture
def vllm(tmp_path: Path) -> Iterator[StandIn]:
    made = stand_in(tmp_path)
    yield made
    wait_until(lambda: not made.left())


@pytest.fixture
def serving(
    imagescope: Imagescope, vllm: StandIn, tmp_path: Path
) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts `imagescope serve --json` and waits for its one line."""
    started: list[subprocess.Popen[str]] = []
    imagescope.environment["IMAGESCOPE_LMM_VLLM"] = str(vllm.program)

    def begin() -> subprocess.Popen[str]:
        with (tmp_path / "told.txt").open("w") as told:
            process = subprocess.Popen(
                [*imagescope.command, "serve", "--json", "--model", str(vllm.model)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=told,
                text=True,
                env=imagescope.environment,
            )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def first_line(process: subprocess.Popen[str]) -> Any:  # noqa: ANN401
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


def told(tmp_path: Path) -> str:
    return (tmp_path / "told.txt").read_text()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_prints_one_line_when_ready_and_ends_cleanly(
    serving: Callable[[], subprocess.Popen[str]],
    vllm: StandIn,
    tmp_path: Path,
    number: signal.Signals,
) -> None:
    process = serving()
    ready = first_line(process)
    assert ready["model"] == "tiny-model"
    assert ready["url"].startswith("http://127.0.0.1:")
    process.send_signal(number)
    out, _ = process.communicate(timeout=90)
    assert (process.returncode, out) == (0, "")
    assert vllm.left() == []
    lines = told(tmp_path).splitlines()
    assert lines[0] == "starting vLLM with tiny-model"
    assert lines[-1] == "the model server is stopped"


def test_a_second_serve_finds_it_and_stop_ends_it(
    serving: Callable[[], subprocess.Popen[str]], imagescope: Imagescope, vllm: StandIn
) -> None:
    process = serving()
    ready = first_line(process)
    again = imagescope("serve", "--json")
    assert (again.status, again.json) == (0, ready)
    stopped = imagescope("serve", "--stop")
    assert (stopped.status, stopped.out) == (0, "")
    assert vllm.left() == []
    assert process.wait(timeout=90) == 0
    assert "no model server runs" in imagescope("serve", "--stop").err


def test_another_model_is_refused_while_one_is_served(
    serving: Callable[[], subprocess.Popen[str]],
    imagescope: Imagescope,
    vllm: StandIn,
    tmp_path: Path,
) -> None:
    first_line(serving())
    other = stand_in(tmp_path / "other")
    refused = imagescope("serve", "--model", other.model)
    assert refused.status == 4
    assert "--stop" in refused.err


def test_kill_9_of_serve_leaves_nothing(
    serving: Callable[[], subprocess.Popen[str]], vllm: StandIn
) -> None:
    process = serving()
    first_line(process)
    assert vllm.left()
    process.kill()
    wait_until(lambda: not vllm.left())


def test_ctrl_c_during_the_start_leaves_nothing(
    serving: Callable[[], subprocess.Popen[str]], vllm: StandIn
) -> None:
    vllm.behave(never_ready=True)
    process = serving()
    wait_until(lambda: vllm.seen)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=90)
    assert (process.returncode, out) == (0, "")


def test_a_server_that_breaks_down_is_exit_status_4(
    serving: Callable[[], subprocess.Popen[str]], vllm: StandIn, tmp_path: Path
) -> None:
    process = serving()
    first_line(process)
    os.kill(vllm.seen["pids"][0], signal.SIGKILL)
    assert process.wait(timeout=90) == 4
    assert "ended by itself" in told(tmp_path).splitlines()[-1]


def test_without_vllm_or_weights_the_status_is_4_and_the_remedy_is_named(
    imagescope: Imagescope, vllm: StandIn
) -> None:
    missing = imagescope("serve", "--model", vllm.model, IMAGESCOPE_LMM_VLLM="/nowhere/vllm")
    assert (missing.status, missing.out) == (4, "")
    assert "lmm.vllm" in missing.err
    named = imagescope("serve", "--model", "qwen3-vl-2b-fp8", IMAGESCOPE_LMM_VLLM=str(vllm.program))
    assert named.status == 4
    assert "imagescope models pull qwen3-vl-2b-fp8" in named.err
    assert len(named.err.splitlines()) == 1


def test_what_vllm_says_of_a_failed_start_is_one_line(
    imagescope: Imagescope, vllm: StandIn
) -> None:
    vllm.behave(
        fails_with="ValueError: Model architectures ['\x1b[31mX'] are not supported for now."
    )
    failed = imagescope(
        "--quiet", "serve", "--model", vllm.model, IMAGESCOPE_LMM_VLLM=str(vllm.program)
    )
    assert failed.status == 4
    assert len(failed.err.splitlines()) == 1
    assert "are not supported for now" in failed.err
    assert "\x1b" not in failed.err
