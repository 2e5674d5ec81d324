"""Which part of a ranking each of its places belongs to, as it is named to people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from imagescope_tui.search.grouping import group_of, nothing_fits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imagescope_tui.search.grouping import Group
    from imagescope_tui.search.types import Candidate, Proposition, Verdict, Verification
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


def groups_of(
    ranking: Sequence[Candidate],
    propositions: Sequence[Proposition],
    verifications: Mapping[PhotoId, Verification],
    verdicts: Mapping[PhotoId, Verdict],
) -> tuple[Group, ...]:
    """How well each candidate fits by itself, wherever it stands."""
    return tuple(
        group_of(
            candidate,
            propositions,
            verifications.get(candidate.photo_id),
            verdicts.get(candidate.photo_id),
        )
        for candidate in ranking
    )


def sections_of(
    ranking: Sequence[Candidate],
    propositions: Sequence[Proposition],
    verifications: Mapping[PhotoId, Verification],
    verdicts: Mapping[PhotoId, Verdict],
) -> tuple[Section, ...]:
    """How well each place of the ranking fits, as far as the stages that saw it can tell.

    Where models have checked candidates, the others are told apart: nobody has looked at them.
    """
    if nothing_fits(ranking, tuple(verifications.values())):
        return tuple("unfit" for _ in ranking)
    groups = groups_of(ranking, propositions, verifications, verdicts)
    if not verifications:
        return _envelope(groups)
    is_checked = [candidate.photo_id in verifications for candidate in ranking]
    pairs = zip(groups, is_checked, strict=True)
    checked = iter(_envelope([group for group, was_seen in pairs if was_seen]))
    return tuple(next(checked) if was_seen else "unchecked" for was_seen in is_checked)


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
