"""The models of a run: there before anything long begins, and looked after while it goes on."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from indexer.models.protocols import ModelError, ModelMissing

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from imagescope_tui.chat_models import ModelSource
    from indexer.models.chat_types import RoleSettings
    from indexer.models.roles import Role

    StartLocal = Callable[[], Awaitable[RoleSettings | None]]

_PATIENCE_SECONDS: Final = 20.0


class RunModels:
    """Knows the servers of a run's roles."""

    def __init__(self, source: ModelSource, start_local: StartLocal) -> None:
        """`start_local` finds the server of this machine, or starts it, where no URL is set."""
        self._source = source
        self._start_local = start_local

    async def prepare(self, roles: Sequence[Role]) -> None:
        """Before a step: where no URL is set, see that the local server runs.

        One local server answers for all roles, so that it is loaded once for all steps; it is
        started again here where it has ended meanwhile.

        Raises:
            ModelError: it was to be started, and could not be.
        """
        if roles and not self._source.is_configured:
            self._source.use_local(await self._start_local())

    async def ids(self, roles: Iterable[Role]) -> dict[str, str]:
        """The model of each role, as its server calls it.

        Raises:
            ModelMissing: no server is set up for a role.
            ChatUnavailable: a server does not answer.
        """
        asked = tuple(dict.fromkeys(roles))
        settings = {role: self._settings(role) for role in asked}
        found = {server: await _model_id(server) for server in set(settings.values())}
        return {role: found[server] for role, server in settings.items()}

    async def are_there(self, roles: Sequence[Role]) -> bool:
        """Whether every role's server answers just now."""
        servers = {
            server for role in roles if (server := self._source.settings_of(role)) is not None
        }
        answers = await asyncio.gather(*(_answers(server) for server in servers))
        return all(answers)

    def has(self, role: Role) -> bool:
        """Whether a server is set up for a role."""
        return self._source.settings_of(role) is not None

    def _settings(self, role: Role) -> RoleSettings:
        found = self._source.settings_of(role)
        if found is not None:
            return found
        if self._source.has_models:
            raise ModelMissing(f"no {role} is set up", f"set lmm.url, or lmm.{role}.url")
        raise ModelMissing(
            f"a {role} is needed, and no model server is set up",
            "imagescope serve, or set lmm.url; --stages 1 does without",
        )


async def _answers(server: RoleSettings) -> bool:
    try:
        await _model_id(server)
    except ModelError:
        return False
    return True


async def _model_id(server: RoleSettings) -> str:
    """What the server calls its model.

    Raises:
        ChatUnavailable: it does not answer.
    """
    from indexer.models.chat import open_chat

    patience = min(server.timeout_seconds, _PATIENCE_SECONDS)
    chat = open_chat(replace(server, timeout_seconds=patience))
    try:
        return (await chat.ready()).model
    finally:
        await chat.close()
