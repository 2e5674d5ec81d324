"""Stage 1 and 2, in words: what the query asks for, and the questions that tell.

Method: ImageScope, sections on semantic synthesis and predicate verification; the prompts are ours.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from imagescope_tui.search.parsing import (
    EDIT_KINDS,
    PROPOSITIONS_MAX,
    ParseFailure,
    read_intent,
    read_propositions,
)
from imagescope_tui.search.prompting import prompt
from imagescope_tui.search.types import Proposition
from indexer.models.chat_types import AnswerSchema, ChatMalformed, ChatRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imagescope_tui.search.types import AtomicEdit, Query, SearchIntent
    from indexer.models.chat_types import ChatModel

Value = TypeVar("Value")

_ATTEMPTS = 2
_INTENT_TOKENS = 700
_PROPOSITION_TOKENS = 175
"""For one of several."""

LINE = {"type": "string", "maxLength": 400}
EDITS = {
    "type": "array",
    "maxItems": 8,
    "items": {
        "type": "object",
        "properties": {"kind": {"type": "string", "enum": list(EDIT_KINDS)}, "text": LINE},
        "required": ["kind", "text"],
        "additionalProperties": False,
    },
}
INTENT_SCHEMA = AnswerSchema(
    name="intent",
    schema={
        "type": "object",
        "properties": {
            "edits": EDITS,
            "core": LINE,
            "detailed": LINE,
            "full": LINE,
        },
        "required": ["edits", "core", "detailed", "full"],
        "additionalProperties": False,
    },
)


def propositions_schema(most: int) -> AnswerSchema:
    """The shape of an answer with so many questions at most."""
    proposition = {
        "type": "object",
        "properties": {
            "statement": LINE,
            "question": LINE,
            "expected": {"type": "string", "enum": ["yes", "no"]},
            "needs_reference": {"type": "boolean"},
        },
        "required": ["statement", "question", "expected", "needs_reference"],
        "additionalProperties": False,
    }
    listed = {"type": "array", "minItems": 1, "maxItems": most, "items": proposition}
    return AnswerSchema(
        name="propositions",
        schema={
            "type": "object",
            "properties": {"propositions": listed},
            "required": ["propositions"],
            "additionalProperties": False,
        },
    )


async def read_query(model: ChatModel, query: Query, reference_caption: str) -> SearchIntent:
    """The query as edits and descriptions of the wanted photo.

    Raises:
        ChatUnavailable: no server answers.
        ChatMalformed: the model made no sense twice.
    """
    request = ChatRequest(
        system=prompt("intent").text,
        text="\n".join(query_lines(query, reference_caption)),
        max_tokens=_INTENT_TOKENS,
    )
    return await ask_json(model, request, INTENT_SCHEMA, read_intent)


async def write_propositions(
    model: ChatModel,
    query: Query,
    edits: Sequence[AtomicEdit],
    reference_caption: str,
    *,
    most: int | None = None,
) -> tuple[Proposition, ...]:
    """Yes/no questions, one to four or to `most`, with the answers that the wanted photo gives.

    Raises:
        ChatUnavailable: no server answers.
        ChatMalformed: the model made no sense twice.
    """
    listed = [f"{n}. {edit.kind}: {edit.text}" for n, edit in enumerate(edits, start=1)]
    lines = [
        *query_lines(query, reference_caption),
        *([] if most is None else [f"Questions: {most} at most"]),
        "Edits:",
        *(listed or [f"1. addition: {query.text}"]),
    ]
    count = PROPOSITIONS_MAX if most is None else most
    has_reference = query.reference is not None
    return await ask_json(
        model,
        ChatRequest(
            system=prompt("propositions").text,
            text="\n".join(lines),
            max_tokens=_PROPOSITION_TOKENS * count,
        ),
        propositions_schema(count),
        lambda answer: read_propositions(answer, has_reference=has_reference, most=count),
    )


def whole_question(query: Query) -> Proposition:
    """INQUIRE's one question: whether the photo shows all that was said. No model writes it."""
    text = " ".join(query.whole_text.split()).rstrip(".?!")
    return Proposition(
        statement=f"This photo shows {text}.",
        question=f"Does this photo show {text}?",
        expected=True,
    )


def query_lines(query: Query, reference_caption: str) -> list[str]:
    """What a person asked for, as the reasoner is told it."""
    lines = [f"Reference: {reference_caption or 'none'}"]
    if query.history:
        said = ", ".join(turn.text for turn in query.history)
        lines.append(f"Earlier: {query.history[-1].reading or said}")
    return [*lines, f"Request: {' '.join(query.text.split())}"]


async def ask_json(
    model: ChatModel,
    request: ChatRequest,
    schema: AnswerSchema,
    read: Callable[[dict[str, Any]], Value | ParseFailure],
) -> Value:
    """The answer's meaning; a model that makes no sense is told so, and asked once more.

    Raises:
        ChatUnavailable: no server answers.
        ChatMalformed: the model made no sense twice.
    """
    complaint = ""
    for _ in range(_ATTEMPTS):
        try:
            value = read(await model.answer_json(_again(request, complaint), schema))
        except ChatMalformed as error:
            complaint = error.message
            continue
        if not isinstance(value, ParseFailure):
            return value
        complaint = value.reason
    raise ChatMalformed(f"the reasoner's answer made no sense: {complaint}", "try another model")


def _again(request: ChatRequest, complaint: str) -> ChatRequest:
    if not complaint:
        return request
    text = (
        f"{request.text}\n\nAn earlier answer could not be used ({complaint})."
        " Answer with the JSON object only."
    )
    return replace(request, text=text)
