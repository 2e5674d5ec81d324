"""What a record tells of how its ranking came about, as far as comparing runs needs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imagescope_tui.evaluation.runs.record import QueryRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One query of one run; empty where the run's strategy has no such thing."""

    text: str
    reference: str | None
    reference_caption: str
    descriptions: tuple[str, ...]
    questions: tuple[str, ...]
    expected: tuple[bool, ...]
    """The right photo's answers, one per question."""
    answers: Mapping[str, tuple[bool | None, ...]]
    """By photo, one per question; None where it was not asked or could not be read."""
    verdicts: Mapping[str, bool | None]
    """By photo: accepted, rejected, or unreadable."""


def account_of(record: QueryRecord) -> Account:
    """The record's details; what they lack or hold in another shape is empty."""
    details = record.details
    propositions = _objects(details.get("propositions"))
    verifications = _objects(details.get("verifications"))
    reference = details.get("reference")
    return Account(
        text=str(details.get("text", "")),
        reference=reference if isinstance(reference, str) else None,
        reference_caption=str(details.get("reference_caption", "")),
        descriptions=_texts(_object(details.get("intent")).get("descriptions")),
        questions=tuple(str(item.get("question", "")) for item in propositions),
        expected=tuple(bool(item.get("expected", True)) for item in propositions),
        answers={_photo(item): _said(item) for item in verifications},
        verdicts={_photo(item): item.get("accepted") for item in _objects(details.get("verdicts"))},
    )


def _photo(fields: dict[str, Any]) -> str:
    return str(fields.get("photo_id", ""))


def _said(verification: dict[str, Any]) -> tuple[bool | None, ...]:
    answers = verification.get("answers")
    return tuple(_object(answer).get("said") for answer in answers) if answers else ()


def _object(value: Any) -> dict[str, Any]:  # noqa: ANN401 - parsed JSON
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - parsed JSON
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _texts(value: Any) -> tuple[str, ...]:  # noqa: ANN401 - parsed JSON
    return tuple(map(str, value)) if isinstance(value, (list, tuple)) else ()
