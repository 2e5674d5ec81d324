"""The facts as columns: those of a file, and those that a sidecar can tell."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from storage.records import Facts

TOLD_COLUMNS = (
    *("taken_at", "taken_by", "taken_fraction"),
    *("camera", "lens", "latitude", "longitude", "altitude_m"),
    *("title", "description", "keywords", "people", "rating", "label", "is_favourite"),
    *("artist", "location", "city", "state", "country", "remarks", "notes"),
)
"""Of `sidecar_facts`, and of `facts` too."""
FACT_COLUMNS = (
    *("format", *TOLD_COLUMNS, "focal_length_mm", "aperture", "exposure_seconds", "iso"),
    *("orientation", "duration_seconds", "damage", "live_id"),
)
"""Of `facts`."""
LIST_COLUMNS = frozenset(("keywords", "people", "remarks", "notes"))
"""Lists of text, as JSON."""

_SOURCES = ("sidecar", "facts")
_BOTH_COUNT = ("remarks", "notes")
# What a sidecar says goes before what is in the file, but not what camera and lens are called.
_FILE_FIRST = ("camera", "lens")


def told(column: str) -> str:
    """What a file and its sidecars say together, of the tables `facts` and `sidecar`, in SQL."""
    if column in _BOTH_COUNT:
        lists = (f"SELECT value FROM json_each({source}.{column})" for source in _SOURCES)
        return f"(SELECT json_group_array(DISTINCT value) FROM ({' UNION ALL '.join(lists)}))"
    sources = reversed(_SOURCES) if column in _FILE_FIRST else _SOURCES
    return f"coalesce({', '.join(f'{source}.{column}' for source in sources)})"


def column_values(facts: Facts, columns: tuple[str, ...]) -> list[Any]:
    """What is stored of the facts in these columns."""
    return [_stored(getattr(facts, name)) for name in columns]


def fact_of(column: str, stored: Any) -> Any:  # noqa: ANN401 - a column's value
    """The fact as it was before it was stored."""
    if column in LIST_COLUMNS:
        return tuple(str(item) for item in json.loads(stored)) if stored else ()
    return bool(stored) if column == "is_favourite" else stored


def _stored(value: Any) -> Any:  # noqa: ANN401 - a column's value
    return json.dumps(value) if isinstance(value, tuple) else value
