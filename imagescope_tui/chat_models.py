"""The models that are set up, opened when a search first needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagescope_tui.search.models import NO_MODELS, RoleModels
from indexer.models.roles import ROLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from indexer.models.chat_servers import ServerPool
    from indexer.models.chat_types import RoleSettings
    from indexer.models.roles import Role


class ModelSource:
    """Gives the models of the settings, or those of a local server where none are set."""

    def __init__(self, configured: Mapping[Role, RoleSettings]) -> None:
        self._configured = dict(configured)
        self._local: RoleSettings | None = None
        self._opened: RoleModels | None = None
        self._pools: list[ServerPool] = []

    @property
    def has_models(self) -> bool:
        """Whether there is anybody to ask."""
        return bool(self._configured or self._local)

    @property
    def is_configured(self) -> bool:
        """Whether the user named a server, so that none is started here."""
        return bool(self._configured)

    def settings_of(self, role: Role) -> RoleSettings | None:
        """Where a role's model is."""
        return self._configured.get(role) if self._configured else self._local

    def use_local(self, server: RoleSettings | None) -> None:
        """A local server has been found or started; None when it has ended."""
        if server == self._local:
            return
        self._local = server
        # A search may still be asking the old ones: they are closed at the end.
        self._opened = self._opened if self._configured else None

    def current(self) -> RoleModels:
        """The models as they are set up now; opening them asks nobody yet."""
        if not self.has_models:
            return NO_MODELS
        if self._opened is None:
            from indexer.models.chat import open_chat
            from indexer.models.chat_servers import ServerPool

            pool = ServerPool()
            self._pools.append(pool)
            settings = {role: self.settings_of(role) for role in ROLES}
            self._opened = RoleModels(
                **{
                    role: open_chat(found, pool=pool)
                    for role, found in settings.items()
                    if found is not None
                }
            )
        return self._opened

    async def close(self) -> None:
        """Close all connections."""
        pools, self._pools, self._opened = self._pools, [], None
        for pool in pools:
            await pool.close()
