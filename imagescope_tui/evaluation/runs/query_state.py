"""A query between two steps of a run, and the line that keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from imagescope_tui.evaluation.runs.record import DEPTH, StageRecord
from imagescope_tui.evaluation.runs.record_json import stage_from_json, stage_to_json
from imagescope_tui.evaluation.runs.result_json import ResultReader, ResultWriter
from imagescope_tui.search.types import Query, Turn
from storage.records import PhotoFilter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imagescope_tui.evaluation.galleries.gallery import Gallery
    from imagescope_tui.evaluation.task import BenchmarkQuery
    from imagescope_tui.search.types import Candidate, SearchOptions, SearchResult
    from storage.records import PhotoId


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryState:
    """One query as far as it has come."""

    number: int
    """Its place in the data set, from 0."""
    history: tuple[Turn, ...] = ()
    """The earlier rounds of its conversation."""
    result: SearchResult | None = None
    """None before its first step, and where it failed."""
    first_ranks: tuple[int | None, ...] = ()
    """Rank of each target after stage 1, in all that was ranked."""
    sides: dict[str, StageRecord] = field(default_factory=dict)
    """Parts of stage 1 that were ranked alone, by their names."""
    failure: str = ""
    """Why it could not be run."""

    @property
    def turn_reading(self) -> str:
        """What was looked for, as the reasoner put it in full; empty where none did."""
        descriptions = self.result.intent.descriptions if self.result else ()
        return descriptions[-1] if descriptions else ""


def search_query(query: BenchmarkQuery, history: Sequence[Turn], gallery: Gallery) -> Query | str:
    """The query as the engine takes it, or why it cannot be asked."""
    among = tuple(photo for name in query.among if (photo := gallery.photo_id_of(name)) is not None)
    if query.among and not among:
        return "none of its candidates is in the gallery"
    reference = None
    if query.reference is not None:
        if gallery.photo_id_of(query.reference) is None:
            return f"its reference {query.reference} is not in the gallery"
        reference = gallery.path_of(query.reference)
        if not reference.is_file():
            return f"its reference {query.reference} is missing"
    return Query(
        text=query.text,
        reference=reference,
        history=tuple(history),
        filter=PhotoFilter(photo_ids=among),
    )


def ranks_in(
    ranking: Sequence[Candidate], targets: Sequence[str], gallery: Gallery
) -> tuple[int | None, ...]:
    """Rank from 1 of each target; None for one that is not in the ranking."""
    wanted = {gallery.photo_id_of(name) for name in targets}
    places: dict[PhotoId | None, int] = {
        item.photo_id: rank for rank, item in enumerate(ranking, start=1) if item.photo_id in wanted
    }
    return tuple(places.get(gallery.photo_id_of(name)) for name in targets)


def retrieved(
    state: QueryState, targets: Sequence[str], options: SearchOptions, gallery: Gallery
) -> QueryState:
    """After stage 1: the ranks of the targets, and no more of the ranking than is looked at."""
    if state.result is None:
        return state
    ranking = state.result.rankings.get(1, ())
    kept = ranking[: max(DEPTH, options.top_k, options.max_judged)]
    return replace(
        state,
        first_ranks=ranks_in(ranking, targets, gallery),
        result=replace(state.result, rankings={1: kept}),
    )


@dataclass(frozen=True, slots=True)
class StateLines:
    """States as JSON, with photos by their names."""

    gallery: Gallery
    queries: Sequence[BenchmarkQuery]

    def line(self, state: QueryState) -> dict[str, Any]:
        """A state as a line of a step's file."""
        writer = ResultWriter(self.gallery.name_of)
        return {
            "number": state.number,
            "id": self.queries[state.number].id,
            "failure": state.failure,
            "history": [[turn.text, turn.reading] for turn in state.history],
            "first_ranks": list(state.first_ranks),
            "sides": {name: stage_to_json(side) for name, side in state.sides.items()},
            "result": writer.result(state.result) if state.result else None,
        }

    def state(self, line: dict[str, Any]) -> QueryState:
        """The state of a line.

        Raises:
            KeyError, TypeError, ValueError: the line is another.
        """
        number = int(line["number"])
        state = QueryState(
            number=number,
            history=tuple(Turn(text=text, reading=reading) for text, reading in line["history"]),
            first_ranks=tuple(line["first_ranks"]),
            sides={name: stage_from_json(side) for name, side in line["sides"].items()},
            failure=str(line["failure"]),
        )
        if line["result"] is None:
            return state
        query = search_query(self.queries[number], state.history, self.gallery)
        if isinstance(query, str):
            return replace(state, failure=query)
        result = ResultReader(self._id_of).result(line["result"], query)
        return replace(state, result=result)

    def _id_of(self, name: str) -> PhotoId:
        photo_id = self.gallery.photo_id_of(name)
        if photo_id is None:
            raise KeyError(name)
        return photo_id
