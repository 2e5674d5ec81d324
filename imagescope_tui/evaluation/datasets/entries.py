"""Annotation files, read at the border: every entry knows its file and its place in it."""

from __future__ import annotations

import ast
import csv
import json
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from imagescope_tui.errors import DatasetIncomplete

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

Json: TypeAlias = "Mapping[str, Json] | Sequence[Json] | str | int | float | bool | None"

_MOST_DIGITS: Final = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """One object of a JSON file or one row of a table; what is asked of it is checked."""

    path: Path
    place: str
    """Where in the file: `entry 3`, `line 7`."""
    fields: Mapping[str, Json]

    def wrong(self, what: str) -> DatasetIncomplete:
        """The error that says what is wrong here."""
        return DatasetIncomplete(f"{self.path}, {self.place}: {what}")

    def text(self, name: str) -> str:
        """A field that is text, as it stands.

        Raises:
            DatasetIncomplete: it is missing, or no text.
        """
        return self._text(self._field(name), name)

    def number(self, name: str) -> int:
        """A field that is a whole number, in a table in digits.

        Raises:
            DatasetIncomplete: it is missing, or no whole number.
        """
        return self._whole(self._field(name), name)

    def numbers(self, name: str) -> tuple[int, ...]:
        """A list of whole numbers.

        Raises:
            DatasetIncomplete: it is missing, or anything else.
        """
        return tuple(self._whole(value, name) for value in self._list(name))

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; in a table it is stored as the text of a JSON or Python list.

        Raises:
            DatasetIncomplete: it is missing, or anything else.
        """
        return tuple(self._text(value, name) for value in self._list(name))

    def entry(self, name: str) -> Entry:
        """A field that is an object itself.

        Raises:
            DatasetIncomplete: it is missing, or no object.
        """
        value = self._field(name)
        if not isinstance(value, dict):
            raise self.wrong(f"`{name}` is no object")
        return Entry(self.path, f"{self.place}, {name}", value)

    def _field(self, name: str) -> Json:
        if name not in self.fields:
            raise self.wrong(f"`{name}` is missing")
        return self.fields[name]

    def _text(self, value: Json, name: str) -> str:
        if not isinstance(value, str):
            raise self.wrong(f"`{name}` is no text")
        # JSON can spell half a character, which no file and no request can carry.
        if any("\ud800" <= sign <= "\udfff" for sign in value):
            raise self.wrong(f"`{name}` holds half a character")
        return value

    def _whole(self, value: Json, name: str) -> int:
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, str) and value.strip().isdecimal() and len(value) < _MOST_DIGITS:
            return int(value)
        raise self.wrong(f"`{name}` is no whole number")

    def _list(self, name: str) -> list[Json]:
        value = self._field(name)
        if isinstance(value, str):
            value = _list_in(value)
        if not isinstance(value, list):
            raise self.wrong(f"`{name}` is no list")
        return value


def _list_in(text: str) -> Json:
    """The list that a text spells, in JSON or in Python; None where it spells none."""
    try:
        found: Json = json.loads(text)
    except (ValueError, RecursionError):
        try:
            # Captions hold backslashes that are no escapes; they mean themselves.
            with warnings.catch_warnings(action="ignore"):
                found = ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return None
    return found


def read_json(path: Path) -> Json:
    """A JSON file.

    Raises:
        DatasetIncomplete: it cannot be read, or is no JSON.
    """
    try:
        value: Json = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise DatasetIncomplete(f"{path} cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise DatasetIncomplete(f"{path} is no JSON: {error}") from error
    return value


def json_entries(path: Path) -> tuple[Entry, ...]:
    """The objects of a file that holds a list of them, told apart from 0.

    Raises:
        DatasetIncomplete: it cannot be read, or holds anything else.
    """
    value = read_json(path)
    if not isinstance(value, list):
        raise DatasetIncomplete(f"{path} holds no list")
    return tuple(_json_entry(path, place, item) for place, item in enumerate(value))


def _json_entry(path: Path, place: int, item: Json) -> Entry:
    if not isinstance(item, dict):
        raise DatasetIncomplete(f"{path}, entry {place}: is no object")
    return Entry(path, f"entry {place}", item)


def json_texts(path: Path) -> tuple[str, ...]:
    """The texts of a file that holds a list of them.

    Raises:
        DatasetIncomplete: it cannot be read, or holds anything else.
    """
    value = read_json(path)
    if not isinstance(value, list):
        raise DatasetIncomplete(f"{path} holds no list")
    for place, item in enumerate(value):
        if not isinstance(item, str):
            raise DatasetIncomplete(f"{path}, entry {place}: is no text")
    return tuple(str(item) for item in value)


def csv_entries(path: Path, *columns: str) -> tuple[Entry, ...]:
    """The rows of a table with a header that names these columns at least.

    Raises:
        DatasetIncomplete: it cannot be read, lacks a column, or a row is longer or shorter.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return tuple(_rows(path, csv.DictReader(stream, strict=True), columns))
    except OSError as error:
        raise DatasetIncomplete(f"{path} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise DatasetIncomplete(f"{path} is not UTF-8 text: save it as UTF-8") from error
    except csv.Error as error:
        raise DatasetIncomplete(f"{path} is no table: {error}") from error


def _rows(path: Path, reader: csv.DictReader[str], columns: Sequence[str]) -> Iterator[Entry]:
    header = reader.fieldnames or ()
    for column in columns:
        if column not in header:
            raise DatasetIncomplete(f"{path} has no column `{column}`")
    for row in reader:
        entry = Entry(path, f"line {reader.line_num}", dict(row))
        if None in row or None in row.values():
            raise entry.wrong(f"does not have the {len(header)} columns of the header")
        yield entry
