"""Stage 1 of XR: the wanted photo imagined, from what is read of the reference and from seeing it.

Method: XR, textual and visual imagination agents, as in the paper; its code imagines from the
words alone. Here one request gives the changes and then the caption that follows from them, and
what the picture shows is really looked at. The prompts are ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagescope_tui.search.parsing import read_imagined_picture, read_imagined_words
from imagescope_tui.search.prompting import prompt
from imagescope_tui.search.reasoner import EDITS, LINE, ask_json, query_lines
from indexer.models.chat_types import AnswerSchema, ChatPicture, ChatRequest

if TYPE_CHECKING:
    from imagescope_tui.search.sight import SeenPhoto
    from imagescope_tui.search.types import Imagination, Query
    from indexer.models.chat_types import ChatModel

_TOKENS = 600

_PHRASES = {"type": "array", "maxItems": 8, "items": LINE}
WORDS_SCHEMA = AnswerSchema(
    name="imagine_words",
    schema={
        "type": "object",
        "properties": {"edits": EDITS, "caption": LINE},
        "required": ["edits", "caption"],
        "additionalProperties": False,
    },
)
PICTURE_SCHEMA = AnswerSchema(
    name="imagine_picture",
    schema={
        "type": "object",
        "properties": {"present": _PHRASES, "absent": _PHRASES, "caption": LINE},
        "required": ["present", "absent", "caption"],
        "additionalProperties": False,
    },
)


async def imagine_from_words(model: ChatModel, query: Query, reference_caption: str) -> Imagination:
    """What the request makes of the reference's caption.

    Raises:
        ChatUnavailable: no server answers.
        ChatMalformed: the model made no sense twice.
    """
    request = ChatRequest(
        system=prompt("imagine_words").text,
        text="\n".join(query_lines(query, reference_caption)),
        max_tokens=_TOKENS,
    )
    return await ask_json(model, request, WORDS_SCHEMA, read_imagined_words)


async def imagine_from_picture(model: ChatModel, query: Query, reference: SeenPhoto) -> Imagination:
    """What the request makes of the reference itself.

    Raises:
        ChatUnavailable: no server answers.
        ChatMalformed: the model made no sense twice.
    """
    _, *lines = query_lines(query, "")
    request = ChatRequest(
        system=prompt("imagine_picture").text,
        pictures=(ChatPicture(jpeg=reference.jpeg),),
        text="\n".join(lines),
        max_tokens=_TOKENS,
    )
    return await ask_json(model, request, PICTURE_SCHEMA, read_imagined_picture)
