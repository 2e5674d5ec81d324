"""A model that sees the colour of the picture it is sent, and does otherwise only when told to."""

from __future__ import annotations

import asyncio
import io
from collections import deque
from typing import TYPE_CHECKING, Any

from PIL import Image

from indexer.models.chat_types import Capabilities, ChatUnavailable, Usage, YesNo

if TYPE_CHECKING:
    from indexer.models.chat_types import AnswerSchema, ChatRequest

_COLOURS = {"red": (255, 0, 0), "green": (0, 128, 0), "blue": (0, 0, 255), "yellow": (255, 255, 0)}


def colour_of(jpeg: bytes) -> str:
    with Image.open(io.BytesIO(jpeg)) as image:
        seen = image.convert("RGB").resize((1, 1)).getpixel((0, 0))
    assert isinstance(seen, tuple)
    return min(
        _COLOURS,
        key=lambda name: sum((a - b) ** 2 for a, b in zip(seen, _COLOURS[name], strict=True)),
    )


class ScriptedServer:
    """What stays while clients come and go: the script, and the record of what was asked."""

    def __init__(self, *, parallel: int = 4, model: str = "scripted") -> None:
        self.parallel = parallel
        self.model = model
        self.is_down = False
        self.is_held = False
        self.holds_after: int | None = None
        """How many requests are answered before all further ones are held."""
        self.script: deque[str | Exception] = deque()
        """Said or raised before the truth is."""
        self.never_answers_for = ""
        """A colour that it chokes on."""
        self.asked: list[ChatRequest] = []
        self.colours: list[str] = []
        self.in_flight = 0
        self.most_in_flight = 0
        self._held: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    def open(self) -> ScriptedChat:
        return ScriptedChat(self)

    def release(self) -> None:
        self.is_held, self.holds_after = False, None
        for loop, event in self._held:
            loop.call_soon_threadsafe(event.set)

    async def answer(self, request: ChatRequest) -> str:
        if self.is_down:
            raise ChatUnavailable("nobody listens", "imagescope serve")
        colour = colour_of(request.pictures[0].jpeg)
        self.asked.append(request)
        self.colours.append(colour)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            is_over = self.holds_after is not None and len(self.asked) > self.holds_after
            if self.is_held or is_over:
                event = asyncio.Event()
                self._held.append((asyncio.get_running_loop(), event))
                await event.wait()
            await asyncio.sleep(0)
        finally:
            self.in_flight -= 1
        if colour == self.never_answers_for:
            raise ChatUnavailable("no answer in time")
        said = self.script.popleft() if self.script else f"A plain {colour} wall."
        if isinstance(said, Exception):
            raise said
        return said


class ScriptedChat:
    """A client of it."""

    def __init__(self, server: ScriptedServer) -> None:
        self._server = server

    @property
    def usage(self) -> Usage:
        return Usage(calls=len(self._server.asked))

    def metered(self) -> ScriptedChat:
        return self

    async def ready(self) -> Capabilities:
        if self._server.is_down:
            raise ChatUnavailable("nobody listens", "imagescope serve")
        return Capabilities(
            backend="other",
            model=self._server.model,
            has_schema=True,
            logprobs="none",
            parallel=self._server.parallel,
        )

    async def answer_text(self, request: ChatRequest) -> str:
        return await self._server.answer(request)

    async def answer_json(self, request: ChatRequest, schema: AnswerSchema) -> dict[str, Any]:
        raise NotImplementedError

    async def answer_yes_no(self, request: ChatRequest) -> YesNo:
        raise NotImplementedError

    async def close(self) -> None:
        return None
