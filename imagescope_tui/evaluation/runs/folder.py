"""The folder of a run: `run.json`, `queries.jsonl`, and the steps on the way to them."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from imagescope_tui.errors import RunUnusable
from imagescope_tui.evaluation.runs.card import RunCard, card_from_json, card_to_json, differences
from imagescope_tui.evaluation.runs.line_file import LineFile, read_lines
from imagescope_tui.evaluation.runs.record_json import record_from_json, record_to_json

if TYPE_CHECKING:
    from pathlib import Path

    from imagescope_tui.evaluation.runs.record import QueryRecord
    from imagescope_tui.search.types import Step

CARD_NAME = "run.json"
QUERIES_NAME = "queries.jsonl"
STEPS_NAME = "steps"
_LOCK_NAME = ".lock"


def read_card(folder: Path) -> RunCard:
    """What the run was.

    Raises:
        RunUnusable: the folder holds no run, or one that cannot be read.
    """
    path = folder / CARD_NAME
    try:
        return card_from_json(json.loads(path.read_text("utf-8")))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise RunUnusable(
            f"{folder} holds no run", "name the folder that `imagescope eval` wrote"
        ) from error
    except OSError as error:
        raise RunUnusable(f"{path} cannot be read: {error.strerror}") from error
    except (KeyError, RecursionError, TypeError, ValueError, AttributeError) as error:
        raise RunUnusable(f"{path} describes no run") from error


def read_records(folder: Path) -> tuple[QueryRecord, ...]:
    """The queries that are done, in the data set's order, whatever order they were finished in.

    Raises:
        RunUnusable: the file cannot be read, or holds something else.
    """
    path = folder / QUERIES_NAME
    found: dict[int, QueryRecord] = {}
    for number, fields in enumerate(read_lines(path), start=1):
        try:
            found.setdefault(int(fields["number"]), record_from_json(fields))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise RunUnusable(f"{path}, line {number}, is no record of a query") from error
    return tuple(found[number] for number in sorted(found))


class RunFolder:
    """Writes one run; only one process at a time."""

    def __init__(self, folder: Path, card: RunCard, lock: FileLock) -> None:
        self.folder = folder
        self.card = card
        self._lock = lock
        self._queries = LineFile(folder / QUERIES_NAME)

    @classmethod
    def begin(cls, folder: Path, card: RunCard) -> RunFolder:
        """A new run.

        Raises:
            RunUnusable: the folder holds something already, or cannot be written.
        """
        expect_free(folder)
        lock = _locked(folder)
        _write_card(folder, card)
        return cls(folder, card, lock)

    @classmethod
    def resume(cls, folder: Path, card: RunCard) -> RunFolder:
        """A run that was begun before, and is the same.

        Raises:
            RunUnusable: it is another run, or is being written by another process.
        """
        lock = _locked(folder)
        try:
            expect_same(folder, differences(card, read_card(folder)))
        except RunUnusable:
            lock.release()
            raise
        return cls(folder, card, lock)

    def step_path(self, step: Step) -> Path:
        """Where the results of one step are kept, a line per query."""
        return self.folder / STEPS_NAME / f"{step}.jsonl"

    def put(self, number: int, record: QueryRecord) -> None:
        """Keep a finished query; `number` is its place in the data set."""
        self._queries.append({"number": number, **record_to_json(record)})

    def done(self) -> frozenset[int]:
        """The numbers of the queries that are finished."""
        lines = read_lines(self.folder / QUERIES_NAME)
        return frozenset(int(line["number"]) for line in lines)

    def close(self) -> None:
        """Let go of the folder."""
        self._queries.close()
        self._lock.release()


def expect_free(folder: Path) -> None:
    """Refuse a folder that something is in, or that cannot be made.

    Raises:
        RunUnusable: it is one.
    """
    try:
        is_taken = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    except OSError as error:
        raise RunUnusable(f"{folder} cannot be read: {error.strerror}") from error
    if is_taken and (folder / CARD_NAME).exists():
        raise RunUnusable(
            f"{folder} is there already",
            "go on with it by --resume, or name another folder with --out",
        )
    if is_taken:
        raise RunUnusable(
            f"{folder} is there already, and holds no run", "name another folder with --out"
        )
    above = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        raise RunUnusable(f"{folder} cannot be written", "choose another folder with --out")


def expect_same(folder: Path, found: tuple[str, ...]) -> None:
    """Refuse a folder that holds another run, by what was found to differ.

    Raises:
        RunUnusable: something differs.
    """
    if found:
        raise RunUnusable(
            f"{folder} holds another run: {'; '.join(found)}",
            "repeat it with the options it was begun with, or name another folder with --out",
        )


def _write_card(folder: Path, card: RunCard) -> None:
    path = folder / CARD_NAME
    fresh = path.with_suffix(".new")
    try:
        fresh.write_text(json.dumps(card_to_json(card), indent=2) + "\n", "utf-8")
        fresh.replace(path)
    except OSError as error:
        raise RunUnusable(
            f"{path} cannot be written: {error.strerror}", "choose another folder with --out"
        ) from error


def _locked(folder: Path) -> FileLock:
    lock = FileLock(folder / _LOCK_NAME, timeout=0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise RunUnusable(f"{folder} is being written by another process") from error
    except OSError as error:
        raise RunUnusable(
            f"{folder} cannot be written: {error.strerror}", "choose another folder with --out"
        ) from error
    return lock
