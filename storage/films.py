"""What films that have a photo's name say of themselves: the proof that they are its seconds."""

from __future__ import annotations

import os
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from storage.pairs import FilmCard

if TYPE_CHECKING:
    from collections.abc import Iterable

    from storage.records import FileState, RootId
    from storage.sql import Sql

KnownFilms: TypeAlias = dict[str, tuple[int, int, FilmCard]]
"""By name: size in bytes, time in nanoseconds, and what a film of these said."""


class Films:
    """Reads and writes the cards of films; writing belongs inside the caller's transaction."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def known_in(self, root_id: RootId, folder: str) -> KnownFilms:
        """The films of a folder that were looked at."""
        rows = self._sql.rows(
            "SELECT name, size_bytes, mtime_ns, duration_seconds, created, live_id FROM films"
            " WHERE root_id = ? AND folder = ?",
            [root_id, os.fsencode(folder)],
        )
        return {
            os.fsdecode(name): (size, mtime, FilmCard(seconds, instant(created), live_id))
            for name, size, mtime, seconds, created, live_id in rows
        }

    def put(
        self, root_id: RootId, folder: str, films: Iterable[tuple[FileState, FilmCard]]
    ) -> None:
        """What films of a folder say now."""
        self._sql.run_many(
            "INSERT OR REPLACE INTO films (root_id, folder, name, size_bytes, mtime_ns,"
            " duration_seconds, created, live_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    *(root_id, os.fsencode(folder), os.fsencode(state.name)),
                    *(state.size_bytes, state.mtime_ns, card.duration_seconds),
                    *(card.created and card.created.isoformat(), card.live_id),
                )
                for state, card in films
            ],
        )


def instant(stored: str | None) -> datetime | None:
    """The time that was stored, in UTC."""
    return datetime.fromisoformat(stored) if stored else None
