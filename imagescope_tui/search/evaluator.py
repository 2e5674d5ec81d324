"""Stage 3: compare the best candidates with the request, and the reference where there is one.

Method: ImageScope, overall evaluation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagescope_tui.search.parsing import read_verdict
from imagescope_tui.search.prompting import prompt
from imagescope_tui.search.sight import EVALUATOR_SIDE
from imagescope_tui.search.together import together
from imagescope_tui.search.types import Verdict
from indexer.models.chat_types import AnswerSchema, ChatMalformed, ChatPicture, ChatRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imagescope_tui.search.sight import SeenPhoto, Sight
    from imagescope_tui.search.types import Candidate, Query
    from indexer.models.chat_types import ChatModel

_VERDICT_TOKENS = 200

VERDICT_SCHEMA = AnswerSchema(
    name="verdict",
    schema={
        "type": "object",
        "properties": {
            "accepted": {"type": "string", "enum": ["yes", "no"]},
            "reason": {"type": "string", "maxLength": 300},
        },
        "required": ["accepted", "reason"],
        "additionalProperties": False,
    },
)


async def judge(
    model: ChatModel,
    sight: Sight,
    query: Query,
    candidates: Sequence[Candidate],
    *,
    stops_at_accepted: bool,
    on_judged: Callable[[Verdict], None],
) -> tuple[Verdict, ...]:
    """Verdicts on the candidates: one after the other to the first accepted, or on all at once.

    Raises:
        ChatUnavailable: no server answers; what was told until then stands.
    """
    reference = (
        await sight.of_file(query.reference, EVALUATOR_SIDE)
        if query.reference is not None
        else None
    )
    verdicts: list[Verdict] = []

    async def judge_one(candidate: Candidate) -> None:
        verdict = await _judge(model, sight, query, candidate, reference)
        verdicts.append(verdict)
        on_judged(verdict)

    if stops_at_accepted:
        for candidate in candidates:
            await judge_one(candidate)
            if verdicts[-1].accepted:
                break
    else:
        await together(judge_one(candidate) for candidate in candidates)
    return tuple(verdicts)


async def _judge(
    model: ChatModel,
    sight: Sight,
    query: Query,
    candidate: Candidate,
    reference: SeenPhoto | None,
) -> Verdict:
    photo = await sight.of_photo(candidate.photo_id, EVALUATOR_SIDE, candidate.second)
    if photo is None:
        return Verdict(
            photo_id=candidate.photo_id, accepted=None, reason="the photo cannot be read"
        )
    shown = (photo,) if reference is None else (reference, photo)
    request = ChatRequest(
        system=prompt("verdict").text,
        pictures=tuple(ChatPicture(jpeg=item.jpeg) for item in shown),
        text=f"Request: {query.whole_text}",
        max_tokens=_VERDICT_TOKENS,
    )
    try:
        return read_verdict(await model.answer_json(request, VERDICT_SCHEMA), candidate.photo_id)
    except ChatMalformed as error:
        return Verdict(photo_id=candidate.photo_id, accepted=None, reason=error.message)
