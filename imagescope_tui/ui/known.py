"""What is known of a candidate beyond its place: checks, verdict, and how well it fits; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from imagescope_tui.search.grouping import nothing_fits
from imagescope_tui.search.sections import best_by_likeness, in_parts, sections_of

if TYPE_CHECKING:
    from imagescope_tui.search.sections import Section
    from imagescope_tui.search.types import Answer, Candidate, Proposition
    from imagescope_tui.ui.state import SearchView
    from storage.records import PhotoId

AS_WANTED, NOT_AS_WANTED, UNREADABLE, NOT_ASKED, ASKED = "✓", "✗", "?", "·", "…"
Judged: TypeAlias = Literal["", "accepted", "rejected", "unclear"]
JUDGED_WORDS: dict[Judged, str] = {
    "": "",
    "accepted": "fits",
    "rejected": "does not fit",
    "unclear": "unclear",
}
"""What a reader calls it: whether the photo fits, as the model says that compared it."""


@dataclass(frozen=True, slots=True)
class Known:
    """What models said of a candidate, in signs."""

    checks: str = ""
    """One sign per proposition; a single dot where none was asked."""
    judged: Judged = ""


UNKNOWN = Known()


def sign(answer: Answer | None, proposition: Proposition) -> str:
    """✓ as wanted, ✗ not, ? unreadable, · not asked."""
    if answer is None:
        return NOT_ASKED
    if answer.said is None:
        return UNREADABLE
    return AS_WANTED if answer.said is proposition.expected else NOT_AS_WANTED


def sureness(answer: Answer | None, proposition: Proposition) -> float | None:
    """How likely the answer is as wanted, from 0 to 1; None where nobody told."""
    if answer is None or answer.p_yes is None:
        return None
    return answer.p_yes if proposition.expected else 1 - answer.p_yes


def signs_of(view: SearchView, photo_id: PhotoId) -> tuple[str, ...]:
    """One sign per proposition; `…` for what is going to be asked still."""
    verification = view.verifications.get(photo_id)
    is_waiting = view.phase == "searching" and view.stage == 2 and photo_id in view.to_check
    pending = ASKED if is_waiting else NOT_ASKED
    if verification is None:
        return (pending,) * len(view.propositions)
    signs = (
        sign(answer, asked)
        for answer, asked in zip(verification.answers, view.propositions, strict=False)
    )
    return tuple(pending if one == NOT_ASKED else one for one in signs)


def judged_of(view: SearchView, photo_id: PhotoId) -> Judged:
    """What the evaluator said; empty where it was not asked."""
    verdict = view.verdicts.get(photo_id)
    if verdict is None:
        return ""
    if verdict.accepted is None:
        return "unclear"
    return "accepted" if verdict.accepted else "rejected"


def known_of(view: SearchView, photo_id: PhotoId) -> Known:
    """The signs of one candidate."""
    if not view.propositions and not view.verdicts:
        return UNKNOWN
    checks = "".join(signs_of(view, photo_id))
    if len(set(checks)) == 1 and checks[0] in (NOT_ASKED, ASKED):
        checks = checks[0]
    return Known(checks, judged_of(view, photo_id))


def sections(view: SearchView) -> tuple[Section, ...]:
    """How well each place of the ranking fits, as far as the stages that saw it can tell."""
    best = best_by_likeness(view.query, view.intent)
    told = (view.propositions, view.verifications, view.verdicts)
    return sections_of(view.ranking, *told, best=best, is_checking=view.is_checking)


def by_match(view: SearchView) -> tuple[tuple[Candidate, ...], tuple[Section, ...]]:
    """The ranking as it is shown, each with its part: what models refused stands in the rest."""
    return in_parts(view.ranking, sections(view))


def place_of(view: SearchView, photo_id: PhotoId) -> tuple[int, Candidate] | None:
    """The photo's place by match, from 1, and why it is there."""
    for rank, candidate in enumerate(by_match(view)[0], start=1):
        if candidate.photo_id == photo_id:
            return rank, candidate
    return None


def is_unfit(view: SearchView) -> bool:
    """Whether no photo fits well, as far as can be told."""
    return nothing_fits(view.ranking, tuple(view.verifications.values()))
