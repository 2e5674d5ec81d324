"""Reads vLLM's log: how far its start has come, and why it failed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_TAIL_BYTES: Final = 200_000
_REASON_LENGTH_MAX: Final = 300
_PHASES: Final = (
    ("Application startup complete", "answering"),
    ("Capturing CUDA graphs", "preparing the GPU"),
    ("Dynamo bytecode transform", "compiling"),
    ("Loading weights took", "measuring memory"),
    ("Starting to load model", "loading the weights"),
)
"""What vLLM writes, last first, and what a person is told."""
_COLOURS: Final = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
# "(EngineCore pid=71) ERROR 10-23 08:05:13 [core.py:708] " and the like.
_PREFIX: Final = re.compile(
    r"^(?:\([\w ]+pid=\d+\)\s*)?"
    r"(?:(?:ERROR|WARNING|INFO|CRITICAL)\s+[\d-]+\s+[\d:.]+\s+\[[^\]]*\]\s*)?"
)
_EXCEPTION: Final = re.compile(r"^(?:[\w.]+\.)?\w*(?:Error|Exception|Interrupt)\b: ?\S")
_USAGE_ERROR: Final = re.compile(r"^\S*vllm\S*(?: serve)?: error: ", re.IGNORECASE)
_LEAK_REPORT: Final = ("nanobind:", "- ")
"""What a library adds when a process ends in whatever way."""
_CONSEQUENCES: Final = ("Engine core initialization failed", "See root cause above", "SystemExit")
"""Errors that only say that there was another."""
_REMEDIES: Final = (
    ("out of memory", "close what else uses the GPU, or serve a smaller model with --model"),
    ("less than desired", "close what else uses the GPU, or serve a smaller model with --model"),
    ("No available memory", "close what else uses the GPU, or serve a smaller model with --model"),
    ("free memory", "something else let go of GPU memory meanwhile: start again"),
    ("ddress already in use", "choose another --port, or none"),
    ("unrecognized arguments", "this vLLM is too old: pip install --upgrade vllm"),
    ("not supported", "this vLLM does not know the model: pip install --upgrade vllm"),
    ("No CUDA GPUs", "this vLLM needs a GPU"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogReason:
    """Why a start failed, in one line, and what helps if that is known."""

    told: str
    hint: str = ""


def read_tail(log: Path) -> str:
    """The end of the log; empty where there is none."""
    try:
        with log.open("rb") as stream:
            size = stream.seek(0, 2)
            stream.seek(max(0, size - _TAIL_BYTES))
            return stream.read().decode("utf-8", "replace")
    except OSError:
        return ""


def phase_of(log_text: str) -> str:
    """What the server is busy with; empty before it says anything that is known."""
    return next((told for mark, told in _PHASES if mark in log_text), "")


def reason_of(log_text: str) -> LogReason:
    """The line that says best why the server ended."""
    bare = (_bare(line) for line in log_text.splitlines())
    lines = [line for line in bare if line and not line.startswith(_LEAK_REPORT)]
    told = _telling_line(lines)[:_REASON_LENGTH_MAX]
    hint = next((hint for mark, hint in _REMEDIES if mark.lower() in told.lower()), "")
    return LogReason(told=told, hint=hint)


def _telling_line(lines: list[str]) -> str:
    for line in lines:
        if _USAGE_ERROR.match(line):
            return _USAGE_ERROR.sub("", line)
    causes = [
        line
        for line in lines
        if _EXCEPTION.match(line) and not any(word in line for word in _CONSEQUENCES)
    ]
    # The processes tell of an error one after the other; the first is where it happened.
    return causes[0] if causes else (lines[-1] if lines else "it said nothing")


def _bare(line: str) -> str:
    return _PREFIX.sub("", _COLOURS.sub("", line).strip()).strip()
