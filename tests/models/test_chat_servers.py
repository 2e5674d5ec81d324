"""Limits, choice and failures of servers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx2
import pytest

from indexer.models.chat import open_chat
from indexer.models.chat_servers import ServerPool
from indexer.models.chat_types import ChatUnavailable, RoleSettings
from tests.models.chat_world import CAPTION, IS_RED, chat_of, pool_of
from tests.world.model_server import ModelServer

if TYPE_CHECKING:
    from tests.world.model_server import Failure

URLS = ("http://one.test/v1", "http://two.test/v1")


def _two_servers() -> tuple[ModelServer, ModelServer, httpx2.AsyncClient]:
    one, two = ModelServer(), ModelServer()

    class ByHost(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            server = one if request.url.host == "one.test" else two
            return await server.handle(request)

    return one, two, httpx2.AsyncClient(transport=ByHost())


async def test_all_roles_on_a_server_share_one_limit() -> None:
    server = ModelServer()
    pool = pool_of(server)
    settings = RoleSettings(urls=(server.url,), concurrency=3)
    roles = [open_chat(settings, pool=pool) for _ in range(4)]
    await asyncio.gather(*(role.ready() for role in roles))
    server.hold()
    before = len(server.requests)
    asking = [asyncio.ensure_future(role.answer_yes_no(IS_RED)) for role in roles * 3]
    await server.arrived(before + 3)
    server.release()
    await asyncio.gather(*asking)
    assert server.most_in_flight == 3
    assert server.count("verifier") == 12


async def test_the_most_modest_role_sets_the_limit_of_its_server() -> None:
    server = ModelServer()
    pool = pool_of(server)
    roles = [
        open_chat(RoleSettings(urls=(server.url,), concurrency=limit), pool=pool)
        for limit in (0, 2, 5)
    ]
    await roles[0].ready()
    server.switch("verifier", delay_seconds=0.001)
    await asyncio.gather(*(role.answer_yes_no(IS_RED) for role in roles * 3))
    assert server.most_in_flight == 2


async def test_without_a_wish_the_limit_is_what_the_server_likes() -> None:
    server = ModelServer(backend="llama.cpp")
    chat = chat_of(server)
    await chat.ready()
    server.switch("verifier", delay_seconds=0.001)
    await asyncio.gather(*(chat.answer_yes_no(IS_RED) for _ in range(12)))
    assert server.most_in_flight == 4


async def test_requests_go_to_the_least_loaded_server() -> None:
    one, two, client = _two_servers()
    chat = open_chat(RoleSettings(urls=URLS), http_client=client)
    one.hold()
    two.hold()
    asking = [asyncio.ensure_future(chat.answer_yes_no(IS_RED)) for _ in range(10)]
    await asyncio.gather(one.arrived(1), two.arrived(1))
    one.release()
    two.release()
    await asyncio.gather(*asking)
    assert one.count("verifier") == two.count("verifier") == 5


async def test_several_servers_are_ready_for_as_much_as_all_together() -> None:
    _, _, client = _two_servers()
    both = open_chat(RoleSettings(urls=URLS), http_client=client)
    assert (await both.ready()).parallel == 64
    modest = open_chat(RoleSettings(urls=URLS, concurrency=5), http_client=client)
    assert (await modest.ready()).parallel == 10


async def test_a_server_that_failed_is_avoided_for_a_while() -> None:
    one, two, client = _two_servers()
    now = [100.0]
    pool = ServerPool(http_client=client, backoff_seconds=0.0, clock=lambda: now[0])
    chat = open_chat(RoleSettings(urls=URLS), pool=pool)
    one.switch("verifier", "refuse")
    for _ in range(4):
        assert (await chat.answer_yes_no(IS_RED)).said is True
    assert (one.count("verifier"), two.count("verifier")) == (1, 4)
    one.mend()
    now[0] += 60.0
    await chat.answer_yes_no(IS_RED)
    assert (one.count("verifier"), two.count("verifier")) == (2, 4)


async def test_one_of_two_servers_is_enough() -> None:
    one, two, client = _two_servers()
    one.switch("models", "refuse")
    chat = open_chat(RoleSettings(urls=URLS), http_client=client)
    assert (await chat.ready()).backend == "vllm"
    assert await chat.answer_text(CAPTION)
    assert not one.requests
    two.switch("models", "refuse")
    two.switch("captioner", "refuse")
    with pytest.raises(ChatUnavailable):
        await chat.answer_text(CAPTION)


@pytest.mark.parametrize(
    "failures",
    [
        ("status_500", "drop"),
        ("status_503", "status_503"),
        ("status_429",),
        ("drop", "drop", "drop"),
    ],
)
async def test_what_mends_itself_is_asked_again(failures: tuple[Failure, ...]) -> None:
    server = ModelServer()
    chat = chat_of(server)
    for failure in failures:
        server.switch("captioner", failure, times=1)
    assert await chat.answer_text(CAPTION) == "A red circle on the left."
    assert chat.usage.calls == server.count("captioner") == len(failures) + 1


@pytest.mark.parametrize(
    ("failure", "calls"),
    [("status_500", 4), ("status_503", 4), ("drop", 4), ("refuse", 1), ("hang", 2)],
)
async def test_what_does_not_is_given_up(failure: Failure, calls: int) -> None:
    server = ModelServer()
    chat = chat_of(server, timeout_seconds=0.05)
    await chat.ready()
    server.switch("captioner", failure)
    with pytest.raises(ChatUnavailable):
        await chat.answer_text(CAPTION)
    assert chat.usage.calls == server.count("captioner") == calls
    assert server.in_flight == 0


async def test_a_server_that_asks_for_a_pause_gets_it_within_limits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pauses: list[float] = []

    async def noted(seconds: float) -> None:
        pauses.append(seconds)

    server = ModelServer(retry_after="7200")
    chat = chat_of(server)
    await chat.ready()
    server.switch("captioner", "status_503", times=1)
    monkeypatch.setattr("indexer.models.chat.asyncio.sleep", noted)
    await chat.answer_text(CAPTION)
    assert pauses == [10.0]


async def test_a_shared_pool_outlives_the_models_on_it() -> None:
    server = ModelServer()
    with server.served() as url:
        pool = ServerPool()
        settings = RoleSettings(urls=(url,))
        first, second = open_chat(settings, pool=pool), open_chat(settings, pool=pool)
        await first.answer_text(CAPTION)
        await first.close()
        assert await second.answer_text(CAPTION)
        await pool.close()
