"""How many films are passed over in each folder, because nothing that reads films is installed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from storage.records import RootId
    from storage.sql import Sql


class PassedOver:
    """Counts them; writing belongs inside the caller's transaction."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def count(self) -> int:
        """How many there are in all folders."""
        return int(self._sql.value("SELECT coalesce(sum(films), 0) FROM passed_over"))

    def known_in(self, root_id: RootId) -> dict[str, int]:
        """Those of each folder of a root in which there are any."""
        rows = self._sql.rows("SELECT folder, films FROM passed_over WHERE root_id = ?", [root_id])
        return {os.fsdecode(folder): films for folder, films in rows}

    def put(self, root_id: RootId, films: Mapping[str, int], *, seen: Collection[str]) -> None:
        """Those of the folders of a root that were seen, as far as there are any."""
        self._sql.run_many(
            "DELETE FROM passed_over WHERE root_id = ? AND folder = ?",
            [(root_id, os.fsencode(folder)) for folder in seen],
        )
        self._sql.run_many(
            "INSERT INTO passed_over (root_id, folder, films) VALUES (?, ?, ?)",
            [(root_id, os.fsencode(folder), count) for folder, count in films.items()],
        )
