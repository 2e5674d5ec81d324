"""Photos that could not be processed, and when to try again."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from storage.items import IS_ITEM
from storage.records import Failure, FailureReason, FailureStep, PhotoId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.records import ContentId
    from storage.sql import Sql


class Failures:
    """Reads and writes failures; a changed file forgets its own."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def put(
        self, photo_id: PhotoId, step: FailureStep, reason: str, *, retry_after: float | None
    ) -> None:
        """Note one more failed attempt inside the caller's transaction."""
        self._sql.run(
            "INSERT INTO failures (photo_id, step, reason, attempts, retry_after)"
            " VALUES (?, ?, ?, 1, ?) ON CONFLICT (photo_id) DO UPDATE SET step = excluded.step,"
            " reason = excluded.reason, attempts = attempts + 1,"
            " retry_after = excluded.retry_after",
            [photo_id, step, reason, retry_after],
        )

    def attempts(self, photo_id: PhotoId) -> int:
        """How often the photo has failed since it last changed."""
        value = self._sql.value("SELECT attempts FROM failures WHERE photo_id = ?", [photo_id])
        return int(value or 0)

    def forget_captions(self, content_ids: Sequence[ContentId]) -> None:
        """These contents have captions now; inside the caller's transaction."""
        self._sql.run_many(
            "DELETE FROM failures WHERE step = 'caption'"
            " AND photo_id IN (SELECT id FROM photos WHERE content_id = ?)",
            [(content_id,) for content_id in content_ids],
        )

    def forget_all(self) -> int:
        """Let every failed photo be tried again; how many there are."""
        return self._sql.run("DELETE FROM failures")

    def forget_reasons(self, reasons: Sequence[str]) -> None:
        """Let photos be tried again that failed for exactly these; in the caller's transaction."""
        self._sql.run_many(
            "DELETE FROM failures WHERE reason = ?", [(reason,) for reason in reasons]
        )

    def forget(self, photo_ids: Sequence[PhotoId]) -> None:
        """Let these photos be tried again; inside the caller's transaction."""
        self._sql.run_many(
            "DELETE FROM failures WHERE photo_id = ?", [(photo_id,) for photo_id in photo_ids]
        )

    def reasons(self, photo_ids: Sequence[PhotoId]) -> dict[PhotoId, str]:
        """Why those of the photos that failed could not be processed."""
        rows = self._sql.rows_in(
            "SELECT photo_id, reason FROM failures WHERE photo_id IN ({keys})", photo_ids
        )
        return {PhotoId(row[0]): row[1] for row in rows}

    def by_reason(self) -> tuple[FailureReason, ...]:
        """Why items failed, the most frequent reason first."""
        rows = self._sql.rows(
            "SELECT step, reason, count(*) FROM failures"
            f" JOIN photos ON photos.id = failures.photo_id WHERE {IS_ITEM}"
            " GROUP BY step, reason ORDER BY count(*) DESC, reason, step"
        )
        return tuple(
            FailureReason(step=_step(row[0]), reason=row[1], photos=int(row[2])) for row in rows
        )

    def page(
        self, *, offset: int, limit: int, reason: FailureReason | None = None
    ) -> tuple[Failure, ...]:
        """Failures of items, by path; only those for one reason where it is named."""
        wanted = "" if reason is None else " AND step = ? AND reason = ?"
        values = [] if reason is None else [reason.step, reason.reason]
        rows = self._sql.rows(
            "SELECT photos.id, roots.path, photos.folder, photos.name, step, reason,"
            " attempts, retry_after"
            " FROM failures JOIN photos ON photos.id = failures.photo_id"
            f" JOIN roots ON roots.id = photos.root_id WHERE {IS_ITEM}{wanted}"
            " ORDER BY roots.path, photos.folder, photos.name LIMIT ? OFFSET ?",
            [*values, limit, offset],
        )
        return tuple(
            Failure(
                photo_id=PhotoId(row[0]),
                path=Path(os.fsdecode(row[1])) / os.fsdecode(row[2]) / os.fsdecode(row[3]),
                step=_step(row[4]),
                reason=row[5],
                attempts=row[6],
                retry_after=row[7],
            )
            for row in rows
        )


_STEPS: tuple[FailureStep, ...] = ("scan", "read", "decode", "embed", "caption")


def _step(stored: str) -> FailureStep:
    return next((step for step in _STEPS if step == stored), "read")
