"""Why a query's right photo stands elsewhere in a second run than in a first, in words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from imagescope_tui.counting import counted
from imagescope_tui.evaluation.comparisons.accounts import account_of
from imagescope_tui.evaluation.measures.of_ranks import found_ranks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from imagescope_tui.evaluation.comparisons.accounts import Account
    from imagescope_tui.evaluation.runs.record import QueryRecord

_LONGEST = 90
"""Longer texts of models are cut, in signs."""
_UNFOUND = 1_000_000
"""Stands for the rank of a photo that was not found."""


def reasons(first: QueryRecord, second: QueryRecord) -> tuple[str, ...]:
    """One sentence each, the stage that made the difference, then what it did otherwise.

    A stage that is the only one is not named.
    """
    failed = tuple(_failures(first, second))
    if failed:
        return failed
    stage = _deciding_stage(first, second)
    if stage is None:
        return ()
    one, other = account_of(first), account_of(second)
    is_only = len({*ranks_by_stage(first), *ranks_by_stage(second)}) == 1
    return (
        *(() if is_only else (f"Stage {stage} made the difference.",)),
        *_fallbacks(first, second, stage),
        *_differences(stage, one, other, right_photo(first) or right_photo(second)),
    )


def ranks_by_stage(record: QueryRecord) -> dict[str, int | None]:
    """Rank of the best right answer after each numbered stage; None where it was not found."""
    return {
        stage: min(found_ranks(found.target_ranks), default=None)
        for stage, found in sorted(record.stages.items())
        if stage.isdigit()
    }


def last_rank(record: QueryRecord) -> int | None:
    """Rank of the best right answer at the end; None where it was not found, or all failed."""
    ranks = ranks_by_stage(record)
    return None if record.failure or not ranks else ranks[max(ranks, key=int)]


def right_photo(record: QueryRecord) -> str | None:
    """The best right answer at the end, where it is among the places that are kept."""
    rank = last_rank(record)
    stages = [stage for stage in record.stages if stage.isdigit()]
    if rank is None or not stages:
        return None
    ranking = record.stages[max(stages, key=int)].ranking
    return ranking[rank - 1] if rank <= len(ranking) else None


def _failures(first: QueryRecord, second: QueryRecord) -> Iterator[str]:
    for name, record in (("first", first), ("second", second)):
        if record.failure:
            yield f"It failed in the {name} run: {_cut(record.failure)}."


def _deciding_stage(first: QueryRecord, second: QueryRecord) -> int | None:
    """The stage that did most of the final difference; None where the final ranks are equal.

    A stage that a run has not leaves the rank as it was.
    """
    one, other = ranks_by_stage(first), ranks_by_stage(second)
    here: int | None = None
    there: int | None = None
    gaps = [0.0]
    stages = sorted({*one, *other}, key=int)
    for stage in stages:
        here, there = one.get(stage, here), other.get(stage, there)
        gaps.append(math.log2(here or _UNFOUND) - math.log2(there or _UNFOUND))
    if not gaps[-1]:
        return None
    direction = math.copysign(1.0, gaps[-1])
    done = {
        stage: direction * (after - before)
        for stage, before, after in zip(stages, gaps, gaps[1:], strict=False)
    }
    return int(max(stages, key=done.__getitem__))


def _fallbacks(first: QueryRecord, second: QueryRecord, stage: int) -> Iterator[str]:
    for name, record in (("first", first), ("second", second)):
        told = {
            str(item.get("reason", ""))
            for item in record.degradations
            if item.get("stage") == stage
        }
        for reason in sorted(told):
            yield f"Stage {stage} fell back in the {name} run: {_cut(reason)}."


def _differences(stage: int, one: Account, other: Account, photo: str | None) -> Iterator[str]:
    if stage == 1:
        yield from _readings(one, other)
    elif stage == 2:
        yield from _answers(one, other, photo)
    else:
        yield from _verdicts(one.verdicts, other.verdicts, photo)


def _readings(one: Account, other: Account) -> Iterator[str]:
    if one.descriptions != other.descriptions:
        yield (
            f"Another reading: {_quoted(_first(one.descriptions))} then,"
            f" {_quoted(_first(other.descriptions))} now."
        )
    elif one.descriptions:
        yield "The reading is the same."
    if one.reference_caption != other.reference_caption:
        yield (
            f"The reference is described otherwise: {_quoted(one.reference_caption)} then,"
            f" {_quoted(other.reference_caption)} now."
        )


def _answers(one: Account, other: Account, photo: str | None) -> Iterator[str]:
    if bool(one.questions) != bool(other.questions):
        yield f"Only the {'first' if one.questions else 'second'} run asked questions."
        return
    if one.questions != other.questions:
        yield (
            f"Other questions: {_quoted('; '.join(one.questions))} then,"
            f" {_quoted('; '.join(other.questions))} now."
        )
        return
    if photo is not None:
        yield from _answers_about(photo, one, other)


def _answers_about(photo: str, one: Account, other: Account) -> Iterator[str]:
    """What was said about the right photo; where that is the same, others must have moved."""
    then, now = one.answers.get(photo), other.answers.get(photo)
    if then is None or now is None:
        if then != now:
            yield f"Only the {'first' if then else 'second'} run asked about the right photo."
        return
    changed = [
        (question, said, says, expected)
        for question, said, says, expected in zip(
            one.questions, then, now, one.expected, strict=False
        )
        if said != says
    ]
    for question, said, says, expected in changed:
        yield (
            f"Another answer about the right photo to {_quoted(question)}:"
            f" {_word(said)} then, {_word(says)} now; {_word(expected)} was expected."
        )
    if not changed:
        moved = sum(one.answers[name] != other.answers.get(name) for name in one.answers)
        yield (
            "The right photo's answers are the same;"
            f" those of {counted(moved, 'other photo')} changed."
        )


def _verdicts(
    then: Mapping[str, bool | None], now: Mapping[str, bool | None], photo: str | None
) -> Iterator[str]:
    if photo is not None and _verdict(then, photo) != _verdict(now, photo):
        yield (
            f"Another verdict on the right photo: {_verdict(then, photo)} then,"
            f" {_verdict(now, photo)} now."
        )
    others_then = {name for name, accepted in then.items() if accepted and name != photo}
    others_now = {name for name, accepted in now.items() if accepted and name != photo}
    for name in sorted(others_then - others_now):
        yield f"{name} was accepted in its place in the first run only."
    for name in sorted(others_now - others_then):
        yield f"{name} was accepted in its place in the second run only."


def _verdict(verdicts: Mapping[str, bool | None], photo: str) -> str:
    if photo not in verdicts:
        return "not judged"
    return {True: "accepted", False: "rejected", None: "unreadable"}[verdicts[photo]]


def _word(said: bool | None) -> str:
    return {True: "yes", False: "no", None: "none"}[said]


def _first(texts: tuple[str, ...]) -> str:
    return texts[0] if texts else ""


def _quoted(text: str) -> str:
    return f"“{_cut(text)}”" if text else "nothing"


def _cut(text: str) -> str:
    plain = " ".join(text.split()).rstrip(".")
    return plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 1].rstrip()}…"
