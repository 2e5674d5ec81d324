"""What a decoding worker is told and what it answers, as bytes.

A request is one line of JSON. A reply is a frame: two lengths, a header in JSON, and the bytes of
pictures. Nothing is pickled: a worker that hostile bytes took over must not be able to run code in
its parent, so the parent believes nothing that it has not checked.
"""

from __future__ import annotations

import dataclasses
import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from indexer.decode_failures import DecodeFailure
from indexer.decoding import Decoded
from indexer.models.protocols import Picture, PictureInput
from storage.records import Facts

PREFIX = struct.Struct(">II")
"""Lengths of the header and of the bytes behind it."""
HEADER_BYTES_MAX = 1_000_000
BODY_BYTES_MAX = 64_000_000

Outcome: TypeAlias = Decoded | DecodeFailure | bytes
"""Of one request: a decoded photo, a preview as JPEG, or why there is none."""


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
    return (json.dumps([str(request.path), request.preview_side]) + "\n").encode("ascii")


def request_from_wire(line: bytes) -> Request:
    """The request that `request_to_wire` was given."""
    path, preview_side = json.loads(line)
    return Request(path=Path(path), preview_side=preview_side)


def reply_to_wire(reply: Reply) -> bytes:
    """A whole frame."""
    header, body = _reply_parts(reply)
    encoded = json.dumps(header).encode("ascii")
    return PREFIX.pack(len(encoded), len(body)) + encoded + body


def _reply_parts(reply: Reply) -> tuple[dict[str, Any], bytes]:
    if isinstance(reply, Decoded):
        pixels = reply.picture.pixels
        size = {"pixel_bytes": pixels.nbytes, "shape": pixels.shape}
        facts = dataclasses.asdict(reply.facts)
        return {"is": "decoded", "facts": facts, **size}, pixels.tobytes() + reply.thumbnail
    if isinstance(reply, DecodeFailure):
        return {"is": "failure", "reason": reply.reason, "permanent": reply.permanent}, b""
    if isinstance(reply, bytes):
        return {"is": "preview"}, reply
    return {"is": next(kind for kind, signal in _SIGNALS.items() if type(reply) is signal)}, b""


def reply_from_wire(header: bytes, body: bytes) -> Reply:
    """The reply in a frame.

    Raises:
        MalformedMessage: it is none.
    """
    try:
        return _reply_from(json.loads(header), body)
    except (KeyError, RecursionError, TypeError, ValueError) as error:
        raise MalformedMessage(str(error)) from error


def _reply_from(fields: dict[str, Any], body: bytes) -> Reply:
    kind = fields["is"]
    if kind == "decoded":
        return _decoded_from(fields, body)
    if kind == "failure":
        return DecodeFailure(reason=str(fields["reason"]), permanent=bool(fields["permanent"]))
    if kind == "preview":
        return body
    return _SIGNALS[kind]()


def _decoded_from(fields: dict[str, Any], body: bytes) -> Decoded:
    facts = facts_from_wire(fields["facts"])
    height, width, bands = fields["shape"]
    pixel_bytes = int(fields["pixel_bytes"])
    pixels = np.frombuffer(body[:pixel_bytes], dtype=np.uint8).reshape(height, width, bands).copy()
    return Decoded(
        picture=Picture(pixels=pixels, width=facts.width, height=facts.height),
        facts=facts,
        thumbnail=body[pixel_bytes:],
    )


_WHOLE_NUMBERS = frozenset(("width", "height", "iso", "orientation"))
_NUMBERS = frozenset(
    (
        *("focal_length_mm", "aperture", "exposure_seconds"),
        *("latitude", "longitude", "altitude_m"),
    )
)


def facts_from_wire(fields: dict[str, Any]) -> Facts:
    """Facts from JSON, each of the type it must have.

    Raises:
        TypeError: a field is unknown or of another type.
    """
    for name, value in fields.items():
        if name == "keywords":
            if not all(isinstance(keyword, str) for keyword in value):
                raise TypeError(name)
        elif value is not None and type(value) not in _types_of(name):
            raise TypeError(name)
    return Facts(**{**fields, "keywords": tuple(fields.get("keywords", ()))})


def _types_of(name: str) -> tuple[type, ...]:
    if name in _WHOLE_NUMBERS:
        return (int,)
    return (int, float) if name in _NUMBERS else (str,)
