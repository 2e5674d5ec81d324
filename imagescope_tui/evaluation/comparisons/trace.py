"""A query of a run as a saved search, which the screen opens: `imagescope-tui --trace FILE`."""

from __future__ import annotations

import dataclasses
import json
import shlex
from typing import TYPE_CHECKING, Any

from imagescope_tui.errors import RunUnusable
from imagescope_tui.evaluation.reports.report import write_text
from imagescope_tui.evaluation.runs.result_json import ResultReader
from imagescope_tui.search.events import (
    CandidateJudged,
    CandidatesReranked,
    CandidatesRetrieved,
    CandidateVerified,
    IntentReady,
    PropositionsReady,
    SearchFinished,
    SearchStarted,
    StageDegraded,
)
from imagescope_tui.search.trace import event_to_json
from imagescope_tui.search.types import (
    Candidate,
    Query,
    SearchOptions,
    SearchResult,
    StageCost,
    Turn,
)
from storage.records import PhotoFilter, PhotoId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from imagescope_tui.evaluation.runs.card import RunCard
    from imagescope_tui.evaluation.runs.record import QueryRecord, StageRecord
    from imagescope_tui.search.events import SearchEvent
    from storage.library import Library

    PathOf = Callable[[str], Path]


def write_trace(
    path: Path, card: RunCard, record: QueryRecord, *, library: Library, path_of: PathOf
) -> None:
    """Write the query's search as `search --format jsonl` would have printed it.

    `library` is the gallery's; `path_of` gives the file of a photo by its name in the benchmark,
    or raises KeyError. Photos that the library lacks are left out.

    Raises:
        RunUnusable: the query failed, its details cannot be read, or the file cannot be written.
        StorageError: the library cannot be read.
    """
    if record.failure:
        raise RunUnusable(f"the query {record.id} failed, there is nothing to open")
    try:
        result = _result(card, record, library, path_of)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RunUnusable(f"the record of {record.id} does not tell how it came about") from error
    lines = [json.dumps(event_to_json(event, library)) for event in _events(card, result)]
    write_text(path, "\n".join(lines) + "\n")


def screen_command(card: RunCard, path: Path) -> str:
    """What opens the trace of a run in the screen, as a shell takes it."""
    return shlex.join(["imagescope-tui", "--library", card.gallery, "--trace", str(path)])


def _result(card: RunCard, record: QueryRecord, library: Library, path_of: PathOf) -> SearchResult:
    def id_of(name: str) -> PhotoId:
        try:
            found = library.photos.at(path_of(name))
        except KeyError:
            return PhotoId(-1)
        return found.id if found else PhotoId(-1)

    details = record.details
    fields = {
        **details,
        "strategy": card.strategy,
        "rankings": {},
        "costs": {},
        "degradations": [_degradation(item) for item in record.degradations],
    }
    stages = {int(name): found for name, found in record.stages.items() if name.isdigit()}
    read = ResultReader(id_of).result(fields, _query(details, path_of))
    return dataclasses.replace(
        read,
        rankings=_rankings(stages, id_of),
        costs={stage: _cost(found) for stage, found in stages.items()},
        verifications=tuple(item for item in read.verifications if item.photo_id >= 0),
        verdicts=tuple(item for item in read.verdicts if item.photo_id >= 0),
    )


def _query(details: dict[str, Any], path_of: PathOf) -> Query:
    reference = details.get("reference")
    return Query(
        text=str(details["text"]),
        reference=path_of(reference) if reference else None,
        history=tuple(Turn(text=text, reading=reading) for text, reading in details["history"]),
        filter=PhotoFilter(),
    )


def _degradation(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: fields[name] for name in ("stage", "reason", "fallback")}


def _rankings(
    stages: dict[int, StageRecord], id_of: Callable[[str], PhotoId]
) -> dict[int, tuple[Candidate, ...]]:
    """Later stages only reorder: a candidate keeps the score that stage 1 gave it."""
    first = stages[min(stages)] if stages else None
    scores = dict(zip(first.ranking, first.scores, strict=True)) if first else {}
    ids = {name: id_of(name) for found in stages.values() for name in found.ranking}
    return {
        stage: tuple(
            Candidate(photo_id=ids[name], content_id=None, score=scores.get(name, 0.0))
            for name in found.ranking
            if ids[name] >= 0
        )
        for stage, found in stages.items()
    }


def _cost(stage: StageRecord) -> StageCost:
    return StageCost(
        seconds=stage.seconds, model_calls=dict(stage.model_calls), tokens=stage.tokens
    )


def _events(card: RunCard, result: SearchResult) -> Iterator[SearchEvent]:
    known = {field.name for field in dataclasses.fields(SearchOptions)}
    options = SearchOptions(**{key: value for key, value in card.options.items() if key in known})
    yield SearchStarted(query=result.query, options=options)
    if result.intent.descriptions:
        yield IntentReady(intent=result.intent)
    nothing = StageCost(seconds=0.0)
    yield CandidatesRetrieved(ranking=result.rankings.get(1, ()), cost=result.costs.get(1, nothing))
    if result.propositions:
        yield PropositionsReady(propositions=result.propositions)
    for verification in result.verifications:
        yield CandidateVerified(verification=verification)
    if 2 in result.rankings:
        yield CandidatesReranked(
            stage=2, ranking=result.rankings[2], cost=result.costs.get(2, nothing)
        )
    for verdict in result.verdicts:
        yield CandidateJudged(verdict=verdict)
    if 3 in result.rankings:
        yield CandidatesReranked(
            stage=3, ranking=result.rankings[3], cost=result.costs.get(3, nothing)
        )
    for degradation in result.degradations:
        yield StageDegraded(degradation=degradation)
    yield SearchFinished(result=result)
