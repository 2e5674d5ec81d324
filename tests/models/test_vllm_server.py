"""A model server starts, is found, and never leaves a process, whoever is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from indexer.models.protocols import ModelMissing, ModelUnusable
from indexer.models.vllm_group import ProcessMark, mark_of
from indexer.models.vllm_launch import find_vllm, launch_order
from indexer.models.vllm_models import local_model
from indexer.models.vllm_order import LaunchOrder, order_from_json, order_to_json
from indexer.models.vllm_plans import plan_on_cpu
from indexer.models.vllm_server import (
    ServerBusy,
    ServerStopped,
    VllmServer,
    end_leftovers,
    find_running,
    stop_running,
)
from indexer.models.vllm_state import STATE_NAME, ServerState, read_state, write_state
from tests.models.stand_in_vllm import StandIn, children_of, lives, stand_in, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from indexer.models.vllm_server import RunningServer

OWNER = """
import sys, threading
from indexer.models.vllm_order import order_from_json
from indexer.models.vllm_server import VllmServer
server = VllmServer(order_from_json(sys.argv[1]))
server.start(print)
print("up", flush=True)
threading.Event().wait()
"""


@pytest.fixture
def vllm(tmp_path: Path) -> Iterator[StandIn]:
    made = stand_in(tmp_path)
    yield made
    wait_until(lambda: not made.left())


@pytest.fixture
def order(vllm: StandIn, tmp_path: Path) -> LaunchOrder:
    made = launch_order(
        vllm.program,
        local_model(str(vllm.model), None),
        plan_on_cpu(),
        folder=tmp_path / "state",
    )
    return replace(made, stop_seconds=0.5)


@pytest.fixture
def start(order: LaunchOrder) -> Iterator[Callable[..., tuple[VllmServer, RunningServer]]]:
    servers: list[VllmServer] = []

    def begin(order: LaunchOrder = order) -> tuple[VllmServer, RunningServer]:
        server = VllmServer(order)
        servers.append(server)
        return server, server.start(lambda _: None)

    yield begin
    for server in servers:
        server.stop()


@pytest.fixture
def owner(order: LaunchOrder) -> Iterator[subprocess.Popen[str]]:
    """Another process that owns a server which is ready."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", OWNER, order_to_json(order)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert "up\n" in iter(process.stdout.readline, "")
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def state_in(order: LaunchOrder) -> ServerState:
    state = read_state(order.folder)
    assert state is not None
    return state


def test_an_order_is_the_same_after_its_way_through_a_command_line(order: LaunchOrder) -> None:
    assert order_from_json(order_to_json(order)) == order


def test_a_started_server_tells_how_far_it_is_and_is_found(
    order: LaunchOrder, vllm: StandIn
) -> None:
    told: list[str] = []
    server = VllmServer(order)
    running = server.start(told.append)
    try:
        assert told[0] == "starting vLLM with tiny-model"
        assert told[-2] == "asking a first question"
        assert told[-1].startswith("ready after ")
        assert find_running(order.folder) == running
        assert running.url == f"http://127.0.0.1:{order.port}/v1"
        assert vllm.asked[0]["top_logprobs"] == 20
    finally:
        server.stop()
    assert find_running(order.folder) is None
    assert not (order.folder / STATE_NAME).exists()


def test_it_listens_on_loopback_and_asks_nobody(
    start: Callable[..., object], vllm: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLLM_SERVER_DEV_MODE", "1")
    start()
    environment, words = vllm.seen["environment"], vllm.seen["argv"]
    assert words[words.index("--host") + 1] == "127.0.0.1"
    assert words[words.index("--allowed-origins") + 1] == "[]"
    for name in ("VLLM_NO_USAGE_STATS", "DO_NOT_TRACK", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        assert environment[name] == "1"
    assert environment["VLLM_HOST_IP"] == "127.0.0.1"
    assert environment["VLLM_CPU_KVCACHE_SPACE"] == "1"
    assert "VLLM_SERVER_DEV_MODE" not in environment


def test_a_killed_server_takes_its_engine_along(
    start: Callable[..., tuple[VllmServer, object]], order: LaunchOrder, vllm: StandIn
) -> None:
    server, _ = start()
    os.kill(state_in(order).leader.process_id, signal.SIGKILL)
    notice = server.wait(20)
    assert notice is not None
    assert notice.reason == "ended"
    assert vllm.left() == []
    start()


def test_a_killed_supervisor_leaves_nothing(
    start: Callable[..., tuple[VllmServer, object]], order: LaunchOrder, vllm: StandIn
) -> None:
    server, _ = start()
    os.kill(state_in(order).supervisor.process_id, signal.SIGKILL)
    notice = server.wait(20)
    assert notice is not None
    assert notice.reason == "lost"
    assert vllm.left() == []


def test_a_killed_owner_leaves_nothing(owner: subprocess.Popen[str], vllm: StandIn) -> None:
    assert len(vllm.left()) == 4
    owner.kill()
    wait_until(lambda: not vllm.left())


def test_owner_and_supervisor_killed_at_once_leave_nothing(
    owner: subprocess.Popen[str], order: LaunchOrder, vllm: StandIn
) -> None:
    [supervisor] = children_of(owner)
    owner.send_signal(signal.SIGSTOP)
    os.kill(supervisor, signal.SIGKILL)
    owner.kill()
    wait_until(lambda: not any(map(lives, vllm.seen["pids"])))
    # Files go with the next start.
    end_leftovers(order.folder)
    assert vllm.left() == []


def test_what_survives_both_is_ended_by_the_next_start(
    order: LaunchOrder, vllm: StandIn, start: Callable[..., object]
) -> None:
    vllm.behave(is_deaf=True)
    owner = subprocess.Popen(
        [sys.executable, "-P", "-c", OWNER, order_to_json(order)], stdout=subprocess.PIPE
    )
    assert owner.stdout is not None
    wait_until(lambda: find_running(order.folder))
    [supervisor] = children_of(owner)
    owner.send_signal(signal.SIGSTOP)
    os.kill(supervisor, signal.SIGKILL)
    owner.kill()
    owner.wait()
    owner.stdout.close()
    survivors = vllm.seen["pids"]
    assert all(map(lives, survivors))
    vllm.behave()
    start()
    assert not any(map(lives, survivors))


def test_a_server_that_does_not_listen_is_killed_after_a_while(
    order: LaunchOrder, vllm: StandIn, start: Callable[..., tuple[VllmServer, object]]
) -> None:
    vllm.behave(is_deaf=True)
    server, _ = start()
    server.stop()
    assert vllm.left() == []


def test_a_start_that_fails_says_why_in_one_line_and_leaves_nothing(
    order: LaunchOrder, vllm: StandIn
) -> None:
    vllm.behave(
        fails_with="Traceback:\n  here\ntorch.OutOfMemoryError: CUDA out of memory. Tried 2 GiB.\n"
        "RuntimeError: Engine core initialization failed. See root cause above."
    )
    with pytest.raises(ModelUnusable, match=r"CUDA out of memory\. Tried 2 GiB") as caught:
        VllmServer(order).start(lambda _: None)
    assert "\n" not in caught.value.message
    assert "smaller model" in caught.value.hint
    assert vllm.left() == []


def test_a_start_that_takes_too_long_is_given_up(order: LaunchOrder, vllm: StandIn) -> None:
    vllm.behave(never_ready=True)
    with pytest.raises(ModelUnusable, match="not ready"):
        VllmServer(order).start(lambda _: None, seconds_max=0.3)
    assert vllm.left() == []


def test_a_start_can_be_called_off(order: LaunchOrder, vllm: StandIn) -> None:
    vllm.behave(never_ready=True)
    server = VllmServer(order)

    def call_off() -> None:
        wait_until(lambda: vllm.seen)
        server.stop()

    thread = threading.Thread(target=call_off)
    thread.start()
    with pytest.raises(ServerStopped):
        server.start(lambda _: None)
    thread.join()
    assert vllm.left() == []


def test_a_program_that_cannot_run_is_a_missing_model_server(
    order: LaunchOrder, tmp_path: Path
) -> None:
    broken = replace(order, command=(str(tmp_path), *order.command[1:]))
    with pytest.raises(ModelMissing, match="cannot be started"):
        VllmServer(broken).start(lambda _: None)


def test_a_user_has_one_server(start: Callable[..., object], order: LaunchOrder) -> None:
    start()
    with pytest.raises(ServerBusy):
        VllmServer(order).start(lambda _: None)
    assert find_running(order.folder)


def test_any_process_of_the_user_can_stop_it(
    start: Callable[..., tuple[VllmServer, object]], order: LaunchOrder, vllm: StandIn
) -> None:
    server, _ = start()
    assert stop_running(order.folder)
    assert vllm.left() == []
    notice = server.wait(20)
    assert notice is not None
    assert notice.reason == "asked"
    assert not stop_running(order.folder)


def test_an_idle_server_gives_the_gpu_back(
    start: Callable[..., tuple[VllmServer, object]], order: LaunchOrder, vllm: StandIn
) -> None:
    server, _ = start(replace(order, idle_seconds=0.2))
    notice = server.wait(20)
    assert notice is not None
    assert notice.reason == "idle"
    assert vllm.left() == []


def test_a_busy_server_is_found_within_50_ms(
    start: Callable[..., object], order: LaunchOrder, vllm: StandIn
) -> None:
    vllm.behave(is_stuck=True)
    start()
    began = time.monotonic()
    assert find_running(order.folder) is not None
    assert time.monotonic() - began < 0.25, "0.05, and room for a busy machine"


def strangers_state(port: int) -> ServerState:
    """A state whose numbers now belong to somebody else: to this very process."""
    own = mark_of(os.getpid())
    assert own is not None
    other = ProcessMark(process_id=own.process_id, started=own.started - 1)
    return ServerState(
        leader=other,
        supervisor=other,
        port=port,
        model="m",
        source="/m",
        scratch="",
        shared_memory=(),
        is_ready=True,
    )


def test_a_process_with_the_number_of_a_dead_server_is_left_alone(tmp_path: Path) -> None:
    write_state(tmp_path, strangers_state(9))
    assert find_running(tmp_path) is None
    assert not stop_running(tmp_path)
    end_leftovers(tmp_path)
    assert not (tmp_path / STATE_NAME).exists()


def test_a_state_of_another_boot_says_nothing(tmp_path: Path) -> None:
    write_state(tmp_path, strangers_state(9))
    content = json.loads((tmp_path / STATE_NAME).read_text())
    (tmp_path / STATE_NAME).write_text(json.dumps({**content, "boot": "another"}))
    assert read_state(tmp_path) is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"schema": 1}', "null"])
def test_a_damaged_state_says_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / STATE_NAME).write_text(content)
    assert read_state(tmp_path) is None


def test_the_state_is_for_its_user_only(tmp_path: Path) -> None:
    write_state(tmp_path, strangers_state(9))
    assert (tmp_path / STATE_NAME).stat().st_mode & 0o077 == 0


def test_vllm_is_the_one_that_was_named_or_on_the_path(
    vllm: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_vllm(str(vllm.program)) == vllm.program
    monkeypatch.setenv("PATH", str(vllm.program.parent))
    assert find_vllm(None) == vllm.program
    with pytest.raises(ModelMissing, match=r"lmm\.vllm|no program"):
        find_vllm(str(tmp_path / "nowhere"))


def test_without_vllm_it_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(ModelMissing, match="no vLLM") as caught:
        find_vllm(None)
    assert "pip install vllm" in caught.value.hint
