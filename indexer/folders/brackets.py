"""Signs in brackets, as git's wildmatch reads them: `[a-z]`, `[!0-9]`, `[[:digit:]]`."""

from __future__ import annotations

import string
from typing import Final

_CLASSES: Final = {
    name.encode(): frozenset(signs.encode())
    for name, signs in (
        ("alnum", string.ascii_letters + string.digits),
        ("alpha", string.ascii_letters),
        ("blank", " \t"),
        ("cntrl", "".join(map(chr, range(32))) + "\x7f"),
        ("digit", string.digits),
        ("graph", string.ascii_letters + string.digits + string.punctuation),
        ("lower", string.ascii_lowercase),
        ("print", string.ascii_letters + string.digits + string.punctuation + " "),
        ("punct", string.punctuation),
        ("space", " \t\n\r"),
        ("upper", string.ascii_uppercase),
        ("xdigit", string.hexdigits),
    )
}


class VoidPattern(ValueError):
    """Nothing can fit it; says why."""


def read_bracket(line: bytes, at: int) -> tuple[frozenset[int], int, bool]:
    """The bytes that fit the bracket that opens at a place of a line, never the slash.

    Returns:
        The bytes, where the line goes on behind the bracket, and whether all of its ranges run
        forward: those that do not, as in `[2024-06-01]`, hold nothing.

    Raises:
        VoidPattern: it has no end, or names a class that is none.
    """
    at += 1
    is_negated = line[at : at + 1] in (b"!", b"^")
    at += is_negated
    first = at
    signs: set[int] = set()
    before: int | None = None
    is_forward = True
    while at == first or line[at : at + 1] != b"]":
        if (named := _class_at(line, at)) is not None:
            signs |= _signs_of(named)
            at, before = at + len(named) + 4, None
            continue
        if line[at : at + 1] == b"-" and before is not None and line[at + 1 : at + 2] not in b"]":
            last, at = _sign(line, at + 1)
            signs.update(range(before, last + 1))
            is_forward &= before <= last
            before = None
            continue
        before, at = _sign(line, at)
        signs.add(before)
    fitting = frozenset(range(1, 256)) - signs if is_negated else signs
    return frozenset(fitting) - {ord("/")}, at + 1, is_forward


def _sign(line: bytes, at: int) -> tuple[int, int]:
    """A sign, with a backslash before it or not, and where the line goes on."""
    at += line[at : at + 1] == b"\\"
    if at >= len(line):
        raise VoidPattern("a bracket has no end")
    return line[at], at + 1


def _class_at(line: bytes, at: int) -> bytes | None:
    """The name of the class that stands there, between `[:` and `:]`."""
    if not line.startswith(b"[:", at):
        return None
    end = line.find(b"]", at + 2)
    if end < 0:
        raise VoidPattern("a bracket has no end")
    return line[at + 2 : end - 1] if end > at + 2 and line[end - 1 : end] == b":" else None


def _signs_of(name: bytes) -> frozenset[int]:
    if name not in _CLASSES:
        raise VoidPattern(f"[:{name.decode('ascii', 'replace')}:] is no class of signs")
    return _CLASSES[name]
