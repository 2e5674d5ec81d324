"""A search engine that tells a story: the events of a deep search, as far as it is let to."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from imagescope_tui.search.events import (
    CandidateJudged,
    CandidatesReranked,
    CandidatesRetrieved,
    CandidateVerified,
    IntentReady,
    PropositionsReady,
    SearchFinished,
    SearchStarted,
)
from imagescope_tui.search.types import (
    Answer,
    AtomicEdit,
    Candidate,
    Proposition,
    Query,
    SearchIntent,
    SearchOptions,
    SearchResult,
    StageCost,
    Verdict,
    Verification,
)
from storage.library import Library
from storage.records import PhotoFilter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from imagescope_tui.search.events import SearchEvent

INTENT = SearchIntent(
    edits=(
        AtomicEdit(kind="addition", text="a brown dog in mid-air"),
        AtomicEdit(kind="removal", text="people"),
        AtomicEdit(kind="retention", text="the wooden pier"),
    ),
    descriptions=(
        "a dog jumping into a lake",
        "a brown dog jumps from a wooden pier into a lake",
        "a brown dog in mid-air between a wooden pier and a green mountain lake, nobody around",
    ),
)
PROPOSITIONS = (
    Proposition(
        statement="There is a dog.", question="Is there a dog in the picture?", expected=True
    ),
    Proposition(statement="It jumps.", question="Is the dog in mid-air?", expected=True),
    Proposition(statement="Nobody is there.", question="Are there people?", expected=False),
)
CHECKED, JUDGED = 12, 3


def candidates(folder: Path) -> tuple[Candidate, ...]:
    """The photos of a library, newest first, ever less alike."""
    with Library.open_reader(folder) as library:
        photos = library.photos.page(PhotoFilter(), offset=0, limit=100)
    return tuple(
        Candidate(
            photo_id=photo.id,
            content_id=photo.content_id,
            score=1 - place / 100,
            picture_score=0.34 - place / 200,
            picture_rank=place + 1,
            image_part=0.35 - place / 200,
            caption_part=0.28 - place / 200,
            standing=3.6 - place / 8,
        )
        for place, photo in enumerate(photos)
    )


def verified(candidate: Candidate, place: int) -> Verification:
    """Answers that make the 3rd and the 5th candidate the best."""
    chances = (0.97, 0.88 if place in (2, 4) else 0.14, 0.06 if place % 3 == 2 else 0.71)
    answers = tuple(Answer(said=chance > 0.5, p_yes=chance) for chance in chances)
    if place == 7:
        answers = (answers[0], Answer(said=None), answers[2])
    fit = sum(
        answer.said is proposition.expected
        for answer, proposition in zip(answers, PROPOSITIONS, strict=True)
    )
    return Verification(photo_id=candidate.photo_id, answers=answers, score=float(fit))


def deep_story(
    query: Query, options: SearchOptions, found: Sequence[Candidate]
) -> Iterator[SearchEvent]:
    """A whole search of three stages, in which everything works."""
    ranking = tuple(found)
    told = [verified(candidate, place) for place, candidate in enumerate(ranking[:CHECKED])]
    by_score = {item.photo_id: item.score for item in told}
    second = (
        *sorted(ranking[:CHECKED], key=lambda item: -by_score[item.photo_id]),
        *ranking[CHECKED:],
    )
    verdicts = (
        Verdict(photo_id=second[0].photo_id, accepted=False, reason="The dog stands on the pier."),
        Verdict(
            photo_id=second[1].photo_id,
            accepted=True,
            reason="A brown dog is in the air above the lake, and nobody else is there.",
        ),
    )
    third = (second[1], second[0], *second[2:])
    costs = {
        1: StageCost(seconds=0.43, model_calls={"reasoner": 1}, tokens=412),
        2: StageCost(seconds=1.4, model_calls={"reasoner": 1, "verifier": 36}, tokens=28_410),
        3: StageCost(seconds=0.61, model_calls={"evaluator": 2}, tokens=2_104),
    }
    yield SearchStarted(query=query, options=options)
    yield CandidatesRetrieved(ranking=ranking, cost=StageCost(seconds=0.02), is_final=False)
    yield IntentReady(intent=INTENT)
    yield CandidatesRetrieved(ranking=ranking, cost=costs[1])
    yield PropositionsReady(propositions=PROPOSITIONS)
    for item in told:
        yield CandidateVerified(verification=item)
    yield CandidatesReranked(stage=2, ranking=second, cost=costs[2])
    for verdict in verdicts:
        yield CandidateJudged(verdict=verdict)
    yield CandidatesReranked(stage=3, ranking=third, cost=costs[3])
    yield SearchFinished(
        result=SearchResult(
            query=query,
            encoder_id="open_clip/test",
            strategy=options.strategy,
            intent=INTENT,
            propositions=PROPOSITIONS,
            rankings={1: ranking, 2: second, 3: third},
            verifications=tuple(told),
            verdicts=verdicts,
            costs=costs,
        )
    )


def quick_story(
    query: Query, options: SearchOptions, found: Sequence[Candidate]
) -> Iterator[SearchEvent]:
    """A search of one stage."""
    cost = StageCost(seconds=0.02)
    yield SearchStarted(query=query, options=options)
    yield CandidatesRetrieved(ranking=tuple(found), cost=cost)
    yield SearchFinished(
        result=SearchResult(
            query=query, encoder_id="open_clip/test", rankings={1: tuple(found)}, costs={1: cost}
        )
    )


@dataclass
class ScriptedEngine:
    """Tells its story at once, or up to an event behind which it waits to be let on."""

    found: Sequence[Candidate]
    deep: Callable[..., Iterator[SearchEvent]] = deep_story
    waits_behind: int | None = None
    """How many events of a deep search come at once; None for all."""
    asked: list[tuple[Query, SearchOptions]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    is_waiting: bool = False
    cancelled: int = 0

    async def search(
        self, query: Query, *, options: SearchOptions, emit: Callable[[SearchEvent], None]
    ) -> SearchResult:
        self.asked.append((query, options))
        options = replace(options, top_k=min(options.top_k, CHECKED))
        is_deep = options.stages > 1
        story = (self.deep if is_deep else quick_story)(query, options, self.found)
        event: SearchEvent | None = None
        for number, event in enumerate(story):
            if is_deep and number == self.waits_behind:
                await self._wait()
            emit(event)
        assert isinstance(event, SearchFinished)
        return event.result

    async def _wait(self) -> None:
        self.is_waiting = True
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise

    def close(self) -> None:
        """Nothing is held."""
