"""Search events as JSON lines: what `search --format jsonl` prints, and the screen opens again."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imagescope_tui.errors import TraceUnreadable
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
from imagescope_tui.search.json_form import (
    chance_to_json,
    cost_to_json,
    parts_to_json,
    query_to_json,
)
from imagescope_tui.search.types import (
    Answer,
    AtomicEdit,
    Candidate,
    Degradation,
    Imagination,
    Proposition,
    Query,
    SearchIntent,
    SearchOptions,
    SearchResult,
    StageCost,
    Turn,
    Verdict,
    Verification,
)
from indexer.wire import filter_from_wire
from storage.records import PhotoId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from imagescope_tui.search.events import SearchEvent
    from storage.library import Library
    from storage.records import Photo

_BYTES_MAX = 200_000_000


def event_to_json(event: SearchEvent, library: Library) -> dict[str, Any]:
    """One event, as `search --format jsonl` prints it."""
    write = _Writer(library)
    match event:
        case SearchStarted():
            fields = query_to_json(event.query)
            return {
                "event": "search_started",
                **fields,
                "options": dataclasses.asdict(event.options),
            }
        case IntentReady():
            return {"event": "intent_ready", **dataclasses.asdict(event.intent)}
        case CandidatesRetrieved():
            return {
                "event": "candidates_retrieved",
                "seconds": round(event.cost.seconds, 4),
                "is_final": event.is_final,
                "cost": cost_to_json(event.cost),
                "ranking": write.ranking(event.ranking),
            }
        case PropositionsReady():
            propositions = [dataclasses.asdict(item) for item in event.propositions]
            return {"event": "propositions_ready", "propositions": propositions}
        case _:
            return _later_event_to_json(event, write)


def _later_event_to_json(event: SearchEvent, write: _Writer) -> dict[str, Any]:
    match event:
        case CandidateVerified():
            return {"event": "candidate_verified", **write.verification(event.verification)}
        case CandidateJudged():
            return {"event": "candidate_judged", **write.verdict(event.verdict)}
        case CandidatesReranked():
            return {
                "event": "candidates_reranked",
                "stage": event.stage,
                "cost": cost_to_json(event.cost),
                "ranking": write.ranking(event.ranking),
            }
        case StageDegraded():
            return {"event": "stage_degraded", **dataclasses.asdict(event.degradation)}
        case SearchFinished():
            return {"event": "search_finished", **write.result(event.result)}
        case _:
            raise TypeError(f"not a search event: {event!r}")


class _Writer:
    """Names photos by their paths: ids mean nothing to other programs."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def path(self, photo_id: PhotoId) -> str | None:
        photo = self._library.photos.by_ids([photo_id]).get(photo_id)
        return str(photo.full_path) if photo else None

    def ranking(self, ranking: Sequence[Candidate]) -> list[dict[str, Any]]:
        wanted = [key for item in ranking for key in (item.photo_id, *item.stack)]
        photos = self._library.photos.by_ids(wanted)
        return [
            {
                "photo": item.photo_id,
                "path": str(photos[item.photo_id].full_path),
                "second": item.second,
                "score": round(item.score, 6),
                "chance": chance_to_json(item),
                "parts": parts_to_json(item),
                "stack": [str(photos[key].full_path) for key in item.stack if key in photos],
            }
            for item in ranking
            if item.photo_id in photos
        ]

    def verification(self, item: Verification) -> dict[str, Any]:
        rows = (item.answers, item.caption_answers)
        seen, read = ([answer and dataclasses.asdict(answer) for answer in row] for row in rows)
        return {
            "photo": item.photo_id,
            "path": self.path(item.photo_id),
            "answers": seen,
            "caption_answers": read,
            "score": round(item.score, 4),
        }

    def verdict(self, item: Verdict) -> dict[str, Any]:
        return {
            **dataclasses.asdict(item),
            "photo": item.photo_id,
            "path": self.path(item.photo_id),
        }

    def result(self, result: SearchResult) -> dict[str, Any]:
        return {
            **query_to_json(result.query),
            "encoder": result.encoder_id,
            "strategy": result.strategy,
            "reference_caption": result.reference_caption,
            "intent": dataclasses.asdict(result.intent),
            "propositions": [dataclasses.asdict(item) for item in result.propositions],
            "ranking": self.ranking(result.ranking),
            "rankings": {str(n): self.ranking(item) for n, item in result.rankings.items()},
            "verifications": [self.verification(item) for item in result.verifications],
            "verdicts": [self.verdict(item) for item in result.verdicts],
            "words_unknown": list(result.words_unknown),
            "words_unseen": list(result.words_unseen),
            "degradations": [dataclasses.asdict(item) for item in result.degradations],
            "seconds": {str(n): round(cost.seconds, 4) for n, cost in result.costs.items()},
            "costs": {str(n): cost_to_json(cost) for n, cost in result.costs.items()},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearch:
    """A search that was read back."""

    events: tuple[SearchEvent, ...]
    is_foreign: bool
    """Whether it ranked photos, and none of them is in the library."""


def open_trace(path: Path, library: Library | None) -> SavedSearch:
    """A saved trace, as far as its photos are in the library; without one no photo is known.

    Raises:
        TraceUnreadable: the file is missing, too large, or holds no events of a search.
        StorageError: the library cannot be read.
    """
    try:
        if path.stat().st_size > _BYTES_MAX:
            raise TraceUnreadable(f"{path} is too large for a trace")
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise TraceUnreadable(f"the trace {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise TraceUnreadable(f"the trace {path} is no text") from error
    reader = _Reader(library)
    events: list[SearchEvent] = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                events.append(reader.event(json.loads(line)))
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                raise TraceUnreadable(
                    f"{path}, line {number}, is no event of a search",
                    "save one with imagescope search … --format jsonl",
                ) from error
    if not events:
        raise TraceUnreadable(f"{path} holds no search")
    is_foreign = bool(reader.candidates) and not reader.known
    return SavedSearch(events=tuple(events), is_foreign=is_foreign)


@dataclass(slots=True)
class _Reader:
    """Finds the photos again by their paths; those the library lacks are left out."""

    library: Library | None
    candidates: int = 0
    """How many were read so far."""
    known: int = 0
    """Of them, in the library."""

    def event(self, fields: dict[str, Any]) -> SearchEvent:
        make = _READERS[fields["event"]]
        return make(self, fields)

    def photo(self, fields: dict[str, Any]) -> PhotoId:
        found = self._photo_at(fields["path"]) if fields.get("path") else None
        return found.id if found else PhotoId(-1)

    def _ids_at(self, paths: Iterable[str]) -> tuple[PhotoId, ...]:
        photos = (self._photo_at(path) for path in paths)
        return tuple(photo.id for photo in photos if photo is not None)

    def _photo_at(self, path: str) -> Photo | None:
        place = Path(path)
        return None if self.library is None else self.library.photos.at(place)

    def ranking(self, rows: Iterable[dict[str, Any]]) -> tuple[Candidate, ...]:
        return tuple(item for row in rows if (item := self._candidate(row)) is not None)

    def _candidate(self, row: dict[str, Any]) -> Candidate | None:
        photo = self._photo_at(row["path"])
        parts = row["parts"]
        candidate = Candidate(
            photo_id=photo.id if photo else PhotoId(-1),
            content_id=photo.content_id if photo else None,
            score=float(row["score"]),
            picture_score=parts["picture"],
            picture_rank=parts["picture_rank"],
            image_part=parts.get("image"),
            caption_part=parts.get("caption"),
            words_score=parts["words"],
            words_rank=parts["words_rank"],
            standing=parts["standing"],
            chance=row.get("chance"),
            second=row.get("second"),
            words_held=tuple(parts.get("words_held", ())),
            words_share=float(parts.get("words_share", 0.0)),
            holds_names=parts.get("holds_names"),
            shows_unwanted=parts.get("shows_unwanted"),
            stack=self._ids_at(row.get("stack", ())),
        )
        self.candidates += 1
        self.known += photo is not None
        return candidate if photo else None

    def verification(self, fields: dict[str, Any]) -> Verification:
        return Verification(
            photo_id=self.photo(fields),
            answers=_answers(fields["answers"]),
            caption_answers=_answers(fields.get("caption_answers", ())),
            score=float(fields["score"]),
        )

    def verdict(self, fields: dict[str, Any]) -> Verdict:
        return Verdict(
            photo_id=self.photo(fields),
            accepted=fields["accepted"],
            reason=str(fields["reason"]),
        )

    def result(self, fields: dict[str, Any]) -> SearchResult:
        return SearchResult(
            query=_query(fields),
            encoder_id=fields["encoder"],
            strategy=fields["strategy"],
            reference_caption=fields.get("reference_caption", ""),
            intent=_intent(fields["intent"]),
            propositions=_propositions(fields["propositions"]),
            rankings={int(n): self.ranking(rows) for n, rows in fields["rankings"].items()},
            verifications=tuple(map(self.verification, fields["verifications"])),
            verdicts=tuple(map(self.verdict, fields["verdicts"])),
            words_unknown=tuple(fields["words_unknown"]),
            words_unseen=tuple(fields.get("words_unseen", ())),
            degradations=tuple(Degradation(**item) for item in fields["degradations"]),
            costs={int(n): StageCost(**cost) for n, cost in fields["costs"].items()},
        )


def _query(fields: dict[str, Any]) -> Query:
    reference = fields["reference"]
    return Query(
        text=str(fields["query"]),
        alternatives=tuple(fields.get("alternatives", ())),
        unwanted=tuple(fields.get("unwanted", ())),
        reference=Path(reference) if reference else None,
        also_like=tuple(map(Path, fields.get("also_like", ()))),
        unlike=tuple(map(Path, fields.get("unlike", ()))),
        history=tuple(Turn(**turn) for turn in fields.get("history", ())),
        filter=filter_from_wire(fields["filters"]),
    )


def _intent(fields: dict[str, Any]) -> SearchIntent:
    return SearchIntent(
        edits=_edits(fields["edits"]),
        descriptions=tuple(fields["descriptions"]),
        imaginations=tuple(
            Imagination(**{**item, "edits": _edits(item["edits"])})
            for item in fields.get("imaginations", ())
        ),
    )


def _edits(rows: Iterable[dict[str, Any]]) -> tuple[AtomicEdit, ...]:
    return tuple(AtomicEdit(**row) for row in rows)


def _answers(rows: Iterable[dict[str, Any] | None]) -> tuple[Answer | None, ...]:
    return tuple(Answer(**row) if row else None for row in rows)


def _propositions(rows: Iterable[dict[str, Any]]) -> tuple[Proposition, ...]:
    return tuple(Proposition(**row) for row in rows)


def _without_name(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if key != "event"}


_READERS: dict[str, Callable[[_Reader, dict[str, Any]], SearchEvent]] = {
    "search_started": lambda _, fields: SearchStarted(
        query=_query(fields), options=SearchOptions(**fields["options"])
    ),
    "intent_ready": lambda _, fields: IntentReady(intent=_intent(fields)),
    "candidates_retrieved": lambda reader, fields: CandidatesRetrieved(
        ranking=reader.ranking(fields["ranking"]),
        cost=StageCost(**fields["cost"]),
        is_final=bool(fields["is_final"]),
    ),
    "propositions_ready": lambda _, fields: PropositionsReady(
        propositions=_propositions(fields["propositions"])
    ),
    "candidate_verified": lambda reader, fields: CandidateVerified(
        verification=reader.verification(fields)
    ),
    "candidate_judged": lambda reader, fields: CandidateJudged(verdict=reader.verdict(fields)),
    "candidates_reranked": lambda reader, fields: CandidatesReranked(
        stage=fields["stage"],
        ranking=reader.ranking(fields["ranking"]),
        cost=StageCost(**fields["cost"]),
    ),
    "stage_degraded": lambda _, fields: StageDegraded(
        degradation=Degradation(**_without_name(fields))
    ),
    "search_finished": lambda reader, fields: SearchFinished(result=reader.result(fields)),
}
