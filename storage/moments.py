"""The date of each photo: what is told of it, else what its name says, else its file's own time.

Of files that do not say when they were taken the oldest of all copies counts.
"""

from __future__ import annotations

import os
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from storage.date_order import DateTold, date_of_both

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from storage.records import PhotoId
    from storage.sql import Sql


class Dated(NamedTuple):
    """The columns of `photos` that say when it was taken."""

    taken_at: str | None
    """As it is told; None where only names, or the file system, say something."""
    dated_by: str | None
    """Who says it, one of DateSource; None for the file system."""
    moment: str
    """The local time that the timeline goes by, an ISO prefix; with the fraction of the second."""


def dated(told: DateTold | None, folder: bytes, name: bytes, mtime_ns: int) -> Dated:
    """The date of a file of which this is told."""
    from storage.name_dates import date_in_names  # its patterns take a moment; readers need none

    if told is not None:
        return Dated(told.taken_at, told.taken_by, told.moment)
    own = moment_of(mtime_ns)
    named = date_in_names(os.fsdecode(folder), os.fsdecode(name))
    # What the file system says of the same year, or month, says more.
    if named is None or (named.taken_by == "folder" and own.startswith(named.taken_at)):
        return Dated(None, None, own)
    return Dated(None, named.taken_by, named.moment)


def date_again(sql: Sql, photo_ids: Sequence[PhotoId]) -> None:
    """Date these photos, and their copies, by all that is known; in the caller's transaction."""
    rows = [(row, _dated(row)) for row in sql.rows_in(_KNOWN, photo_ids)]
    sql.run_many(
        "UPDATE photos SET taken_at = ?, dated_by = ?, moment = ? WHERE id = ?",
        [(*new, row[0]) for row, new in rows if new != row[1:4]],
    )
    sql.run_in(_SHARE, photo_ids)


def date_by_names(connection: sqlite3.Connection) -> None:
    """Date by their names photos that do not say when they were taken, as a library's first."""
    rows = connection.execute(
        "SELECT id, folder, name, mtime_ns FROM photos WHERE taken_at IS NULL"
    )
    named = [(date, row[0]) for row in rows if (date := dated(None, *row[1:])).dated_by]
    connection.executemany(
        "UPDATE photos SET dated_by = ?, moment = ? WHERE id = ?",
        [(date.dated_by, date.moment, photo_id) for date, photo_id in named],
    )


def moment_of(mtime_ns: int) -> str:
    """When a file was last written, as a local ISO time; the epoch for times no calendar has."""
    try:
        return datetime.fromtimestamp(mtime_ns / 1e9).isoformat(timespec="seconds")  # noqa: DTZ006
    except (OverflowError, ValueError, OSError):
        return "1970-01-01T00:00:00"


_KNOWN = """
    SELECT photos.id, photos.taken_at, photos.dated_by, photos.moment, folder, name, mtime_ns,
           sidecar.taken_at, sidecar.taken_by, sidecar.taken_fraction,
           facts.taken_at, facts.taken_by, facts.taken_fraction
    FROM photos LEFT JOIN facts ON facts.content_id = photos.content_id
    LEFT JOIN sidecar_facts AS sidecar ON sidecar.photo_id = photos.id
    WHERE photos.id IN ({keys})"""


def _dated(row: tuple[Any, ...]) -> Dated:
    sidecar, file = (
        DateTold(taken_at, taken_by or "original", fraction) if taken_at else None
        for taken_at, taken_by, fraction in (row[7:10], row[10:13])
    )
    return dated(date_of_both(sidecar, file), *row[4:7])


# A file from the first day of 1970 has lost its date. Copies come one by one, and there may be
# thousands: each time only those are looked at whose date is to change.
_SHARE = """
    UPDATE photos SET moment = oldest.moment FROM (
        SELECT content_id, (SELECT copy.moment FROM photos AS copy
         WHERE copy.content_id = asked.content_id AND copy.deleted_at IS NULL
         AND copy.moment >= '1970-01-02' ORDER BY copy.moment LIMIT 1) AS moment
        FROM (SELECT DISTINCT content_id FROM photos WHERE id IN ({keys})) AS asked
    ) AS oldest
    WHERE photos.content_id = oldest.content_id AND photos.deleted_at IS NULL
    AND photos.moment > oldest.moment AND photos.dated_by IS NULL"""
