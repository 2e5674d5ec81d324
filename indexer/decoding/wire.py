"""What a decoding worker is told and what it answers, as bytes.

A request is one line of JSON. A reply is a frame: two lengths, a header in JSON, and the bytes of
pictures. Nothing is pickled: a worker that hostile bytes took over must not be able to run code in
its parent, so the parent believes nothing that it has not checked.
"""

from __future__ import annotations

import dataclasses
import json
import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from indexer.decoding.failures import DecodeFailure
from indexer.decoding.photo import FRAMES_MAX, Decoded, Frame
from indexer.models.protocols import Picture, PictureInput
from storage.records import Facts

PREFIX = struct.Struct(">II")
"""Lengths of the header and of the bytes behind it."""
HEADER_BYTES_MAX = 4_000_000
BODY_BYTES_MAX = 64_000_000

Outcome: TypeAlias = Decoded | DecodeFailure | Facts | bytes
"""Of one request: a decoded photo, a preview as JPEG, or why there is none; or facts alone."""


class MalformedMessage(ValueError):
    """Not a message a sound worker, or its parent, would send."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """What a worker is told once, when it is started."""

    picture_input: PictureInput
    thumbnail_side: int
    memory_bytes: int
    """Address space a file may take, beside what the worker itself has at its start."""
    seconds_per_file: float
    parent_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One file to decode, for the index or as a preview."""

    path: Path
    preview_side: int | None = None
    second: float | None = None
    """For the preview of a moving picture: the moment to show."""
    facts_alone: bool = False
    """Whether only what the file says of itself is wanted, for its picture cannot be decoded."""


class OutOfMemory:
    """The worker's limit was reached; it ends itself after saying so."""


class Ready:
    """The worker is started and waits for requests."""


Reply: TypeAlias = Outcome | OutOfMemory | Ready
_SIGNALS: dict[str, type[OutOfMemory | Ready]] = {"ready": Ready, "out_of_memory": OutOfMemory}


def settings_to_wire(settings: WorkerSettings) -> str:
    """The settings as one argument of a command line."""
    return json.dumps(dataclasses.asdict(settings))


def settings_from_wire(argument: str) -> WorkerSettings:
    """The settings that `settings_to_wire` was given."""
    fields = json.loads(argument)
    return WorkerSettings(**{**fields, "picture_input": PictureInput(**fields["picture_input"])})


def request_to_wire(request: Request) -> bytes:
    """One line; bytes of a name that are not UTF-8 survive as escapes."""
    fields = [str(request.path), request.preview_side, request.second, request.facts_alone]
    return (json.dumps(fields) + "\n").encode("ascii")


def request_from_wire(line: bytes) -> Request:
    """The request that `request_to_wire` was given."""
    path, preview_side, second, facts_alone = json.loads(line)
    return Request(
        path=Path(path), preview_side=preview_side, second=second, facts_alone=facts_alone
    )


def reply_to_wire(reply: Reply) -> bytes:
    """A whole frame."""
    header, body = _reply_parts(reply)
    encoded = json.dumps(header).encode("ascii")
    return PREFIX.pack(len(encoded), len(body)) + encoded + body


def _reply_parts(reply: Reply) -> tuple[dict[str, Any], bytes]:
    if isinstance(reply, Decoded):
        return _decoded_header(reply), _decoded_body(reply)
    if isinstance(reply, DecodeFailure):
        return {"is": "failure", "reason": reply.reason, "permanent": reply.permanent}, b""
    if isinstance(reply, Facts):
        return {"is": "facts", "facts": dataclasses.asdict(reply)}, b""
    if isinstance(reply, bytes):
        return {"is": "preview"}, reply
    return {"is": next(kind for kind, signal in _SIGNALS.items() if type(reply) is signal)}, b""


def _decoded_header(decoded: Decoded) -> dict[str, Any]:
    return {
        "is": "decoded",
        "facts": dataclasses.asdict(decoded.facts),
        "shape": decoded.picture.pixels.shape,
        "second": decoded.second,
        "seconds": [frame.second for frame in decoded.frames],
    }


def _decoded_body(decoded: Decoded) -> bytes:
    """The pixels of the picture and of all frames, which have one shape, then the thumbnail."""
    pictures = (decoded.picture, *(frame.picture for frame in decoded.frames))
    return b"".join((*(picture.pixels.tobytes() for picture in pictures), decoded.thumbnail))


_MALFORMED = (
    *(ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError),
)
"""What reading a reply raises that is none."""


def reply_from_wire(header: bytes, body: bytes) -> Reply:
    """The reply in a frame.

    Raises:
        MalformedMessage: it is none.
    """
    try:
        return _reply_from(json.loads(header), body)
    except _MALFORMED as error:
        raise MalformedMessage(str(error)) from error


def _reply_from(fields: dict[str, Any], body: bytes) -> Reply:
    kind = fields["is"]
    if kind == "decoded":
        return _decoded_from(fields, body)
    if kind == "failure":
        return DecodeFailure(reason=str(fields["reason"]), permanent=bool(fields["permanent"]))
    if kind == "facts":
        return facts_from_wire(fields["facts"])
    if kind == "preview":
        return body
    return _SIGNALS[kind]()


def _decoded_from(fields: dict[str, Any], body: bytes) -> Decoded:
    facts = facts_from_wire(fields["facts"])
    height, width, bands = (_whole(length) for length in fields["shape"])
    seconds = [_second(second) for second in fields["seconds"]]
    if len(seconds) >= FRAMES_MAX or seconds != sorted(seconds):
        raise ValueError("not the moments of one moving picture")
    length = (1 + len(seconds)) * height * width * bands
    shape = (-1, height, width, bands)
    pixels = np.frombuffer(body[:length], dtype=np.uint8).reshape(shape).copy()
    picture, *others = (
        Picture(pixels=part, width=facts.width, height=facts.height) for part in pixels
    )
    return Decoded(
        picture=picture,
        facts=facts,
        thumbnail=body[length:],
        second=None if fields["second"] is None else _second(fields["second"]),
        frames=tuple(Frame(*moment) for moment in zip(seconds, others, strict=True)),
    )


def _whole(value: object) -> int:
    if type(value) is not int or value < 1:
        raise TypeError("not a length")
    return value


def _second(value: object) -> float:
    if not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise TypeError("not a moment")
    return float(value)


_LISTS = frozenset(("keywords", "people", "remarks", "notes"))
_YES_NO = frozenset(("is_favourite",))
_WHOLE_NUMBERS = frozenset(("width", "height", "iso", "orientation", "rating"))
_NUMBERS = frozenset(
    (
        *("focal_length_mm", "aperture", "exposure_seconds"),
        *("latitude", "longitude", "altitude_m", "duration_seconds"),
    )
)


def facts_from_wire(fields: dict[str, Any]) -> Facts:
    """Facts from JSON, each of the type it must have.

    Raises:
        TypeError: a field is unknown or of another type.
    """
    for name, value in fields.items():
        if name in _LISTS:
            if not all(isinstance(item, str) for item in value):
                raise TypeError(name)
        elif value is not None and type(value) not in _types_of(name):
            raise TypeError(name)
    return Facts(**{**fields, **{name: tuple(fields.get(name, ())) for name in _LISTS}})


def _types_of(name: str) -> tuple[type, ...]:
    if name in _WHOLE_NUMBERS:
        return (int,)
    if name in _YES_NO:
        return (bool,)
    return (int, float) if name in _NUMBERS else (str,)
