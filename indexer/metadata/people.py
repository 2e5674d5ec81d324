"""Who is in a picture, by keywords that stand in a tree: `People|Anna`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ROOTS = frozenset(
    (
        *("people", "person", "persons", "faces", "personen", "personnes", "personas", "persone"),
        *(
            "menschen",
            "gens",
            "gente",
            "pessoas",
            "mensen",
            "gesichter",
            "visages",
            "caras",
            "volti",
        ),
    )
)
"""What programs call the branch of people, in the languages that they speak."""
_NOBODY = frozenset(("unknown", "unconfirmed", "ignored"))
"""digiKam's names for faces that have none."""
_BETWEEN = re.compile(r"[|/\\]")
_DEPTH_MAX = 20


def parts_of(path: str) -> tuple[str, ...]:
    """The keywords along a path."""
    return tuple(part.strip() for part in _BETWEEN.split(path, _DEPTH_MAX - 1) if part.strip())


def people_among(keywords: Iterable[str]) -> Iterator[str]:
    """The ends of all branches below people; what stands between are groups."""
    paths = [
        path for word in keywords if len(path := parts_of(word)) > 1 and path[0].lower() in _ROOTS
    ]
    groups = {path[:length] for path in paths for length in range(1, len(path))}
    for path in paths:
        if path not in groups and path[-1].lower() not in _NOBODY:
            yield path[-1]
