"""Hits@k over the rounds of a conversation, as the VisDial publications draw it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

from imagescope_tui.evaluation.measures.of_ranks import found_ranks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from imagescope_tui.evaluation.measures.of_ranks import Ranks

Conversation: TypeAlias = "Mapping[int, Ranks]"
"""The ranks after each round that was run, by round."""


def hits_by_round(
    conversation: Conversation, *, k: int, rounds: Sequence[int]
) -> tuple[float, ...]:
    """For each of `rounds`, ascending: 1 once the photo was among the first k in one of them.

    It counts from the first round that found it, whatever later rounds do. Leaving 0 out of
    `rounds` leaves the caption alone out, as ImageScope does; PlugIR and ChatIR start with it.
    """
    first = min(
        (number for number in rounds if _is_hit(conversation.get(number, ()), k)),
        default=None,
    )
    return tuple(float(first is not None and first <= number) for number in rounds)


def _is_hit(ranks: Ranks, k: int) -> bool:
    return any(rank <= k for rank in found_ranks(ranks))


def conversations(
    ranks_by_id: Iterable[tuple[str, Ranks]],
) -> dict[str, dict[int, Ranks]]:
    """Queries `DIALOGUE/ROUND` by dialogue and round; an id without a round is round 0 alone."""
    found: dict[str, dict[int, Ranks]] = defaultdict(dict)
    for query, ranks in ranks_by_id:
        dialogue, slash, number = query.rpartition("/")
        if slash and number.isdigit():
            found[dialogue][int(number)] = ranks
        else:
            found[query][0] = ranks
    return dict(found)
