"""A model that sees pictures and answers in words, on OpenAI-compatible servers.

Requests go to the least loaded server; what can be mended by asking again is asked again, and
every try counts. Nothing is read from the environment, no proxy and no redirect is followed.
"""

from __future__ import annotations

import asyncio
import json
import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from indexer.models.chat_connection import Failure
from indexer.models.chat_json import read_object, without_thoughts
from indexer.models.chat_probe import picture_part, probability_fields, unavailable
from indexer.models.chat_servers import ServerPool, least_loaded
from indexer.models.chat_types import ChatMalformed, ChatUnavailable, Usage, YesNo
from indexer.models.chat_yes_no import chance_of_yes, read_yes_no
from indexer.models.protocols import ModelUnusable

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx2

    from indexer.models.chat_connection import Completion
    from indexer.models.chat_probe import Traits
    from indexer.models.chat_servers import Server
    from indexer.models.chat_types import (
        AnswerSchema,
        Capabilities,
        ChatModel,
        ChatRequest,
        RoleSettings,
    )

_MOST_TRIES: Final = 4
_MOST_TIMEOUTS: Final = 2
_LONGEST_PAUSE_SECONDS: Final = 10.0
_YES_NO_TOKENS: Final = {"token_ids": 1, "top": 4, "none": 16}
"""A word is enough; a mark may come before it."""
_THINKING_TOKENS: Final = 2048
"""Room for the thoughts of a model that cannot be told not to."""


def open_chat(
    settings: RoleSettings,
    *,
    pool: ServerPool | None = None,
    http_client: httpx2.AsyncClient | None = None,
) -> ChatModel:
    """The model of a role; cheap, for no library is loaded and no server asked before it is used.

    A pool that is given is shared with other roles and stays open when the model is closed.

    Raises:
        ModelUnusable: there is no URL, or one that is none.
    """
    if not settings.urls:
        raise ModelUnusable("no model server is set", "set lmm.url, or run `imagescope serve`")
    used = ServerPool(http_client=http_client) if pool is None else pool
    return ServedChat(settings, used, owns_pool=pool is None)


class ServedChat:
    """ChatModel over HTTP."""

    def __init__(self, settings: RoleSettings, pool: ServerPool, *, owns_pool: bool) -> None:
        self._settings = settings
        self._pool = pool
        self._owns_pool = owns_pool
        self._servers = pool.servers_of(settings)
        self._usage = Usage()

    @property
    def usage(self) -> Usage:
        """Everything asked through this object so far, the probes left out."""
        return self._usage

    def metered(self) -> ServedChat:
        """The same model and connections with a usage of its own, which starts at zero."""
        return ServedChat(self._settings, self._pool, owns_pool=False)

    async def ready(self) -> Capabilities:
        """What the model can do; `parallel` is for all its servers together.

        Raises:
            ChatUnavailable: no server answers.
        """
        tries = _Tries()
        while True:
            server = least_loaded(self._servers, tries.servers)
            try:
                capabilities = (await self._traits(server)).capabilities
            except (Failure, ChatUnavailable) as error:
                await self._after(error, server, tries)
            else:
                at_once = self._settings.concurrency or capabilities.parallel
                return replace(capabilities, parallel=at_once * len(self._servers))

    async def answer_text(self, request: ChatRequest) -> str:
        """Words, never empty, without the thoughts before them.

        Raises:
            ChatUnavailable, ChatMalformed: as they say.
        """
        answer, _ = await self._ask(lambda traits: _body(request, traits))
        text = without_thoughts(answer.text)
        if not text:
            raise ChatMalformed("the model answered nothing")
        return text

    async def answer_json(self, request: ChatRequest, schema: AnswerSchema) -> dict[str, Any]:
        """A JSON object; whether it has the right shape is for the caller to check.

        Raises:
            ChatUnavailable, ChatMalformed: as they say.
        """
        answer, _ = await self._ask(lambda traits: _json_body(request, schema, traits))
        found = read_object(answer.text, is_cut=answer.is_cut)
        if found is None:
            why = "was cut off" if answer.is_cut else "is no JSON object"
            raise ChatMalformed(f"the model's answer {why}")
        return found

    async def answer_yes_no(self, request: ChatRequest) -> YesNo:
        """Yes or no, and how sure the model is where the server tells.

        Raises:
            ChatUnavailable: as it says.
        """
        try:
            answer, traits = await self._ask(lambda traits: _yes_no_body(request, traits))
        except ChatMalformed:
            # A picture that the server cannot take is a question without an answer.
            return YesNo(said=None)
        is_told = traits.capabilities.logprobs != "none"
        p_yes = chance_of_yes(answer.chances) if is_told else None
        return YesNo(said=read_yes_no(answer.text), p_yes=p_yes)

    async def close(self) -> None:
        """Closes the connections, unless the pool is shared."""
        if self._owns_pool:
            await self._pool.close()

    async def _ask(self, body_for: Callable[[Traits], dict[str, Any]]) -> tuple[Completion, Traits]:
        """The answer of the first server that gives one, and how that server was asked."""
        tries = _Tries()
        while True:
            server = least_loaded(self._servers, tries.servers)
            try:
                with server.counted():
                    traits = await self._traits(server)
                    return await self._complete(server, traits, body_for(traits)), traits
            except (Failure, ChatUnavailable) as error:
                await self._after(error, server, tries)

    async def _traits(self, server: Server) -> Traits:
        seconds = self._settings.timeout_seconds
        return await server.traits(self._settings.model, timeout_seconds=seconds)

    async def _complete(self, server: Server, traits: Traits, body: dict[str, Any]) -> Completion:
        seconds = self._settings.timeout_seconds
        async with server.slot(traits):
            self._usage = replace(self._usage, calls=self._usage.calls + 1)
            answer = await server.connection.complete(body, timeout_seconds=seconds)
        self._usage = replace(self._usage, tokens=self._usage.tokens + answer.tokens)
        return answer

    async def _after(self, error: Failure | ChatUnavailable, server: Server, tries: _Tries) -> None:
        """Waits as long as is fit before the next try, or says that there is none."""
        if isinstance(error, Failure) and error.kind == "rejected":
            raise ChatMalformed(error.message) from error
        server.avoid()
        if isinstance(error, Failure) and error.kind in ("refused", "not_found"):
            # What comes up there next may be another server, or another model.
            server.forget()
        tries.note(error, server)
        if tries.is_over(self._servers):
            raise _shown(error, server) from error
        await asyncio.sleep(tries.pause_seconds(self._pool.backoff_seconds))


@dataclass(slots=True)
class _Tries:
    """What was tried for one answer."""

    servers: list[Server] = field(default_factory=list)
    count: int = 0
    timeouts: int = 0
    last: Failure | ChatUnavailable | None = None

    def note(self, error: Failure | ChatUnavailable, server: Server) -> None:
        """Remembers a failed try."""
        self.servers.append(server)
        self.count += 1
        self.last = error
        self.timeouts += isinstance(error, Failure) and error.kind == "timeout"

    def is_over(self, servers: tuple[Server, ...]) -> bool:
        """Whether asking again is no use: too many tries, or nobody left who may answer."""
        if self.timeouts >= _MOST_TIMEOUTS or self.count >= max(_MOST_TRIES, len(servers)):
            return True
        if any(server not in self.servers for server in servers):
            return False
        return not (isinstance(self.last, Failure) and self.last.kind in _MENDS_ITSELF)

    def pause_seconds(self, backoff_seconds: float) -> float:
        """None after a dropped connection: servers drop one after each error they had."""
        if not isinstance(self.last, Failure) or self.last.kind in ("dropped", "refused"):
            return 0.0
        doubled = math.ldexp(backoff_seconds, self.count - 1)
        return min(max(doubled, self.last.retry_after_seconds), _LONGEST_PAUSE_SECONDS)


_MENDS_ITSELF: Final = ("dropped", "timeout", "busy", "broken")


def _shown(error: Failure | ChatUnavailable, server: Server) -> ChatUnavailable:
    return unavailable(error, server.url) if isinstance(error, Failure) else error


def _body(request: ChatRequest, traits: Traits) -> dict[str, Any]:
    """Instructions, pictures, words: what stays the same comes first, for the prefix cache."""
    parts = [picture_part(picture.jpeg) for picture in request.pictures]
    # Some text-only chat templates take no list.
    words = {"type": "text", "text": request.text}
    content: object = [*parts, words] if parts else request.text
    system = [{"role": "system", "content": request.system}] if request.system else []
    room = _THINKING_TOKENS if traits.thinks else 0
    return {
        "model": traits.capabilities.model,
        "messages": [*system, {"role": "user", "content": content}],
        "max_tokens": request.max_tokens + room,
        "temperature": 0,
        **traits.extras,
    }


def _json_body(request: ChatRequest, schema: AnswerSchema, traits: Traits) -> dict[str, Any]:
    shape = dict(schema.schema)
    if not traits.capabilities.has_schema:
        told = (
            f'\n\nAnswer with one JSON object named "{schema.name}" that fits this JSON schema,'
            f" and with nothing else:\n{json.dumps(shape)}"
        )
        return _body(replace(request, text=request.text + told), traits)
    named = {"name": schema.name, "schema": shape, "strict": True}
    form = {"type": "json_schema", "json_schema": named}
    return {**_body(request, traits), "response_format": form}


def _yes_no_body(request: ChatRequest, traits: Traits) -> dict[str, Any]:
    way = traits.capabilities.logprobs
    short = replace(request, max_tokens=min(request.max_tokens, _YES_NO_TOKENS[way]))
    return {**_body(short, traits), **probability_fields(way, traits.token_ids)}
