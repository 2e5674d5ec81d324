"""How the servers people run differ, as far as a client can tell."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.world.model_server import ModelServer

Backend: TypeAlias = Literal["vllm", "llama.cpp", "ollama", "lmstudio", "other"]
OWNERS: Final[dict[Backend, str]] = {
    "vllm": "vllm",
    "llama.cpp": "llamacpp",
    "ollama": "library",
    "lmstudio": "organization_owner",
    "other": "somebody",
}
TOKEN_IDS: Final = {
    word: 100 + index
    for index, word in enumerate(("Yes", "yes", " Yes", " yes", "No", "no", " No", " no"))
}
_SHARES: Final = {"Yes": 0.8, "yes": 0.15, " Yes": 0.05, "No": 0.8, "no": 0.15, " No": 0.05}
"""Of the probability of yes or no, by how it is written."""
_OTHER_TOKENS: Final = ("The", "It", '"', "eyes", "I", "Well", "None", "Not", "A", "In")
_MOST_TOP: Final = 20


def describe_models(server: ModelServer) -> dict[str, Any]:
    """What `GET /v1/models` says."""
    model = {"id": server.model, "object": "model", "owned_by": OWNERS[server.backend]}
    return {"object": "list", "data": [model]}


def beside_v1(server: ModelServer, path: str, body: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a server offers outside `/v1`; None for not found."""
    known: dict[tuple[Backend, str], dict[str, Any]] = {
        ("vllm", "/version"): {"version": "0.32.0"},
        ("vllm", "/health"): {},
        ("llama.cpp", "/props"): {"total_slots": 4, "modalities": {"vision": True}},
        ("ollama", "/api/version"): {"version": "0.40.12"},
        ("ollama", "/api/tags"): {"models": [_ollama_tag(server)]},
    }
    if (server.backend, path) == ("vllm", "/tokenize"):
        return {"tokens": _tokens(server, str(body.get("prompt", "")))}
    return known.get((server.backend, path))


def _ollama_tag(server: ModelServer) -> dict[str, Any]:
    tag: dict[str, Any] = {"name": server.model, "model": server.model}
    return {**tag, "remote_host": "https://ollama.com:443"} if server.is_cloud else tag


def _tokens(server: ModelServer, text: str) -> list[int]:
    if text in TOKEN_IDS and not server.splits_words:
        return [TOKEN_IDS[text]]
    return [7, 8]


def refusal(server: ModelServer, body: Mapping[str, Any]) -> tuple[int, str] | None:
    """Why a chat request is refused, with the status."""
    form = (body.get("response_format") or {}).get("type")
    if body.get("model") != server.model and server.backend != "llama.cpp":
        return 404, f"The model `{body.get('model')}` does not exist."
    if server.backend == "lmstudio" and form == "json_object":
        return 400, "'response_format.type' must be 'json_schema' or 'text'"
    if server.refuses_schema and form is not None:
        return 400, "response_format is not supported"
    if server.backend == "vllm" and int(body.get("top_logprobs") or 0) > _MOST_TOP:
        return 400, "Requested sample logprobs of 21, which is greater than max allowed: 20"
    return None


def is_thinking(server: ModelServer, body: Mapping[str, Any]) -> bool:
    """Whether the model thinks aloud before this answer."""
    switches = body.get("chat_template_kwargs") or {}
    if server.backend in ("vllm", "llama.cpp") and switches.get("enable_thinking") is False:
        return False
    is_told_not_to = server.backend == "ollama" and body.get("reasoning_effort") == "none"
    return server.thinks and not is_told_not_to


def logprobs_of(
    server: ModelServer,
    body: Mapping[str, Any],
    text: str,
    *,
    is_yes: bool,
    confidence: float,
) -> dict[str, Any] | None:
    """The probabilities of the first token, where the request asks and the server tells."""
    if not (server.logprobs and body.get("logprobs")) or server.backend == "lmstudio":
        return None
    ids = body.get("logprob_token_ids")
    if server.backend == "vllm" and ids:
        top = {t: p for t, p in _shares(confidence, is_yes=is_yes).items() if TOKEN_IDS[t] in ids}
        top |= {t: 1e-6 for t, token in TOKEN_IDS.items() if token in ids and t not in top}
    else:
        every = {**_shares(confidence, is_yes=is_yes), **dict.fromkeys(_OTHER_TOKENS, 1e-5)}
        ranked = sorted(every.items(), key=lambda pair: -pair[1])
        top = dict(ranked[: int(body.get("top_logprobs") or 0)])
    sampled = "<think>" if text.startswith("<think>") else text.split(maxsplit=1)[0]
    if sampled == "<think>":
        top = {"<think>": 0.999, **{token: share / 1000 for token, share in top.items()}}
    entries = [{"token": t, "logprob": math.log(p), "bytes": None} for t, p in top.items()]
    first = {"token": sampled, "logprob": math.log(top.get(sampled, 0.5)), "bytes": None}
    return {"content": [{**first, "top_logprobs": entries}], "refusal": None}


def _shares(confidence: float, *, is_yes: bool) -> dict[str, float]:
    p_yes = confidence if is_yes else 1 - confidence
    return {
        token: share * (p_yes if token.strip().lower() == "yes" else 1 - p_yes)
        for token, share in _SHARES.items()
    }
