"""What a server can do, found by asking it: its models, a small picture, one probability."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias
from urllib.parse import urlsplit

from indexer.models.chat_connection import Failure
from indexer.models.chat_json import read_object, without_thoughts
from indexer.models.chat_types import Capabilities, ChatUnavailable
from indexer.models.chat_yes_no import SURFACES, chance_of_yes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from indexer.models.chat_connection import Completion, Connection

Backend: TypeAlias = Literal["vllm", "llama.cpp", "ollama", "lmstudio", "other"]
Logprobs: TypeAlias = Literal["token_ids", "top", "none"]
_BACKEND_OF_OWNER: Final[dict[str, Backend]] = {
    "vllm": "vllm",
    "llamacpp": "llama.cpp",
    "library": "ollama",
    "organization_owner": "lmstudio",
}
_SIGNS: Final[tuple[tuple[str, str, Backend], ...]] = (
    ("/api/version", "version", "ollama"),
    ("/props", "total_slots", "llama.cpp"),
    ("/version", "version", "vllm"),
)
"""What only one kind of server answers beside `/v1`: path, key in the answer, kind."""
_PARALLEL: Final[dict[Backend, int]] = {
    "vllm": 32,
    "llama.cpp": 4,
    "ollama": 2,
    "lmstudio": 4,
    "other": 4,
}
_PICTURES_KEPT: Final = 64
_CLOUD_NAME: Final = re.compile(r"[:-]cloud$")
_NO_CHAT_NAME: Final = re.compile(r"embed", re.IGNORECASE)
_EXTRAS: Final[dict[Backend, dict[str, Any]]] = {
    "vllm": {"chat_template_kwargs": {"enable_thinking": False}},
    "llama.cpp": {"chat_template_kwargs": {"enable_thinking": False}},
    "ollama": {"reasoning_effort": "none"},
    "lmstudio": {},
    "other": {},
}
"""How each kind of server is told not to think aloud."""
_LOOK_SECONDS: Final = 15.0
"""For what needs no model: a server that takes longer to list its models is none."""
_PROBE_SIDE: Final = 64
_PROBE_TOKENS: Final = 48
_SHAPE: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {"colour": {"type": "string", "enum": ["red", "green", "blue"]}},
    "required": ["colour"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """How one model on one server is asked."""

    capabilities: Capabilities
    extras: Mapping[str, Any]
    """Sent with every request."""
    token_ids: tuple[int, ...] = ()
    """Those that begin yes or no; empty unless probabilities are had by them."""
    thinks: bool = False
    """Whether it thinks aloud all the same, so that answers need room."""


async def probe(connection: Connection, model: str, *, timeout_seconds: float) -> Traits:
    """What a model on a server can do; `model` may be empty for the first one listed.

    Raises:
        ChatUnavailable: no server answers, it has no such model, or that model runs elsewhere.
        Failure: it answers `/models` but not a question.
    """
    return await _Probe(connection, timeout_seconds).run(model)


class _Probe:
    """The questions, one after the other."""

    def __init__(self, connection: Connection, timeout_seconds: float) -> None:
        self._connection = connection
        self._timeout_seconds = timeout_seconds

    async def run(self, wanted: str) -> Traits:
        listed = await self._listed()
        backend = await self._backend(listed)
        remote = await self._remote_names() if backend == "ollama" else frozenset()
        model = _chosen(listed, wanted, remote, self._connection.url)
        extras = _EXTRAS[backend]
        has_schema = await self._has_schema(model, backend)
        token_ids = await self._token_ids(model) if backend == "vllm" else ()
        answer, logprobs = await self._logprobs(model, extras, token_ids)
        thinks = answer is not None and _is_thinking(answer)
        return Traits(
            capabilities=Capabilities(
                backend=backend,
                model=model,
                has_schema=has_schema,
                logprobs="none" if thinks else logprobs,
                parallel=await self._parallel(backend),
            ),
            extras=extras,
            token_ids=token_ids if logprobs == "token_ids" else (),
            thinks=thinks,
        )

    async def _listed(self) -> dict[str, str]:
        """Names of the models, and who owns each."""
        url = self._connection.url
        try:
            found = await self._fetch(f"{url}/models")
        except Failure as failure:
            raise unavailable(failure, url) from failure
        data = found.get("data")
        models = [entry for entry in data if isinstance(entry, dict)] if data else []
        return {str(model.get("id")): str(model.get("owned_by", "")) for model in models}

    async def _fetch(self, url: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        seconds = min(self._timeout_seconds, _LOOK_SECONDS)
        return await self._connection.fetch(url, body, timeout_seconds=seconds)

    async def _fetch_or_nothing(
        self, path: str, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        try:
            return await self._fetch(self._connection.root + path, body)
        except Failure:
            return {}

    async def _backend(self, listed: Mapping[str, str]) -> Backend:
        for owner in listed.values():
            if owner in _BACKEND_OF_OWNER:
                return _BACKEND_OF_OWNER[owner]
        for path, key, backend in _SIGNS:
            if key in await self._fetch_or_nothing(path):
                return backend
        return "other"

    async def _remote_names(self) -> frozenset[str]:
        """Models that Ollama lists but runs on its makers' machines."""
        found = (await self._fetch_or_nothing("/api/tags")).get("models")
        tags = [tag for tag in found if isinstance(tag, dict)] if isinstance(found, list) else []
        remote = [tag for tag in tags if tag.get("remote_host") or tag.get("remote_model")]
        return frozenset(str(tag.get("name")) for tag in remote)

    async def _has_schema(self, model: str, backend: Backend) -> bool:
        named = {"name": "probe", "schema": _SHAPE, "strict": True}
        form = {"type": "json_schema", "json_schema": named}
        question = "Which colour has this picture?"
        # A model without eyes may serve as the reasoner.
        for with_picture in (True, False):
            content = _content(question, with_picture=with_picture)
            fields = {**_EXTRAS[backend], "response_format": form}
            answer = await self._ask(model, content, fields)
            if answer is not None:
                # Grammars bind these, whatever a weak model makes of the question.
                return backend in ("vllm", "llama.cpp") or _is_plain_json(answer)
        return False

    async def _token_ids(self, model: str) -> tuple[int, ...]:
        """Of the ways to begin yes and no that are one token each; none if either has none."""
        ids: dict[bool, set[int]] = {True: set(), False: set()}
        for is_yes, surfaces in SURFACES.items():
            for surface in surfaces:
                body = {"model": model, "prompt": surface, "add_special_tokens": False}
                tokens = (await self._fetch_or_nothing("/tokenize", body)).get("tokens")
                if isinstance(tokens, list) and len(tokens) == 1:
                    ids[is_yes].add(int(tokens[0]))
        is_usable = ids[True] and ids[False] and not ids[True] & ids[False]
        return tuple(sorted(ids[True] | ids[False])) if is_usable else ()

    async def _logprobs(
        self, model: str, extras: Mapping[str, Any], token_ids: tuple[int, ...]
    ) -> tuple[Completion | None, Logprobs]:
        """The last answer that came, and how its probabilities were had."""
        content = _content("Is this picture red? Answer with yes or no.", with_picture=False)
        answer: Completion | None = None
        ways: tuple[Logprobs, ...] = ("token_ids", "top", "none")
        for way in ways:
            if way == "token_ids" and not token_ids:
                continue
            fields = probability_fields(way, token_ids)
            answer = await self._ask(model, content, {**extras, **fields})
            if answer is not None and (way == "none" or _tells(answer, way)):
                return answer, way
        return answer, "none"

    async def _ask(
        self, model: str, content: list[dict[str, Any]], fields: Mapping[str, Any]
    ) -> Completion | None:
        """None where the server refuses such a question."""
        body = {
            "model": model,
            "messages": [{"role": "user", "content": content}],
            "max_tokens": _PROBE_TOKENS,
            "temperature": 0,
            **fields,
        }
        seconds = self._timeout_seconds
        try:
            return await self._connection.complete(body, timeout_seconds=seconds)
        except Failure as failure:
            if failure.kind == "rejected":
                return None
            raise

    async def _parallel(self, backend: Backend) -> int:
        if backend == "llama.cpp":
            slots = (await self._fetch_or_nothing("/props")).get("total_slots")
            if isinstance(slots, int) and slots > 0:
                return slots
        return _PARALLEL[backend]


def probability_fields(way: Logprobs, token_ids: tuple[int, ...]) -> dict[str, Any]:
    """What a request asks for probabilities with."""
    if way == "token_ids":
        return {"logprobs": True, "logprob_token_ids": list(token_ids)}
    return {"logprobs": True, "top_logprobs": 20} if way == "top" else {}


def unavailable(failure: Failure, url: str) -> ChatUnavailable:
    """The error that people see, with what to do about it."""
    hints = {
        "refused": "`imagescope serve` starts one; or set lmm.url to the one you use",
        "forbidden": "set the API key of this server",
        "not_found": "check lmm.url; most servers' ends in /v1",
        "busy": "it may still be loading its model; try again in a minute",
        "timeout": "the model may be too big for this machine, or still be loading",
    }
    message = failure.message or f"{url} does not answer"
    return ChatUnavailable(message, hints.get(failure.kind, ""))


def _tells(answer: Completion, way: str) -> bool:
    """By ids, yes and no must be among the chances; else any chances do."""
    if way == "token_ids":
        return chance_of_yes(answer.chances) is not None
    return any(len(chances) > 1 for chances in answer.chances)


def _is_plain_json(answer: Completion) -> bool:
    is_plain = without_thoughts(answer.text).startswith("{")
    return is_plain and read_object(answer.text, is_cut=True) is not None


def _is_thinking(answer: Completion) -> bool:
    """Some servers keep the thoughts apart, and nothing is left of an answer cut in them."""
    return "<think>" in answer.text or (answer.is_cut and not answer.text.strip())


def _chosen(listed: Mapping[str, str], wanted: str, remote: Iterable[str], url: str) -> str:
    is_remote = (urlsplit(url).hostname or "").removeprefix("www.") == "ollama.com"
    elsewhere = {name for name in listed if is_remote or _CLOUD_NAME.search(name)} | set(remote)
    if not wanted:
        here = [name for name in listed if name not in elsewhere]
        chat = [name for name in here if not _NO_CHAT_NAME.search(name)]
        if chat:
            return chat[0]
    name = next((name for name in (wanted, f"{wanted}:latest") if name in listed), "")
    if name in elsewhere or _CLOUD_NAME.search(wanted) or (elsewhere and not wanted):
        raise ChatUnavailable(
            f"{wanted or 'the model'} does not run on this machine: your photos would be sent away",
            "choose a model that Ollama runs itself",
        )
    if not name:
        there = ", ".join(sorted(listed)) or "none"
        raise ChatUnavailable(
            f"{url} has no model {wanted}" if wanted else f"{url} has no model",
            f"it has: {there}" if wanted else "load one there",
        )
    return name


def _content(text: str, *, with_picture: bool) -> list[dict[str, Any]]:
    words = {"type": "text", "text": text}
    return [picture_part(_probe_jpeg()), words] if with_picture else [words]


def picture_part(jpeg: bytes) -> dict[str, Any]:
    """A picture as a part of a message."""
    return {"type": "image_url", "image_url": {"url": _data_uri(jpeg)}}


@lru_cache(maxsize=_PICTURES_KEPT)
def _data_uri(jpeg: bytes) -> str:
    """Kept for a while: several questions are asked about one picture."""
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode('ascii')}"


def _probe_jpeg() -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (_PROBE_SIDE, _PROBE_SIDE), (200, 20, 20)).save(file, "JPEG")
    return file.getvalue()
