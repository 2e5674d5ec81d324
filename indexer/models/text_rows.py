"""From single findings of text in a picture to its text: what can be trusted, as one reads it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from indexer.models.text_pieces import Area

Point: TypeAlias = tuple[float, float]

# On photos without text a detector finds some all the same: mostly a single sign, or a few that are
# read with little confidence (docs/text-in-photos.md).
_SCORE_ALONE = 0.9
_SCORES = {2: 0.9, 3: 0.85}
_SCORE_OF_LONGER = 0.65
_SAME_ROW = 0.5
"""Findings are of one row where their middles are nearer than this share of the lower one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Some text, where it stands, and how sure its reading is."""

    text: str
    score: float
    """From 0 to 1."""
    area: Area
    direction: Point
    """Where reading goes, of unit length: (1, 0) for upright text."""
    height: float
    """In pixels, across the direction."""


def text_of(findings: Sequence[Finding]) -> str:
    """The findings that can be trusted: row by row as they are read, words with a space between."""
    rows = _rows([finding for finding in findings if _is_legible(finding) or _is_sign(finding)])
    return "\n".join(
        " ".join(" ".join(finding.text.split()) for finding in row)
        for row in rows
        if any(map(_is_legible, row))
    )


def _is_legible(finding: Finding) -> bool:
    signs = [sign for sign in finding.text if sign.isalnum()]
    if len(signs) < 2 or (len(signs) > 2 and len(set(signs)) == 1):
        return False
    return finding.score >= _SCORES.get(len(signs), _SCORE_OF_LONGER)


def _is_sign(finding: Finding) -> bool:
    """A single one, which counts beside others: the number of a platform."""
    return sum(map(str.isalnum, finding.text)) == 1 and finding.score >= _SCORE_ALONE


def _rows(findings: Sequence[Finding]) -> Iterator[list[Finding]]:
    """From the first to the last, as whoever turns the picture upright reads them."""
    across, down = _axes(findings)
    row: list[Finding] = []
    for finding in sorted(findings, key=lambda finding: _along(finding.area.middle, down)):
        if row and not _are_beside(row[-1], finding, down):
            yield sorted(row, key=lambda finding: _along(finding.area.middle, across))
            row = []
        row.append(finding)
    if row:
        yield sorted(row, key=lambda finding: _along(finding.area.middle, across))


def _axes(findings: Sequence[Finding]) -> tuple[Point, Point]:
    """Where most of the text runs, and across that."""
    x = sum(finding.direction[0] * len(finding.text) for finding in findings)
    y = sum(finding.direction[1] * len(finding.text) for finding in findings)
    length = math.hypot(x, y)
    across = (x / length, y / length) if length > 0 else (1.0, 0.0)
    return across, (-across[1], across[0])


def _along(point: Point, axis: Point) -> float:
    return point[0] * axis[0] + point[1] * axis[1]


def _are_beside(one: Finding, other: Finding, down: Point) -> bool:
    apart = abs(_along(one.area.middle, down) - _along(other.area.middle, down))
    return apart < _SAME_ROW * min(one.height, other.height)
