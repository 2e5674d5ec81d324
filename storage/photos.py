"""What readers ask of photos: pages of the timeline, rows by id, copies."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storage.conditions import Condition
from storage.favourites import IS_FAVOURITE_ALONE
from storage.filters import condition_for
from storage.items import IS_ITEM
from storage.months import SortKeys, months_of_all, months_passing
from storage.place_conditions import nearness_to
from storage.records import ContentId, Photo, PhotoId, RootId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.records import IdVector, MonthRun, PhotoFilter
    from storage.sql import Sql

_SELECT = f"""
    SELECT photos.id, photos.root_id, roots.path, photos.folder, photos.name,
           photos.size_bytes, photos.mtime_ns, photos.content_id,
           iif(contents.width IS NULL, NULL, contents.hash),
           contents.width, contents.height, photos.taken_at,
           facts.duration_seconds, contents.second,
           coalesce(photos.offline_since, roots.offline_since), photos.moment, photos.dated_by,
           facts.damage IS NOT NULL, {IS_FAVOURITE_ALONE}
    FROM photos JOIN roots ON roots.id = photos.root_id
    LEFT JOIN contents ON contents.id = photos.content_id
    LEFT JOIN facts ON facts.content_id = photos.content_id
"""


class Photos:
    """Reads photos; deleted ones are never shown."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def page(
        self, photo_filter: PhotoFilter, *, offset: int, limit: int, oldest_first: bool = False
    ) -> tuple[Photo, ...]:
        """A stretch of the timeline, newest first.

        Where what is near a place is asked for, photos that are not quite there come behind those
        that are, the nearest first.
        Where a filter is asked, files that have not been read, of which nobody knows what they are,
        come last.
        """
        condition = condition_for(photo_filter, self._sql)
        direction = "ASC" if oldest_first else "DESC"
        first = self._before_date(photo_filter, condition)
        dated = (f"photos.{column} {direction}" for column in ("moment", "name", "id"))
        order = ", ".join((*first.texts, *dated))
        # The ids come from the timeline's index alone; only the page's rows are joined.
        rows = self._sql.rows(
            f"{_SELECT} WHERE photos.id IN ("
            f" SELECT photos.id FROM photos WHERE {condition.text}"
            f" ORDER BY {order} LIMIT ? OFFSET ?)"
            f" ORDER BY {order}",
            [*condition.values, *first.values, limit, offset, *first.values],
        )
        return tuple(_photo(row) for row in rows)

    def months(
        self, photo_filter: PhotoFilter, *, oldest_first: bool = False
    ) -> tuple[MonthRun, ...]:
        """How many photos of each month follow each other in `page`.

        A month comes again where something else counts before the date.
        """
        if photo_filter.is_empty:
            return months_of_all(self._sql, oldest_first=oldest_first)
        condition = condition_for(photo_filter, self._sql)
        first = self._before_date(photo_filter, condition)
        return months_passing(self._sql, condition, first, oldest_first=oldest_first)

    def _before_date(self, photo_filter: PhotoFilter, condition: Condition) -> SortKeys:
        """What the timeline goes by before it goes by date."""
        keys: list[Condition] = []
        if not photo_filter.is_empty and self._holds_unread(condition):
            keys.append(Condition("photos.content_id IS NULL"))
        if photo_filter.near:
            near = nearness_to(photo_filter.near)
            keys.append(Condition(f"-{near.text}", near.values))
        return SortKeys(keys)

    def _holds_unread(self, condition: Condition) -> bool:
        unread = f"photos.content_id IS NULL AND {condition.text}"
        statement = f"SELECT 1 FROM photos WHERE {unread} LIMIT 1"
        return bool(self._sql.rows(statement, condition.values))

    def moments(self, photo_ids: Sequence[PhotoId]) -> dict[PhotoId, str]:
        """What to sort photos by as the timeline does: the moment of each, then its file's name."""
        rows = self._sql.rows_in(
            "SELECT id, moment, name FROM photos WHERE id IN ({keys})", photo_ids
        )
        return {PhotoId(row[0]): f"{row[1]} {os.fsdecode(row[2])}" for row in rows}

    def count(self, photo_filter: PhotoFilter) -> int:
        """How many photos pass the filter."""
        condition = condition_for(photo_filter, self._sql)
        return int(
            self._sql.value(f"SELECT count(*) FROM photos WHERE {condition.text}", condition.values)
        )

    def by_ids(self, photo_ids: Sequence[PhotoId]) -> dict[PhotoId, Photo]:
        """Those of the photos that are items."""
        statement = f"{_SELECT} WHERE photos.id IN ({{keys}}) AND {IS_ITEM}"
        photos = (_photo(row) for row in self._sql.rows_in(statement, photo_ids))
        return {photo.id: photo for photo in photos}

    def at(self, path: Path) -> Photo | None:
        """The live photo at an absolute path; where a companion is there, whom it accompanies."""
        for root_id, root in self._sql.rows("SELECT id, path FROM roots"):
            folder = Path(os.fsdecode(root))
            if not path.is_relative_to(folder):
                continue
            place = path.relative_to(folder)
            parent = "" if str(place.parent) == "." else str(place.parent)
            row = self._sql.row(
                f"{_SELECT} WHERE photos.id = (SELECT coalesce(companion_of, id) FROM photos"
                " WHERE root_id = ? AND folder = ? AND name = ? AND deleted_at IS NULL)",
                [root_id, os.fsencode(parent), os.fsencode(place.name)],
            )
            if row:
                return _photo(row)
        return None

    def copies(self, content_id: ContentId) -> tuple[Photo, ...]:
        """All live photos of one content, oldest row first."""
        rows = self._sql.rows(
            f"{_SELECT} WHERE photos.content_id = ? AND {IS_ITEM} ORDER BY photos.id",
            [content_id],
        )
        return tuple(_photo(row) for row in rows)

    def contents_of(self, photo_ids: Sequence[PhotoId]) -> dict[PhotoId, ContentId]:
        """The content of each photo that has one."""
        rows = self._sql.rows_in(
            "SELECT id, content_id FROM photos WHERE id IN ({keys}) AND content_id IS NOT NULL",
            photo_ids,
        )
        return {PhotoId(row[0]): ContentId(row[1]) for row in rows}

    def ids_holding(self, content_ids: Sequence[ContentId]) -> list[PhotoId]:
        """All photos of the contents, deleted ones too."""
        rows = self._sql.rows_in("SELECT id FROM photos WHERE content_id IN ({keys})", content_ids)
        return [PhotoId(row[0]) for row in rows]

    def ids_captioned(self, *, after: PhotoId, limit: int) -> list[PhotoId]:
        """Photos whose contents have a caption of any origin, by id, deleted ones too."""
        rows = self._sql.rows(
            "SELECT id FROM photos WHERE id > ? AND content_id IN"
            " (SELECT content_id FROM captions) ORDER BY id LIMIT ?",
            [after, limit],
        )
        return [PhotoId(row[0]) for row in rows]

    def of_contents(
        self, content_ids: Sequence[ContentId], photo_filter: PhotoFilter
    ) -> dict[ContentId, tuple[PhotoId, ...]]:
        """The live photos of each content that pass the filter, oldest file first."""
        condition = condition_for(photo_filter, self._sql)
        rows = self._sql.rows_in(
            "SELECT photos.content_id, photos.id FROM photos"
            f" WHERE photos.content_id IN ({{keys}}) AND {condition.text}"
            " ORDER BY photos.mtime_ns, photos.id",
            content_ids,
            condition.values,
        )
        found: dict[ContentId, tuple[PhotoId, ...]] = {}
        for content_id, photo_id in rows:
            found[ContentId(content_id)] = (*found.get(content_id, ()), PhotoId(photo_id))
        return found

    def contents_passing(self, photo_filter: PhotoFilter) -> IdVector:
        """Contents with at least one live photo that passes the filter, ascending."""
        import numpy as np  # the screen reads photos too, and starts without it

        condition = condition_for(photo_filter, self._sql)
        # As one text, and neither sorted nor made unique by SQLite: that leaves it the choice of
        # the index, and takes a third of the time.
        listed = self._sql.value(
            "SELECT group_concat(photos.content_id) FROM photos"
            f" WHERE photos.content_id IS NOT NULL AND {condition.text}",
            condition.values,
        )
        ids = np.sort(np.fromstring(listed or "", dtype=np.int64, sep=","))
        return ids[np.flatnonzero(np.diff(ids, prepend=-1))]


def _photo(row: tuple[Any, ...]) -> Photo:
    folder, name = os.fsdecode(row[3]), os.fsdecode(row[4])
    return Photo(
        id=PhotoId(row[0]),
        root_id=RootId(row[1]),
        root=Path(os.fsdecode(row[2])),
        path=f"{folder}/{name}" if folder else name,
        size_bytes=row[5],
        mtime_ns=row[6],
        content_id=None if row[7] is None else ContentId(row[7]),
        content_hash=row[8],
        width=row[9],
        height=row[10],
        taken_at=row[11],
        duration_seconds=row[12],
        second=row[13],
        offline_since=row[14],
        moment=row[15],
        dated_by=row[16],
        is_damaged=bool(row[17]),
        is_favourite=bool(row[18]),
    )
