"""Who is in a photo, as a condition on the table `photos`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from storage.conditions import Condition
from storage.name_words import NameList

if TYPE_CHECKING:
    from collections.abc import Iterable

    from storage.sql import Sql

# What a sidecar says of people replaces what the file says.
_AMONG = """
    (photos.id IN (SELECT value FROM json_each(?))
     OR (photos.content_id IN (SELECT value FROM json_each(?))
         AND photos.id NOT IN (SELECT photo_id FROM sidecar_facts WHERE people IS NOT NULL)))"""
_IN_SIDECARS = "SELECT photo_id, people FROM sidecar_facts WHERE people IS NOT NULL"
_IN_FILES = "SELECT content_id, people FROM facts WHERE people <> '[]'"


class _People(NamedTuple):
    names: NameList
    in_sidecars: dict[str, list[int]]
    """By name the photos whose sidecars list it."""
    in_files: dict[str, list[int]]
    """By name the contents that list it."""


def naming(person: str, sql: Sql) -> Condition:
    """A name that the photo, or else its sidecar, lists holds the words of this one in a row."""
    people = sql.remembered(_read_people)
    names = [match.name for match in people.names.holding(person)]
    return Condition(_AMONG, (_all(people.in_sidecars, names), _all(people.in_files, names)))


def _all(ids: dict[str, list[int]], names: list[str]) -> str:
    return json.dumps(sorted({one for name in names for one in ids.get(name, ())}))


def _read_people(sql: Sql) -> _People:
    in_sidecars, in_files = _by_name(sql.rows(_IN_SIDECARS)), _by_name(sql.rows(_IN_FILES))
    return _People(NameList(in_sidecars.keys() | in_files.keys()), in_sidecars, in_files)


def _by_name(rows: Iterable[tuple[int, str]]) -> dict[str, list[int]]:
    ids: dict[str, list[int]] = {}
    for one, stored in rows:
        for name in {str(person) for person in json.loads(stored)}:
            ids.setdefault(name, []).append(one)
    return ids
