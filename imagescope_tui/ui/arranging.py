"""What was found in the order its reader wants, and how that order is called; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagescope_tui.search.ordering import order_for, ordered
from imagescope_tui.search.sections import best_by_likeness, groups_of
from imagescope_tui.ui.known import by_match, sections

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imagescope_tui.search.grouping import Group
    from imagescope_tui.search.query_language import ParsedQuery
    from imagescope_tui.search.sections import Section
    from imagescope_tui.search.types import Candidate, Order, Query
    from imagescope_tui.ui.state import SearchView
    from storage.records import PhotoId

_FOLLOWING: dict[Order, Order] = {"match": "newest", "newest": "oldest", "oldest": "match"}
_NAMES: dict[Order, str] = {
    "match": "by match",
    "newest": "newest first",
    "oldest": "oldest first",
}
BY_LIKENESS = "by likeness"


@dataclass(frozen=True, slots=True)
class Arranged:
    """Candidates in the order they are shown, each with the part of the ranking it stands in."""

    candidates: tuple[Candidate, ...]
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class OrderShown:
    """The order of the photos that are on the screen, and what it is called."""

    order: Order
    name: str


def arranged(view: SearchView, moments: Mapping[PhotoId, str], order: Order) -> Arranged:
    """The ranking in an order; by date each photo counts for itself, not for its place.

    What models have not checked, where they checked others, is not ordered by date. Where nothing
    was ranked the search has ordered by date itself.
    """
    if order == "match" or view.query is None or view.query.is_timeline:
        return Arranged(*by_match(view))
    told = _told(view)
    found = ordered(view.ranking, [_group(section) for section in told], moments, order)
    section_of = {
        candidate.photo_id: section for candidate, section in zip(view.ranking, told, strict=True)
    }
    return Arranged(found, tuple(section_of[item.photo_id] for item in found))


def sections_shown(view: SearchView, wanted: Order) -> tuple[Section, ...]:
    """Which part each candidate is shown in, by match or by date; in the order of the ranking."""
    is_by_date = view.query is not None and not view.query.is_timeline
    if is_by_date and order_shown(view, wanted) != "match":
        return _told(view)
    return sections(view)


def _told(view: SearchView) -> tuple[Section, ...]:
    best = best_by_likeness(view.query, view.intent)
    told = (view.propositions, view.verifications, view.verdicts)
    groups = groups_of(view.ranking, *told, best=best)
    if not view.verifications or view.is_checking:
        return groups
    return tuple(
        group if candidate.photo_id in view.verifications else "unchecked"
        for candidate, group in zip(view.ranking, groups, strict=True)
    )


def _group(section: Section) -> Group:
    return section if section in ("match", "maybe") else "rest"


def order_shown(view: SearchView, wanted: Order) -> Order:
    """The order that makes sense: where nothing fits even maybe, all stands by match."""
    if view.query is None or view.query.is_timeline:
        is_oldest = view.options.oldest_first if view.options else wanted == "oldest"
        return "oldest" if is_oldest else "newest"
    groups = {_group(section) for section in _told(view)}
    return "match" if groups == {"rest"} else order_for(view.query, wanted)


def named_order(view: SearchView, wanted: Order) -> OrderShown:
    """`by match`, `newest first`; `by likeness` where photos are to be like a picture."""
    order = order_shown(view, wanted)
    is_by_likeness = view.query is not None and view.query.is_by_picture
    return OrderShown(order, BY_LIKENESS if is_by_likeness else _NAMES[order])


def by_date(*, oldest_first: bool) -> OrderShown:
    """The order of a timeline."""
    order: Order = "oldest" if oldest_first else "newest"
    return OrderShown(order, _NAMES[order])


def following(query: Query, order: Order) -> Order:
    """The next order: by match, newest, oldest; where nothing is ranked, by date alone."""
    if query.is_timeline:
        return "newest" if order == "oldest" else "oldest"
    return _FOLLOWING[order]


def order_brought(before: ParsedQuery, now: ParsedQuery) -> Order | None:
    """The order of a saved search, when the line comes to name it; None for no other order."""
    is_named_anew = _saved(now) != _saved(before)
    return now.order if is_named_anew and now.order != "match" else None


def _saved(parsed: ParsedQuery) -> set[str]:
    return {chip.label for chip in parsed.chips if chip.kind == "saved"}


def order_after(before: Query, now: Query, order: Order) -> Order:
    """The order of the next question: a new one begins with the best match.

    It is the same question while words are ranked before and after, or filters alone let pass. A
    picture to be like, or to be changed, knows no order but its own, and leaves none behind.
    """
    is_cleared = now.is_timeline and now.filter.is_empty and not before.filter.is_empty
    is_same = before.is_timeline == now.is_timeline and before.is_by_picture == now.is_by_picture
    return order if is_same and not is_cleared else "match"
