"""Keeps the screen's models in step with the local model server: found, started, idle, ended."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Literal, TypeAlias

from imagescope_tui.chat_models import ModelSource
from indexer.models.protocols import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable

    from imagescope_tui.config import Settings
    from imagescope_tui.model_server import ModelServerKeeper
    from indexer.models.chat_types import RoleSettings

    MakeKeeper: TypeAlias = Callable[[Callable[[str], None]], ModelServerKeeper]

ServerState: TypeAlias = Literal["stopped", "starting", "ready", "failed"]
TellServer: TypeAlias = "Callable[[ServerState, str], None]"

_SECONDS_BETWEEN_LOOKS = 5.0


class ModelDesk:
    """The models of a program that stays: those of the settings, else those of a local server."""

    def __init__(self, settings: Settings, *, make_keeper: MakeKeeper | None = None) -> None:
        self._settings = settings
        self._make_keeper = make_keeper or self._own_keeper
        self._is_wanted = asyncio.Event()
        self.source = ModelSource(settings.chat)

    def has_models(self) -> bool:
        """Whether there is anybody to ask; asking in vain starts a server where one may be."""
        if not self.source.has_models:
            self._is_wanted.set()
        return self.source.has_models

    def captioner(self) -> RoleSettings | None:
        """Who writes captions now."""
        return self.source.settings_of("captioner")

    async def follow(self, tell: TellServer) -> None:
        """Find the local server, start it where that may be, and tell what becomes of it.

        Runs until it is cancelled, and then stops what it started and closes all connections.
        Where the settings name a server there is nothing to find.
        """
        try:
            if self.source.is_configured:
                await asyncio.Event().wait()
            await self._follow_local(tell)
        finally:
            await self.source.close()

    async def _follow_local(self, tell: TellServer) -> None:
        keeper = self._make_keeper(lambda detail: tell("starting", detail))
        self._is_wanted.set()
        try:
            while True:
                found = await keeper.find()
                if found is None and self._is_wanted.is_set():
                    found = await self._start(keeper, tell)
                self._use(found, tell)
                await self._next_look()
        finally:
            await asyncio.shield(keeper.stop())

    async def _start(self, keeper: ModelServerKeeper, tell: TellServer) -> RoleSettings | None:
        self._is_wanted.clear()
        try:
            return await keeper.start()
        except ModelError as error:
            tell("failed", error.message)
            return None

    def _use(self, found: RoleSettings | None, tell: TellServer) -> None:
        before = self.source.settings_of("captioner")
        self.source.use_local(found)
        if found is not None:
            self._is_wanted.clear()
        if found != before:
            tell("ready" if found is not None else "stopped", "")

    async def _next_look(self) -> None:
        """After a while, or when somebody asks for a server in vain."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._is_wanted.wait(), _SECONDS_BETWEEN_LOOKS)

    def _own_keeper(self, on_progress: Callable[[str], None]) -> ModelServerKeeper:
        from imagescope_tui.model_server import ModelServerKeeper

        return ModelServerKeeper(self._settings, on_progress=on_progress)
