"""The few requests that starting and watching a server takes; loopback only, past any proxy."""

from __future__ import annotations

import http.client
import json
import re
from dataclasses import dataclass
from typing import Any, Final, Literal

HOST: Final = "127.0.0.1"
_COUNTERS: Final = re.compile(
    rb"^vllm:(request_success_total|num_requests_running|num_requests_waiting)"
    rb"(?:\{[^}]*\})?\s+([0-9.eE+-]+)\s*$",
    re.MULTILINE,
)
_BODY_BYTES_MAX: Final = 1 << 22
_OK: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What the server's counters say of its work."""

    finished: float
    """Requests so far."""
    open: float
    """Requests in hand or waiting."""


def base_url(port: int) -> str:
    """What an OpenAI-compatible client is told."""
    return f"http://{HOST}:{port}/v1"


def ask_health(port: int, *, timeout_seconds: float) -> Literal["well", "slow", "gone"]:
    """Whether the server answers: `slow` if it takes the connection but says nothing in time."""
    try:
        status, _ = _request(port, "GET", "/health", timeout_seconds=timeout_seconds)
    except TimeoutError:
        return "slow"
    except (OSError, http.client.HTTPException):
        return "gone"
    return "well" if status == _OK else "gone"


def ask_activity(port: int, *, timeout_seconds: float) -> Activity | None:
    """The counters; None where the server does not tell."""
    try:
        status, body = _request(port, "GET", "/metrics", timeout_seconds=timeout_seconds)
    except (OSError, http.client.HTTPException):
        return None
    return read_activity(body) if status == _OK else None


def read_activity(metrics: bytes) -> Activity | None:
    """The counters of a page of metrics; None where it has none of them."""
    sums: dict[bytes, float] = {}
    for name, value in _COUNTERS.findall(metrics):
        sums[name] = sums.get(name, 0.0) + float(value)
    if not sums:
        return None
    finished = sums.pop(b"request_success_total", 0.0)
    return Activity(finished=finished, open=sum(sums.values()))


def warm_up(port: int, model: str, *, timeout_seconds: float) -> str | None:
    """Ask for log-probabilities once, which compiles what computes them; what went wrong, if so.

    The first such request takes up to 20 seconds, and people would wait for it.
    """
    question = {
        "model": model,
        "messages": [{"role": "user", "content": "Is the sky blue? Answer yes or no."}],
        "max_tokens": 1,
        "temperature": 0,
        "logprobs": True,
        "top_logprobs": 20,
    }
    try:
        status, body = _request(
            port, "POST", "/v1/chat/completions", question, timeout_seconds=timeout_seconds
        )
    except (OSError, http.client.HTTPException) as error:
        return f"the first request was not answered: {error or type(error).__name__}"
    return None if status == _OK else f"the first request was refused: {_told(status, body)}"


def _told(status: int, body: bytes) -> str:
    try:
        return str(json.loads(body)["error"]["message"]).splitlines()[0]
    except (ValueError, LookupError, TypeError):
        return f"status {status}"


def _request(
    port: int,
    method: str,
    path: str,
    content: dict[str, Any] | None = None,
    *,
    timeout_seconds: float,
) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(HOST, port, timeout=timeout_seconds)
    try:
        body = None if content is None else json.dumps(content)
        connection.request(method, path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, response.read(_BODY_BYTES_MAX)
    finally:
        connection.close()
