"""What is found out about a server before it is used."""

from __future__ import annotations

import asyncio
from typing import Literal

import httpx2
import pytest

from indexer.models.chat import open_chat
from indexer.models.chat_types import ChatUnavailable, RoleSettings
from tests.models.chat_world import CAPTION, IS_RED, chat_of
from tests.world.model_habits import TOKEN_IDS, Backend
from tests.world.model_server import ModelServer


@pytest.mark.parametrize(
    ("backend", "logprobs", "parallel"),
    [
        ("vllm", "token_ids", 32),
        ("llama.cpp", "top", 4),
        ("ollama", "top", 2),
        ("lmstudio", "none", 4),
        ("other", "top", 4),
    ],
)
async def test_each_kind_of_server_is_known_by_its_habits(
    backend: Backend, logprobs: Literal["token_ids", "top", "none"], parallel: int
) -> None:
    found = await chat_of(ModelServer(backend=backend)).ready()
    assert (found.backend, found.model) == (backend, "world-vlm")
    assert (found.logprobs, found.parallel, found.has_schema) == (logprobs, parallel, True)


async def test_a_server_is_asked_once_however_many_wait() -> None:
    server = ModelServer()
    chat = chat_of(server)
    await asyncio.gather(*(chat.ready() for _ in range(5)), chat.answer_text(CAPTION))
    await chat.ready()
    assert server.asked_paths.count("/v1/models") == 1
    assert server.count("probe") == 2


async def test_who_leaves_while_a_server_is_asked_takes_nothing_from_the_others() -> None:
    server = ModelServer()
    chat = chat_of(server)
    server.hold()
    leaving, staying = (asyncio.ensure_future(chat.ready()) for _ in range(2))
    await server.arrived(1)
    leaving.cancel()
    server.release()
    assert (await staying).backend == "vllm"


async def test_when_all_leave_the_probe_is_taken_back_and_may_be_made_again() -> None:
    server = ModelServer()
    chat = chat_of(server)
    server.hold()
    leaving = asyncio.ensure_future(chat.ready())
    await server.arrived(1)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    server.release()
    assert (await chat.ready()).backend == "vllm"
    assert server.cancelled == 1


async def test_a_failed_probe_is_made_again_by_the_next_who_asks() -> None:
    server = ModelServer()
    chat = chat_of(server)
    server.switch("models", "refuse", times=1)
    with pytest.raises(ChatUnavailable):
        await chat.ready()
    assert (await chat.ready()).backend == "vllm"


async def test_a_model_that_is_not_there_is_an_error_that_names_what_is() -> None:
    chat = chat_of(ModelServer(), model="other-vlm")
    with pytest.raises(ChatUnavailable) as raised:
        await chat.ready()
    assert "other-vlm" in raised.value.message
    assert "world-vlm" in raised.value.hint


async def test_ollama_adds_latest_to_a_name_without_a_tag() -> None:
    server = ModelServer(backend="ollama", model="world-vlm:latest")
    assert (await chat_of(server, model="world-vlm").ready()).model == "world-vlm:latest"


@pytest.mark.parametrize("wanted", ["", "world-vlm"])
async def test_a_model_that_ollama_runs_elsewhere_is_refused(wanted: str) -> None:
    server = ModelServer(backend="ollama", is_cloud=True)
    chat = chat_of(server, model=wanted)
    with pytest.raises(ChatUnavailable, match="does not run on this machine"):
        await chat.answer_text(CAPTION)
    assert not server.requests


@pytest.mark.parametrize("name", ["big-vlm:cloud", "big-vlm:120b-cloud"])
async def test_a_cloud_models_name_is_enough_to_refuse_it(name: str) -> None:
    server = ModelServer(backend="ollama", model=name)
    with pytest.raises(ChatUnavailable, match="does not run on this machine"):
        await chat_of(server, model=name).ready()
    assert not server.requests


async def test_vllm_is_asked_for_the_ways_to_write_yes_and_no_that_are_one_token() -> None:
    server = ModelServer()
    await chat_of(server).answer_yes_no(IS_RED)
    body = server.requests[-1].body
    assert body["logprob_token_ids"] == sorted(TOKEN_IDS.values())
    assert (body["max_tokens"], body["logprobs"]) == (1, True)
    assert "top_logprobs" not in body


async def test_where_yes_is_several_tokens_the_likeliest_tokens_are_asked_for() -> None:
    server = ModelServer(splits_words=True)
    chat = chat_of(server)
    assert (await chat.ready()).logprobs == "top"
    await chat.answer_yes_no(IS_RED)
    assert server.requests[-1].body["top_logprobs"] == 20


@pytest.mark.parametrize("backend", ["vllm", "llama.cpp"])
async def test_servers_that_can_are_told_not_to_think_aloud(backend: Backend) -> None:
    server = ModelServer(backend=backend)
    await chat_of(server).answer_text(CAPTION)
    assert server.requests[-1].body["chat_template_kwargs"] == {"enable_thinking": False}


async def test_ollama_is_told_not_to_think_in_its_own_way() -> None:
    server = ModelServer(backend="ollama")
    await chat_of(server).answer_text(CAPTION)
    assert server.requests[-1].body["reasoning_effort"] == "none"
    assert "chat_template_kwargs" not in server.requests[-1].body


@pytest.mark.parametrize("path", ["/v1/models", "/v1/chat/completions"])
async def test_a_redirect_is_not_followed(path: str) -> None:
    server = ModelServer()
    asked: list[str] = []

    async def redirect(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.host)
        if request.url.path == path:
            return httpx2.Response(307, headers={"location": f"http://elsewhere.test{path}"})
        return await server.handle(request)

    client = httpx2.AsyncClient(transport=httpx2.MockTransport(redirect), follow_redirects=True)
    chat = open_chat(RoleSettings(urls=("http://world.test/v1",)), http_client=client)
    with pytest.raises(ChatUnavailable):
        await chat.ready()
    assert set(asked) == {"world.test"}


@pytest.mark.parametrize(
    "reply",
    [
        httpx2.Response(200, text="<html>hello</html>"),
        httpx2.Response(200, json=[]),
        httpx2.Response(200, json={"data": None}),
        httpx2.Response(200, json={"data": [{"id": 7}, "x"]}),
        httpx2.Response(404, json={}),
        httpx2.Response(401, json={"error": "who are you?"}),
    ],
)
async def test_what_is_no_model_server_is_unavailable(reply: httpx2.Response) -> None:
    client = httpx2.AsyncClient(transport=httpx2.MockTransport(lambda _: reply))
    chat = open_chat(RoleSettings(urls=("http://world.test/v1",)), http_client=client)
    with pytest.raises(ChatUnavailable):
        await chat.answer_text(CAPTION)


async def test_another_model_behind_the_same_url_is_found_again() -> None:
    server = ModelServer()
    chat = chat_of(server)
    await chat.ready()
    server.model = "new-vlm"
    with pytest.raises(ChatUnavailable):
        await chat.answer_text(CAPTION)
    assert await chat.answer_text(CAPTION) == "A red circle on the left."
    assert (await chat.ready()).model == "new-vlm"
