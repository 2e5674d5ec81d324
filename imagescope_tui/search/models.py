"""The models of a search: one per role, any of which may be missing."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from indexer.models.chat_types import ChatModel


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleModels:
    """Who reads, who checks, who judges, and who describes a reference that has no caption."""

    captioner: ChatModel | None = None
    reasoner: ChatModel | None = None
    verifier: ChatModel | None = None
    evaluator: ChatModel | None = None

    def metered(self) -> RoleModels:
        """The same models, counting from zero: for one stage of one search."""
        models = {role: model.metered() for role, model in self._present().items()}
        return replace(self, **models)

    def calls(self) -> dict[str, int]:
        """Requests per role, those of roles that were asked."""
        counted = {role: model.usage.calls for role, model in self._present().items()}
        return {role: calls for role, calls in counted.items() if calls}

    def tokens(self) -> int:
        """Read and written by all."""
        return sum(model.usage.tokens for model in self._present().values())

    def _present(self) -> dict[str, ChatModel]:
        models = {field.name: getattr(self, field.name) for field in fields(self)}
        return {role: model for role, model in models.items() if model is not None}


NO_MODELS = RoleModels()
