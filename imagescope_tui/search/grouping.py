"""Where the matches end: photos that fit, photos that may, and the rest of the library.

The distance at which a picture stops fitting differs from query to query and from encoder to
encoder, so no fixed score can tell. How far a photo stands out among all photos can: for a query
about something, most of a library has nothing to do with it and gives the mean and the spread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from imagescope_tui.search.types import Candidate

Group: TypeAlias = Literal["match", "maybe", "rest"]

MATCH_STANDING = 2.5
MAYBE_STANDING = 1.5
"""In standard deviations above the library's mean score for the query."""


def group_of(candidate: Candidate) -> Group:
    """How well a candidate fits, as far as stage 1 can tell.

    A photo that holds a word of the query in its name, caption or facts is at least a maybe.
    """
    standing = candidate.standing if candidate.standing is not None else 0.0
    if candidate.words_rank is not None:
        is_sure = candidate.picture_score is None or standing >= MAYBE_STANDING
        return "match" if is_sure else "maybe"
    if candidate.picture_score is None or standing >= MATCH_STANDING:
        return "match"
    return "maybe" if standing >= MAYBE_STANDING else "rest"
