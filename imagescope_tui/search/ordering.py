"""Photos that were found, by date: among what matches, then among what may, never across."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imagescope_tui.search.grouping import Group
    from imagescope_tui.search.types import Candidate, Order, Query
    from storage.records import PhotoId


def order_for(query: Query, wanted: Order) -> Order:
    """The order that makes sense: what is like a picture is only asked for by likeness."""
    return "match" if query.is_by_picture else wanted


def ordered(
    ranking: Sequence[Candidate],
    groups: Sequence[Group],
    moments: Mapping[PhotoId, str],
    order: Order,
) -> tuple[Candidate, ...]:
    """The ranking in another order; `groups` says how well each place fits.

    Matches come first and what may fit after them, each by date, equals in their order; the rest
    stays by match, for nobody asked for it. A photo without a moment is the last of its group.
    """
    if order == "match":
        return tuple(ranking)
    found: list[Candidate] = []
    for wanted in ("match", "maybe"):
        among = [item for item, group in zip(ranking, groups, strict=True) if group == wanted]
        dated = [item for item in among if item.photo_id in moments]
        dated.sort(key=lambda item: moments[item.photo_id], reverse=order == "newest")
        found += [*dated, *(item for item in among if item.photo_id not in moments)]
    rest = (item for item, group in zip(ranking, groups, strict=True) if group == "rest")
    return (*found, *rest)
