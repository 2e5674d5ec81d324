"""What the reader likes best, in their own word, beside what files and sidecars say of it.

A mark belongs to the picture: to the file's bytes, and to what they show as soon as that is known,
so that it outlives that the file is renamed, moved, given other tags, deleted and brought back, and
that the photo is purged. All copies share it. The reader's word counts before the file's, and both
are kept; where they say the same, no mark is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.records import PhotoId
    from storage.sql import Sql

_BY_FILE = (
    "(EXISTS (SELECT 1 FROM facts AS said"
    "  WHERE said.content_id = photos.content_id AND said.is_favourite)"
    " OR EXISTS (SELECT 1 FROM sidecar_facts AS said"
    "  WHERE said.photo_id = photos.id AND said.is_favourite))"
)
"""Whether a photo's file or sidecars say so."""
_AMONG_THOSE_BY_FILE = (
    "(photos.content_id IN (SELECT content_id FROM facts WHERE is_favourite)"
    " OR photos.id IN (SELECT photo_id FROM sidecar_facts WHERE is_favourite))"
)
"""The same, by the indexes of the few that do."""
_MARKED = (
    "(SELECT contents.id FROM favourites JOIN contents ON contents.hash = favourites.hash"
    "  WHERE favourites.is_favourite = {0}"
    " UNION SELECT contents.id FROM favourites JOIN contents"
    "  ON contents.picture = favourites.picture WHERE favourites.is_favourite = {0})"
)
"""Contents the reader has said it of: 1, or of which they said that they are none: 0."""

IS_FAVOURITE = (
    f"(photos.content_id IN {_MARKED.format(1)}"
    f" OR ({_AMONG_THOSE_BY_FILE} AND (photos.content_id IN {_MARKED.format(0)}) IS NOT TRUE))"
)
"""The condition on `photos`, for a search through all of them."""
IS_FAVOURITE_ALONE = (
    "coalesce((SELECT max(own.is_favourite) FROM favourites AS own"
    f"  WHERE own.hash = contents.hash OR own.picture = contents.picture), {_BY_FILE})"
)
"""The same, beside `contents`, quick for single photos."""


class Favourites:
    """The reader's own marks; writing belongs inside the caller's transaction."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def toggle(self, photo_id: PhotoId) -> bool | None:
        """Make a photo a favourite, or none any more; which it is now.

        None where that cannot be kept, for nobody has read the file yet.
        """
        row = self._sql.row(
            f"SELECT hash, picture, {IS_FAVOURITE_ALONE}, {_BY_FILE} FROM photos"
            " JOIN contents ON contents.id = photos.content_id WHERE photos.id = ?",
            [photo_id],
        )
        if row is None:
            return None
        content_hash, picture, was, by_file = row
        self._sql.run(
            "DELETE FROM favourites WHERE hash = ? OR picture = ?", [content_hash, picture]
        )
        if was == by_file:
            self._sql.run(
                "INSERT INTO favourites (hash, picture, is_favourite) VALUES (?, ?, ?)",
                [content_hash, picture, not was],
            )
        return not was
