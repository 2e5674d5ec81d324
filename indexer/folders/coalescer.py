"""Many small changes to few reports: at rest, or after a while when there is no rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(slots=True)
class _Pending:
    folders: set[Path] | None
    """None: anywhere in the root."""
    first_at: float
    last_at: float


class Coalescer:
    """Gathers changes per root; times are seconds of any clock that only goes forward."""

    def __init__(self, *, quiet_seconds: float, longest_seconds: float) -> None:
        """A root's changes are due after a quiet time, and never later than the longest time."""
        self._quiet = quiet_seconds
        self._longest = longest_seconds
        self._pending: dict[Path, _Pending] = {}

    def note(self, root: Path, folders: frozenset[Path] | None, now: float) -> None:
        """Something changed in these folders of the root; None for anywhere in it."""
        pending = self._pending.setdefault(root, _Pending(set(), now, now))
        pending.last_at = now
        if folders is None:
            pending.folders = None
        elif pending.folders is not None:
            pending.folders |= folders

    def forget(self, root: Path) -> None:
        """Nobody wants to know about the root any more."""
        self._pending.pop(root, None)

    def take_due(self, now: float) -> dict[Path, frozenset[Path] | None]:
        """The changes whose time has come, per root; each is given once."""
        due = [root for root, pending in self._pending.items() if self._due_at(pending) <= now]
        return {root: _frozen(self._pending.pop(root).folders) for root in due}

    def next_due_at(self) -> float | None:
        """When the next changes are due if nothing else happens; None if there are none."""
        return min(map(self._due_at, self._pending.values()), default=None)

    def _due_at(self, pending: _Pending) -> float:
        return min(pending.last_at + self._quiet, pending.first_at + self._longest)


def _frozen(folders: set[Path] | None) -> frozenset[Path] | None:
    return None if folders is None else frozenset(folders)
