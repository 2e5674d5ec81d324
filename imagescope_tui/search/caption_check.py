"""Stage 2 by the captions: whether what a photo's caption says bears out a statement.

Method: XR, textual question agent. The statement is put as the claim, never the question: it is
true of the wanted photo whatever answer its question expects, so that a claim about what must be
absent is not scored backwards.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from imagescope_tui.search.prompting import prompt
from imagescope_tui.search.types import Answer
from indexer.models.chat_types import ChatRequest

if TYPE_CHECKING:
    from imagescope_tui.search.types import Proposition
    from indexer.models.chat_types import ChatModel

_ANSWER_TOKENS = 8


async def ask_caption(model: ChatModel, caption: str, proposition: Proposition) -> Answer:
    """The answer to a proposition's question by the caption alone.

    Raises:
        ChatUnavailable: no server answers.
    """
    told = await model.answer_yes_no(
        ChatRequest(
            system=prompt("claim").text,
            text=f"Description: {caption}\nClaim: {proposition.statement}\nAnswer yes or no.",
            max_tokens=_ANSWER_TOKENS,
        )
    )
    answer = Answer(said=told.said, p_yes=told.p_yes)
    return answer if proposition.expected else _reversed(answer)


def _reversed(answer: Answer) -> Answer:
    """The claim holds where the question is answered as expected: by no."""
    return replace(
        answer,
        said=None if answer.said is None else not answer.said,
        p_yes=None if answer.p_yes is None else 1.0 - answer.p_yes,
    )
