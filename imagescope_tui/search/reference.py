"""What the reference of an edit shows, in words: the library's caption, or a fresh one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagescope_tui.search.sight import EVALUATOR_SIDE
from indexer.captions.answer import read_caption
from indexer.captions.prompt import caption_prompt
from indexer.models.chat_types import ChatMalformed, ChatPicture, ChatRequest

if TYPE_CHECKING:
    from imagescope_tui.search.models import RoleModels
    from imagescope_tui.search.sight import Sight
    from imagescope_tui.search.types import Query

_CAPTION_TOKENS = 160


async def describe_reference(query: Query, models: RoleModels, sight: Sight | None) -> str:
    """One sentence about the reference; empty where there is none, or nobody can describe it.

    Raises:
        ChatUnavailable: the captioner was asked, and its server does not answer.
    """
    if query.reference is None or sight is None:
        return ""
    known = await sight.caption_of(query.reference)
    if known or models.captioner is None:
        return known
    photo = await sight.of_file(query.reference, EVALUATOR_SIDE)
    if photo is None:
        return ""
    told = caption_prompt()
    request = ChatRequest(
        system=told.system,
        pictures=(ChatPicture(jpeg=photo.jpeg),),
        text=told.question,
        max_tokens=_CAPTION_TOKENS,
    )
    try:
        return read_caption(await models.captioner.answer_text(request)).text
    except ChatMalformed:
        return ""
