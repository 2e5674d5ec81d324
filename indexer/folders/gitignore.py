"""Lines of an ignore file, as git reads them: byte by byte, by the rules of its wildmatch.

A line that can leave out nothing is void, as it is for git, and is told with what is wrong in it.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Final

from indexer.folders.brackets import VoidPattern, read_bracket

_LINE_BYTES_MAX: Final = 4_096
"""No path is longer."""


@dataclass(frozen=True, slots=True)
class OddLine:
    """A line of an ignore file that does not do what whoever wrote it may have had in mind."""

    number: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Pattern:
    """One line of an ignore file."""

    takes_in: bool
    """Whether it takes in again what a line before it left out."""
    is_for_folders: bool
    is_for_names: bool
    """Whether it speaks of names at any depth, and not of paths."""
    fits: re.Pattern[bytes]


@dataclass(frozen=True, slots=True)
class Patterns:
    """The lines of one ignore file."""

    items: tuple[_Pattern, ...]
    odd: tuple[OddLine, ...]

    def leave_out(self, place: str, *, is_folder: bool) -> bool | None:
        """Whether a path below the file's folder is left out; None where no line speaks of it."""
        path = os.fsencode(place)
        name = path.rpartition(b"/")[2]
        for pattern in reversed(self.items):
            told = name if pattern.is_for_names else path
            if (is_folder or not pattern.is_for_folders) and pattern.fits.fullmatch(told):
                return not pattern.takes_in
        return None


def patterns_of(content: bytes) -> Patterns:
    """What an ignore file says; every content is one."""
    items: list[_Pattern] = []
    odd: list[OddLine] = []
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        written = _without_spaces(line.removesuffix(b"\r").partition(b"\0")[0])
        if not written or written.startswith(b"#"):
            continue
        try:
            pattern, is_forward = _pattern(written)
        except VoidPattern as error:
            reason = str(error)
        else:
            items.append(pattern)
            reason = (
                "" if is_forward else "a range in brackets runs backward: \\[ is the sign itself"
            )
        if reason:
            odd.append(OddLine(number, written.decode("utf-8", "replace"), reason))
    return Patterns(tuple(items), tuple(odd))


def _without_spaces(line: bytes) -> bytes:
    """Without the spaces at its end, unless a backslash stands before them."""
    kept = line.rstrip(b" ")
    slashes = len(kept) - len(kept.rstrip(b"\\"))
    return kept + b" " if slashes % 2 and kept != line else kept


def _pattern(line: bytes) -> tuple[_Pattern, bool]:
    """What a line says, and whether all ranges in its brackets run forward."""
    takes_in = line.startswith(b"!")
    path = line[1:] if takes_in else line
    is_for_folders = path.endswith(b"/")
    path = path[:-1] if is_for_folders else path
    is_for_names = b"/" not in path
    path = path.removeprefix(b"/")
    if not path:
        raise VoidPattern("it names nothing")
    if len(path) > _LINE_BYTES_MAX:
        raise VoidPattern("it is longer than any path")
    written, is_forward = _written(path)
    fits = re.compile(written, re.DOTALL)
    return _Pattern(takes_in, is_for_folders, is_for_names, fits), is_forward


def _written(path: bytes) -> tuple[bytes, bool]:
    """The pattern as one for `re`, and whether all ranges in its brackets run forward."""
    plain = re.match(rb"[^*?\[\\]*", path)[0]  # type: ignore[index]
    glob = path[len(plain) :]  # which git sees by itself: that of `foo**/x` begins with stars
    spans, at, is_forward = [[re.escape(plain)]], 0, True
    while at < len(glob):
        if glob[at : at + 1] == b"*":
            at = _stars(glob, at, spans)
        elif glob[at : at + 1] == b"[":
            signs, at, runs_forward = read_bracket(glob, at)
            spans[-1][-1] += _any_of(signs)
            is_forward &= runs_forward
        else:
            fitting, at = _sign(glob, at)
            spans[-1][-1] += fitting
    spans[-1][-1] += rb"\Z"
    return b"".join(
        [_runs(spans[0]), *(b"(?>" + _runs(span) + b")" for span in spans[1:])]
    ), is_forward


def _runs(span: list[bytes]) -> bytes:
    """What begins with stars is looked for at the first place where it fits, and at no other one.

    A later one would only leave less for what follows; trying all takes hours with a few stars.
    """
    return b"".join([span[0], *(b"(?>" + run + b")" for run in span[1:])])


def _stars(glob: bytes, at: int, spans: list[list[bytes]]) -> int:
    """Begin what follows stars: a new span behind `**`, a new run behind `*`; where it begins."""
    end = len(glob) - len(glob[at:].lstrip(b"*"))
    is_led = at == 0 or glob[at - 1 : at] == b"/"
    is_closed = end == len(glob) or glob.startswith((b"/", b"\\/"), end)
    if end - at == 1 or not (is_led and is_closed):
        spans[-1].append(b"[^/]*?")
        return end
    if glob.startswith(b"/", end):
        spans.append([b"(?:.*?/)??"])
        return end + 1
    spans.append([b".*?"])
    return end


def _sign(glob: bytes, at: int) -> tuple[bytes, int]:
    if glob.startswith(b"?", at):
        return b"[^/]", at + 1
    at += glob.startswith(b"\\", at)
    if at == len(glob):
        raise VoidPattern("it ends with a backslash")
    return re.escape(glob[at : at + 1]), at + 1


def _any_of(signs: frozenset[int]) -> bytes:
    return b"[%s]" % b"".join(b"\\x%02x" % sign for sign in sorted(signs)) if signs else b"(?!)"
