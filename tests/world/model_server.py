"""A scripted OpenAI server that really looks at the pictures it is sent, and tells the truth.

`client()` reaches it inside the process, `served()` over a socket of this machine; both see the
same requests and the same switches. What it is asked is told apart by the name of the JSON schema
(`intent`, `propositions`, `verdict`), by the word `caption`, and by `Answer yes or no.`
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import httpx2

from tests.world import answers, imagining
from tests.world.errors import Errors
from tests.world.model_habits import (
    Backend,
    beside_v1,
    describe_models,
    is_thinking,
    logprobs_of,
    refusal,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Failure: TypeAlias = Literal[
    "",
    "garbage",
    "cut",
    "empty",
    "status_400",
    "status_429",
    "status_500",
    "status_503",
    "hang",
    "drop",
    "refuse",
]
GARBAGE: Final = "\x1b[31mPerhaps… [bold]eyes {] \x07"
_THOUGHT: Final = f"<think>{'Yes? No, let me see: yes or no. ' * 10}</think>\n\n"
_SCHEMA_IN_PROMPT: Final = re.compile(r'JSON object named "(\w+)"')
_ROLES: Final = {
    "intent": "reasoner",
    "imagine_words": "reasoner",
    "imagine_picture": "captioner",
    "propositions": "reasoner",
    "verdict": "evaluator",
}
_OTHER_ROLES: Final = {"caption": "captioner", "question": "verifier", "claim": "reasoner"}
_LISTENED: Final = "/v1/chat/completions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One chat request."""

    role: str
    """`captioner`, `reasoner`, `verifier`, `evaluator`, or `probe`."""
    kind: str
    """What was asked: the name of the JSON schema, `caption`, `question`, `claim` or `probe`."""
    path: str
    body: dict[str, Any]
    headers: dict[str, str]
    pictures: tuple[bytes, ...]
    text: str
    """The text part of the user message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What goes back, and what goes wrong before."""

    status: int = 200
    body: dict[str, Any]
    failure: Failure = ""
    delay_seconds: float = 0.0
    is_chat: bool = False


@dataclass(slots=True, kw_only=True)
class _Switch:
    failure: Failure
    delay_seconds: float
    times: int | None


@dataclass(slots=True, kw_only=True)
class ModelServer:
    """One server with one model; every field may be changed while it runs."""

    backend: Backend = "vllm"
    model: str = "world-vlm"
    confidence: float = 0.95
    """Probability of the right answer against the wrong one."""
    errors: Errors = field(default_factory=Errors)
    """How often the verifier errs."""
    logprobs: bool = True
    schema: bool = True
    """Whether `response_format` is kept to; else the answer is prose with JSON in a fence."""
    refuses_schema: bool = False
    """Whether `response_format` is answered with 400."""
    thinks: bool = False
    """Whether the model thinks aloud unless told not to in the way of its server."""
    is_cloud: bool = False
    """Whether Ollama says that the model runs elsewhere."""
    splits_words: bool = False
    """Whether its tokens are so short that yes and no take several."""
    retry_after: str = ""
    """Seconds to wait, said with every reply."""
    url: str = "http://world.test/v1"
    requests: list[Recorded] = field(default_factory=list)
    """Chat requests, in the order they came."""
    asked_paths: list[str] = field(default_factory=list)
    """Paths of all requests, in the order they came."""
    in_flight: int = 0
    most_in_flight: int = 0
    cancelled: int = 0
    """Chat requests whose client went away before the answer."""
    is_held: bool = False
    _switches: dict[str, list[_Switch]] = field(default_factory=dict)
    _waiters: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = field(default_factory=list)

    def switch(
        self,
        role: str,
        failure: Failure = "",
        *,
        times: int | None = None,
        delay_seconds: float = 0.0,
    ) -> None:
        """From now on, requests of a role (or kind, or `all`) fail or take time.

        With `times` it lasts for so many requests, then what was said after it comes to pass;
        without, it lasts until `mend`, and what was said before is taken back.
        """
        switches = self._switches.setdefault(role, [])
        if times is None:
            switches.clear()
        switches.append(_Switch(failure=failure, delay_seconds=delay_seconds, times=times))

    def mend(self) -> None:
        """Takes every switch back."""
        self._switches.clear()

    @property
    def headers(self) -> dict[str, str]:
        """Sent with every reply."""
        return {"Retry-After": self.retry_after} if self.retry_after else {}

    def hold(self) -> None:
        """Lets no chat request be answered until `release`."""
        self.is_held = True

    def release(self) -> None:
        """Answers what was held."""
        self.is_held = False
        self._tell()

    async def arrived(self, count: int) -> None:
        """Waits until so many chat requests have come in all."""
        await self.until(lambda: len(self.requests) >= count)

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Waits until something is so that requests bring about."""
        while True:
            event = asyncio.Event()
            self._waiters.append((asyncio.get_running_loop(), event))
            if is_so():
                return
            await event.wait()

    def count(self, role: str) -> int:
        """How many chat requests of a role or kind have come."""
        return sum(role in (request.role, request.kind) for request in self.requests)

    def client(self) -> httpx2.AsyncClient:
        """A client that reaches this server, whatever the host it asks for."""
        return httpx2.AsyncClient(transport=httpx2.MockTransport(self.handle))

    @contextmanager
    def served(self) -> Iterator[str]:
        """Serves on a free port of this machine, in a thread; gives the base URL."""
        from tests.world.model_socket import serving

        with serving(self) as url:
            self.url = url
            yield url

    def reply_to(self, method: str, path: str, content: bytes, headers: Mapping[str, str]) -> Reply:
        """The reply to one request; writes it down."""
        self.asked_paths.append(path)
        body = json.loads(content) if content else {}
        if (method, path) == ("GET", "/v1/models"):
            switch = self._switch_of("models", "models")
            status = {"status_500": 500, "status_503": 503}.get(switch.failure, 200)
            return Reply(status=status, body=describe_models(self), failure=switch.failure)
        if (method, path) != ("POST", _LISTENED):
            found = beside_v1(self, path, body)
            return Reply(status=404 if found is None else 200, body=found or {})
        request = _recorded(path, body, headers)
        self.requests.append(request)
        self._tell()
        return self._chat(request)

    def _chat(self, request: Recorded) -> Reply:
        switch = self._switch_of(request.role, request.kind)
        refused = refusal(self, request.body)
        if switch.failure.startswith("status_"):
            refused = int(switch.failure.removeprefix("status_")), "switched to fail"
        if refused is not None:
            status, message = refused
            error = {"message": message, "type": "error", "code": status}
            reply = Reply(status=status, body={"error": error}, is_chat=True)
        else:
            body = self._completion(request, switch.failure)
            reply = Reply(body=body, failure=switch.failure, is_chat=True)
        return Reply(
            status=reply.status,
            body=reply.body,
            failure=reply.failure,
            delay_seconds=switch.delay_seconds,
            is_chat=True,
        )

    def _switch_of(self, role: str, kind: str) -> _Switch:
        for name in (kind, role, "all"):
            switches = self._switches.get(name, [])
            while switches and switches[0].times == 0:
                switches.pop(0)
            if switches and not (name == "all" and kind in ("probe", "models")):
                first = switches[0]
                if first.times is not None:
                    first.times -= 1
                return first
        return _Switch(failure="", delay_seconds=0.0, times=None)

    def _completion(self, request: Recorded, failure: Failure) -> dict[str, Any]:
        text, is_yes = self._say(request)
        if is_thinking(self, request.body):
            text = _THOUGHT + text
        text = {"garbage": GARBAGE, "empty": "", "cut": text[: len(text) // 2]}.get(failure, text)
        words = re.findall(r"\S+\s*", text)
        most = int(request.body.get("max_tokens") or len(words))
        is_cut = failure == "cut" or len(words) > most
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": "".join(words[:most])},
            "finish_reason": "length" if is_cut else "stop",
            "logprobs": logprobs_of(
                self, request.body, text or "?", is_yes=is_yes, confidence=self._sure(request)
            ),
        }
        read = 20 + 64 * len(request.pictures)
        usage = {"prompt_tokens": read, "completion_tokens": len(words)}
        return {
            "id": f"chatcmpl-{len(self.requests)}",
            "object": "chat.completion",
            "created": 0,
            "model": self.model,
            "choices": [choice],
            "usage": {**usage, "total_tokens": read + len(words)},
        }

    def _say(self, request: Recorded) -> tuple[str, bool]:
        """The true answer as text, and whether it is yes."""
        lines = answers.said_lines(request.text)
        if request.kind == "caption":
            return answers.caption(request.pictures[-1]), True
        if request.kind in ("question", "claim"):
            is_yes = self._is_yes(request)
            return ("Yes" if is_yes else "No"), is_yes
        if request.kind == "intent":
            found = answers.intent(lines)
        elif request.kind == "imagine_words":
            found = imagining.from_words(lines)
        elif request.kind == "imagine_picture":
            found = imagining.from_picture(lines, request.pictures[-1])
        elif request.kind == "propositions":
            found = answers.propositions(lines)
        elif request.kind == "verdict":
            found = answers.verdict(lines.get("Request", ""), request.pictures)
        else:
            return self._say_to_a_stranger(request)
        return self._as_json(request, found), True

    def _sure(self, request: Recorded) -> float:
        """The probability of what is said against the contrary."""
        if request.kind == "question" and self.errors.is_calibrated:
            return self.errors.confidence(request.text, request.pictures)
        return self.confidence

    def _is_yes(self, request: Recorded) -> bool:
        """The truth, or its contrary where the verifier errs."""
        if request.kind == "claim":
            said = dict(re.findall(r"^(Description|Claim): *(.*)$", request.text, re.M))
            return imagining.bears_out(said["Description"], said["Claim"])
        is_yes = answers.question(request.text, request.pictures)
        return is_yes != self.errors.errs(request.text, request.pictures)

    def _say_to_a_stranger(self, request: Recorded) -> tuple[str, bool]:
        """A request of no role: the first of each choice that its schema allows, or yes."""
        form = request.body.get("response_format") or {}
        shape = form.get("json_schema", {}).get("schema", {})
        if not shape:
            return "Yes", True
        named = shape.get("properties", {})
        found = {name: (rule.get("enum") or ["x"])[0] for name, rule in named.items()}
        return self._as_json(request, found), True

    def _as_json(self, request: Recorded, found: dict[str, Any]) -> str:
        text = json.dumps(found)
        if self.schema and request.body.get("response_format"):
            return text
        return f"Here is the JSON you asked for:\n```json\n{text}\n```\nAnything else?"

    async def handle(self, request: httpx2.Request) -> httpx2.Response:
        """Answers a request inside the process."""
        path = request.url.path
        reply = self.reply_to(request.method, path, request.content, request.headers)
        if reply.is_chat:
            await self._pass_time(reply)
        if reply.failure == "drop":
            raise httpx2.RemoteProtocolError("Server disconnected without sending a response.")
        if reply.failure == "refuse":
            raise httpx2.ConnectError("Connection refused")
        return httpx2.Response(reply.status, json=reply.body, headers=self.headers)

    async def _pass_time(self, reply: Reply) -> None:
        self.entered()
        try:
            if reply.delay_seconds:
                await asyncio.sleep(reply.delay_seconds)
            await self.until(lambda: not self.is_held and reply.failure != "hang")
        except asyncio.CancelledError:
            self.left()
            raise
        finally:
            self.in_flight -= 1

    def entered(self) -> None:
        """Counts a chat request that is being worked on."""
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        self._tell()

    def left(self) -> None:
        """Counts a client that went away before its answer."""
        self.cancelled += 1
        self._tell()

    def _tell(self) -> None:
        # Requests over a socket are counted in threads of their own.
        waiters, self._waiters = self._waiters, []
        for loop, event in waiters:
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)


def _recorded(path: str, body: dict[str, Any], headers: Mapping[str, str]) -> Recorded:
    parts = _parts(body)
    texts = [part["text"] for part in parts if part["type"] == "text"]
    urls = [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]
    text = "\n".join(texts)
    kind = _kind_of(body, text)
    return Recorded(
        role=_ROLES.get(kind) or _OTHER_ROLES.get(kind, "probe"),
        kind=kind,
        path=path,
        body=body,
        headers=dict(headers),
        pictures=tuple(base64.b64decode(url.partition("base64,")[2]) for url in urls),
        text=text,
    )


def _parts(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The content of the user message."""
    content = next(m["content"] for m in body["messages"] if m["role"] == "user")
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)


def _kind_of(body: Mapping[str, Any], text: str) -> str:
    form = body.get("response_format") or {}
    told = _SCHEMA_IN_PROMPT.search(json.dumps(body["messages"]).replace('\\"', '"'))
    name = form.get("json_schema", {}).get("name", told[1] if told else "")
    if name:
        return name if name in _ROLES else "probe"
    if "Answer yes or no." in text:
        return "question" if "image_url" in json.dumps(body["messages"]) else "claim"
    return "caption" if "caption" in text.lower() else "probe"
