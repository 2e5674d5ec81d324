"""Yes or no out of what a model wrote, and how sure it was out of its log-probabilities."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from indexer.models.chat_json import without_thoughts

if TYPE_CHECKING:
    from collections.abc import Iterable

SURFACES: Final[dict[bool, tuple[str, ...]]] = {
    True: ("Yes", "yes", " Yes", " yes", "YES"),
    False: ("No", "no", " No", " no", "NO"),
}
"""How yes and no begin an answer, as single tokens of most models."""
_MARKS: Final = " \t\r\n\"'`*_.,:;!()[]{}«»“”‘’▁Ġ"
_FIRST_WORD: Final = re.compile(r"[\W_]*(?:answer[\W_]+)?(yes|no)(?![^\W_])", re.IGNORECASE)
_ECHO: Final = re.compile(r"[\W_]*yes\W*(?:or|/)\W*no\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TokenChance:
    """A token that might have come, and its natural log-probability."""

    token: str
    logprob: float


def read_yes_no(text: str) -> bool | None:
    """What the first word says; None where it is neither yes nor no."""
    said = without_thoughts(text)
    match = _FIRST_WORD.match(said)
    if match is None or _ECHO.match(said):
        return None
    return match[1].lower() == "yes"


def chance_of_yes(positions: Iterable[tuple[TokenChance, ...]]) -> float | None:
    """P(yes) / (P(yes) + P(no)), in [0, 1], over all ways to write them.

    Looks at the first position where either might come: an answer may open with a quotation
    mark. None where neither is among the tokens told.
    """
    for chances in positions:
        yes, no = _sum_of(chances, is_yes=True), _sum_of(chances, is_yes=False)
        if yes + no > 0:
            return yes / (yes + no)
        if not _is_only_marks(chances):
            return None
    return None


def _sum_of(chances: Iterable[TokenChance], *, is_yes: bool) -> float:
    """A token that is told twice, as sampled and among the likely ones, counts once.

    Two tokens may look the same, with and without a space before them, but are not as likely.
    """
    told = {chance for chance in chances if _means(chance.token) is is_yes}
    # Exact, so that it does not depend on the order of a set.
    return math.fsum(math.exp(min(chance.logprob, 0.0)) for chance in told)


def _means(token: str) -> bool | None:
    return {"yes": True, "no": False}.get(token.strip(_MARKS).lower())


def _is_only_marks(chances: tuple[TokenChance, ...]) -> bool:
    """Whether the likeliest token is a mark before the answer and not a part of it."""
    likeliest = max(chances, key=lambda chance: chance.logprob, default=None)
    return likeliest is not None and not likeliest.token.strip(_MARKS)
