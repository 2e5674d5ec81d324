from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.decoding.photo import FRAMES_MAX, Decoded, Frame
from indexer.decoding.wire import (
    BODY_BYTES_MAX,
    HEADER_BYTES_MAX,
    PREFIX,
    MalformedMessage,
    Request,
    reply_from_wire,
    reply_to_wire,
    request_from_wire,
    request_to_wire,
)
from indexer.metadata.cleaning import WORDS_MAX
from indexer.models.protocols import Picture
from storage.records import Facts

if TYPE_CHECKING:
    from indexer.decoding.wire import Reply

FACTS = Facts(width=640, height=480, format="MP4", duration_seconds=61.5, keywords=("sea",))


def picture(seed: int, side: int = 6) -> Picture:
    pixels = np.random.default_rng(seed).integers(0, 255, (side, side, 3), dtype=np.uint8)
    return Picture(pixels=pixels, width=640, height=480)


def moving_picture(*seconds: float, side: int = 6) -> Decoded:
    frames = tuple(Frame(second, picture(1 + at, side)) for at, second in enumerate(seconds))
    return Decoded(
        picture=picture(0, side), facts=FACTS, thumbnail=b"jpeg", second=0.5, frames=frames
    )


def over_the_wire(reply: Reply) -> Reply:
    frame = reply_to_wire(reply)
    header_length, _ = PREFIX.unpack_from(frame)
    header = frame[PREFIX.size : PREFIX.size + header_length]
    return reply_from_wire(header, frame[PREFIX.size + header_length :])


@given(st.text(min_size=1), st.none() | st.integers(1, 9999), st.none() | st.floats(0, 1e6))
def test_request_comes_out_as_it_went_in(name: str, side: int | None, second: float | None) -> None:
    request = Request(path=Path(name), preview_side=side, second=second, facts_alone=side is None)
    line = request_to_wire(request)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert request_from_wire(line) == request


def test_moving_picture_comes_out_with_each_moment_beside_its_pixels() -> None:
    sent = moving_picture(2.5, 4.0, 61.25)
    came = over_the_wire(sent)
    assert isinstance(came, Decoded)
    assert (came.second, came.facts, came.thumbnail) == (0.5, FACTS, b"jpeg")
    assert [frame.second for frame in came.frames] == [2.5, 4.0, 61.25]
    assert (came.picture.pixels == sent.picture.pixels).all()
    for one, other in zip(came.frames, sent.frames, strict=True):
        assert (one.picture.pixels == other.picture.pixels).all()
        assert (one.picture.width, one.picture.height) == (640, 480)
        assert one.picture.pixels.flags.writeable


def test_all_moments_of_a_moving_picture_fit_into_a_reply_at_the_largest_input() -> None:
    sent = moving_picture(*range(1, FRAMES_MAX), side=1024)
    header_length, body_length = PREFIX.unpack_from(reply_to_wire(sent))
    assert header_length < HEADER_BYTES_MAX
    assert body_length < BODY_BYTES_MAX


def test_the_longest_facts_that_are_read_fit_into_a_reply() -> None:
    words = tuple(f"{number:04}" + "\N{BIRTHDAY CAKE}" * 76 for number in range(WORDS_MAX))
    facts = replace(FACTS, keywords=words, people=words, remarks=("\N{BIRTHDAY CAKE}" * 20_000,))
    header_length, _ = PREFIX.unpack_from(reply_to_wire(replace(moving_picture(), facts=facts)))
    assert header_length < HEADER_BYTES_MAX


def header_of(**changes: object) -> bytes:

    frame = reply_to_wire(moving_picture(2.5))
    header_length, _ = PREFIX.unpack_from(frame)
    fields = json.loads(frame[PREFIX.size : PREFIX.size + header_length])
    return json.dumps({**fields, **changes}).encode()


@pytest.mark.parametrize(
    "changes",
    [
        {"shape": [6, 6, -3]},
        {"shape": [6, 6, 2**40]},
        {"shape": [6, 6, 3.0]},
        {"second": -1},
        {"second": "0"},
        {"seconds": [float("nan")]},
        {"seconds": [2.5, 3.0]},
        {"seconds": [1.0] * FRAMES_MAX},
        {"facts": {"duration_seconds": "long"}},
    ],
)
def test_reply_that_a_sound_worker_would_not_send_is_refused(changes: dict[str, Any]) -> None:
    body = moving_picture(2.5)
    pixels = body.picture.pixels.tobytes() + body.frames[0].picture.pixels.tobytes()
    with pytest.raises(MalformedMessage):
        reply_from_wire(header_of(**changes), pixels)


def test_moments_out_of_order_are_refused() -> None:
    sent = moving_picture(4.0, 2.5)
    with pytest.raises(MalformedMessage):
        over_the_wire(sent)


def test_facts_alone_come_out_as_they_went_in_and_are_checked() -> None:
    assert over_the_wire(FACTS) == FACTS
    for fields in ({"width": "640"}, {"keywords": [7]}, {"unknown": 1}):
        with pytest.raises(MalformedMessage):
            reply_from_wire(json.dumps({"is": "facts", "facts": fields}).encode(), b"")
