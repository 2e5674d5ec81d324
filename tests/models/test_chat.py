"""What chat models give back, and what they send for it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from indexer.models.chat import open_chat
from indexer.models.chat_types import (
    ChatMalformed,
    ChatPicture,
    ChatRequest,
    ChatUnavailable,
    RoleSettings,
    Usage,
    YesNo,
)
from indexer.models.protocols import ModelUnusable
from tests.models.chat_world import CAPTION, IS_BLUE, IS_RED, VERDICT, WANTED, asked, chat_of
from tests.world.model_server import ModelServer

if TYPE_CHECKING:
    from tests.world.model_habits import Backend

BACKENDS: tuple[Backend, ...] = ("vllm", "llama.cpp", "ollama", "lmstudio", "other")


@pytest.fixture
def server() -> ModelServer:
    return ModelServer()


@pytest.mark.parametrize("backend", BACKENDS)
async def test_every_kind_of_server_answers_words_json_and_yes_or_no(backend: Backend) -> None:
    chat = chat_of(ModelServer(backend=backend))
    assert await chat.answer_text(CAPTION) == "A red circle on the left."
    assert (await chat.answer_json(WANTED, VERDICT))["accepted"] == "yes"
    assert (await chat.answer_yes_no(IS_RED)).said is True
    assert (await chat.answer_yes_no(IS_BLUE)).said is False


@pytest.mark.parametrize("backend", ["vllm", "llama.cpp", "ollama", "other"])
async def test_probabilities_are_those_of_the_model(backend: Backend) -> None:
    chat = chat_of(ModelServer(backend=backend, confidence=0.8))
    assert (await chat.answer_yes_no(IS_RED)).p_yes == pytest.approx(0.8, abs=1e-3)
    assert (await chat.answer_yes_no(IS_BLUE)).p_yes == pytest.approx(0.2, abs=1e-3)


async def test_without_probabilities_the_word_is_left() -> None:
    chat = chat_of(ModelServer(logprobs=False))
    assert await chat.answer_yes_no(IS_RED) == YesNo(said=True, p_yes=None)


async def test_a_request_says_what_stays_the_same_first(server: ModelServer) -> None:
    chat = chat_of(server)
    pictures = (ChatPicture(jpeg=b"one"), ChatPicture(jpeg=b"two"))
    await chat.answer_text(ChatRequest(system="Be brief.", pictures=pictures, text="Hello."))
    body = server.requests[-1].body
    assert body["messages"][0] == {"role": "system", "content": "Be brief."}
    parts = body["messages"][1]["content"]
    assert [part["type"] for part in parts] == ["image_url", "image_url", "text"]
    assert parts[0]["image_url"]["url"] == "data:image/jpeg;base64,b25l"
    assert server.requests[-1].pictures == (b"one", b"two")
    assert body["temperature"] == 0
    assert "stream" not in body


async def test_a_schema_goes_with_the_request_where_the_server_keeps_to_it(
    server: ModelServer,
) -> None:
    await chat_of(server).answer_json(WANTED, VERDICT)
    form = server.requests[-1].body["response_format"]
    assert form["type"] == "json_schema"
    assert form["json_schema"]["name"] == "verdict"
    assert form["json_schema"]["schema"] == VERDICT.schema


@pytest.mark.parametrize("refuses", [False, True])
async def test_a_schema_goes_into_the_words_where_the_server_has_none(refuses: bool) -> None:
    server = ModelServer(backend="other", schema=False, refuses_schema=refuses)
    chat = chat_of(server)
    assert not (await chat.ready()).has_schema
    assert (await chat.answer_json(WANTED, VERDICT))["accepted"] == "yes"
    body = server.requests[-1].body
    assert "response_format" not in body
    assert '"accepted"' in server.requests[-1].text


@pytest.mark.parametrize("failure", ["garbage", "cut", "empty"])
async def test_an_answer_that_is_no_json_is_malformed(server: ModelServer, failure: str) -> None:
    chat = chat_of(server)
    server.switch("evaluator", failure)  # type: ignore[arg-type]
    with pytest.raises(ChatMalformed):
        await chat.answer_json(WANTED, VERDICT)


@pytest.mark.parametrize("failure", ["garbage", "empty"])
async def test_an_answer_that_says_neither_is_unreadable(server: ModelServer, failure: str) -> None:
    server.logprobs = False
    chat = chat_of(server)
    server.switch("verifier", failure)  # type: ignore[arg-type]
    assert await chat.answer_yes_no(IS_RED) == YesNo(said=None)


async def test_words_are_never_empty(server: ModelServer) -> None:
    chat = chat_of(server)
    server.switch("captioner", "empty")
    with pytest.raises(ChatMalformed):
        await chat.answer_text(CAPTION)


async def test_a_picture_the_server_cannot_take_fails_alone(server: ModelServer) -> None:
    chat = chat_of(server)
    server.switch("all", "status_400")
    assert await chat.answer_yes_no(IS_RED) == YesNo(said=None)
    with pytest.raises(ChatMalformed):
        await chat.answer_text(CAPTION)
    assert chat.usage.calls == 2


@pytest.mark.parametrize("backend", BACKENDS)
async def test_models_that_think_aloud_are_understood(backend: Backend) -> None:
    server = ModelServer(backend=backend, thinks=True)
    chat = chat_of(server)
    assert (await chat.answer_yes_no(IS_BLUE)).said is False
    assert await chat.answer_text(CAPTION) == "A red circle on the left."
    assert (await chat.answer_json(WANTED, VERDICT))["accepted"] == "yes"


async def test_probabilities_of_thoughts_are_not_taken_for_the_answers() -> None:
    chat = chat_of(ModelServer(backend="other", thinks=True))
    assert (await chat.ready()).logprobs == "none"
    assert (await chat.answer_yes_no(IS_RED)).p_yes is None


async def test_every_request_and_its_tokens_count_but_probes_do_not(server: ModelServer) -> None:
    chat = chat_of(server)
    await chat.ready()
    assert chat.usage == Usage()
    await chat.answer_text(CAPTION)
    server.switch("verifier", "status_500", times=1)
    await chat.answer_yes_no(IS_RED)
    assert chat.usage.calls == 3
    assert chat.usage.tokens == (84 + 6) + (84 + 1)


async def test_a_metered_model_counts_for_itself(server: ModelServer) -> None:
    chat = chat_of(server)
    await chat.answer_text(CAPTION)
    metered = chat.metered()
    await metered.answer_yes_no(IS_RED)
    assert (chat.usage.calls, metered.usage.calls) == (1, 1)
    assert server.asked_paths.count("/v1/models") == 1


async def test_cancelling_takes_the_request_back(server: ModelServer) -> None:
    chat = chat_of(server)
    await chat.ready()
    server.hold()
    asking = asyncio.ensure_future(chat.answer_text(CAPTION))
    await server.arrived(len(server.requests) + 1)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert (server.cancelled, server.in_flight) == (1, 0)


async def test_nothing_of_the_environment_or_of_the_machine_is_sent(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("API_KEY", "ADMIN_KEY", "ORG_ID", "PROJECT_ID", "BASE_URL"):
        monkeypatch.setenv(f"OPENAI_{name}", "http://secret.test")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Secret: secret\nAuthorization: Bearer secret")
    await chat_of(server, api_key="mine").answer_text(CAPTION)
    headers = server.requests[-1].headers
    assert headers["authorization"] == "Bearer mine"
    assert not [name for name, value in headers.items() if "secret" in f"{name}{value}".lower()]
    assert not [name for name in headers if name.startswith("x-stainless-os")]


@pytest.mark.parametrize(
    "url",
    ["", "127.0.0.1:8000", "ftp://host/v1", "file:///etc/passwd", "http://", "http://[::1",
     "http://host:99999/v1", "http://me:secret@host/v1"],
)  # fmt: skip
def test_only_http_urls_without_a_password_name_a_server(url: str) -> None:
    with pytest.raises(ModelUnusable) as raised:
        open_chat(RoleSettings(urls=(url,)))
    assert raised.value.hint
    assert "secret" not in raised.value.message


def test_a_role_without_a_server_says_what_to_do() -> None:
    with pytest.raises(ModelUnusable) as raised:
        open_chat(RoleSettings(urls=()))
    assert "imagescope serve" in raised.value.hint


async def test_a_url_without_a_path_means_v1(server: ModelServer) -> None:
    server.url = "http://world.test/"
    await chat_of(server).answer_text(CAPTION)
    assert server.requests[-1].path == "/v1/chat/completions"


def test_opening_a_model_loads_no_library() -> None:
    code = (
        "import sys; from indexer.models.chat import open_chat;"
        "from indexer.models.chat_types import RoleSettings;"
        "open_chat(RoleSettings(urls=('http://127.0.0.1:8000/v1',)));"
        "print(sorted({'openai', 'httpx2', 'pydantic', 'anyio', 'PIL'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


async def test_no_proxy_of_the_environment_gets_between(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    with ModelServer().served() as url:
        chat = open_chat(RoleSettings(urls=(url,)))
        assert await chat.answer_text(CAPTION) == "A red circle on the left."
        await chat.close()


async def test_over_a_socket_answers_come_and_leaving_is_noticed() -> None:
    server = ModelServer()
    with server.served() as url:
        chat = open_chat(RoleSettings(urls=(url,)))
        assert await chat.answer_text(CAPTION) == "A red circle on the left."
        server.hold()
        asking = asyncio.ensure_future(chat.answer_text(CAPTION))
        await server.until(lambda: server.in_flight > 0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await server.until(lambda: server.cancelled == 1)
        await chat.close()


async def test_closing_while_a_server_is_asked_leaves_nothing_behind(server: ModelServer) -> None:
    chat = open_chat(RoleSettings(urls=(server.url,)), http_client=server.client())
    server.hold()
    asking = asyncio.ensure_future(chat.ready())
    await server.arrived(1)
    await chat.close()
    await asyncio.gather(asking, return_exceptions=True)
    assert (server.in_flight, server.cancelled) == (0, 1)


async def test_a_port_without_a_server_is_unavailable_and_says_what_helps() -> None:
    server = ModelServer()
    with server.served() as url:
        pass
    chat = open_chat(RoleSettings(urls=(url,)))
    with pytest.raises(ChatUnavailable) as raised:
        await chat.answer_text(asked("Hello."))
    assert "imagescope serve" in raised.value.hint
    assert chat.usage.calls == 0
    await chat.close()
