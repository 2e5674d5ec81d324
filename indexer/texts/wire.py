"""What the process that reads text is asked, and what it answers: a line of JSON, then the JPEG."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import IO, Literal, TypeAlias

Task: TypeAlias = Literal["look", "read", "read closely"]
"""Only whether there is text; the text; also small text, whatever that costs."""

SOME = "…"
"""The answer of one who only looked, and saw text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A picture, and what is wanted of it."""

    jpeg: bytes
    task: Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was read, or SOME; the first answer says that the engine is loaded."""

    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why nothing can be read at all; the process ends."""

    reason: str
    hint: str


Reply: TypeAlias = Answer | Problem


def write_request(stream: IO[bytes], request: Request) -> None:
    """Send a request.

    Raises:
        OSError: the process is gone.
    """
    header = {"bytes": len(request.jpeg), "task": request.task}
    stream.write(json.dumps(header).encode("ascii") + b"\n" + request.jpeg)
    stream.flush()


def read_request(stream: IO[bytes]) -> Request | None:
    """The next request; None when there will be no more."""
    line = stream.readline()
    if not line.endswith(b"\n"):
        return None
    header = json.loads(line)
    return Request(jpeg=stream.read(header["bytes"]), task=header["task"])


def write_answer(stream: IO[bytes], reply: Reply) -> None:
    """Send an answer, or why there will be none."""
    fields = (
        {"text": reply.text}
        if isinstance(reply, Answer)
        else {"reason": reply.reason, "hint": reply.hint}
    )
    stream.write(json.dumps(fields).encode("ascii") + b"\n")
    stream.flush()


def reply_from_line(line: bytes) -> Reply | None:
    """The reply in a line; None where the process ended before it was whole."""
    if not line.endswith(b"\n"):
        return None
    fields = json.loads(line)
    if "reason" in fields:
        return Problem(reason=str(fields["reason"]), hint=str(fields["hint"]))
    return Answer(text=str(fields["text"]))
