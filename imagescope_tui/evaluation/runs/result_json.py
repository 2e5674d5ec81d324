"""A search on its way as JSON, between two steps of a run: photos go by their names."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from imagescope_tui.search.types import (
    Answer,
    AtomicEdit,
    Candidate,
    Degradation,
    Imagination,
    Proposition,
    SearchIntent,
    SearchResult,
    StageCost,
    Verdict,
    Verification,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imagescope_tui.search.types import Query
    from storage.records import PhotoId

_PLAIN = ("reference_caption", "encoder_id", "strategy")
_PARTS = (
    "score",
    "picture_score",
    "picture_rank",
    "image_part",
    "caption_part",
    "words_score",
    "words_rank",
    "standing",
)


@dataclass(frozen=True, slots=True)
class ResultWriter:
    """Writes results, naming the photos."""

    name_of: Callable[[PhotoId], str]

    def result(self, result: SearchResult) -> dict[str, Any]:
        """All but the query, which the data set has."""
        return {
            **{key: getattr(result, key) for key in _PLAIN},
            "intent": dataclasses.asdict(result.intent),
            "propositions": [dataclasses.asdict(item) for item in result.propositions],
            "rankings": {str(n): self._ranking(item) for n, item in result.rankings.items()},
            "verifications": [self._verification(item) for item in result.verifications],
            "verdicts": [self._verdict(item) for item in result.verdicts],
            "words_unknown": list(result.words_unknown),
            "words_unseen": list(result.words_unseen),
            "degradations": [dataclasses.asdict(item) for item in result.degradations],
            "costs": {str(n): dataclasses.asdict(cost) for n, cost in result.costs.items()},
        }

    def _ranking(self, ranking: Sequence[Candidate]) -> list[list[Any]]:
        return [
            [self.name_of(item.photo_id), *(getattr(item, part) for part in _PARTS)]
            for item in ranking
        ]

    def _verification(self, item: Verification) -> dict[str, Any]:
        return {**dataclasses.asdict(item), **self._named(item.photo_id)}

    def _verdict(self, item: Verdict) -> dict[str, Any]:
        return {**dataclasses.asdict(item), **self._named(item.photo_id)}

    def _named(self, photo_id: PhotoId) -> dict[str, Any]:
        return {"photo_id": self.name_of(photo_id)}


@dataclass(frozen=True, slots=True)
class ResultReader:
    """Reads what a ResultWriter wrote, over the same gallery."""

    id_of: Callable[[str], PhotoId]
    """Raises KeyError for a name that the gallery has not."""

    def result(self, fields: dict[str, Any], query: Query) -> SearchResult:
        """The result of a query.

        Raises:
            KeyError, TypeError, ValueError: the fields are others.
        """
        return SearchResult(
            query=query,
            **{key: fields[key] for key in _PLAIN},
            intent=_intent(fields["intent"]),
            propositions=tuple(Proposition(**item) for item in fields["propositions"]),
            rankings={int(n): self._ranking(rows) for n, rows in fields["rankings"].items()},
            verifications=tuple(self._verification(item) for item in fields["verifications"]),
            verdicts=tuple(Verdict(**self._with_id(item)) for item in fields["verdicts"]),
            words_unknown=tuple(fields["words_unknown"]),
            words_unseen=tuple(fields.get("words_unseen", ())),
            degradations=tuple(Degradation(**item) for item in fields["degradations"]),
            costs={int(n): StageCost(**cost) for n, cost in fields["costs"].items()},
        )

    def _ranking(self, rows: Sequence[Sequence[Any]]) -> tuple[Candidate, ...]:
        return tuple(
            Candidate(
                photo_id=self.id_of(name),
                content_id=None,
                **dict(zip(_PARTS, values, strict=True)),
            )
            for name, *values in rows
        )

    def _verification(self, fields: dict[str, Any]) -> Verification:
        return Verification(
            **{
                **self._with_id(fields),
                "answers": _answers(fields["answers"]),
                "caption_answers": _answers(fields["caption_answers"]),
            }
        )

    def _with_id(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {**fields, "photo_id": self.id_of(fields["photo_id"])}


def _answers(rows: Sequence[dict[str, Any] | None]) -> tuple[Answer | None, ...]:
    return tuple(Answer(**row) if row else None for row in rows)


def _edits(rows: Sequence[dict[str, Any]]) -> tuple[AtomicEdit, ...]:
    return tuple(AtomicEdit(**row) for row in rows)


def _intent(fields: dict[str, Any]) -> SearchIntent:
    return SearchIntent(
        edits=_edits(fields["edits"]),
        descriptions=tuple(fields["descriptions"]),
        imaginations=tuple(
            Imagination(**{**item, "edits": _edits(item["edits"])})
            for item in fields["imaginations"]
        ),
    )
