"""How many requests our client drives through a real vLLM, against a bare loop with the same ones.

The server runs on the processor with a random model of a megabyte, so that what the client costs
shows; with a real model the server's share only grows. `IMAGESCOPE_TEST_VLLM` names the folder of
an environment with vLLM, and the tool that makes the model lies beside the project; else
`IMAGESCOPE_LMM_URL` names a server that runs.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from indexer.models.chat import open_chat
from indexer.models.chat_types import ChatPicture, ChatRequest, RoleSettings
from tests.benchmarks.table import Table
from tests.e2e.serving import make_tiny_model, serving

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    import httpx2

    from indexer.models.chat_types import ChatModel

PACKAGES = ("openai", "httpx2")
TARGET_RATIO = 0.9
_REQUESTS, _QUICK_REQUESTS = 240, 48
_ROUNDS, _QUICK_ROUNDS = 7, 3
_PICTURES = 20
_SIDE = 512
_CAPTION_TOKENS = 32


@dataclass(frozen=True, slots=True)
class _Sent:
    """A request as our client sent it."""

    url: str
    body: dict[str, object]


@dataclass(frozen=True, slots=True)
class _Round:
    """One pass over all requests."""

    per_second: float
    cpu_ms: float
    """Of this process, for one request."""


@dataclass(frozen=True, slots=True)
class _Pace:
    """Rounds of both, turn about."""

    ours: tuple[_Round, ...]
    bare: tuple[_Round, ...]

    @property
    def ratio(self) -> float:
        pairs = zip(self.ours, self.bare, strict=True)
        return statistics.median(own.per_second / bare.per_second for own, bare in pairs)


def run(folder: Path, *, quick: bool) -> tuple[Table, ...]:
    """Measure questions of one token and captions of a sentence."""
    with _server(folder) as settings:
        return (asyncio.run(_measure(settings, quick=quick)),)


@contextlib.contextmanager
def _server(folder: Path) -> Iterator[RoleSettings]:
    environment = os.environ.get("IMAGESCOPE_TEST_VLLM")
    if not environment:
        url = os.environ.get("IMAGESCOPE_LMM_URL")
        if not url:
            raise SystemExit("set IMAGESCOPE_TEST_VLLM or IMAGESCOPE_LMM_URL; see the docstring")
        yield RoleSettings(urls=(url,))
        return
    model = make_tiny_model(Path(environment), folder / "tiny-vlm")
    with serving(Path(environment), model, folder) as server:
        yield RoleSettings(urls=(server.url,), model=server.model)


async def _measure(settings: RoleSettings, *, quick: bool) -> Table:
    count = _QUICK_REQUESTS if quick else _REQUESTS
    rounds = _QUICK_ROUNDS if quick else _ROUNDS
    kinds: dict[str, Callable[[ChatModel, ChatRequest], Awaitable[object]]] = {
        "yes/no question, 1 token": lambda chat, asked: chat.answer_yes_no(asked),
        f"caption, {_CAPTION_TOKENS} tokens": lambda chat, asked: chat.answer_text(asked),
    }
    rows = []
    for name, ask in kinds.items():
        pace = await _pace(settings, _questions(count), ask, rounds)
        rows.append(_row(name, pace))
    return Table(
        title=f"{count} requests with a picture each, {rounds} rounds, turn about",
        head=(
            "request",
            "our client, 1/s",
            "bare loop, 1/s",
            "ratio",
            f"target {TARGET_RATIO}",
            "CPU of our client",
            "of the bare loop",
        ),
        rows=tuple(rows),
        notes=(
            "The bare loop posts what our client sent, as many at once, and parses the answers'"
            " JSON, nothing more. The ratio is the median of the rounds' ratios. Server and"
            " client share the cores here, so what the client computes is taken from the server;"
            " with a GPU it is not.",
        ),
    )


def _row(name: str, pace: _Pace) -> tuple[str, ...]:
    return (
        name,
        f"{statistics.median(each.per_second for each in pace.ours):.1f}",
        f"{statistics.median(each.per_second for each in pace.bare):.1f}",
        f"{pace.ratio:.2f}",
        "met" if pace.ratio >= TARGET_RATIO else "MISSED",
        f"{statistics.median(each.cpu_ms for each in pace.ours):.1f} ms",
        f"{statistics.median(each.cpu_ms for each in pace.bare):.1f} ms",
    )


def _questions(count: int) -> list[ChatRequest]:
    """Several questions about each of a few pictures, as the verifier asks them."""
    pictures = [_picture(number) for number in range(_PICTURES)]
    return [
        ChatRequest(
            system="You look at a photograph and answer exactly what is asked.",
            pictures=(pictures[number % _PICTURES],),
            text=f"Are there {number // _PICTURES} birds in it?\nAnswer yes or no.",
            max_tokens=_CAPTION_TOKENS,
        )
        for number in range(count)
    ]


def _picture(number: int) -> ChatPicture:
    stream = io.BytesIO()
    # As many bytes as a photograph of this size: noise of single pixels would have thrice as many.
    noise = Image.effect_noise((_SIDE // 4, _SIDE // 4), 60 + number).convert("RGB")
    noise.resize((_SIDE, _SIDE)).save(stream, "JPEG", quality=85)
    return ChatPicture(jpeg=stream.getvalue())


async def _pace(
    settings: RoleSettings,
    questions: Sequence[ChatRequest],
    ask: Callable[[ChatModel, ChatRequest], Awaitable[object]],
    rounds: int,
) -> _Pace:
    import httpx2

    sent: list[_Sent] = []
    async with httpx2.AsyncClient(timeout=120, trust_env=False) as client:
        client.event_hooks["request"].append(lambda request: _note(request, sent))
        chat = open_chat(settings, http_client=client)
        at_once = (await chat.ready()).parallel

        async def ours() -> object:
            return await asyncio.gather(*(ask(chat, question) for question in questions))

        async def bare() -> object:
            slots = asyncio.Semaphore(at_once)
            return await asyncio.gather(*(_post(client, each, slots) for each in sent))

        sent.clear()
        # The first pass fills the server's caches, and tells what is sent.
        await ours()
        client.event_hooks["request"].clear()
        paces = [
            (await _timed(ours, len(questions)), await _timed(bare, len(sent)))
            for _ in range(rounds)
        ]
        await chat.close()
    return _Pace(tuple(pace[0] for pace in paces), tuple(pace[1] for pace in paces))


async def _note(request: httpx2.Request, sent: list[_Sent]) -> None:
    if request.method == "POST":
        sent.append(_Sent(str(request.url), json.loads(request.content)))


async def _post(client: httpx2.AsyncClient, sent: _Sent, slots: asyncio.Semaphore) -> None:
    async with slots:
        answer = await client.post(sent.url, json=sent.body)
        answer.raise_for_status().json()


async def _timed(work: Callable[[], Awaitable[object]], count: int) -> _Round:
    began, cpu_began = time.perf_counter(), time.process_time()
    await work()
    seconds = time.perf_counter() - began
    return _Round(count / seconds, (time.process_time() - cpu_began) / count * 1000)
