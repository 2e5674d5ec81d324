"""What is thrown at parsers: any bytes, and bytes that are nearly right."""

from __future__ import annotations

import json
from typing import Any, TypeAlias

from hypothesis import strategies as st

Json: TypeAlias = Any
Bytes: TypeAlias = st.SearchStrategy[bytes]

_DEEP = 5_000
_SPLICES = st.one_of(
    st.binary(max_size=12),
    st.sampled_from([b"\0", b"\xff\xff\xff\xff", b"\x1b[31m", b"\xe2\x80\xae", b"<" * 60, b"]]>"]),
)


def numbers() -> st.SearchStrategy[Any]:
    """Numbers of every size and kind that JSON holds."""
    return st.integers() | st.floats() | st.sampled_from([2**63, -(2**63) - 1, 10**400, -1, 0])


def values(*names: str) -> st.SearchStrategy[Json]:
    """Any JSON value; objects have the given names often."""
    keys = st.sampled_from(names) | st.text(max_size=6) if names else st.text(max_size=6)
    return st.recursive(
        st.none() | st.booleans() | numbers() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=6),
        max_leaves=8,
    )


def objects(*names: str) -> st.SearchStrategy[dict[str, Json]]:
    """Objects, with the given names often."""
    keys = st.sampled_from(names) | st.text(max_size=6) if names else st.text(max_size=6)
    return st.dictionaries(keys, values(*names), max_size=8)


@st.composite
def variants(draw: st.DrawFn, sound: dict[str, Json]) -> dict[str, Json]:
    """A sound object with some fields missing, of another kind, or too many."""
    fields = dict(sound)
    for name in draw(st.lists(st.sampled_from(sorted(sound)), max_size=3)):
        if draw(st.booleans()):
            fields.pop(name, None)
        else:
            fields[name] = draw(values(*sound))
    return fields


@st.composite
def mutations(draw: st.DrawFn, *samples: bytes) -> bytes:
    """A sound file with bytes changed, cut out, doubled or put in, or cut off."""
    content = bytearray(draw(st.sampled_from(samples)))
    for _ in range(draw(st.integers(0, 6))):
        place = draw(st.integers(0, len(content)))
        length = draw(st.integers(0, 16))
        content[place : place + length] = draw(_SPLICES)
    if draw(st.booleans()):
        del content[draw(st.integers(0, len(content))) :]
    return bytes(content)


def lines(sound: st.SearchStrategy[dict[str, Json]]) -> Bytes:
    """Bytes where a line of JSON is expected."""
    told = sound.map(lambda value: json.dumps(value).encode())
    deep = st.sampled_from([b"[" * _DEEP, b'{"event":' * _DEEP, b'{"a":[' * _DEEP])
    return st.one_of(st.binary(max_size=60), told, told.flatmap(lambda line: mutations(line)), deep)
