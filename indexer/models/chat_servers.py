"""The model servers of a program: who is free, who failed lately, and what each can do."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Final

from indexer.models.chat_connection import Connection, checked_url
from indexer.models.chat_probe import probe

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence

    import httpx2
    from anyio import CapacityLimiter

    from indexer.models.chat_probe import Traits
    from indexer.models.chat_types import RoleSettings

_AVOIDED_SECONDS: Final = 15.0


class ServerPool:
    """The servers of all roles; each has one limit of requests at once, whoever asks.

    Belongs to one event loop. A client that is given is used for all servers and stays open.
    """

    def __init__(
        self,
        *,
        http_client: httpx2.AsyncClient | None = None,
        backoff_seconds: float = 0.5,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.backoff_seconds = backoff_seconds
        self._http_client = http_client
        self._clock = clock
        self._servers: dict[tuple[str, str], Server] = {}

    def servers_of(self, settings: RoleSettings) -> tuple[Server, ...]:
        """One per URL of a role, shared with the roles that name it too.

        Raises:
            ModelUnusable: a URL is none.
        """
        servers = tuple(self._server(url, settings.api_key) for url in settings.urls)
        for server in servers:
            server.limit_to(settings.concurrency)
        return servers

    def _server(self, url: str, api_key: str) -> Server:
        key = (checked_url(url), api_key)
        if key not in self._servers:
            connection = Connection(key[0], api_key=api_key, http_client=self._http_client)
            self._servers[key] = Server(connection, self._clock)
        return self._servers[key]

    async def close(self) -> None:
        """Ends what is under way and closes the connections that were opened here."""
        for server in self._servers.values():
            await server.close()


class Server:
    """One server: its connection, its limit, its load."""

    def __init__(self, connection: Connection, clock: Callable[[], float]) -> None:
        self.connection = connection
        self.load = 0
        """Requests that wait or run, those that find out what it can do among them."""
        self._clock = clock
        self._avoided_until = 0.0
        self._asked_limit = 0
        self._limiter: CapacityLimiter | None = None
        self._traits: dict[str, Traits] = {}
        self._probes: dict[str, _SharedProbe] = {}

    @property
    def url(self) -> str:
        """Its base URL."""
        return self.connection.url

    @property
    def is_avoided(self) -> bool:
        """Whether it failed a short while ago."""
        return self._clock() < self._avoided_until

    def avoid(self) -> None:
        """Prefers other servers for a while."""
        self._avoided_until = self._clock() + _AVOIDED_SECONDS

    def limit_to(self, requests: int) -> None:
        """Lets no more requests run at once than the most modest role wants; 0 wants nothing."""
        if requests > 0:
            self._asked_limit = min(requests, self._asked_limit or requests)

    def forget(self) -> None:
        """Asks anew what it can do before the next request."""
        self._traits.clear()

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Counts a request as its load."""
        self.load += 1
        try:
            yield
        finally:
            self.load -= 1

    @asynccontextmanager
    async def slot(self, traits: Traits) -> AsyncIterator[None]:
        """Waits for a place among the requests at once, first come first served."""
        limiter = self._opened_limiter(traits)
        # One task may hold several places, which the limiter tells apart by who asks.
        borrower = object()
        await limiter.acquire_on_behalf_of(borrower)
        try:
            yield
        finally:
            limiter.release_on_behalf_of(borrower)

    def _opened_limiter(self, traits: Traits) -> CapacityLimiter:
        limit = self._asked_limit or traits.capabilities.parallel
        if self._limiter is None:
            # Comes with the client's libraries, which load on first use.
            from anyio import CapacityLimiter

            self._limiter = CapacityLimiter(limit)
        elif self._limiter.total_tokens != limit:
            self._limiter.total_tokens = limit
        return self._limiter

    async def traits(self, model: str, *, timeout_seconds: float) -> Traits:
        """What a model on this server can do; asked once, also by many at the same time.

        Raises:
            ChatUnavailable: as it says.
            Failure: it failed while it was asked.
        """
        if model not in self._traits:
            shared = self._probes.get(model)
            if shared is None:
                asking = probe(self.connection, model, timeout_seconds=timeout_seconds)
                shared = self._probes[model] = _SharedProbe(asyncio.ensure_future(asking))
            try:
                self._traits[model] = await shared.result()
            finally:
                if shared.is_over and self._probes.get(model) is shared:
                    del self._probes[model]
        return self._traits[model]

    async def close(self) -> None:
        """Ends its probes and closes its connection."""
        for shared in list(self._probes.values()):
            await shared.end()
        await self.connection.close()


class _SharedProbe:
    """One probe that many wait for; it ends when the last of them goes away."""

    def __init__(self, task: asyncio.Future[Traits]) -> None:
        self._task = task
        self._waiting = 0
        # Its failure is told to all who wait; nobody else need fetch it.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())

    @property
    def is_over(self) -> bool:
        """Whether it has ended, or nobody waits for it any more."""
        return self._task.done() or self._waiting == 0

    async def result(self) -> Traits:
        self._waiting += 1
        try:
            return await asyncio.shield(self._task)
        finally:
            self._waiting -= 1
            if self._waiting == 0:
                self.cancel()

    def cancel(self) -> None:
        self._task.cancel()

    async def end(self) -> None:
        self.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


def least_loaded(servers: Sequence[Server], tried: Collection[Server] = ()) -> Server:
    """The server to ask next: not one that was tried, nor one that failed lately, if others are.

    Raises:
        ValueError: there is no server.
    """
    return min(servers, key=lambda server: (server in tried, server.is_avoided, server.load))
