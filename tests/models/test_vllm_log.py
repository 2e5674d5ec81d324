"""A log of hundreds of lines becomes one that says why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.models.vllm_http import Activity, read_activity
from indexer.models.vllm_log import phase_of, reason_of
from indexer.models.vllm_supervisor import IdleWatch

OUT_OF_MEMORY = """\
(APIServer pid=71) INFO 11-21 03:45:02 [api_server.py:12] starting
(EngineCore pid=72) ERROR 10-23 08:05:13 [core.py:708] Traceback (most recent call last):
(EngineCore pid=72) ERROR 10-23 08:05:13 [core.py:708]   File "/x/core.py", line 699, in run
(EngineCore pid=72) ERROR 10-23 08:05:13 [core.py:708] torch.OutOfMemoryError: CUDA out of memory.
Traceback (most recent call last):
RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}
nanobind: leaked 64 types!
 - leaked type "triton"
"""
LITTLE_FREE = """\
\x1b[1;36m(EngineCore pid=9)\x1b[0;0m ERROR 11-01 10:00:00 [core.py:1] ValueError: Free memory on \
device cuda:0 (5.1/7.8 GiB) on startup is less than desired GPU memory utilization (0.9, 7.0 GiB).
"""


@pytest.mark.parametrize(
    ("log", "told", "hint"),
    [
        (OUT_OF_MEMORY, "torch.OutOfMemoryError: CUDA out of memory.", "smaller model"),
        (LITTLE_FREE, "ValueError: Free memory on device", "smaller model"),
        (
            "vllm: error: unrecognized arguments: --new\n",
            "unrecognized arguments: --new",
            "too old",
        ),
        ("OSError: [Errno 98] Address already in use\n", "OSError: [Errno 98]", "--port"),
        ("Killed\n", "Killed", ""),
        ("", "it said nothing", ""),
    ],
)
def test_the_reason_is_the_first_cause_and_comes_with_a_remedy(
    log: str, told: str, hint: str
) -> None:
    reason = reason_of(log)
    assert reason.told.startswith(told)
    assert hint in reason.hint


@given(st.text())
def test_any_log_has_a_reason_of_one_line(log: str) -> None:
    told = reason_of(log).told
    assert told
    assert len(told.splitlines()) <= 1
    assert len(told) <= 300


def test_the_phase_is_the_last_that_was_reached() -> None:
    assert phase_of("") == ""
    loading = "INFO [x] Starting to load model Qwen..."
    assert phase_of(loading) == "loading the weights"
    assert phase_of(f"{loading}\nCapturing CUDA graphs: 10%") == "preparing the GPU"


def test_counters_of_all_kinds_of_requests_are_added() -> None:
    page = (
        b"# HELP vllm:request_success_total x\n"
        b'vllm:request_success_total{finished_reason="stop"} 3.0\n'
        b'vllm:request_success_total{finished_reason="length"} 2.0\n'
        b'vllm:num_requests_running{engine="0"} 1.0\n'
        b'vllm:num_requests_waiting{engine="0"} 4.0\n'
    )
    assert read_activity(page) == Activity(finished=5.0, open=5.0)
    assert read_activity(b"python_gc 3\n") is None


def quiet(finished: float) -> Activity:
    return Activity(finished=finished, open=0.0)


def test_a_server_is_idle_when_no_request_came_for_the_time() -> None:
    watch = IdleWatch(idle_seconds=60, since=0)
    assert not watch.is_over(quiet(0), 59)
    assert watch.is_over(quiet(0), 60)


@pytest.mark.parametrize(
    "sign", [quiet(1), Activity(finished=0, open=1), None], ids=["asked", "busy", "silent"]
)
def test_any_sign_of_work_begins_the_time_anew(sign: Activity | None) -> None:
    watch = IdleWatch(idle_seconds=60, since=0)
    assert not watch.is_over(sign, 59)
    after = quiet(sign.finished if sign else 0)
    assert not watch.is_over(after, 118)
    assert watch.is_over(after, 119)


def test_zero_minutes_is_never() -> None:
    assert not IdleWatch(idle_seconds=0, since=0).is_over(quiet(0), 1e9)
