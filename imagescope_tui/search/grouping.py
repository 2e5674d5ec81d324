"""Where the matches end: photos that fit, photos that may, and the rest of the library.

The distance at which a picture stops fitting differs from query to query and from encoder to
encoder, so no fixed score can tell. An encoder whose cosines are calibrated says how likely a photo
fits. For others, how far a photo stands out among all photos tells: for a query about something,
most of a library has nothing to do with it and gives the mean and the spread. What the verifier and
the evaluator said of a photo counts for more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from imagescope_tui.search.scoring import is_satisfied

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from imagescope_tui.search.types import Candidate, Proposition, Verdict, Verification

Group: TypeAlias = Literal["match", "maybe", "rest"]
_GROUPS: tuple[Group, ...] = ("match", "maybe", "rest")

MATCH_CHANCE = 0.5
MAYBE_CHANCE = 0.1
"""How likely a photo must fit; what of that holds is measured in docs/pocket-encoder.md."""
HALF = 0.5
"""How much of a query's words a name must hold to make its photo a maybe."""
MATCH_STANDING = 2.5
MAYBE_STANDING = 1.5
"""In standard deviations above the library's mean score for the query."""


def group_of(
    candidate: Candidate,
    propositions: Sequence[Proposition] = (),
    verification: Verification | None = None,
    verdict: Verdict | None = None,
    *,
    best: Group = "match",
) -> Group:
    """How well a candidate fits, as far as the stages that saw it can tell.

    `best`: the most that likeness can tell, where no model looked at the candidate.
    """
    if verdict is not None and verdict.accepted is not None:
        return "match" if verdict.accepted else "rest"
    if verification is not None and any(answer is not None for answer in verification.answers):
        return _by_answers(propositions, verification)
    return max(_by_likeness(candidate), best, key=_GROUPS.index)


def _by_answers(propositions: Sequence[Proposition], verification: Verification) -> Group:
    """All answers as expected is a match; a failed question leaves a maybe, and two the rest.

    So does one where no other was answered as expected.
    """
    pairs = list(zip(verification.answers, propositions, strict=True))
    failed = sum(answer is not None and not is_satisfied(answer, item) for answer, item in pairs)
    if failed:
        passed = sum(is_satisfied(answer, item) for answer, item in pairs)
        return "maybe" if failed == 1 and passed else "rest"
    return "match" if all(answer is not None for answer, _ in pairs) else "maybe"


def _by_likeness(candidate: Candidate) -> Group:
    """What the words of name, caption and facts say, and the picture; the better of both.

    A photo that holds all words of the query is a match, whatever the picture shows; one that holds
    half of them, or all that only names can know, a maybe; and one of which both say maybe is a
    match. Where names must know a word, a photo without it is no match.
    """
    if (candidate.shows_unwanted or 0.0) >= MATCH_CHANCE:
        return "rest"
    if candidate.picture_score is None and candidate.words_rank is None:
        # By a filter alone; what nobody could read passes by the date of its file at most.
        return "rest" if candidate.content_id is None else "match"
    by_words = _by_words(candidate)
    by_picture = "rest" if candidate.picture_score is None else _by_picture(candidate)
    if by_words == by_picture == "maybe":
        return "match"
    best = min(by_words, by_picture, key=_GROUPS.index)
    return "maybe" if best == "match" and candidate.holds_names is False else best


def _by_words(candidate: Candidate) -> Group:
    if candidate.words_rank is None:
        return "rest"
    if candidate.words_share >= 1.0:
        return "match"
    return "maybe" if candidate.words_share >= HALF or candidate.holds_names else "rest"


def _by_picture(candidate: Candidate) -> Group:
    if candidate.chance is not None:
        value, match, maybe = candidate.chance, MATCH_CHANCE, MAYBE_CHANCE
    else:
        value, match, maybe = candidate.standing or 0.0, MATCH_STANDING, MAYBE_STANDING
    if value >= match:
        return "match"
    return "maybe" if value >= maybe else "rest"


def fits_by_picture(candidate: Candidate) -> bool:
    """Whether the picture alone, as far as it was compared, fits the query at least maybe."""
    return candidate.picture_score is not None and _by_picture(candidate) != "rest"


def nothing_fits(ranking: Sequence[Candidate], verifications: Collection[Verification]) -> bool:
    """Whether an encoder that can tell says that no photo fits well, and no model looked at any."""
    is_told = any(candidate.chance is not None for candidate in ranking)
    return is_told and not verifications and all(group_of(item) == "rest" for item in ranking)
