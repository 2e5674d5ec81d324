"""What the rest of the program may expect of a model that sees pictures and answers in words.

ModelError
└── ChatError
    ├── ChatUnavailable   no server answers, or not in time; nothing was learned
    └── ChatMalformed     it answered, but not what was asked for: no JSON, cut off, empty
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from indexer.models.protocols import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping


class ChatError(ModelError):
    """Base of what a chat model raises."""


class ChatUnavailable(ChatError):
    """No server answers, or not in time."""


class ChatMalformed(ChatError):
    """The answer is not what was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleSettings:
    """Where one role's model is."""

    urls: tuple[str, ...]
    """Base URLs of OpenAI-compatible servers, such as `http://127.0.0.1:8000/v1`."""
    model: str = ""
    """Its name on the server; empty for the first one the server lists."""
    api_key: str = ""
    timeout_seconds: float = 120.0
    concurrency: int = 0
    """Requests at once per server; 0 for what the kind of server likes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatPicture:
    """A picture as it is sent: JPEG bytes, already scaled to what the role needs."""

    jpeg: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """One question: instructions, pictures, then words, so that the prefix can be cached."""

    system: str = ""
    pictures: tuple[ChatPicture, ...] = ()
    text: str
    max_tokens: int = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSchema:
    """The shape of a JSON answer; `name` is sent along."""

    name: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class YesNo:
    """An answer to a yes/no question."""

    said: bool | None
    """None where neither yes nor no could be read."""
    p_yes: float | None = None
    """P(yes) / (P(yes) + P(no)) at the first token; None where the server does not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What was spent on requests, retries included."""

    calls: int = 0
    tokens: int = 0
    """Read and written, as far as the server told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a server can do, as found by asking it once."""

    backend: Literal["vllm", "llama.cpp", "ollama", "lmstudio", "other"]
    model: str
    """The name the server answers to."""
    has_schema: bool
    """Whether it keeps to a JSON schema."""
    logprobs: Literal["token_ids", "top", "none"]
    """How probabilities are had: vLLM's logprob_token_ids, top_logprobs, or not at all."""
    parallel: int
    """Requests it works on at once with profit."""


class ChatModel(Protocol):
    """One role's model; belongs to the event loop it is used on."""

    @property
    def usage(self) -> Usage:
        """Everything asked through this object so far, the probes left out."""

    def metered(self) -> ChatModel:
        """The same model and connections with a usage of its own, which starts at zero."""

    async def ready(self) -> Capabilities:
        """What the model can do; asks the server the first time only.

        Raises:
            ChatUnavailable: no server answers.
        """

    async def answer_text(self, request: ChatRequest) -> str:
        """Words, never empty.

        Raises:
            ChatUnavailable, ChatMalformed: as they say.
        """

    async def answer_json(self, request: ChatRequest, schema: AnswerSchema) -> dict[str, Any]:
        """A JSON object; whether it has the right shape is for the caller to check.

        Raises:
            ChatUnavailable, ChatMalformed: as they say.
        """

    async def answer_yes_no(self, request: ChatRequest) -> YesNo:
        """Yes or no, and how sure the model is where the server tells.

        Raises:
            ChatUnavailable: as it says.
        """

    async def close(self) -> None:
        """Close the connections."""
