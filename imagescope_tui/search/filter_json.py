"""A filter as JSON, and read again: only what it asks for, paths as text."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storage.records import DaysOfYear, HoursOfDay, PhotoFilter, TimeSpan

if TYPE_CHECKING:
    from collections.abc import Callable


def filter_to_json(photo_filter: PhotoFilter) -> dict[str, Any]:
    """The fields that say something."""
    found = {field.name: getattr(photo_filter, field.name) for field in fields(photo_filter)}
    return {name: _plain(value) for name, value in found.items() if value}


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a field holds
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, PhotoFilter):
        return filter_to_json(value)
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return str(value) if isinstance(value, Path) else value


def filter_from_json(stored: dict[str, Any]) -> PhotoFilter:
    """What `filter_to_json` wrote.

    Raises:
        TypeError, AttributeError: it is something else.
    """
    read: dict[str, Any] = {
        name: tuple(map(_READERS.get(name, _same), value)) if isinstance(value, list) else value
        for name, value in stored.items()
    }
    return PhotoFilter(**read)


def _same(value: Any) -> Any:  # noqa: ANN401 - a text or a number
    return value


_READERS: dict[str, Callable[[Any], Any]] = {
    "folders": Path,
    "spans": lambda stored: TimeSpan(**stored),
    "days": lambda stored: DaysOfYear(**stored),
    "hours": lambda stored: HoursOfDay(**stored),
    "without": filter_from_json,
}
