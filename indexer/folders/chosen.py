"""A list of files that alone are to be indexed, for a library of exactly these photos."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from indexer.errors import IndexerError
from storage.private import write_private

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


CHOSEN_NAME = "chosen.json"
"""Beside the database of a library that holds exactly the listed photos, as a benchmark's does."""


@dataclass(frozen=True, slots=True)
class ChosenFiles:
    """Paths relative to the root, with `/` between their parts; nothing else is looked at.

    Neither ignore files nor hidden folders nor file extensions count against a chosen file, and
    links to folders that lead to one are followed.
    """

    files: frozenset[str]
    folders: frozenset[str] = field(init=False)
    """All folders on the way to a chosen file."""

    def __post_init__(self) -> None:
        found: set[str] = set()
        for file in self.files:
            folder = file.rpartition("/")[0]
            while folder and folder not in found:
                found.add(folder)
                folder = folder.rpartition("/")[0]
        object.__setattr__(self, "folders", frozenset(found))


def write_chosen(path: Path, files: Iterable[str]) -> None:
    """Write a list for `IndexerOptions.chosen`."""
    write_private(path, json.dumps(sorted(set(files))))


def find_chosen(library: Path) -> Path | None:
    """The library's own list, which every run that indexes it keeps to; None where it has none."""
    path = library / CHOSEN_NAME
    return path if path.exists() else None


def read_chosen(path: Path) -> ChosenFiles:
    """The list that `write_chosen` was given.

    Raises:
        IndexerError: there is no such file, or it holds something else.
    """
    try:
        files = json.loads(path.read_text("ascii"))
        return ChosenFiles(frozenset(str(file) for file in files))
    except (OSError, ValueError, TypeError) as error:
        raise IndexerError(f"the list of chosen files {path} cannot be read") from error
