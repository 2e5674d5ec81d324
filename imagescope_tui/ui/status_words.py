"""What the status line says of the search: each part with its state and time; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagescope_tui.ui import wording
from storage.safe_text import printable

if TYPE_CHECKING:
    from imagescope_tui.search.types import RankBy
    from imagescope_tui.ui.state import SearchView

_ORDERS: dict[RankBy, str] = {
    "fused": "best match first",
    "picture": "by picture only",
    "words": "by words only",
}


@dataclass(frozen=True, slots=True)
class Words:
    """Text, and whether it tells of trouble."""

    text: str
    is_trouble: bool = False


def search_words(view: SearchView, rank_by: RankBy) -> list[Words]:
    """The stages, what they could not do, and the order."""
    match view.phase:
        case "idle":
            return [Words("newest first")]
        case "failed":
            return [Words(f"search failed: {printable(view.problem)}", is_trouble=True)]
        case "stopped":
            return [Words("stopped")]
        case "searching":
            return _on_the_way(view)
        case "done":
            return [*_stages(view), Words(_ORDERS[rank_by])]


def _on_the_way(view: SearchView) -> list[Words]:
    if view.seconds is None:
        return [Words("searching …")]
    return [Words(f"words ✓ {wording.elapsed(view.seconds)}"), Words("pictures …")]


def _stages(view: SearchView) -> list[Words]:
    time = f" {wording.elapsed(view.seconds)}" if view.seconds is not None else ""
    if view.degradations:
        return [Words(f"words ✓{time}"), *map(_trouble, _reasons(view))]
    stages = [Words(f"search ✓{time}")]
    if view.words_unknown:
        unknown = ", ".join(f"“{printable(word)}”" for word in view.words_unknown)
        stages.append(Words(f"not known: {unknown}", is_trouble=True))
    return stages


def _reasons(view: SearchView) -> list[str]:
    return [f"{printable(part.reason)}: {printable(part.fallback)}" for part in view.degradations]


def _trouble(reason: str) -> Words:
    return Words(f"pictures ✗ {reason}", is_trouble=True)


def found_words(view: SearchView, limit: int) -> str:
    """`212 found`; `best 500` where there may be more; `212 ranked` where all were compared."""
    count = len(view.ranking)
    if view.phase == "idle" or (view.phase == "searching" and view.seconds is None):
        return ""
    if count >= limit:
        return f"best {count:,}"
    # The pictures' ranking leaves nothing out: to call its tail found would be a lie.
    is_compared = any(candidate.picture_rank is not None for candidate in view.ranking)
    return f"{count:,} {'ranked' if is_compared else 'found'}"


def place_words(index: int, count: int, marked: int) -> str:
    """`3 marked · 12 of 212`."""
    parts = [f"{marked:,} marked" if marked else ""]
    if count:
        parts.append(f"{index + 1:,} of {count:,}")
    return " · ".join(part for part in parts if part)
