"""Small files beside the photos in which other programs keep what their owner says of them.

What a sidecar says is kept as it was read; what it means for each photo is worked out from the
names whenever one of them comes, changes or goes.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storage.date_order import DateTold, best_date
from storage.fact_columns import LIST_COLUMNS, TOLD_COLUMNS
from storage.moments import date_again
from storage.records import Facts, FileState, PhotoId, RootId
from storage.sidecar_names import plain_name, sidecars_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from storage.sql import Sql

_Told = tuple[Any, ...]
"""A row of `sidecar_facts`, in the order of TOLD_COLUMNS.

`IMG_1.JPG.xmp` goes before `IMG_1.xmp`, that before what Takeout says, and that before what is said
of companions alone.
"""
_DATE_COLUMNS = ("taken_at", "taken_by", "taken_fraction")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadSidecar:
    """A sidecar that is new, or has changed."""

    id: int
    root_id: RootId
    folder: str
    path: Path
    size_bytes: int
    mtime_ns: int


class Sidecars:
    """Sidecars and what they tell; writing belongs inside the caller's transaction."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def known_in(self, root_id: RootId, folder: str) -> dict[str, FileState]:
        """The sidecars of one folder by name."""
        rows = self._sql.rows(
            "SELECT name, size_bytes, mtime_ns, ctime_ns, inode FROM sidecars"
            " WHERE root_id = ? AND folder = ?",
            [root_id, os.fsencode(folder)],
        )
        return {
            (name := os.fsdecode(row[0])): FileState(
                name=name, size_bytes=row[1], mtime_ns=row[2], ctime_ns=row[3], inode=row[4]
            )
            for row in rows
        }

    def put(self, root_id: RootId, folder: str, states: Iterable[FileState]) -> None:
        """New sidecars, or changed ones: they are to be read."""
        self._sql.run_many(
            "INSERT INTO sidecars (root_id, folder, name, size_bytes, mtime_ns, ctime_ns, inode)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (root_id, folder, name) DO UPDATE SET"
            " size_bytes = excluded.size_bytes, mtime_ns = excluded.mtime_ns,"
            " ctime_ns = excluded.ctime_ns, inode = excluded.inode, pending = 1",
            [
                (
                    root_id,
                    os.fsencode(folder),
                    os.fsencode(state.name),
                    state.size_bytes,
                    state.mtime_ns,
                    state.ctime_ns,
                    state.inode,
                )
                for state in states
            ],
        )

    def forget(self, root_id: RootId, folder: str, names: Iterable[str]) -> None:
        """Sidecars that are gone."""
        self._sql.run_many(
            "DELETE FROM sidecars WHERE root_id = ? AND folder = ? AND name = ?",
            [(root_id, os.fsencode(folder), os.fsencode(name)) for name in names],
        )

    def unread(self, *, limit: int) -> list[UnreadSidecar]:
        """Sidecars that wait to be read, those of one folder together."""
        rows = self._sql.rows(
            "SELECT sidecars.id, root_id, roots.path, folder, name, size_bytes, mtime_ns"
            " FROM sidecars JOIN roots ON roots.id = root_id"
            " WHERE pending AND roots.offline_since IS NULL"
            " ORDER BY root_id, folder LIMIT ?",
            [limit],
        )
        return [
            UnreadSidecar(
                id=row[0],
                root_id=RootId(row[1]),
                folder=(folder := os.fsdecode(row[3])),
                path=Path(os.fsdecode(row[2])) / folder / os.fsdecode(row[4]),
                size_bytes=row[5],
                mtime_ns=row[6],
            )
            for row in rows
        ]

    def keep(self, sidecar: UnreadSidecar, facts: Facts) -> None:
        """What a sidecar says, unless it has changed meanwhile."""
        fields = asdict(facts)
        said = {
            name: value
            for name in TOLD_COLUMNS
            if (value := fields[name]) not in (None, ()) and value is not False
        }
        self._sql.run(
            "UPDATE sidecars SET said = ?, pending = 0"
            " WHERE id = ? AND size_bytes = ? AND mtime_ns = ?",
            [json.dumps(said), sidecar.id, sidecar.size_bytes, sidecar.mtime_ns],
        )

    def spread(
        self, root_id: RootId, folder: str, names: Collection[str] | None = None
    ) -> list[PhotoId]:
        """Tell the photos of a folder what its sidecars say; of which photos that is news.

        Args:
            root_id: of the root.
            folder: in the root.
            names: of the sidecars that changed; None where any may have, or photos did.
        """
        place = [root_id, os.fsencode(folder)]
        named = self._photos_by(place, names)
        wanted, known = self._told_now(place, named), self._told_before(list(named))
        changed = [key for key in named if wanted.get(key) != known.get(key)]
        self._write(changed, wanted)
        return [PhotoId(photo_id) for photo_id in changed]

    def _photos_by(
        self, place: Sequence[Any], sidecars: Collection[str] | None
    ) -> dict[int, list[bytes]]:
        """The photos that these sidecars, or any, may tell something: which speak of each."""
        photos = self._sql.rows(
            "SELECT id, name, companion_of FROM photos"
            " WHERE root_id = ? AND folder = ? AND deleted_at IS NULL ORDER BY name",
            place,
        )
        named = {key: list(sidecars_of(name)) for key, name, _ in photos}
        for _, name, item in photos:
            if item in named:
                named[item].extend(sidecars_of(name))
        if sidecars is None:
            return named
        plain = {plain_name(os.fsencode(sidecar)).lower() for sidecar in sidecars}
        return {
            key: names
            for key, names in named.items()
            if any(name.lower() in plain for name in names)
        }

    def _told_now(self, place: Sequence[Any], named: dict[int, list[bytes]]) -> dict[int, _Told]:
        wanted = {name.lower() for names in named.values() for name in names}
        rows = self._sql.rows(
            "SELECT id, name FROM sidecars WHERE root_id = ? AND folder = ?", place
        )
        keys = [key for key, name in rows if plain_name(name).lower() in wanted]
        shelf = _Shelf(
            self._sql.rows_in("SELECT name, said FROM sidecars WHERE id IN ({keys})", keys)
        )
        told = {key: shelf.told_of(names) for key, names in named.items()}
        return {key: values for key, values in told.items() if values is not None}

    def _told_before(self, photo_ids: Sequence[int]) -> dict[int, _Told]:
        rows = self._sql.rows_in(
            f"SELECT photo_id, {', '.join(TOLD_COLUMNS)} FROM sidecar_facts"
            " WHERE photo_id IN ({keys})",
            photo_ids,
        )
        return {row[0]: tuple(row[1:]) for row in rows}

    def _write(self, photo_ids: Sequence[int], told: dict[int, _Told]) -> None:
        self._sql.run_many(
            "DELETE FROM sidecar_facts WHERE photo_id = ?", [(key,) for key in photo_ids]
        )
        self._sql.run_many(
            f"INSERT INTO sidecar_facts (photo_id, {', '.join(TOLD_COLUMNS)})"
            f" VALUES ({', '.join('?' * (len(TOLD_COLUMNS) + 1))})",
            [(key, *told[key]) for key in photo_ids if key in told],
        )
        date_again(self._sql, [PhotoId(photo_id) for photo_id in photo_ids])


class _Shelf:
    """Sidecars of a folder, to be looked up by the names of photos."""

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self._by_name: dict[bytes, list[tuple[bytes, dict[str, Any]]]] = {}
        for name, said in sorted(rows):
            if said is not None:
                plain = plain_name(name)
                self._by_name.setdefault(plain.lower(), []).append((plain, json.loads(said)))

    def told_of(self, names: Iterable[bytes]) -> _Told | None:
        """What sidecars of these names say; None where that is nothing.

        What the first says goes before what the next does; of their dates the better one.
        """
        if not self._by_name:
            return None
        said = [
            words
            for wanted in names
            for plain, words in sorted(
                self._by_name.get(wanted.lower(), ()), key=lambda found: found[0] != wanted
            )
        ]
        date = best_date(map(_date, said))
        told = tuple(
            getattr(date, fact, None) if fact in _DATE_COLUMNS else _first(said, fact)
            for fact in TOLD_COLUMNS
        )
        return told if any(value is not None for value in told) else None


def _date(words: dict[str, Any]) -> DateTold | None:
    taken_at, taken_by, fraction = (words.get(column) for column in _DATE_COLUMNS)
    return DateTold(taken_at, taken_by or "original", fraction) if taken_at else None


def _first(said: Sequence[dict[str, Any]], fact: str) -> Any:  # noqa: ANN401 - a column's value
    value = next((words[fact] for words in said if fact in words), None)
    return json.dumps(value) if fact in LIST_COLUMNS and value is not None else value
