"""One OpenAI-compatible server on the wire: a request out, an answer or a kind of failure back."""

from __future__ import annotations

import asyncio
import importlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias
from urllib.parse import urlsplit

from indexer.models.chat_yes_no import TokenChance
from indexer.models.protocols import ModelUnusable

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx2
    from openai import APIStatusError, AsyncOpenAI

FailureKind: TypeAlias = Literal[
    "refused", "dropped", "timeout", "busy", "broken", "rejected", "not_found", "forbidden", "other"
]
_KIND_OF_STATUS: Final[dict[int, FailureKind]] = {
    400: "rejected",
    401: "forbidden",
    403: "forbidden",
    404: "not_found",
    408: "timeout",
    413: "rejected",
    415: "rejected",
    422: "rejected",
    429: "busy",
    503: "busy",
}
_CONNECT_SECONDS: Final = 10.0
_LONGEST_MESSAGE: Final = 200


class Failure(Exception):
    """A request that brought no answer, and why."""

    def __init__(
        self, kind: FailureKind, message: str, *, retry_after_seconds: float = 0.0
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """What a model wrote."""

    text: str
    """As it came, thoughts included; empty where it wrote nothing."""
    is_cut: bool
    """Whether the limit of tokens ended it."""
    chances: tuple[tuple[TokenChance, ...], ...] = ()
    """Per token, those that might have come, as far as the server told."""
    tokens: int = 0
    """Read and written."""


def checked_url(url: str) -> str:
    """The base URL in one spelling, with `/v1` where no path was given.

    Raises:
        ModelUnusable: it is no http or https URL, or carries a password.
    """
    hint = "write one such as http://127.0.0.1:8000/v1"
    try:
        parts = urlsplit(url.strip())
        is_usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable:
        raise ModelUnusable(f"not the URL of a model server: {url}", hint)
    if parts.username or parts.password:
        raise ModelUnusable("a model server's URL must not carry a password", "set its API key")
    path = parts.path.rstrip("/") or "/v1"
    return f"{parts.scheme}://{parts.netloc}{path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    http: httpx2.AsyncClient
    openai: AsyncOpenAI


class Connection:
    """Requests to one server; the libraries load on the first."""

    def __init__(
        self, url: str, *, api_key: str = "", http_client: httpx2.AsyncClient | None = None
    ) -> None:
        self.url = url
        self._api_key = api_key
        self._given = http_client
        self._opened: _Opened | None = None

    async def complete(self, body: Mapping[str, Any], *, timeout_seconds: float) -> Completion:
        """The answer to one chat request.

        Raises:
            Failure: there is none.
        """
        opened = await self._open()
        try:
            async with asyncio.timeout(timeout_seconds):
                return _read(await _post(opened.openai, body))
        except TimeoutError:
            message = f"{self.url} did not answer within {timeout_seconds:g} s"
            raise Failure("timeout", message) from None

    async def fetch(
        self, url: str, body: Mapping[str, Any] | None = None, *, timeout_seconds: float
    ) -> dict[str, Any]:
        """A JSON object from anywhere on the server, by POST where there is a body.

        Raises:
            Failure: there is none.
        """
        opened = await self._open()
        method = "GET" if body is None else "POST"
        headers = {"Authorization": f"Bearer {self._api_key}"} if self._api_key else {}
        try:
            async with asyncio.timeout(timeout_seconds):
                return await _fetched(opened.http, method, url, json=body, headers=headers)
        except TimeoutError:
            message = f"{self.url} did not answer within {timeout_seconds:g} s"
            raise Failure("timeout", message) from None

    @property
    def root(self) -> str:
        """Scheme and host, for what a server offers beside `/v1`."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}{parts.path.removesuffix('/v1')}"

    async def close(self) -> None:
        """Closes what was opened here; a client that was given stays open."""
        opened, self._opened = self._opened, None
        if opened is not None and self._given is None:
            await opened.http.aclose()

    async def _open(self) -> _Opened:
        if self._opened is None:
            # openai takes more than a second to import, and the screen must not stand still.
            await asyncio.to_thread(importlib.import_module, "openai")
        if self._opened is None:
            http = self._given or _new_http_client(self.url)
            openai = _new_client(self.url, self._api_key, http)
            self._opened = _Opened(http=http, openai=openai)
        return self._opened


def _new_http_client(url: str) -> httpx2.AsyncClient:
    """No proxy or netrc from the environment, and no redirects: pictures go to this host only."""
    import httpx2

    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=32)
    # Answers are waited for by our own clock, for they may be long in coming.
    timeout = httpx2.Timeout(None, connect=_CONNECT_SECONDS)
    # Reading the certificates of the system takes longer than a question, and http has none.
    is_plain = url.lower().startswith("http://")
    return httpx2.AsyncClient(
        verify=not is_plain,
        trust_env=False,
        follow_redirects=False,
        limits=limits,
        timeout=timeout,
    )


def _new_client(url: str, api_key: str, http_client: httpx2.AsyncClient) -> AsyncOpenAI:
    from openai import AsyncOpenAI, Omit

    class LocalClient(AsyncOpenAI):
        """Sends no headers but those a server needs: none from the environment, none about us."""

        @property
        def default_headers(self) -> dict[str, str | Omit]:
            return {"Accept": "application/json", "Content-Type": "application/json"}

    # What is given here is not looked up in the environment.
    return LocalClient(
        base_url=url,
        api_key=api_key or "none",
        admin_api_key="",
        organization="",
        project="",
        webhook_secret="",
        max_retries=0,
        timeout=None,
        http_client=http_client,
    )


async def _post(client: AsyncOpenAI, body: Mapping[str, Any]) -> dict[str, Any]:
    import httpx2
    from openai import APIConnectionError, APIError, APIStatusError

    try:
        # As it came: to build openai's typed answer takes longer than all the rest on our side,
        # and it checks nothing.
        response = await client.post(
            "/chat/completions",
            cast_to=httpx2.Response,
            body=dict(body),
            options={"follow_redirects": False},
        )
        answer = response.json()
    except APIStatusError as error:
        raise _status_failure(error) from error
    except APIConnectionError as error:
        raise _connection_failure(error.__cause__, str(client.base_url)) from error
    except (APIError, httpx2.HTTPError, RecursionError, ValueError) as error:
        raise Failure("other", f"{client.base_url} answered nothing readable") from error
    if not isinstance(answer, dict) or not isinstance(_first(answer.get("choices")), dict):
        raise Failure("other", f"{client.base_url} does not answer as an OpenAI server does")
    return answer


async def _fetched(
    client: httpx2.AsyncClient,
    method: str,
    url: str,
    **request: Any,  # noqa: ANN401
) -> dict[str, Any]:
    import httpx2

    try:
        response = await client.request(method, url, follow_redirects=False, **request)
        status = response.status_code
        found = response.json() if status == 200 else None
    except httpx2.HTTPError as error:
        raise _connection_failure(error, url) from error
    except (RecursionError, ValueError) as error:
        raise Failure("other", f"{url} does not answer with JSON") from error
    if not isinstance(found, dict):
        raise Failure(_kind_of(status), f"{url} answered with status {status}")
    return found


def _connection_failure(cause: BaseException | None, url: str) -> Failure:
    import httpx2

    if isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout):
        return Failure("refused", f"no model server answers at {url}")
    if isinstance(cause, httpx2.TimeoutException):
        return Failure("timeout", f"{url} did not answer in time")
    return Failure("dropped", f"{url} dropped the connection")


def _status_failure(error: APIStatusError) -> Failure:
    said = "".join(c if c.isprintable() else " " for c in _said(error))[:_LONGEST_MESSAGE]
    after = error.response.headers.get("retry-after", "")
    seconds = float(after) if after.replace(".", "", 1).isdecimal() else 0.0
    told = f"{error.request.url.host} answered with status {error.status_code}"
    message = f"{told}: {said}" if said else told
    return Failure(_kind_of(error.status_code), message, retry_after_seconds=seconds)


def _said(error: APIStatusError) -> str:
    """The server's own words, without the status, which is told before them."""
    own = _fields(error.body).get("message")
    told = own if isinstance(own, str) else error.message
    return re.sub(rf"^(Error code: )?{error.status_code}\b[\s:–-]*", "", told)


def _kind_of(status: int) -> FailureKind:
    return _KIND_OF_STATUS.get(status, "broken" if status >= 500 else "other")


def _read(answer: Mapping[str, Any]) -> Completion:
    choice = _fields(_first(answer.get("choices")))
    content = _fields(choice.get("message")).get("content")
    told = _fields(choice.get("logprobs")).get("content")
    total = _fields(answer.get("usage")).get("total_tokens")
    entries = [_fields(entry) for entry in told] if isinstance(told, list) else []
    return Completion(
        text=content if isinstance(content, str) else "",
        is_cut=choice.get("finish_reason") == "length",
        chances=tuple(_chances(entry) for entry in entries if entry.get("top_logprobs")),
        tokens=total if isinstance(total, int) else 0,
    )


def _chances(entry: Mapping[str, Any]) -> tuple[TokenChance, ...]:
    """The likely tokens and the one that came."""
    top = entry.get("top_logprobs")
    found = [*map(_fields, top if isinstance(top, list) else ()), entry]
    return tuple(
        TokenChance(item["token"], item["logprob"])
        for item in found
        if isinstance(item.get("token"), str) and isinstance(item.get("logprob"), int | float)
    )


def _first(items: object) -> object:
    return items[0] if isinstance(items, list) and items else None


def _fields(value: object) -> Mapping[str, Any]:
    """The value where it is an object, else an empty one: servers send what they like."""
    return value if isinstance(value, dict) else {}
