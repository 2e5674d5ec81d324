"""Which part of a ranking each of its places belongs to, as it is named to people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from imagescope_tui.search.grouping import group_of, nothing_fits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imagescope_tui.search.grouping import Group
    from imagescope_tui.search.types import (
        Candidate,
        Proposition,
        Query,
        SearchIntent,
        Verdict,
        Verification,
    )
    from storage.records import PhotoId

Section: TypeAlias = Literal["match", "maybe", "rest", "unfit", "unchecked"]
NOTHING_FITS = "nothing fits well"
SECTION_NAMES: dict[Section, str] = {
    "match": "matches",
    "maybe": "maybe",
    "rest": "the rest",
    "unfit": NOTHING_FITS,
    "unchecked": "not checked",
}
_GROUPS: tuple[Group, ...] = ("match", "maybe", "rest")
_PARTS: tuple[Section, ...] = ("match", "maybe", "rest", "unchecked", "unfit")


def is_read(query: Query | None, intent: SearchIntent) -> bool:
    """Whether a model has said how it reads the query; else the query's own text stands."""
    text, whole = (query.text, query.whole_text) if query else ("", "")
    return bool(intent.edits) or intent.descriptions not in ((), (text,), (whole,))


def best_by_likeness(query: Query | None, intent: SearchIntent) -> Group:
    """The most that likeness alone can tell of a photo.

    Words that change a picture and that no model has read are only added to it: `without the dog`
    finds the dog.
    """
    is_guess = query is not None and query.is_edit and not is_read(query, intent)
    return "maybe" if is_guess else "match"


def groups_of(
    ranking: Sequence[Candidate],
    propositions: Sequence[Proposition],
    verifications: Mapping[PhotoId, Verification],
    verdicts: Mapping[PhotoId, Verdict],
    *,
    best: Group = "match",
) -> tuple[Group, ...]:
    """How well each candidate fits by itself, wherever it stands.

    `best`: the most that likeness alone can tell, as `best_by_likeness` says it.
    """
    return tuple(
        group_of(
            candidate,
            propositions,
            verifications.get(candidate.photo_id),
            verdicts.get(candidate.photo_id),
            best=best,
        )
        for candidate in ranking
    )


def sections_of(
    ranking: Sequence[Candidate],
    propositions: Sequence[Proposition],
    verifications: Mapping[PhotoId, Verification],
    verdicts: Mapping[PhotoId, Verdict],
    *,
    best: Group = "match",
    is_checking: bool = False,
) -> tuple[Section, ...]:
    """How well each place of the ranking fits, as far as the stages that saw it can tell.

    Where models have checked candidates, the others are told apart: nobody has looked at them. What
    models say does not fit is of the rest, wherever it stands.
    `best`: as of `groups_of`. `is_checking`: candidates are being checked, so that what was not
    looked at yet stands by its likeness.
    """
    if nothing_fits(ranking, tuple(verifications.values())):
        return tuple("unfit" for _ in ranking)
    groups = groups_of(ranking, propositions, verifications, verdicts, best=best)
    seen = {*verifications, *verdicts}
    found: list[Section] = [
        "rest" if group == "rest" and item.photo_id in seen else "unchecked"
        for item, group in zip(ranking, groups, strict=True)
    ]
    counts_all = is_checking or not verifications
    counted = [
        place
        for place, item in enumerate(ranking)
        if found[place] != "rest" and (counts_all or item.photo_id in verifications)
    ]
    parts = _envelope([groups[place] for place in counted])
    for place, part in zip(counted, parts, strict=True):
        found[place] = part
    return tuple(found)


def in_parts(
    ranking: Sequence[Candidate], sections: Sequence[Section]
) -> tuple[tuple[Candidate, ...], tuple[Section, ...]]:
    """The ranking part by part, each in its order: what models refused is behind what may fit."""
    pairs = zip(ranking, sections, strict=True)
    ordered = sorted(pairs, key=lambda pair: _PARTS.index(pair[1]))
    return tuple(item for item, _ in ordered), tuple(part for _, part in ordered)


def _envelope(groups: Sequence[Group]) -> tuple[Section, ...]:
    """Below a place of `maybe` there is no match any more.

    Pictures and words do not agree on every photo, so that a doubtful one may stand among matches.
    It is counted to them: what is promised is where they end.
    """
    found: list[Section] = []
    best = len(_GROUPS) - 1
    for group in reversed(groups):
        best = min(best, _GROUPS.index(group))
        found.append(_GROUPS[best])
    return tuple(reversed(found))
