"""What models answered, checked and turned into values; text that makes no sense is a failure.

Every function takes the JSON object of an answer, whatever is in it, and gives a value or says
what is wrong with it; none raises.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast, get_args

from imagescope_tui.search.types import (
    AtomicEdit,
    EditKind,
    Imagination,
    ImaginedFrom,
    Proposition,
    SearchIntent,
    Verdict,
)
from storage.safe_text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from storage.records import PhotoId

PROPOSITIONS_MAX = 4
_EDITS_MAX = 8
_TEXT_MAX = 600
EDIT_KINDS: tuple[str, ...] = get_args(EditKind)
_YES = frozenset({"yes", "true", "y", "1"})
_NO = frozenset({"no", "false", "n", "0"})


@dataclass(frozen=True, slots=True)
class ParseFailure:
    """Why an answer cannot be used."""

    reason: str


def read_intent(answer: Mapping[str, Any]) -> SearchIntent | ParseFailure:
    """The reasoner's reading; descriptions that say the same count once each, as published."""
    descriptions = tuple(
        text for key in ("core", "detailed", "full") if (text := _text(answer.get(key)))
    )
    if not descriptions:
        return ParseFailure("it describes no photo")
    edits = tuple(_edits(answer.get("edits")))[:_EDITS_MAX]
    return SearchIntent(edits=edits, descriptions=descriptions)


def _edits(items: object) -> Iterator[AtomicEdit]:
    for item in items if isinstance(items, list) else ():
        fields = item if isinstance(item, dict) else {}
        kind, text = str(fields.get("kind", "")).lower(), _text(fields.get("text"))
        if text:
            yield AtomicEdit(
                kind=cast("EditKind", kind) if kind in EDIT_KINDS else "modification", text=text
            )


def read_imagined_words(answer: Mapping[str, Any]) -> Imagination | ParseFailure:
    """The wanted photo as the reasoner imagines it from what it reads."""
    edits = tuple(_edits(answer.get("edits")))[:_EDITS_MAX]
    return _imagination("words", edits, answer)


def read_imagined_picture(answer: Mapping[str, Any]) -> Imagination | ParseFailure:
    """The same from what a model saw: what must be there comes before what must not."""
    present = _lines_of(answer.get("present"))[:_EDITS_MAX]
    absent = _lines_of(answer.get("absent"))[:_EDITS_MAX]
    edits = (
        *(AtomicEdit(kind="addition", text=text) for text in present),
        *(AtomicEdit(kind="removal", text=text) for text in absent),
    )
    return _imagination("picture", edits, answer)


def _imagination(
    source: ImaginedFrom, edits: tuple[AtomicEdit, ...], answer: Mapping[str, Any]
) -> Imagination | ParseFailure:
    caption = _text(answer.get("caption"))
    if not caption:
        return ParseFailure("it imagines no photo")
    return Imagination(source=source, edits=edits, caption=caption)


def _lines_of(items: object) -> list[str]:
    lines = map(_text, items if isinstance(items, list) else ())
    return [line for line in lines if line]


def read_propositions(
    answer: Mapping[str, Any], *, has_reference: bool, most: int = PROPOSITIONS_MAX
) -> tuple[Proposition, ...] | ParseFailure:
    """The reasoner's questions, the first `most` that can be asked, each once."""
    items = answer.get("propositions")
    found: dict[str, Proposition] = {}
    for item in items if isinstance(items, list) else ():
        proposition = _proposition(item, has_reference=has_reference)
        if proposition is not None:
            found.setdefault(proposition.question.casefold(), proposition)
    if not found:
        return ParseFailure("it asks nothing that can be answered by yes or no")
    return tuple(found.values())[:most]


def _proposition(item: object, *, has_reference: bool) -> Proposition | None:
    if not isinstance(item, dict):
        return None
    question, expected = _text(item.get("question")), yes_or_no(item.get("expected"))
    if not question or expected is None:
        return None
    needs_reference = yes_or_no(item.get("needs_reference")) is True
    if needs_reference and not has_reference:
        return None
    return Proposition(
        statement=_text(item.get("statement")) or f"{question} {'Yes' if expected else 'No'}.",
        question=question,
        expected=expected,
        needs_reference=needs_reference,
    )


def read_verdict(answer: Mapping[str, Any], photo_id: PhotoId) -> Verdict:
    """The evaluator's verdict; unreadable where it says neither yes nor no."""
    accepted = yes_or_no(answer.get("accepted"))
    return Verdict(photo_id=photo_id, accepted=accepted, reason=_text(answer.get("reason")))


def yes_or_no(value: object) -> bool | None:
    """A JSON boolean, or the words that models write for one."""
    if isinstance(value, bool):
        return value
    word = str(value).strip().strip(".!\"'").lower()
    return True if word in _YES else False if word in _NO else None


def _text(value: object) -> str:
    """One line of text without control signs, cut where no honest answer reaches."""
    if not isinstance(value, str):
        return ""
    return printable(" ".join(value.split()))[:_TEXT_MAX].strip()
