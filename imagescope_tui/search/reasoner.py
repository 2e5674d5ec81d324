"""Stage 1 and 2, in words: what the query asks for, and the questions that tell.

Method: ImageScope, sections on semantic synthesis and predicate verification; the prompts are ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from imagescope_tui.search.parsing import ParseFailure, read_intent, read_propositions
from imagescope_tui.search.prompting import prompt
from imagescope_tui.search.types import Proposition
from indexer.models.chat_types import AnswerSchema, ChatMalformed, ChatRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from imagescope_tui.search.prompting import Prompt
    from imagescope_tui.search.types import Query, SearchIntent
    from indexer.models.chat_types import ChatModel

Value = TypeVar("Value")

_ATTEMPTS = 2
_INTENT_TOKENS = 700
_PROPOSITIONS_TOKENS = 700

_LINE = {"type": "string", "maxLength": 400}
INTENT_SCHEMA = AnswerSchema(
    name="intent",
    schema={
        "type": "object",
        "properties": {
            "edits": {
                "type": "array",
                "maxItems": 8,
                "items": {
                    "type": "object",
                    "properties": {
                        "kind": {
                            "type": "string",
                            "enum": [
                                "addition",
                                "removal",
                                "modification",
                                "comparison",
                                "retention",
                            ],
                        },
                        "text": _LINE,
                    },
                    "required": ["kind", "text"],
                    "additionalProperties": False,
                },
            },
            "core": _LINE,
            "detailed": _LINE,
            "full": _LINE,
        },
        "required": ["edits", "core", "detailed", "full"],
        "additionalProperties": False,
    },
)
PROPOSITIONS_SCHEMA = AnswerSchema(
    name="propositions",
    schema={
        "type": "object",
        "properties": {
            "propositions": {
                "type": "array",
                "minItems": 1,
                "maxItems": 4,
                "items": {
                    "type": "object",
                    "properties": {
                        "statement": _LINE,
                        "question": _LINE,
                        "expected": {"type": "string", "enum": ["yes", "no"]},
                        "needs_reference": {"type": "boolean"},
                    },
                    "required": ["statement", "question", "expected", "needs_reference"],
                    "additionalProperties": False,
                },
            }
        },
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
    request = _request(prompt("intent"), _lines(query, reference_caption), _INTENT_TOKENS)
    return await _ask(model, request, INTENT_SCHEMA, read_intent)


async def write_propositions(
    model: ChatModel, query: Query, intent: SearchIntent, reference_caption: str
) -> tuple[Proposition, ...]:
    """One to four yes/no questions, with the answers that the wanted photo gives.

    Raises:
        ChatUnavailable: no server answers.
        ChatMalformed: the model made no sense twice.
    """
    edits = [f"{n}. {edit.kind}: {edit.text}" for n, edit in enumerate(intent.edits, start=1)]
    lines = [
        *_lines(query, reference_caption),
        "Edits:",
        *(edits or [f"1. addition: {query.text}"]),
    ]
    return await _ask(
        model,
        _request(prompt("propositions"), lines, _PROPOSITIONS_TOKENS),
        PROPOSITIONS_SCHEMA,
        lambda answer: read_propositions(answer, has_reference=query.reference is not None),
    )


def whole_question(query: Query) -> Proposition:
    """INQUIRE's one question: whether the photo shows all that was said. No model writes it."""
    text = " ".join(query.whole_text.split()).rstrip(".?!")
    return Proposition(
        statement=f"This photo shows {text}.",
        question=f"Does this photo show {text}?",
        expected=True,
    )


def _lines(query: Query, reference_caption: str) -> list[str]:
    lines = [f"Reference: {reference_caption or 'none'}"]
    if query.history:
        said = ", ".join(turn.text for turn in query.history)
        lines.append(f"Earlier: {query.history[-1].reading or said}")
    return [*lines, f"Request: {' '.join(query.text.split())}"]


def _request(told: Prompt, lines: list[str], max_tokens: int) -> ChatRequest:
    return ChatRequest(system=told.text, text="\n".join(lines), max_tokens=max_tokens)


async def _ask(
    model: ChatModel,
    request: ChatRequest,
    schema: AnswerSchema,
    read: Callable[[dict[str, Any]], Value | ParseFailure],
) -> Value:
    """The answer's meaning; a model that makes no sense is told so, and asked once more."""
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
    return ChatRequest(system=request.system, text=text, max_tokens=request.max_tokens)
