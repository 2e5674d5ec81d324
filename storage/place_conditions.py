"""Places of a filter as conditions on the table `photos`.

The few places that photos were taken at are listed and compared here, for SQLite does not know when
two names are the same.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeAlias

from storage.conditions import Condition, all_of, any_of
from storage.earth import nearness, unit_vector
from storage.place_names import IS_WRITTEN, WRITTEN, called, name_keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from storage.records import Circle
    from storage.sql import Sql


_NEAR_ENOUGH_KM = 25.0
"""Photos so near are at the place."""
_Written: TypeAlias = "dict[str, dict[str, frozenset[str]]]"
"""The values of each column, with their keys."""


def in_places(names: Sequence[str], sql: Sql) -> Condition:
    """Taken in any of the places; of `Rome, Italy` in both."""
    written = sql.remembered(_read_written)
    return any_of(
        all_of(_in_place(part, written, sql) for part in name.split(",") if part.strip())
        for name in names
        if name.strip(" ,")
    )


def near_any(circles: Sequence[Circle]) -> Condition:
    """Taken within any of the circles."""
    return any_of(
        Condition(
            "photos.id IN (SELECT photo_id FROM photo_places WHERE x * ? + y * ? + z * ? >= ?)",
            (*unit_vector(circle.latitude, circle.longitude), nearness(circle.radius_km)),
        )
        for circle in circles
    )


def nearness_to(circles: Sequence[Circle]) -> Condition:
    """How near a photo is to the nearest of their centres; the same for all that are near enough.

    More is nearer, as storage.earth has it.
    """
    products = [
        Condition("x * ? + y * ? + z * ?", unit_vector(circle.latitude, circle.longitude))
        for circle in circles
    ]
    listed = ", ".join(product.text for product in products)
    most = listed if len(products) == 1 else f"max({listed})"
    values = tuple(value for product in products for value in product.values)
    return Condition(
        f"(SELECT min({most}, ?) FROM photo_places WHERE photo_id = photos.id)",
        (*values, nearness(_NEAR_ENOUGH_KM)),
    )


def _in_place(name: str, written: _Written, sql: Sql) -> Condition:
    keys = name_keys(name.strip())
    names = called(keys, sql)
    conditions = [_at(names)] if names else []
    for column, values in written.items():
        fitting = [
            value for value, of in values.items() if value in names or _fits(column, keys, of)
        ]
        if fitting:
            conditions.append(_told(column, fitting))
    return any_of(conditions)


def _fits(column: str, keys: frozenset[str], written: frozenset[str]) -> bool:
    """Whether it is called so; of a location, of which there is more to tell, also a part of it."""
    if keys & written:
        return True
    return column == "location" and any(f" {key} " in f" {of} " for key in keys for of in written)


def _at(names: list[str]) -> Condition:
    among = "IN (SELECT value FROM json_each(?))"
    columns = ("quarter", "name", "state", "country")
    any_column = " OR ".join(f"{column} {among}" for column in columns)
    return Condition(
        "photos.id IN (SELECT photo_id FROM photo_places"
        f" WHERE place_id IN (SELECT id FROM places WHERE {any_column}))",
        (json.dumps(names),) * len(columns),
    )


def _told(column: str, values: list[str]) -> Condition:
    among = f"{column} IN (SELECT value FROM json_each(?)) AND {IS_WRITTEN}"
    return Condition(
        f"(photos.content_id IN (SELECT content_id FROM facts WHERE {among})"
        f" OR photos.id IN (SELECT photo_id FROM sidecar_facts WHERE {among}))",
        (json.dumps(values),) * 2,
    )


def _read_written(sql: Sql) -> _Written:
    return {column: dict(_values(column, sql)) for column in WRITTEN}


def _values(column: str, sql: Sql) -> Iterator[tuple[str, frozenset[str]]]:
    for table in ("facts", "sidecar_facts"):
        rows = sql.rows(f"SELECT DISTINCT {column} FROM {table} WHERE {IS_WRITTEN}")
        yield from ((str(row[0]), name_keys(str(row[0]))) for row in rows if row[0])
